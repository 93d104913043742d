"""What must hold between the parts of a scheme document: codes that exist, once each; rules that never tie."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeVar

from django.utils.translation import gettext as _

from tickets.domain.rules import Candidate, ties
from tickets.states import COMPLAINT_REQUEST, ClosureCode

from .entries import DIMENSIONS, MAX_DEPTH
from .reading import fault
from .rules import LimitRule, RoutingRule, Script, When

if TYPE_CHECKING:
    from .document import SchemeDocument

AnyRule = LimitRule | RoutingRule | Script
AnyRuleT = TypeVar("AnyRuleT", LimitRule, RoutingRule, Script)


def faults(document: SchemeDocument) -> list[str]:
    """Every fault of meaning in a document of sound form, as "place: what is wrong, what to do"."""
    return [
        *_dictionaries(document),
        *_promises(document),
        *_unknown_codes(document),
        *_rule_names(document),
        *_script_fields(document),
        *_all_ties(document),
    ]


def _doubles(codes: Iterable[str]) -> list[str]:
    return [code for code, times in Counter(codes).items() if times > 1]


def _dictionaries(document: SchemeDocument) -> Iterator[str]:
    for dimension, section in DIMENSIONS.items():
        entries = document.all_entries(dimension)
        for code in _doubles(entry.code for entry in entries):
            yield fault(f"{section} › {code}", _("the code stands twice; give one of them another"))
        for entry in entries:
            if entry.level == MAX_DEPTH + 1:
                what = _("lies deeper than %(depth)s levels; move it up") % {"depth": MAX_DEPTH}
                yield fault(f"{section} › {' › '.join(entry.path)}", what)
    for root in document.complaint_types:
        if root.business_type is None:
            what = _("does not say to which business it belongs; add business_type")
            yield fault(f"complaint_types › {root.code}", what)
    if document.entry("request_type", COMPLAINT_REQUEST) is None:
        yield fault("request_types", _("“%(code)s” is missing; add it") % {"code": COMPLAINT_REQUEST})
    for missing in set(ClosureCode) - {choice.code for choice in document.closure_codes}:
        yield fault("closure_codes", _("“%(code)s” is missing; add it") % {"code": missing.value})


def _promises(document: SchemeDocument) -> Iterator[str]:
    promised = [promise.level for promise in document.promises]
    for level in document.levels:
        if level.code not in promised:
            what = _("the level “%(level)s” has no promise (U-29); add one") % {"level": level.code}
            yield fault("promises", what)
    for level_code in _doubles(promised):
        yield fault(f"promises › {level_code}", _("the level is promised twice; keep one"))


def _unknown_codes(document: SchemeDocument) -> Iterator[str]:
    for where, dimension, codes in _references(document):
        for code in codes:
            if document.entry(dimension, code) is None:
                what = _("“%(code)s” is not a code of %(dimension)s; add it there or correct it")
                yield fault(where, what % {"code": code, "dimension": dimension})


def _references(document: SchemeDocument) -> Iterator[tuple[str, str, Sequence[str]]]:
    """Every place that names codes of a dictionary: (place, dimension, codes)."""
    for dimension in ("business_type", "complaint_type"):
        for entry in document.all_entries(dimension):
            for name in ("department", "business_type"):
                if code := entry.attributes.get(name):
                    yield f"{dimension}s › {entry.code} › {name}", name, (code,)
    for ground in document.grounds:
        yield f"grounds › {ground.code} › case_natures", "case_nature", ground.case_natures
    for promise in document.promises:
        yield "promises", "level", (promise.level,)
    for section, name, rule in _named_rules(document):
        yield from _when_references(f"{section} › {name} › when", rule.when)
        if isinstance(rule, RoutingRule) and rule.department:
            yield f"{section} › {name} › department", "department", (rule.department,)
    for grant in document.authority:
        where = f"authority › {grant.role} › {grant.remedy}"
        yield where, "remedy", (grant.remedy,)
        yield f"{where} › customer_tiers", "customer_tier", grant.customer_tiers
        yield f"{where} › business_types", "business_type", grant.business_types
        yield f"{where} › complaint_types", "complaint_type", grant.complaint_types
    if waiver := document.rent_waiver:
        yield "rent_waiver › business_types", "business_type", waiver.business_types
        yield "rent_waiver › complaint_types", "complaint_type", waiver.complaint_types
        yield "rent_waiver › remedy", "remedy", (waiver.remedy,)
    proposals = document.options.level_proposals
    levels = (proposals.start, proposals.department, proposals.group)
    yield "options › level_proposals", "level", levels
    yield "options › clearance › levels", "level", document.options.clearance.levels


def _when_references(where: str, when: When) -> Iterator[tuple[str, str, Sequence[str]]]:
    for dimension in ("request_type", "level", "channel", "business_type", "complaint_type", "cause", "customer_tier"):
        yield f"{where} › {dimension}", dimension, getattr(when, dimension) or ()


def _named_rules(document: SchemeDocument) -> Iterator[tuple[str, str, AnyRule]]:
    for limit in document.limits:
        yield "limits", limit.id, limit
    for route in document.routing:
        yield "routing", route.id, route
    for script in document.scripts:
        yield "scripts", script.code, script


def _rule_names(document: SchemeDocument) -> Iterator[str]:
    for place in _doubles(f"{section} › {name}" for section, name, _rule in _named_rules(document)):
        yield fault(place, _("the name stands twice; give one of them another"))


def _script_fields(document: SchemeDocument) -> Iterator[str]:
    types = {field.code: field.type for script in document.scripts for field in script.fields}
    for script in document.scripts:
        for code in _doubles(field.code for field in script.fields):
            yield fault(f"scripts › {script.code} › {code}", _("the code stands twice; give one of them another"))
        for field in script.fields:
            for code in _doubles(choice.code for choice in field.choices):
                where = f"scripts › {script.code} › {field.code} › {code}"
                yield fault(where, _("the code stands twice; give one of them another"))
    for section, name, rule in _named_rules(document):
        for number in rule.when.numbers:
            if types.get(number) != "number":
                what = _("“%(code)s” is not a number field of a script; add it there or correct it")
                yield fault(f"{section} › {name} › when › numbers", what % {"code": number})
    if (waiver := document.rent_waiver) and types.get(waiver.reported_field) != "datetime":
        what = _("“%(code)s” is not a datetime field of a script; add it there or correct it")
        yield fault("rent_waiver › reported_field", what % {"code": waiver.reported_field})


def _all_ties(document: SchemeDocument) -> Iterator[str]:
    for candidates in document.limit_candidates.values():
        yield from _ties("limits", candidates)
    yield from _ties("routing", document.routing_candidates)
    yield from _ties("scripts", document.script_candidates)


def _ties(section: str, candidates: Sequence[Candidate[AnyRuleT]]) -> Iterator[str]:
    for one, other in ties(candidates):
        what = _(
            "“%(one)s” and “%(other)s” can match the same ticket equally; make one more specific, "
            "or add a rule for where they meet"
        )
        yield fault(section, what % {"one": _name(one), "other": _name(other)})


def _name(rule: AnyRule) -> str:
    return rule.code if isinstance(rule, Script) else rule.id
