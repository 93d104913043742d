"""Whom something is told: found when it is told, so that the people are those who are there now (model 6).

Nobody is told of a ticket about himself, and what would reach a unit that a complaint is about goes to the one above.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from organization import selectors
from organization.models import Function, Unit, User
from organization.roles import GROUP_CENTRE_ROLE, Role
from tickets.models import (
    Extension,
    Incident,
    Outbox,
    Pause,
    Remedy,
    ResponsibilityFinding,
    StageClock,
    SupervisionOrder,
    WorkOrder,
)
from tickets.models.outbox import NoticeKind
from tickets.notice_choices import Choices, choices_of
from tickets.querysets import OWNERS
from tickets.states import ORDER_OPEN, ORDER_UNANSWERED, Stage
from tickets.tracks import is_tracked, settled_by

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.models import Ticket

# Stages of the ticket that neither its holder nor its centre's dispatchers work on.
_WORKERS = {Stage.INSTRUCT: Role.APPROVER, Stage.REVISIT: Role.REVISITOR}
# What the mailbox or robot of the unit concerned is told too.
_FOR_UNITS = frozenset(
    {
        NoticeKind.WARNING,
        NoticeKind.OVERDUE,
        NoticeKind.RAISED,
        NoticeKind.CHASED,
        NoticeKind.SILENT,
        NoticeKind.ORDER_SENT,
        NoticeKind.ORDER_BACK,
        NoticeKind.RECALLED,
        NoticeKind.RETURN_DECIDED,
        NoticeKind.JUDGED,
        NoticeKind.URGED,
    }
)


@dataclass
class Roster:
    """Who is on duty where at one instant, and how people want to be told; each asked of the database once."""

    at: datetime
    _known: dict[tuple[Any, ...], list[User]] = field(default_factory=dict)
    _choices: dict[int, Choices] = field(default_factory=dict)

    def on_duty(self, role: Role, unit: Unit) -> list[User]:
        """See `organization.selectors.on_duty`."""
        return self._once((role, unit.pk), lambda: selectors.on_duty(role, unit, self.at))

    def managers(self, unit: Unit) -> list[User]:
        """See `organization.selectors.managers_of`."""
        return self._once(("manager", unit.pk), lambda: selectors.managers_of(unit, self.at))

    def person(self, user: User, unit: Unit) -> list[User]:
        """See `organization.selectors.standing_in`."""
        return self._once(("person", user.pk, unit.pk), lambda: selectors.standing_in(user, unit, self.at))

    def choices(self, users: list[User]) -> dict[int, Choices]:
        """What the users have chosen, by their ids."""
        new = [user for user in users if user.pk not in self._choices]
        if new:
            found = choices_of(new)
            self._choices |= {user.pk: found.get(user.pk, {}) for user in new}
        return self._choices

    def _once(self, key: tuple[Any, ...], ask: Callable[[], list[User]]) -> list[User]:
        if key not in self._known:
            self._known[key] = ask()
        return self._known[key]


@dataclass(frozen=True)
class Audience:
    """The people told, each once, and the units whose mailbox or robot is told."""

    users: list[User]
    units: list[Unit]


class Telling:
    """One outbox row, what it is about and whom it reaches at the roster's instant; read as needed, each once."""

    def __init__(self, row: Outbox, roster: Roster) -> None:
        self.data: dict[str, Any] = row.data
        self.kind = NoticeKind(row.kind)
        self.ticket: Ticket = row.ticket
        self.roster = roster

    def audience(self) -> Audience:
        """Whom it reaches. Raises KeyError for an unknown kind."""
        about_oneself = {self.ticket.complained_user_id, self.data.get("by")}
        found = [user for user in dict.fromkeys(self._users()) if user.pk not in about_oneself]
        return Audience(found, self._units() if self.kind in _FOR_UNITS else [])

    def facts(self) -> dict[str, Any]:
        """What the words need beyond the row's own data: stage and due time, numbers of orders."""
        found: dict[str, Any] = {}
        if self.orders:
            found["orders"] = [order.seq for order in self.orders]
        if self.supervisions:
            found["demands"] = sorted(row.seq for row in self.supervisions)
        if self.clock is not None:
            found.update(stage=self.clock.stage, due=self.clock.due_at.isoformat())
        return found

    def _users(self) -> Iterable[User]:
        if "to" in self.data:
            return [user for name in self.data["to"] for user in _STEPS[name](self)]
        return _AUDIENCES[self.kind](self)

    def _units(self) -> list[Unit]:
        """The units concerned, but for one that the complaint is about."""
        clocked = [self.clock.unit] if self.clock else []
        concerned = [*(row.target_unit for row in self.supervisions), *(order.unit for order in self.orders), *clocked]
        return [unit for unit in dict.fromkeys(concerned) if self.fair(unit) == unit]

    # -- what it is about

    @cached_property
    def clock(self) -> StageClock | None:
        if "clock" not in self.data:
            return None
        rows = StageClock.objects.select_related(
            "unit__parent", "unit__province", "work_order__unit", "work_order__assignee"
        )
        return rows.get(pk=self.data["clock"])

    @cached_property
    def orders(self) -> list[WorkOrder]:
        """The work orders named: by id, or by their numbers in the ticket."""
        rows = self.ticket.work_orders.select_related("unit", "assignee", "parent__unit", "parent__assignee")
        if "orders" in self.data:
            return list(rows.filter(seq__in=self.data["orders"]))
        return list(rows.filter(pk=self.data["order"])) if "order" in self.data else []

    @cached_property
    def supervisions(self) -> list[SupervisionOrder]:
        named = self.data.get("supervisions") or [pk for pk in (self.data.get("supervision"),) if pk]
        if not named:
            return []
        rows = SupervisionOrder.objects.filter(pk__in=named)
        return list(rows.select_related("target_unit", "target_user", "issued_by", "replied_by"))

    @cached_property
    def asked(self) -> Extension | Pause | None:
        """The extension or pause that was asked for or decided."""
        if "extension" in self.data:
            rows = Extension.objects.select_related("asked_by", "clock__unit")
            return rows.filter(pk=self.data["extension"]).first()
        return Pause.objects.select_related("asked_by").filter(pk=self.data.get("pause", 0)).first()

    @cached_property
    def finding(self) -> ResponsibilityFinding | None:
        """What was found on responsibility."""
        rows = ResponsibilityFinding.objects.select_related("by", "unit", "responsibility__contested_by")
        return rows.filter(pk=self.data.get("responsibility", 0)).first()

    # -- people

    def fair(self, unit: Unit) -> Unit | None:
        """The unit, or the one above what the complaint is about where it lies in that (S-09)."""
        complained = self.ticket.complained_unit
        return complained.parent if complained is not None and selectors.covers(complained, unit) else unit

    def duty(self, role: Role, unit: Unit | None) -> list[User]:
        fair = self.fair(unit) if unit else None
        return self.roster.on_duty(role, fair) if fair else []

    def managers(self, unit: Unit | None) -> list[User]:
        fair = self.fair(unit) if unit else None
        return self.roster.managers(fair) if fair else []

    def centre(self) -> list[User]:
        """Who settles the ticket: its holder, else those on duty for it where it is."""
        ticket = self.ticket
        if ticket.holder is not None:
            return self.roster.person(ticket.holder, ticket.owner_unit)
        return self.duty(settled_by(ticket.kind, ticket.owner_unit), ticket.owner_unit)

    def workers(self, order: WorkOrder) -> list[User]:
        """Who has the order: its assignee, else the unit's handlers."""
        if order.assignee is not None:
            return self.roster.person(order.assignee, order.unit)
        return self.duty(Role.HANDLER, order.unit)

    def senders(self, order: WorkOrder) -> list[User]:
        """To whom the order's result goes (U-41)."""
        return self.workers(order.parent) if order.parent else self.centre()

    def all_workers(self) -> list[User]:
        return [user for order in self.orders for user in self.workers(order)]

    def all_senders(self) -> list[User]:
        return [user for order in self.orders for user in self.senders(order)]

    def directors(self) -> list[User]:
        return [user for order in self.orders for user in self.duty(Role.DIRECTOR, order.unit)]

    def supervisors(self) -> list[User]:
        return self.duty(Role.SUPERVISOR, self.ticket.owner_unit)

    def issuers(self) -> list[User]:
        """Who demanded it; for what the system demanded, the supervisors over the ticket."""
        found: list[User] = []
        for row in self.supervisions:
            by = row.issued_by
            found += self.roster.person(by, self.ticket.owner_unit) if by else self.supervisors()
        return found

    def supervised(self) -> list[User]:
        """Who answers a supervision order, the manager of the unit, and those of the units that get a copy."""
        found: list[User] = []
        for row in self.supervisions:
            unit, user = row.target_unit, row.replied_by or row.target_user
            is_owner = any(unit.has_function(function) for function in OWNERS)
            role = settled_by(self.ticket.kind, unit) if is_owner else Role.HANDLER
            found += self.roster.person(user, unit) if user else self.duty(role, unit)
            found += [user for one in (unit, *row.cc_units.all()) for user in self.managers(one)]
        return found

    def silent(self) -> list[User]:
        over = [user for row in self.supervisions for user in self.managers(row.target_unit)]
        return [*self.issuers(), *over]

    def in_hand(self) -> list[User]:
        """Who owes a result now, and the centre."""
        rows = self.ticket.work_orders.filter(status__in=sorted(ORDER_UNANSWERED)).select_related("unit", "assignee")
        return [*(user for order in rows for user in self.workers(order)), *self.centre()]

    def everybody_at_work(self) -> list[User]:
        rows = self.ticket.work_orders.filter(status__in=sorted(ORDER_OPEN)).select_related("unit", "assignee")
        return [*(user for order in rows for user in self.workers(order)), *self.centre()]

    def receiver(self) -> list[User]:
        found = User.objects.filter(pk=self.data["receiver"]).first()
        return self.roster.person(found, self.ticket.owner_unit) if found else []

    def deciders(self) -> list[User]:
        """Who decides on more time: the director of the unit that is timed; of the centre, for a pause."""
        unit = self.asked.clock.unit if isinstance(self.asked, Extension) else self.ticket.owner_unit
        return self.duty(Role.DIRECTOR, unit)

    def asker(self) -> list[User]:
        return self.roster.person(self.asked.asked_by, self.ticket.owner_unit) if self.asked else []

    def liable(self) -> list[User]:
        """Who answers for the units that bear a share, and who settles the ticket in their place."""
        shares = self.finding.shares.select_related("unit") if self.finding else ()
        found: list[User] = []
        for unit in dict.fromkeys(share.unit for share in shares):
            found += [*self.duty(Role.DIRECTOR, unit), *self.managers(unit)]
            if is_tracked(self.ticket.kind):
                found += self.duty(settled_by(self.ticket.kind, unit), unit)
        return found

    def adjudicator(self) -> list[User]:
        return self.roster.person(self.finding.by, self.finding.unit) if self.finding else []

    def parties(self) -> list[User]:
        """Who contested, and who bears a share now that it is decided."""
        finding = self.finding
        contester = finding.responsibility.contested_by if finding else None
        return [*(self.roster.person(contester, self.ticket.owner_unit) if contester else []), *self.liable()]

    def granters(self) -> list[User]:
        """Who has the authority for the remedy that is asked for."""
        return self.duty(Role(self.data["decider"]), self.ticket.owner_unit)

    def remedy_asker(self) -> list[User]:
        row = Remedy.objects.select_related("asked_by").filter(pk=self.data.get("remedy", 0)).first()
        return self.roster.person(row.asked_by, self.ticket.owner_unit) if row else []

    def watching(self) -> list[User]:
        """Who opens and ends mass incidents in the areas of the one that this is about: their centres' dispatchers and
        their supervisors."""
        found: list[User] = []
        for area in Incident.objects.get(pk=self.data["incident"]).areas.all():
            found += self.duty(Role.DISPATCHER, selectors.centre_for(area)) + self.duty(Role.SUPERVISOR, area)
        return found

    def nobody(self) -> list[User]:
        """The customer, and no colleague."""
        return []

    def province_and_group(self) -> list[User]:
        """The province's managers and supervisors, and the group's centre, at once (U-09)."""
        province = self.ticket.province or self.ticket.owner_unit
        return [*self.managers(province), *self.province(), *self.group_centre()]

    # -- steps of the alert chain

    def accountable(self) -> list[User]:
        """Who has the stage in hand (U-47)."""
        clock = self.clock
        if clock is None:
            return []
        if clock.work_order is not None:
            return self.workers(clock.work_order)
        role = None if is_tracked(self.ticket.kind) else _WORKERS.get(Stage(clock.stage))
        return self.duty(role, clock.unit) if role else self.centre()

    def unit_manager(self) -> list[User]:
        return self.managers(self.clock.unit) if self.clock else []

    def above(self) -> list[User]:
        parent = self.clock.unit.parent if self.clock else None
        return [*self.managers(parent), *self.duty(Role.SUPERVISOR, parent)]

    def province(self) -> list[User]:
        place = (self.clock.unit.province if self.clock else None) or self.ticket.province
        return self.duty(Role.SUPERVISOR, place)

    def group(self) -> list[User]:
        root = Unit.objects.filter(pk=self.ticket.owner_unit.ancestor_ids[0]).first()
        return [*self.duty(Role.SUPERVISOR, root), *self.group_centre()]

    def group_centre(self) -> list[User]:
        inside = f"/{self.ticket.owner_unit.ancestor_ids[0]}/"
        rows = Unit.objects.active().filter(functions__function=Function.GROUP_CENTRE, path__startswith=inside)
        return [user for unit in rows for user in self.duty(GROUP_CENTRE_ROLE, unit)]


_Find = Callable[[Telling], Iterable[User]]
_STEPS: dict[str, _Find] = {
    "user": Telling.accountable,
    "manager": Telling.unit_manager,
    "parent": Telling.above,
    "province": Telling.province,
    "group": Telling.group,
}
_AUDIENCES: dict[NoticeKind, _Find] = {
    NoticeKind.OVERDUE: Telling.supervised,
    NoticeKind.CHASED: Telling.supervised,
    NoticeKind.SILENT: Telling.silent,
    NoticeKind.SUPERVISION_REPLIED: Telling.issuers,
    NoticeKind.JUDGED: Telling.supervised,
    NoticeKind.SERIOUS: Telling.province_and_group,
    NoticeKind.INTERIM_NEEDED: Telling.centre,
    NoticeKind.ORDER_SENT: Telling.all_workers,
    NoticeKind.ORDER_BACK: Telling.all_workers,
    NoticeKind.REVIEW_WAITING: Telling.directors,
    NoticeKind.RESULT_IN: Telling.all_senders,
    NoticeKind.RETURN_ASKED: Telling.all_senders,
    NoticeKind.RETURN_DECIDED: Telling.all_workers,
    NoticeKind.RECALLED: Telling.all_workers,
    NoticeKind.BOUNCED: Telling.supervisors,
    NoticeKind.URGED: Telling.in_hand,
    NoticeKind.TIME_ASKED: Telling.deciders,
    NoticeKind.TIME_DECIDED: Telling.asker,
    NoticeKind.RESUMED: Telling.everybody_at_work,
    NoticeKind.HANDED_OVER: Telling.receiver,
    NoticeKind.ENTRUSTED: Telling.centre,
    NoticeKind.MISROUTED: Telling.centre,
    NoticeKind.REPORTED: Telling.centre,
    NoticeKind.REPORT_BACK: Telling.centre,
    NoticeKind.LIABLE: Telling.liable,
    NoticeKind.CONTESTED: Telling.adjudicator,
    NoticeKind.SETTLED: Telling.parties,
    NoticeKind.REMEDY_ASKED: Telling.granters,
    NoticeKind.REMEDY_DECIDED: Telling.remedy_asker,
    NoticeKind.INCIDENT_PROPOSED: Telling.watching,
    NoticeKind.INCIDENT_LEFT: Telling.centre,
    NoticeKind.TO_CUSTOMER: Telling.nobody,
}
