"""A scheme document with a fault is refused with a sentence that says where, what and what to do (model 9)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.utils import translation

from core.errors import Refused
from tickets.scheme import SchemeDocument, SchemeError

SMALL = (Path(__file__).parent / "scheme_small.yaml").read_text(encoding="utf-8")

Change = Callable[[dict[str, Any]], object]


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    with translation.override("en"):
        yield


def faults_of(change: Change) -> list[str]:
    raw = yaml.safe_load(SMALL)
    change(raw)
    with pytest.raises(SchemeError) as refused:
        SchemeDocument.parse(json.dumps(raw), "small")
    return refused.value.faults


def limit(identifier: str, **fields: Any) -> dict[str, Any]:
    return {"id": identifier, "rules": ["U-31"], "stage": "handle", "upper": "5h", **fields}


def route(identifier: str, when: dict[str, Any]) -> dict[str, Any]:
    return {"id": identifier, "rules": ["U-38"], "when": when, "function": "type_owner"}


def deep(levels: int) -> dict[str, Any]:
    entry: dict[str, Any] = {"code": f"deep{levels}", "label": {"zh": "深", "en": "Deep"}}
    return entry if levels == 1 else {**entry, "children": [deep(levels - 1)]}


def script_field(**fields: Any) -> Change:
    return lambda raw: raw["scripts"][0]["fields"].append({"code": "x", "label": {"zh": "甲", "en": "X"}, **fields})


FORM: list[tuple[Change, str]] = [
    (lambda raw: raw.pop("levels"), "levels: is missing; add it"),
    (lambda raw: raw.update(colour="red"), "colour: is not a known name; remove it or correct its spelling"),
    (lambda raw: raw.update(levels=[]), "levels: is empty; give at least one"),
    (
        lambda raw: raw.update(limits="none"),
        "limits: 'none' is not a list; write its items below it, each after a dash",
    ),
    (lambda raw: raw.update(options=3), "options: 3 is not a mapping; write names and values"),
    (
        lambda raw: raw["channels"][0].update(records="perhaps"),
        "channels › phone › records: 'perhaps' is neither true nor false; write one of them",
    ),
    (
        lambda raw: raw["levels"][0].update(code="Not a code"),
        "levels › Not a code › code: 'Not a code' has the wrong form; it must match ^[a-z][a-z0-9_]*$",
    ),
    (lambda raw: raw["levels"][0]["label"].update(en=" "), "levels › minor › label › en: is empty; write something"),
    (
        lambda raw: raw["levels"][0]["label"].update(en=False),
        "levels › minor › label › en: False is not text; put it in quotes if it is meant as one",
    ),
    (
        lambda raw: raw["scripts"][0]["fields"][0].update(type="colour"),
        "scripts › leak › fields › diameter › type: 'colour' is not known; "
        "choose one of 'text', 'number', 'datetime', 'choice' or 'boolean'",
    ),
    (
        lambda raw: raw["limits"][0].update(upper="soon"),
        "limits › fill › upper: “soon” is not a limit: write a number and a unit, such as 24h, 3wd or 2wd@18:00.",
    ),
    (
        lambda raw: raw["limits"][0].update(upper="3w"),
        "limits › fill › upper: “w” is not a unit; the units are min, h, nd, mo, wd and wdh.",
    ),
    (
        lambda raw: raw["limits"][0].update(lower="30min"),
        "limits › fill: Only the stage “handle” can have a lower bound (U-30): remove it.",
    ),
    (
        lambda raw: raw["limits"][1].update(lower="42h"),
        "limits › handle: The lower bound must be in the unit of the upper and not beyond it.",
    ),
    (
        lambda raw: raw["limits"][1].update(lower="1wd"),
        "limits › handle: The lower bound must be in the unit of the upper and not beyond it.",
    ),
    (
        lambda raw: raw["options"].update(attempt_minimum="1wd"),
        "options › attempt_minimum: Only elapsed time can be used here: write min or h, such as 2h.",
    ),
    (
        # 21:00 without quotes
        lambda raw: raw["options"]["quiet_hours"].update(start=1260),
        "options › quiet_hours › start: A time of day is written in quotes, such as “21:00”.",
    ),
    (
        lambda raw: raw["options"]["quiet_hours"].update(start="25:00"),
        "options › quiet_hours › start: A time of day is written as HH:MM, such as “21:00”.",
    ),
    (
        lambda raw: raw["options"]["clearance"].update(codes=["explained"]),
        "options › clearance › codes: no_contact always needs clearance: add it.",
    ),
    (
        lambda raw: raw["routing"][0]["when"].update(numbers={"diameter": {}}),
        "routing › small_pipe › when › numbers › diameter: The range holds every number or none: correct its bounds.",
    ),
    (
        lambda raw: raw["routing"][0]["when"].update(numbers={"diameter": {"above": 5, "below": 5}}),
        "routing › small_pipe › when › numbers › diameter: The range holds every number or none: correct its bounds.",
    ),
    (
        lambda raw: raw["routing"][0]["when"].update(numbers={"diameter": {"at_least": 1, "above": 1}}),
        "routing › small_pipe › when › numbers › diameter: A range starts with at_least or above, not both.",
    ),
    (
        lambda raw: raw["routing"][0]["when"].update(numbers={"diameter": {"at_most": 1, "below": 1}}),
        "routing › small_pipe › when › numbers › diameter: A range ends with at_most or below, not both.",
    ),
    (
        script_field(type="choice"),
        "scripts › leak › fields › x: A field of type choice needs choices, and no other field has them.",
    ),
    (
        lambda raw: raw["options"]["supervision"]["chain"][0].update(at=1.5),
        "options › supervision › chain: The chain starts with a warning below 1.",
    ),
    (
        lambda raw: raw["options"]["supervision"]["chain"][2].update(at=1),
        "options › supervision › chain: Each step of the chain must come later than the one before, no milder.",
    ),
    (
        lambda raw: raw["options"]["supervision"]["chain"][0].update(to=["customer"]),
        "options › supervision › chain › #1 › to › #1: 'customer' is not known; choose one of 'user', 'manager', "
        "'parent', 'province' or 'group'",
    ),
]

MEANING: list[tuple[Change, str]] = [
    (
        lambda raw: raw["channels"].append(dict(raw["channels"][0])),
        "channels › phone: the code stands twice; give one of them another",
    ),
    (
        lambda raw: raw["business_types"][0]["children"][0].update(code="water"),
        "business_types › water: the code stands twice; give one of them another",
    ),
    (
        lambda raw: raw["request_types"].pop(0),
        "request_types: “complaint” is missing; add it",
    ),
    (
        lambda raw: raw["causes"].append(deep(5)),
        "causes › deep5 › deep4 › deep3 › deep2 › deep1: lies deeper than 4 levels; move it up",
    ),
    (
        lambda raw: raw["complaint_types"][0].pop("business_type"),
        "complaint_types › supply: does not say to which business it belongs; add business_type",
    ),
    (lambda raw: raw["closure_codes"].pop(), "closure_codes: “no_contact” is missing; add it"),
    (lambda raw: raw["promises"].pop(), "promises: the level “major” has no promise (U-29); add one"),
    (
        lambda raw: raw["promises"].append(dict(raw["promises"][0])),
        "promises › minor: the level is promised twice; keep one",
    ),
    (
        lambda raw: raw["promises"][0].update(level="middling"),
        "promises: “middling” is not a code of level; add it there or correct it",
    ),
    (
        lambda raw: raw["business_types"][0].update(department="nowhere"),
        "business_types › water › department: “nowhere” is not a code of department; add it there or correct it",
    ),
    (
        lambda raw: raw["limits"][2]["when"].update(level=["major", "huge"]),
        "limits › handle_major › when › level: “huge” is not a code of level; add it there or correct it",
    ),
    (
        lambda raw: raw["routing"][0].update(department="nowhere"),
        "routing › small_pipe › department: “nowhere” is not a code of department; add it there or correct it",
    ),
    (
        lambda raw: raw["scripts"][0]["when"].update(business_type="gas"),
        "scripts › leak › when › business_type: “gas” is not a code of business_type; add it there or correct it",
    ),
    (
        lambda raw: raw["scripts"][0]["when"].update(complaint_type="smell"),
        "scripts › leak › when › complaint_type: “smell” is not a code of complaint_type; add it there or correct it",
    ),
    (
        lambda raw: raw["routing"][0]["when"].update(numbers={"length": {"at_most": 5}}),
        "routing › small_pipe › when › numbers: “length” is not a number field of a script; add it there or correct it",
    ),
    (
        lambda raw: raw["limits"].append(limit("fill", when={"channel": "phone", "level": "minor"})),
        "limits › fill: the name stands twice; give one of them another",
    ),
    (
        script_field(type="choice", choices=[{"code": "a", "label": {"zh": "甲", "en": "A"}}] * 2),
        "scripts › leak › x › a: the code stands twice; give one of them another",
    ),
    (
        script_field(type="text", code="diameter"),
        "scripts › leak › diameter: the code stands twice; give one of them another",
    ),
    (
        lambda raw: raw["authority"][0].update(remedy="cake"),
        "authority › dispatcher › cake: “cake” is not a code of remedy; add it there or correct it",
    ),
    (
        lambda raw: raw["rent_waiver"].update(reported_field="diameter"),
        "rent_waiver › reported_field: “diameter” is not a datetime field of a script; add it there or correct it",
    ),
    (
        lambda raw: raw["options"]["level_proposals"].update(group="galactic"),
        "options › level_proposals: “galactic” is not a code of level; add it there or correct it",
    ),
    (
        lambda raw: raw["limits"].append(limit("again", when={"level": "major"})),
        "limits: “handle_major” and “again” can match the same ticket equally; make one more specific, "
        "or add a rule for where they meet",
    ),
    (
        lambda raw: raw["limits"].append(limit("by_phone", when={"channel": "phone"})),
        "limits: “handle_major” and “by_phone” can match the same ticket equally; make one more specific, "
        "or add a rule for where they meet",
    ),
    (
        lambda raw: raw["limits"].append(limit("whole", stage="total", when={"kind": "complaint", "channel": "phone"})),
        "limits: “whole” and “promise_minor” can match the same ticket equally; make one more specific, "
        "or add a rule for where they meet",
    ),
    (
        # 150 belongs to both
        lambda raw: raw["routing"][1]["when"].update(numbers={"diameter": {"at_least": 150}}),
        "routing: “small_pipe” and “large_pipe” can match the same ticket equally; make one more specific, "
        "or add a rule for where they meet",
    ),
    (
        lambda raw: raw["scripts"].append({**raw["scripts"][0], "code": "pipes", "when": {"business_type": "pipes"}}),
        "scripts: “leak” and “pipes” can match the same ticket equally; make one more specific, "
        "or add a rule for where they meet",
    ),
]


@pytest.mark.parametrize("change, sentence", FORM + MEANING, ids=[text for _, text in FORM + MEANING])
def test_each_fault_is_told_in_a_sentence(change: Change, sentence: str) -> None:
    assert sentence in faults_of(change)


def test_all_faults_of_form_are_told_at_once() -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["limits"][0]["upper"] = "soon"
        raw["limits"][1]["upper"] = "later"
        raw.pop("channels")

    assert len(faults_of(change)) == 3


def test_all_faults_of_meaning_are_told_at_once() -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["promises"].pop()
        raw["limits"].append(limit("again", when={"level": "major"}))
        raw["authority"][0]["remedy"] = "cake"

    assert len(faults_of(change)) == 3


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("a: [1", "line 1, column 6: is not readable (expected ',' or ']', but got '<stream end>'); correct it"),
        ("- a\n- b", "document: is not a mapping; it must begin with names such as “code:”"),
        ("", "document: is not a mapping; it must begin with names such as “code:”"),
        ("a: 1\nb: 2\na: 3", "line 3, column 1: is not readable (“a” stands twice; keep one); correct it"),
        (
            "a: &x [1]\nb: [*x, *x]",
            "line 2, column 5: is not readable (aliases (*name) are not allowed; write it out); correct it",
        ),
        (
            "a: &x\n  children: [*x]",
            "line 2, column 14: is not readable (aliases (*name) are not allowed; write it out); correct it",
        ),
        ("a: " + "[" * 5000, "document: is nested too deeply; correct it"),
        ("# " + "x" * 1024 * 1024, "document: is larger than 1 MiB; a scheme is a few pages, check the file"),
    ],
    ids=["not yaml", "a list", "empty", "a name twice", "aliases", "a cycle", "nested", "too large"],
)
def test_what_is_no_document_is_told(text: str, sentence: str) -> None:
    with pytest.raises(SchemeError) as refused:
        SchemeDocument.parse(text, "some.yaml")
    assert refused.value.faults == [sentence]


@pytest.mark.parametrize(
    "text",
    ["a: !!python/object/apply:os.system [ls]", "a: \x00", "? [a, b]\n: c", "a: 2026-13-45", "1: 2", "code: {a: 1}"],
)
def test_odd_yaml_is_refused_not_run(text: str) -> None:
    with pytest.raises(SchemeError):
        SchemeDocument.parse(text, "odd.yaml")


def test_the_refusal_names_the_document_and_holds_every_fault() -> None:
    with pytest.raises(Refused) as refused:
        SchemeDocument.parse("code: x", "some.yaml")
    assert refused.value.message.splitlines()[0] == "The scheme “some.yaml” was not loaded."
    assert "levels: is missing; add it" in refused.value.message
