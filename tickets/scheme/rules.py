"""The rules of a scheme: limits, promises, routing, scripts, authority."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Literal

from django.utils.translation import gettext
from pydantic import BeforeValidator, Field, model_validator

from organization.models import Function
from organization.roles import Role
from tickets.domain.limits import Limit
from tickets.domain.rules import VIP, Facts, Interval
from tickets.states import Kind, Stage

from .parts import Code, Flag, Label, LimitField, Part, RuleId, Text


def _several(value: object) -> object:
    """One value may stand for a list of one."""
    return [value] if isinstance(value, str | int) else value


Codes = Annotated[tuple[Code, ...], BeforeValidator(_several), Field(min_length=1)]
OneOrMore = BeforeValidator(_several)


class NumberRange(Part):
    """Bounds of a number field."""

    at_least: Decimal | None = None
    above: Decimal | None = None
    at_most: Decimal | None = None
    below: Decimal | None = None

    @model_validator(mode="after")
    def _has_numbers(self) -> NumberRange:
        if self.at_least is not None and self.above is not None:
            raise ValueError(gettext("A range starts with at_least or above, not both."))
        if self.at_most is not None and self.below is not None:
            raise ValueError(gettext("A range ends with at_most or below, not both."))
        if self.interval == Interval() or self.interval.is_empty:
            raise ValueError(gettext("The range holds every number or none: correct its bounds."))
        return self

    @property
    def interval(self) -> Interval:
        """The bounds as the domain understands them."""
        return Interval(
            low=self.at_least if self.above is None else self.above,
            high=self.at_most if self.below is None else self.below,
            low_open=self.above is not None,
            high_open=self.below is not None,
        )


class When(Part):
    """The criteria of a rule: all must hold; of the values of one, any. A code of a tree stands for all below it."""

    kind: Annotated[tuple[Kind, ...], OneOrMore] | None = Field(default=None, min_length=1)
    request_type: Codes | None = None
    level: Codes | None = None
    channel: Codes | None = None
    business_type: Codes | None = None
    complaint_type: Codes | None = None
    cause: Codes | None = None
    priority: Annotated[tuple[Annotated[int, Field(ge=1, le=4)], ...], OneOrMore] | None = Field(
        default=None, min_length=1
    )
    written: Flag | None = None
    customer_tier: Codes | None = None
    region: Annotated[tuple[Text, ...], OneOrMore] | None = Field(default=None, min_length=1)
    numbers: dict[Code, NumberRange] = Field(default_factory=dict)


class Rule(Part):
    """A rule with a name of its own and the rule IDs of the sources that it follows."""

    id: Code
    rules: tuple[RuleId, ...] = Field(min_length=1)
    when: When = When()


class LimitRule(Rule):
    """How long a stage may take. `derived`: computed from stated numbers, shown as 推定值 (U-31). `target`: what is
    aimed at, in the unit of `upper`; it is shown and limits nothing (U-88)."""

    stage: Stage
    upper: LimitField
    lower: LimitField | None = None
    target: Decimal | None = Field(default=None, ge=0)
    derived: Flag = False
    pausable: Flag = True

    @model_validator(mode="after")
    def _lower_fits(self) -> LimitRule:
        if self.lower is None:
            return self
        if self.stage != Stage.HANDLE:
            raise ValueError(gettext("Only the stage “handle” can have a lower bound (U-30): remove it."))
        if self.lower.unit != self.upper.unit or self.lower.amount > self.upper.amount:
            raise ValueError(gettext("The lower bound must be in the unit of the upper and not beyond it."))
        return self

    def limit_for(self, facts: Facts) -> Limit:
        """The limit for a ticket: the lower bound for VIP customers and expedited business of a complaint (U-30)."""
        preferred = facts.customer_tier == VIP or facts.expedited
        if self.lower is not None and preferred and facts.kind == Kind.COMPLAINT:
            return self.lower
        return self.upper


class Promise(Part):
    """What customers are promised at a level (U-29): a most, which is the ticket's `total`, and an average, a figure
    about many tickets that limits none of them (U-A3); 0 hours is 即时."""

    level: Code
    rules: tuple[RuleId, ...] = Field(min_length=1)
    maximum: LimitField
    average_hours: Decimal = Field(ge=0)

    @property
    def limit_rule(self) -> LimitRule:
        """The promise as the limit of the stage `total`."""
        when = When(kind=(Kind.COMPLAINT,), level=(self.level,))
        return LimitRule(id=f"promise_{self.level}", rules=self.rules, when=when, stage=Stage.TOTAL, upper=self.maximum)


class RoutingRule(Rule):
    """Where tickets are proposed to go: a function of units and, where it matters, the department that has it."""

    function: Function
    department: Code | None = None


class ScriptChoice(Part):
    """A value of a field of type choice."""

    code: Code
    label: Label


class ScriptField(Part):
    """A thing to ask and record. A yes to one that `proposes` a flag of the priority (U-24) ticks it for the agent."""

    code: Code
    label: Label
    type: Literal["text", "number", "datetime", "choice", "boolean"]
    required: Flag = False
    choices: tuple[ScriptChoice, ...] = ()
    proposes: Literal["", "is_critical", "is_urgent", "is_widespread"] = ""

    @model_validator(mode="after")
    def _choices_fit(self) -> ScriptField:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError(gettext("A field of type choice needs choices, and no other field has them."))
        if self.proposes and self.type != "boolean":
            raise ValueError(gettext("Only a yes proposes a flag: the field must be of type boolean."))
        return self


class Script(Part):
    """How to receive one kind of matter: steps, wording, and what to record (Q-01 … Q-06)."""

    code: Code
    rule: RuleId
    label: Label
    when: When
    steps: tuple[Label, ...] = Field(min_length=1)
    wording: Label
    fields: tuple[ScriptField, ...] = ()


class AuthorityRule(Part):
    """What a role may grant alone (U-48): up to how much, to whom, for what; empty conditions exclude nobody."""

    role: Role
    remedy: Code
    up_to: Decimal = Field(ge=0)
    customer_tiers: tuple[Code, ...] = ()
    business_types: tuple[Code, ...] = ()
    complaint_types: tuple[Code, ...] = ()
    min_months_in_service: int = Field(default=0, ge=0)


class RentWaiver(Part):
    """The waiver of daily rent for a repair that took too long (Q-04)."""

    after_hours: int = Field(gt=0)
    business_types: tuple[Code, ...] = Field(min_length=1)
    complaint_types: tuple[Code, ...] = Field(min_length=1)
    remedy: Code
    reported_field: Code

    def period(self, reported: datetime, restored: datetime) -> tuple[datetime, datetime] | None:
        """The time that is waived: what of the repair lies beyond the hours allowed, None when nothing does."""
        start = reported + timedelta(hours=self.after_hours)
        return (start, restored) if restored > start else None

    def days(self, reported: datetime, restored: datetime) -> int:
        """How many days' rent that is; a day begun counts."""
        period = self.period(reported, restored)
        return -((period[0] - period[1]) // timedelta(days=1)) if period else 0
