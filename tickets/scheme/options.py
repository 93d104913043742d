"""The options of a scheme: where trades and operators differ in how the loop runs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from django.utils.translation import gettext
from pydantic import Field, field_validator

from core.clock import local_day
from organization.models import Function
from tickets.states import ClosureCode, Grade, Stage

from .parts import Code, ElapsedLimit, Flag, LimitField, Part, TimeOfDay


class Clearance(Part):
    """Which answers need an approval before the ticket is closed (model 3.1)."""

    codes: tuple[ClosureCode, ...]
    levels: tuple[Code, ...] = ()

    @field_validator("codes")
    @classmethod
    def _always_no_contact(cls, codes: tuple[ClosureCode, ...]) -> tuple[ClosureCode, ...]:
        if ClosureCode.NO_CONTACT not in codes:
            raise ValueError(gettext("no_contact always needs clearance: add it."))
        return codes


class Returns(Part):
    """Whether and how long after receipt a unit may ask to return an order (C-03)."""

    allowed: Flag
    limit: LimitField


class TransferRule(Part):
    """To which functions a unit may transfer, and how many of its transfers of a ticket are no bounce (None: all)."""

    function: Function
    to: tuple[Function, ...] = Field(min_length=1)
    free: int | None = Field(ge=0)


class RevisitRule(Part):
    """Who is called back (U-A11), and after how many attempts on how many days one may give up."""

    dispatched: Flag
    on_the_spot: Flag
    attempts: int = Field(ge=1)
    days: int = Field(ge=1)

    def may_give_up(self, tried: Iterable[datetime]) -> bool:
        """Whether attempts at these instants (aware), for the answer or the revisit, are enough to stop trying."""
        days = [local_day(instant) for instant in tried]
        return len(days) >= self.attempts and len(set(days)) >= self.days


class RepeatRule(Part):
    """What makes a repeat (model 8): the keys looked up, the days back, the matter as a level of a dictionary."""

    days: int = Field(ge=1)
    keys: tuple[Literal["service_number", "contact_phone", "vehicle", "address"], ...] = Field(min_length=1)
    matter: Literal["business_type", "complaint_type"]
    matter_level: int = Field(ge=1, le=4)


class IncidentRule(Part):
    """When similar complaints propose a mass incident (M-05): so many customers of one place within so long; similar is
    what has the same entry at a level of a dictionary."""

    count: int = Field(ge=2)
    within: ElapsedLimit
    matter: Literal["business_type", "complaint_type"]
    matter_level: int = Field(ge=1, le=4)


class QuietHours(Part):
    """When no customer is called: what falls due there is due at `earliest` (model 4)."""

    start: TimeOfDay
    end: TimeOfDay
    earliest: TimeOfDay
    stages: tuple[Stage, ...]


class AlertStep(Part):
    """One step of the alert chain: from which share of its time a clock is brought before whom.

    `to` names the user accountable, the unit's manager, the unit above it (a copy), the province's supervisors, the
    group's.
    """

    at: Decimal = Field(gt=0, le=10, decimal_places=2)
    grade: Grade
    to: tuple[Literal["user", "manager", "parent", "province", "group"], ...] = Field(min_length=1)


class SupervisionRule(Part):
    """How clocks are watched (model 6): the chain, and what goes beyond the due time (which stages, after how long)."""

    chain: tuple[AlertStep, ...] = Field(min_length=1)
    beyond_due_stages: tuple[Stage, ...]
    beyond_due_after: ElapsedLimit
    reply_limit: ElapsedLimit
    chase_interval: ElapsedLimit
    digest_window: ElapsedLimit

    @field_validator("chain")
    @classmethod
    def _rises(cls, chain: tuple[AlertStep, ...]) -> tuple[AlertStep, ...]:
        if chain[0].grade != Grade.WARNING or chain[0].at >= 1:
            raise ValueError(gettext("The chain starts with a warning below 1."))
        for lower, upper in pairwise(chain):
            if upper.at <= lower.at or upper.grade.rank < lower.grade.rank:
                raise ValueError(gettext("Each step of the chain must come later than the one before, no milder."))
        return chain

    def chain_for(self, stage: str, *, is_soft: bool = False) -> tuple[AlertStep, ...]:
        """The steps that a stage goes through; a soft limit only warns (B-05)."""
        goes_beyond = stage in self.beyond_due_stages
        return tuple(step for step in self.chain if step.at < 1 or (not is_soft and (step.at == 1 or goes_beyond)))


class LevelProposals(Part):
    """The level proposed (U-28): at the start, on dispatch to a department, for the group or another province."""

    start: Code
    department: Code
    group: Code


class Options(Part):
    """See the shipped documents for what each option of a trade rests on."""

    supervision: SupervisionRule
    director_review: Flag
    allow_decline: Flag
    signature_where_not_recorded: Flag
    clearance: Clearance
    returns: Returns
    transfers: tuple[TransferRule, ...]
    bounce_limit: int = Field(ge=1)
    attempt_minimum: ElapsedLimit
    revisit: RevisitRule
    low_rating: int = Field(ge=0, le=5)  # up to this a customer's rating, 1 to 5, is screened
    repeat: RepeatRule
    archive_after: ElapsedLimit
    quiet_hours: QuietHours | None
    unmerge_days: int = Field(ge=0)
    cause_levels_at_intake: int = Field(ge=0, le=4)
    level_proposals: LevelProposals
    incidents: IncidentRule | None = None

    @property
    def warn_ratio(self) -> Decimal:
        """The share of its time after which a stage is warned (U-32)."""
        return self.supervision.chain[0].at

    def transfer_rule(self, function: str) -> TransferRule | None:
        """How units of a function may transfer, None when they may not."""
        return next((rule for rule in self.transfers if rule.function == function), None)
