"""The scheme document (受理方案): everything about a trade that is a number, a dictionary or an option (model 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any, TypeVar

from pydantic import Field, ValidationError

from organization.models import Function
from tickets.domain.routing import RoutingProposal, propose
from tickets.domain.rules import Candidate, Criteria, Facts, most_specific

from . import entries
from .checks import faults
from .entries import DIMENSIONS, Contact, Entry, flatten
from .options import Options
from .parts import Code, Label, LimitField, Part
from .reading import SchemeError, load, sentences
from .rules import AuthorityRule, LimitRule, Promise, RentWaiver, RoutingRule, Script, When

RuleT = TypeVar("RuleT", LimitRule, RoutingRule, Script)


class SchemeDocument(Part):
    """One version of a scheme. Made by `parse`, which lets through only what is whole and without ties."""

    code: Code
    title: Label
    request_types: tuple[entries.RequestType, ...] = Field(min_length=1)
    levels: tuple[entries.Choice, ...] = Field(min_length=1)
    channels: tuple[entries.Channel, ...] = Field(min_length=1)
    answer_modes: tuple[entries.AnswerMode, ...] = Field(min_length=1)
    business_types: tuple[entries.BusinessType, ...] = Field(min_length=1)
    complaint_types: tuple[entries.ComplaintType, ...] = Field(min_length=1)
    causes: tuple[entries.Cause, ...] = Field(min_length=1)
    return_reasons: tuple[entries.Choice, ...] = Field(min_length=1)
    closure_codes: tuple[entries.ClosureChoice, ...]
    customer_tiers: tuple[entries.Choice, ...] = Field(min_length=1)
    brands: tuple[entries.Choice, ...] = ()
    departments: tuple[entries.Department, ...] = ()
    remedies: tuple[entries.Remedy, ...] = ()
    liability_classes: tuple[entries.Choice, ...] = ()
    regulators: tuple[entries.Choice, ...] = ()
    case_businesses: tuple[entries.Choice, ...] = ()
    case_natures: tuple[entries.Choice, ...] = ()
    grounds: tuple[entries.Ground, ...] = ()
    answer_before_regulator: LimitField | None = None
    promises: tuple[Promise, ...]
    limits: tuple[LimitRule, ...]
    routing: tuple[RoutingRule, ...]
    scripts: tuple[Script, ...]
    authority: tuple[AuthorityRule, ...]
    rent_waiver: RentWaiver | None
    options: Options

    @classmethod
    def parse(cls, text: str, name: str) -> SchemeDocument:
        """Read a document from YAML; `name` is what messages call it.

        Raises SchemeError with every fault of form; when there is none, with every fault of meaning: codes that are
        unknown, missing or double, trees that are too deep, rules that tie.
        """
        raw = load(text, name)
        try:
            document = cls.model_validate(raw)
        except ValidationError as error:
            raise SchemeError(name, sentences(error, raw)) from error
        if found := faults(document):
            raise SchemeError(name, found)
        return document

    # Dictionaries

    def all_entries(self, dimension: str) -> list[Entry]:
        """The entries of a dimension, those of a tree each after the one above it."""
        return list(flatten(dimension, getattr(self, DIMENSIONS[dimension])))

    @cached_property
    def _entries(self) -> Mapping[str, Mapping[str, Entry]]:
        return {name: {entry.code: entry for entry in self.all_entries(name)} for name in DIMENSIONS}

    def entry(self, dimension: str, code: str) -> Entry | None:
        """The entry of a code, None when this version does not have it. Raises KeyError for an unknown dimension."""
        return self._entries[dimension].get(code)

    def label(self, dimension: str, code: str) -> str:
        """What a screen shows for a code, in the language in use; the code itself when it is unknown."""
        entry = self.entry(dimension, code)
        return str(entry.label) if entry else code

    def category(self, dimension: str, code: str, level: int) -> str:
        """The code at that level above (or at) a code of a tree; the code itself when it lies higher or is unknown."""
        entry = self.entry(dimension, code)
        return entry.path[:level][-1] if entry else code

    def complaint_types_for(self, business_type: str) -> list[Entry]:
        """The complaint types that belong to a business or to one above it (U-27)."""
        business = self.entry("business_type", business_type)
        path = business.path if business else ()
        return [e for e in self._entries["complaint_type"].values() if e.attributes["business_type"] in path]

    def records(self, channel: str) -> bool:
        """Whether a channel can record; without, the customer's signature is needed (U-34)."""
        return self._attribute("channel", channel, "records") is True

    def is_expedited(self, business_type: str) -> bool:
        """Whether a business gets the lower bound (U-30)."""
        return self._attribute("business_type", business_type, "expedited") is True

    def is_fixed_line(self, business_type: str) -> bool:
        """Whether a business is of the fixed line (U-62)."""
        return self._attribute("business_type", business_type, "fixed_line") is True

    def contact_access(self, facts: Facts) -> Contact:
        """What a handler sees of the contact data: the most that request, business or complaint type allow (U-42)."""
        dimensions = ("request_type", "business_type", "complaint_type")
        named = {self._attribute(name, getattr(facts, name), "contact") for name in dimensions}
        return next((access for access in reversed(Contact) if access in named), Contact.NONE)

    def _attribute(self, dimension: str, code: str, name: str) -> Any:
        entry = self.entry(dimension, code)
        return entry.attributes[name] if entry else None

    # Rules

    @cached_property
    def limit_candidates(self) -> Mapping[str, Sequence[Candidate[LimitRule]]]:
        """The limit rules of each stage, the promises among those of `total`."""
        by_stage: dict[str, list[Candidate[LimitRule]]] = {}
        for rule in (*self.limits, *(promise.limit_rule for promise in self.promises)):
            by_stage.setdefault(rule.stage, []).append(self._candidate(rule))
        return by_stage

    @cached_property
    def routing_candidates(self) -> Sequence[Candidate[RoutingRule]]:
        """The routing rules with their criteria."""
        return [self._candidate(rule) for rule in self.routing]

    @cached_property
    def script_candidates(self) -> Sequence[Candidate[Script]]:
        """The scripts with their criteria."""
        return [self._candidate(script) for script in self.scripts]

    @cached_property
    def limit_sources(self) -> Mapping[str, Sequence[str]]:
        """The rule IDs that each limit follows, by the name of the limit."""
        limits = (*self.limits, *(promise.limit_rule for promise in self.promises))
        return {limit.id: limit.rules for limit in limits}

    def limit_rule(self, stage: str, facts: Facts) -> LimitRule | None:
        """The rule that limits a stage of a ticket, None for a stage without limit (无时限)."""
        return most_specific(self.limit_candidates.get(stage, ()), facts)

    def route(self, facts: Facts) -> RoutingProposal | None:
        """Where a ticket is proposed to go: by the rules, else for an inexact type the business owner (U-38)."""
        owner = self._attribute("business_type", facts.business_type, "department") or ""
        rule = most_specific(self.routing_candidates, facts)
        by_rule = None
        if rule is not None:
            department = rule.department or (owner if rule.function == Function.BUSINESS_OWNER else "")
            by_rule = RoutingProposal(rule.function.value, department, rule.id)
        return propose(by_rule, self._is_exact("complaint_type", facts.complaint_type), owner)

    def _is_exact(self, dimension: str, code: str) -> bool:
        """Whether a code stands for one thing: it is known and nothing lies below it."""
        entries_ = self._entries[dimension]
        return code in entries_ and all(entry.parent != code for entry in entries_.values())

    def script_for(self, facts: Facts) -> Script | None:
        """The script for receiving a ticket, None when it has none of its own."""
        return most_specific(self.script_candidates, facts)

    def may_grant(self, role: str, remedy: str, amount: Decimal, facts: Facts, months_in_service: int = 0) -> bool:
        """Whether a role may grant so much of a remedy alone (U-48); `amount` is in the unit of the remedy."""
        types = self._path("complaint_type", facts.complaint_type)
        businesses = self._path("business_type", facts.business_type)
        return any(
            rule.role == role
            and rule.remedy == remedy
            and amount <= rule.up_to
            and months_in_service >= rule.min_months_in_service
            and (not rule.customer_tiers or facts.customer_tier in rule.customer_tiers)
            and (not rule.business_types or not businesses.isdisjoint(rule.business_types))
            and (not rule.complaint_types or not types.isdisjoint(rule.complaint_types))
            for rule in self.authority
        )

    def rent_waiver_for(self, facts: Facts) -> RentWaiver | None:
        """The waiver of rent that a ticket falls under, if any (Q-04)."""
        waiver = self.rent_waiver
        if waiver is None or self._path("business_type", facts.business_type).isdisjoint(waiver.business_types):
            return None
        types = self._path("complaint_type", facts.complaint_type)
        return None if types.isdisjoint(waiver.complaint_types) else waiver

    def _path(self, dimension: str, code: str) -> frozenset[str]:
        entry = self.entry(dimension, code)
        return frozenset(entry.path if entry else ())

    def _candidate(self, rule: RuleT) -> Candidate[RuleT]:
        return Candidate(self._criteria(rule.when), rule)

    def _criteria(self, when: When) -> Criteria:
        codes: dict[str, frozenset[object]] = {}
        for name in type(when).model_fields.keys() - {"numbers", "written"}:
            if (values := getattr(when, name)) is not None:
                codes[name] = frozenset(self._with_all_below(name, values))
        if when.written is not None:
            codes["written"] = frozenset({when.written})
        return Criteria(codes, {name: bounds.interval for name, bounds in when.numbers.items()})

    def _with_all_below(self, dimension: str, values: Sequence[object]) -> Sequence[object]:
        below = [e.code for e in self._entries.get(dimension, {}).values() if not set(values).isdisjoint(e.path)]
        return (*values, *below)
