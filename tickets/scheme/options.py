"""The options of a scheme: where trades and operators differ in how the loop runs."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Literal

from django.utils.translation import gettext
from pydantic import Field, field_validator

from core.clock import local_day
from organization.models import Function
from tickets.states import ClosureCode, Stage

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


class QuietHours(Part):
    """When no customer is called: what falls due there is due at `earliest` (model 4)."""

    start: TimeOfDay
    end: TimeOfDay
    earliest: TimeOfDay
    stages: tuple[Stage, ...]


class LevelProposals(Part):
    """The level proposed (U-28): at the start, on dispatch to a department, for the group or another province."""

    start: Code
    department: Code
    group: Code


class Options(Part):
    """See the shipped documents for what each option of a trade rests on."""

    warn_ratio: Decimal = Field(gt=0, lt=1)
    director_review: Flag
    allow_decline: Flag
    signature_where_not_recorded: Flag
    clearance: Clearance
    returns: Returns
    transfers: tuple[TransferRule, ...]
    bounce_limit: int = Field(ge=1)
    attempt_minimum: ElapsedLimit
    revisit: RevisitRule
    repeat: RepeatRule
    archive_after: ElapsedLimit
    quiet_hours: QuietHours | None
    unmerge_days: int = Field(ge=0)
    cause_levels_at_intake: int = Field(ge=0, le=4)
    level_proposals: LevelProposals

    def transfer_rule(self, function: str) -> TransferRule | None:
        """How units of a function may transfer, None when they may not."""
        return next((rule for rule in self.transfers if rule.function == function), None)
