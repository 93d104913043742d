"""What a scheme document answers (model 9): limits, routing, contact data, authority, the waiver of rent."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from django.utils import translation

from tickets.domain.rules import Facts
from tickets.scheme import Contact, SchemeDocument

SMALL = (Path(__file__).parent / "scheme_small.yaml").read_text(encoding="utf-8")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(scope="module")
def document() -> SchemeDocument:
    return SchemeDocument.parse(SMALL, "small")


def test_a_more_specific_rule_settles_a_tie() -> None:
    raw = yaml.safe_load(SMALL)
    handle = {"rules": ["U-31"], "stage": "handle"}
    raw["limits"] += [
        {**handle, "id": "by_phone", "when": {"channel": "phone"}, "upper": "20h"},
        {**handle, "id": "both", "when": {"channel": "phone", "level": "major"}, "upper": "10h"},
    ]
    settled = SchemeDocument.parse(json.dumps(raw), "small")

    found = {
        (level, channel): settled.limit_rule("handle", Facts(level=level, channel=channel))
        for level in ("minor", "major")
        for channel in ("phone", "counter")
    }

    assert {key: rule and rule.id for key, rule in found.items()} == {
        ("minor", "phone"): "by_phone",
        ("minor", "counter"): "handle",
        ("major", "phone"): "both",
        ("major", "counter"): "handle_major",
    }


def test_no_rule_no_limit(document: SchemeDocument) -> None:
    assert document.limit_rule("sign", Facts(level="minor")) is None


@pytest.mark.parametrize(
    "facts, hours",
    [
        (Facts(), "41h"),
        (Facts(customer_tier="vip"), "17h"),
        (Facts(expedited=True), "17h"),
        (Facts(customer_tier="ordinary"), "41h"),
        (Facts(kind="escalation", customer_tier="vip"), "41h"),
        (Facts(level="major", customer_tier="vip"), "30h"),
    ],
)
def test_u30_the_lower_bound_is_for_vip_and_expedited_complaints(
    document: SchemeDocument, facts: Facts, hours: str
) -> None:
    rule = document.limit_rule("handle", facts)
    assert rule is not None
    assert str(rule.limit_for(facts)) == hours


@pytest.mark.parametrize(
    "diameter, department",
    [("150", "office"), ("150.1", "works"), ("151", "works"), ("20", "office"), (None, None)],
)
def test_w06_the_diameter_decides_the_department(
    document: SchemeDocument, diameter: str | None, department: str | None
) -> None:
    numbers = {"diameter": Decimal(diameter)} if diameter else {}
    proposal = document.route(Facts(business_type="pipes", complaint_type="leak", numbers=numbers))
    assert (proposal.department if proposal else None) == department


def test_u38_an_unknown_type_goes_to_the_owner_of_the_business(document: SchemeDocument) -> None:
    proposal = document.route(Facts(business_type="meters"))
    assert proposal is not None
    assert proposal == document.route(Facts(business_type="meters", complaint_type="supply"))
    assert (proposal.function, proposal.department, proposal.rule) == ("business_owner", "works", "U-38")


def test_a_rule_for_the_business_owner_finds_its_department(document: SchemeDocument) -> None:
    proposal = document.route(Facts(business_type="meters", complaint_type="pressure"))
    assert proposal is not None
    assert (proposal.function, proposal.department, proposal.rule) == ("business_owner", "works", "pressure")


def test_entries_know_their_place_and_inherit(document: SchemeDocument) -> None:
    entry = document.entry("business_type", "pipes")
    assert entry is not None
    assert (entry.parent, entry.level, entry.path) == ("water", 2, ("water", "pipes"))
    assert entry.attributes["department"] == "works"
    assert document.is_expedited("pipes")
    assert not document.is_expedited("meters")
    assert document.category("business_type", "pipes", 1) == "water"
    assert document.category("business_type", "water", 2) == "water"
    assert document.entry("business_type", "gas") is None


def test_labels_follow_the_language(document: SchemeDocument) -> None:
    assert document.label("business_type", "pipes") == "Pipes"
    assert document.label("business_type", "gas") == "gas"
    with translation.override("zh-hans"):
        assert document.label("business_type", "pipes") == "管网"


@pytest.mark.parametrize(
    "facts, access",
    [
        (Facts(), Contact.NONE),
        (Facts(request_type="complaint", business_type="pipes", complaint_type="leak"), Contact.MASKED),
        (Facts(request_type="leak_report", business_type="pipes"), Contact.FULL),
    ],
)
def test_u42_contact_access_is_the_most_that_is_allowed(
    document: SchemeDocument, facts: Facts, access: Contact
) -> None:
    assert document.contact_access(facts) is access


@pytest.mark.parametrize(
    "role, days, facts, months, allowed",
    [
        ("dispatcher", 7, Facts(complaint_type="leak"), 0, True),
        ("dispatcher", 8, Facts(complaint_type="leak"), 0, False),
        ("dispatcher", 1, Facts(), 0, False),
        ("dispatcher", 14, Facts(customer_tier="vip"), 12, True),
        ("dispatcher", 14, Facts(customer_tier="vip"), 11, False),
        ("agent", 1, Facts(complaint_type="leak"), 0, False),
    ],
)
def test_u48_authority_is_by_amount_scope_and_customer(
    document: SchemeDocument, role: str, days: int, facts: Facts, months: int, allowed: bool
) -> None:
    assert document.may_grant(role, "rent_waiver", Decimal(days), facts, months) is allowed


def test_q04_the_waiver_is_for_the_part_beyond(document: SchemeDocument) -> None:
    waiver = document.rent_waiver_for(Facts(business_type="pipes", complaint_type="leak"))
    assert waiver is not None
    reported = datetime(2026, 11, 21, 20, 0)
    allowed = reported + timedelta(hours=24)

    assert waiver.period(reported, allowed) is None
    assert waiver.days(reported, allowed) == 0
    assert waiver.period(reported, allowed + timedelta(hours=19)) == (allowed, allowed + timedelta(hours=19))
    assert waiver.days(reported, allowed + timedelta(seconds=1)) == 1
    assert waiver.days(reported, allowed + timedelta(hours=24)) == 1
    assert waiver.days(reported, allowed + timedelta(hours=24, seconds=1)) == 2


def test_no_waiver_for_another_matter(document: SchemeDocument) -> None:
    assert document.rent_waiver_for(Facts(business_type="pipes", complaint_type="pressure")) is None
    assert document.rent_waiver_for(Facts(complaint_type="leak")) is None
