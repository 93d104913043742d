"""The one write path: nothing changes a ticket but `perform` (and `open_ticket`, which makes one). See ADR 0002."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core import clock
from core.errors import NotPermitted, Refused, Stale
from core.numbers import ticket_number
from organization.grants import Grant, grants_of
from tickets import clocks, notifications, record, search_index
from tickets.actions import HeldBy, Step, action_of, actions_of, follow_up_of, order_actions_of
from tickets.constraints import in_words
from tickets.models import Ticket, WorkOrder
from tickets.models.ticket import kind_of
from tickets.querysets import held, narrowest, order_held, order_sent_by
from tickets.states import KIND_LETTERS

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from organization.models import User

REGISTER = "register"
TicketT = TypeVar("TicketT", bound=Ticket)


def perform(
    ticket_id: int,
    action: str,
    *,
    by: User | None,
    expected_version: int | None = None,
    order: int | None = None,
    at: datetime | None = None,
    **data: Any,
) -> Ticket:
    """Do `action` to a ticket, in one transaction, or refuse it and change nothing.

    `by=None` is the system. `expected_version` is the version that the person's form showed: the work order's when
    `order` (its number in the ticket) is given, else the ticket's. `at` other than now (an instant in UTC) is for
    loaders, history import and tests. `data` is what the action's effect asks for.

    Raises Ticket.DoesNotExist when the ticket is outside `by`'s scope, NotPermitted when the role or its reach is
    missing, Stale when somebody was faster, Refused for everything else that cannot be.
    """
    at = at or clock.now()
    try:
        with transaction.atomic():
            step = _load(ticket_id, action, by=by, order=order, at=at, data=data)
            _authorise(step)
            _check_version(step, expected_version)
            _check_state(step)
            _run(step)
            while (name := follow_up_of(step.ticket)) is not None:
                _run(Step(step.ticket, actions_of(step.ticket.kind)[name], None, None, at, {}, clocks=step.clocks))
    except IntegrityError as error:
        raise in_words(error) from error
    return step.ticket


def open_ticket(ticket: TicketT, *, by: User, grant: Grant, at: datetime, notes: dict[str, Any]) -> TicketT:
    """Save a new `ticket`, a proxy of its kind with `accepted_at` and the facts set, as a draft that `by` holds: with
    its number, its first event (with `notes`) and its `fill` and `total` clocks.

    Runs in the caller's transaction, which adds the contact and detail rows.
    """
    kind = kind_of(type(ticket))
    ticket.kind, ticket.accepted_by, ticket.holder, ticket.accepting_unit = kind, by, by, grant.unit
    ticket.changed_at = at
    ticket.pk = _next_id()
    ticket.number = ticket_number(KIND_LETTERS[kind], clock.local_day(ticket.accepted_at), ticket.pk)
    step = Step(ticket, actions_of(kind)[REGISTER], by, grant, at, {}, notes=notes)
    event = record.next_event(ticket, action=REGISTER, at=at, by=by, grant=grant, from_status="", data=notes)
    ticket.save(force_insert=True)
    event.save(force_insert=True)
    clocks.ticket_opened(step)
    clocks.refresh_due(step)
    Ticket.objects.filter(pk=ticket.pk).update(next_due_at=ticket.next_due_at)
    return ticket


def _load(
    ticket_id: int, action: str, *, by: User | None, order: int | None, at: datetime, data: dict[str, Any]
) -> Step:
    """Lock the ticket, the others that the action touches and the work order; all in ascending id."""
    kind = Ticket.objects.filter(pk=ticket_id).values_list("kind", flat=True).first()
    known = action_of(kind, action, on_order=order is not None) if kind else None
    if kind and known is None:
        raise Refused(_("There is no such action."), code="unknown_action")
    scope = Ticket.objects.all()
    if by is not None:
        scope = known.finder(by, data) if known and known.finder else scope.visible_to(by, at)
    wanted = sorted({ticket_id, *(known.locks(ticket_id, data) if known else ())})
    if known is not None and known.out_of_reach:
        rows = Ticket.objects.filter(Q(pk__in=wanted) & (~Q(pk=ticket_id) | Q(pk__in=scope.values("pk"))))
    else:
        rows = scope.filter(pk__in=wanted)
    # One row needs no order, and ordering rows as wide as these is a fifth of Django's work on the query.
    in_order = ["pk"] if len(wanted) > 1 else []
    locked = {
        ticket.pk: ticket
        for ticket in rows.select_related("scheme_version", "business_type", "complaint_type", "cause", "channel")
        .select_for_update(of=("self",), no_key=True)
        .order_by(*in_order)
    }
    if ticket_id not in locked or known is None:
        raise Ticket.DoesNotExist(f"No ticket {ticket_id} within reach.")
    ticket = locked.pop(ticket_id)
    if len(locked) != len(wanted) - 1:
        raise Refused(_("The other ticket does not exist or is outside your scope."), code="other_unknown")
    step = Step(ticket, known, by, None, at, data, others=locked)
    if order is not None:
        found = ticket.work_orders.filter(seq=order).select_related("unit", "parent", "parent__unit").first()
        if found is None:
            raise Refused(_("There is no such work order."), code="order_unknown")
        found.ticket = ticket
        step.order = found
    return step


def _authorise(step: Step) -> None:
    """Take the narrowest grant that allows the act here, of those that suit the case, and keep it for the event."""
    if step.by is None:
        if not step.action.system:
            raise NotPermitted(_("Only a person can do this."))
        return
    state = step.order.status if step.order else step.ticket.status
    roles = step.action.roles_in(state)
    if not roles:  # nobody may act in this state: the state check says so better than the permission check
        roles = frozenset(step.action.allow)
    candidates = [grant for grant in grants_of(step.by, step.at) if grant.role in roles]
    suits = step.action.suits
    if suits is not None and len(candidates) > 1:
        candidates.sort(key=lambda grant: not suits(step, grant))  # the others last, for their check to say why
    if candidates:
        step.grant = _grant_in_reach(step, candidates)
    if step.grant is None:
        raise NotPermitted(_("Your role does not allow this here. Ask your supervisor if it should."))


def _grant_in_reach(step: Step, grants: list[Grant]) -> Grant | None:
    if step.action.finder is not None:  # the finder itself is the reach
        return grants[0]
    rows: QuerySet[Any] = Ticket.objects.filter(pk=step.ticket.pk)
    condition = held
    if step.order is not None:
        rows = WorkOrder.objects.filter(pk=step.order.pk)
        condition = order_sent_by if step.action.held_by is HeldBy.SENDER else order_held
    index = rows.annotate(via=narrowest(grants, condition)).values_list("via", flat=True).get()
    return None if index is None else grants[index]


def _check_version(step: Step, expected: int | None) -> None:
    current = step.order.version if step.order else step.ticket.version
    if expected is None or expected == current:
        return
    raise Stale(*last_disturbance(step.ticket))


def last_disturbance(ticket: Ticket) -> tuple[str, datetime]:
    """Who last changed what an open form shows, and when. Alerts, notes and other acts that disturb none are not what
    the person has to look at."""
    acts = (*actions_of(ticket.kind).values(), *order_actions_of(ticket.kind).values())
    disturbing = [action.name for action in acts if action.bumps_version]
    last = ticket.events.filter(action__in=disturbing).select_related("actor").order_by("-seq").first()
    who = last.actor.name if last and last.actor else _("the system")
    return who, last.at if last else ticket.changed_at


def _check_state(step: Step) -> None:
    allowed = step.ticket.status in step.action.states
    if step.order is not None:
        allowed = allowed and step.order.status in step.action.order_states
    if not allowed:
        shown = step.order.get_status_display() if step.order else step.ticket.get_status_display()
        raise Refused(
            _("“%(act)s” is not possible while the state is “%(state)s”. Reload the page to see what is.")
            % {"act": step.action.label, "state": shown},
            code="wrong_state",
        )


def _run(step: Step) -> None:
    """Checks, transition, effect, clocks, save, event, search, what it tells: in that order."""
    ticket, action = step.ticket, step.action
    before, places = ticket.status, search_index.places_of(ticket)
    for check in action.checks:
        check(step)
    if action.transition:
        getattr(ticket, action.name)(step)
    if action.effect is not None:
        action.effect(step)
    clocks.follow_state(step, before)
    clocks.follow_results(step)
    clocks.follow_people(step)
    clocks.refresh_due(step)
    if action.bumps_version:
        if step.order is not None:
            step.order.version += 1
            step.order.save(update_fields=["version"])
        else:
            ticket.version += 1
    if step.order is not None:
        step.notes.setdefault("order", step.order.seq)
    ticket.changed_at = step.at
    event = record.next_event(
        ticket,
        action=action.name,
        at=step.at,
        by=step.by,
        grant=step.grant,
        from_status=before,
        data=step.notes,
        said=step.said,
    )
    ticket.save()
    event.save(force_insert=True)
    search_index.add_places(ticket, (search_index.places_of(ticket) | step.places) - places)
    notifications.tell_of(step, event)


def _next_id() -> int:
    """The next ticket id, which is also the counter in its number: a sequence on PostgreSQL, the table's own
    counter on SQLite, whose writers take turns anyway."""
    table = Ticket._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
            return int(cursor.fetchone()[0])
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
        return int(row[0]) + 1 if row else 1
