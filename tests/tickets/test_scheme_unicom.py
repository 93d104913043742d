"""The scheme `unicom` says what the sources say (U-24 … U-48, Q-01 … Q-06)."""

from __future__ import annotations

from datetime import datetime, time
from decimal import Decimal

import pytest

from tickets.domain.rules import Facts
from tickets.scheme import Contact, SchemeDocument, Script
from tickets.services.schemes import shipped_text

TEXT = shipped_text("unicom")
DOCUMENT = SchemeDocument.parse(TEXT, "unicom")


def limit(stage: str, facts: Facts) -> str:
    rule = DOCUMENT.limit_rule(stage, facts)
    return str(rule.limit_for(facts)) if rule else "none"


def codes(dimension: str, level: int) -> list[str]:
    return [entry.code for entry in DOCUMENT.all_entries(dimension) if entry.level == level]


@pytest.mark.parametrize(
    "level, business_type, tier, handle, total",
    [
        ("general", "broadband", "ordinary", "17h", "24h"),
        ("general", "broadband", "vip", "17h", "24h"),
        ("general", "wcdma", "ordinary", "17h", "24h"),
        ("provincial", "broadband", "ordinary", "41h", "48h"),
        ("provincial", "broadband", "group", "41h", "48h"),
        ("provincial", "broadband", "vip", "17h", "48h"),
        ("provincial", "wcdma", "ordinary", "17h", "48h"),
        ("national", "broadband", "ordinary", "65h", "72h"),
        ("national", "broadband", "vip", "41h", "72h"),
        ("national", "wcdma", "ordinary", "41h", "72h"),
    ],
)
def test_u29_u30_u31_limits_by_level(level: str, business_type: str, tier: str, handle: str, total: str) -> None:
    facts = Facts(
        level=level,
        business_type=business_type,
        customer_tier=tier,
        expedited=DOCUMENT.is_expedited(business_type),
    )
    assert (limit("handle", facts), limit("total", facts)) == (handle, total)


@pytest.mark.parametrize("level", ["general", "provincial", "national"])
@pytest.mark.parametrize(
    "stage, stated",
    [("fill", "1h"), ("dispatch", "4h"), ("answer", "2h"), ("revisit", "7nd"), ("sign", "none"), ("instruct", "none")],
)
def test_u30_limits_of_the_other_stages(stage: str, stated: str, level: str) -> None:
    assert limit(stage, Facts(level=level, customer_tier="vip", expedited=True)) == stated


def test_u31_only_the_envelope_is_marked_as_derived() -> None:
    assert [rule.id for rule in DOCUMENT.limits if rule.derived] == [
        "handle_general",
        "handle_provincial",
        "handle_national",
    ]


def test_u29_averages_are_figures_and_limit_nothing() -> None:
    assert {promise.level: promise.average_hours for promise in DOCUMENT.promises} == {
        "general": 0,
        "provincial": 24,
        "national": 48,
    }


def test_sc01_broadband_fault_of_a_vip() -> None:
    facts = Facts(
        request_type="complaint",
        level="provincial",
        channel="hotline",
        business_type="broadband",
        complaint_type="fixed_fault",
        customer_tier="vip",
    )
    assert (limit("handle", facts), limit("total", facts), limit("answer", facts)) == ("17h", "48h", "2h")
    script = DOCUMENT.script_for(facts)
    assert script is not None
    assert (script.rule, len(script.steps)) == ("Q-04", 5)
    proposal = DOCUMENT.route(facts)
    assert proposal is not None
    assert (proposal.function, proposal.department) == ("type_owner", "fixed_operation")
    assert DOCUMENT.contact_access(facts) is Contact.FULL
    waiver = DOCUMENT.rent_waiver_for(facts)
    assert waiver is not None
    reported, restored = datetime(2026, 11, 21, 20), datetime(2026, 11, 23, 15)
    assert waiver.period(reported, restored) == (datetime(2026, 11, 22, 20), restored)
    days = Decimal(waiver.days(reported, restored))
    assert DOCUMENT.may_grant("dispatcher", waiver.remedy, days, facts)
    assert not DOCUMENT.may_grant("dispatcher", waiver.remedy, Decimal(8), facts)
    assert not DOCUMENT.may_grant("agent", waiver.remedy, days, facts)


def test_sc03_billing_goes_to_its_type_owner_and_an_unknown_type_to_the_business() -> None:
    billing = DOCUMENT.route(Facts(business_type="lte", complaint_type="mobile_bill"))
    unknown = DOCUMENT.route(Facts(business_type="lte", complaint_type="mobile"))
    assert billing is not None
    assert unknown is not None
    assert (billing.function, billing.department) == ("type_owner", "billing")
    assert (unknown.function, unknown.department, unknown.rule) == ("business_owner", "marketing", "U-38")


def test_every_complaint_type_has_a_proposal() -> None:
    for business in ("lte", "broadband", "messaging", "own_hall", "international_calls"):
        for entry in DOCUMENT.complaint_types_for(business):
            assert DOCUMENT.route(Facts(business_type=business, complaint_type=entry.code)), entry.code


def test_u33_u34_channels_and_who_must_sign() -> None:
    recorded = {code: DOCUMENT.records(code) for code in codes("channel", 1)}
    assert len(recorded) == 12  # the ten of U-33; e-mail and visits are the group's
    assert [code for code, records in recorded.items() if not records] == [
        "hall",
        "visit_centre",
        "customer_club",
        "account_manager",
        "visit",
    ]
    assert DOCUMENT.options.signature_where_not_recorded


def test_u60_the_group_takes_escalated_complaints_by_unified_channels() -> None:
    """U-07: phone, letter, visit; U-60: fax, website, e-mail."""
    channels = DOCUMENT.all_entries("channel")
    taken = {entry.code for entry in channels if entry.attributes["group"]}
    assert taken == {"hotline", "letter", "visit", "fax", "website", "email"}


@pytest.mark.parametrize(
    "business, limit_stated",
    [
        ("broadband", "7wd"),
        ("lte", "3wd"),
        ("messaging", "3wd"),
        ("own_hall", "3wd"),
        ("international_calls", "3wd"),  # U-08
        ("", "3wd"),
    ],
)
def test_u62_the_province_has_seven_or_three_working_days(business: str, limit_stated: str) -> None:
    facts = Facts(kind="escalation", level="national", business_type=business)
    assert (limit("handle", facts), limit("review", facts)) == (limit_stated, "1wd")
    assert (limit("total", facts), limit("dispatch", facts), limit("revisit", facts)) == ("none", "4h", "7nd")


def test_u27_two_dimensions() -> None:
    assert codes("business_type", 1) == ["mobile", "fixed", "value_added", "channel_service", "international"]
    assert [entry.code for entry in DOCUMENT.complaint_types_for("own_hall") if entry.level == 2] == [
        "service_attitude",
        "service_error",
        "service_waiting",
        "service_misleading",
    ]
    assert {entry.attributes["business_type"] for entry in DOCUMENT.complaint_types_for("lte")} == {"mobile"}
    assert DOCUMENT.is_fixed_line("broadband")
    assert not DOCUMENT.is_fixed_line("lte")


def test_u11_causes_have_eight_beginnings_and_four_levels() -> None:
    assert len(codes("cause", 1)) == 8
    parents = {entry.parent for entry in DOCUMENT.all_entries("cause")}
    leaves = [entry for entry in DOCUMENT.all_entries("cause") if entry.code not in parents]
    assert {entry.level for entry in leaves} == {4}
    assert DOCUMENT.options.cause_levels_at_intake == 3


@pytest.mark.parametrize(
    "facts, access",
    [
        (Facts(request_type="complaint", business_type="lte", complaint_type="mobile_bill"), Contact.NONE),
        (Facts(request_type="complaint", business_type="broadband", complaint_type="fixed_tariff"), Contact.MASKED),
        (Facts(request_type="fault_report", business_type="lte"), Contact.FULL),
    ],
)
def test_u42_contact_data(facts: Facts, access: Contact) -> None:
    assert DOCUMENT.contact_access(facts) is access


SCRIPTS = [
    ("Q-01", "lte", "mobile_network", {"place", "signal", "handset", "since", "other_handset_tried"}),
    ("Q-02", "nr", "mobile_number", {"wanted_number", "number_state"}),
    ("Q-03", "lte", "mobile_policy", {"offer"}),
    ("Q-04", "telephone", "fixed_fault", {"fault_reported_at", "fault_address", "repair_progress", "over_24_hours"}),
    ("Q-05", "messaging", "value_added_fees", {"charge_kind", "disputed_amount", "billing_month"}),
    ("Q-06", "own_hall", "service_attitude", {"conduct", "happened_at", "where_happened"}),
]


@pytest.mark.parametrize("rule, business_type, complaint_type, required", SCRIPTS)
def test_scripts_with_their_fields(rule: str, business_type: str, complaint_type: str, required: set[str]) -> None:
    script = DOCUMENT.script_for(Facts(business_type=business_type, complaint_type=complaint_type))
    assert script is not None
    assert script.rule == rule
    assert {field.code for field in script.fields if field.required} == required


def test_q01_asks_all_that_the_notice_lists_and_knows_the_six_findings() -> None:
    script = next(script for script in DOCUMENT.scripts if script.rule == "Q-01")
    fields = {field.code: field for field in script.fields}
    assert {"message_heard", "other_handset_result"} < set(fields)
    assert len(fields["network_result"].choices) == 6


def test_q02_never_tells_an_invented_reservation() -> None:
    """U-82: the notice's refusal by an invented group booking is encoded nowhere."""
    assert "集团选中" not in TEXT
    assert "预约办理中" not in TEXT
    script = next(script for script in DOCUMENT.scripts if script.rule == "Q-02")
    assert "真实" in script.wording.zh
    assert "true_reason" in {field.code for field in script.fields}


def test_q04_names_the_repair_desk() -> None:
    script = next(script for script in DOCUMENT.scripts if script.rule == "Q-04")
    assert any("9695522" in step.zh for step in script.steps)


def test_no_script_for_other_matters() -> None:
    script: Script | None = DOCUMENT.script_for(Facts(business_type="lte", complaint_type="mobile_roaming"))
    assert script is None


def test_options() -> None:
    options = DOCUMENT.options
    assert options.warn_ratio == Decimal("0.9")
    assert not options.allow_decline
    assert [code.value for code in options.clearance.codes] == ["no_contact"]
    assert str(options.returns.limit) == "1wd"
    assert (options.bounce_limit, str(options.attempt_minimum), str(options.archive_after)) == (3, "2h", "24h")
    assert (options.repeat.days, options.unmerge_days) == (30, 7)
    assert (options.revisit.attempts, options.revisit.days) == (3, 2)
    assert options.quiet_hours is not None
    assert (options.quiet_hours.start, options.quiet_hours.end) == (time(21), time(8))
    assert options.quiet_hours.earliest == time(9)


def test_u38_u39_transfers() -> None:
    remote = DOCUMENT.options.transfer_rule("remote_unit")
    owner = DOCUMENT.options.transfer_rule("business_owner")
    assert remote is not None
    assert owner is not None
    assert remote.free is None
    assert owner.free == 1
    assert DOCUMENT.options.transfer_rule("channel") is None


def test_every_label_is_given_in_both_languages() -> None:
    for dimension in ("channel", "business_type", "complaint_type", "cause", "level", "closure_code"):
        for entry in DOCUMENT.all_entries(dimension):
            assert entry.label.en.isascii(), entry.code
            assert any("\u4e00" <= letter <= "\u9fff" for letter in entry.label.zh), entry.code
