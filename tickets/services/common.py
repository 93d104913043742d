"""Acts that every open ticket knows, whatever its kind: contacts, notes, corrections, hand-over, endings (3.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.translation import gettext as _

from core.clock import local_day
from core.errors import NotPermitted, Refused
from organization.grants import grants_of
from organization.roles import Role
from organization.selectors import centre_above, centre_for, covers
from tickets import clocks
from tickets.actions import actions_of
from tickets.models import Amendment, HandOver, Ticket
from tickets.models.records import NoteKind
from tickets.querysets import held
from tickets.services import orders
from tickets.services.indexing import index_words
from tickets.services.judging import judge_priority
from tickets.services.noting import keep_reason, note
from tickets.states import COMPLAINT_REQUEST, Stage, Status

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from django.db.models import Model

    from organization.grants import Grant
    from organization.models import Unit, User
    from tickets.actions import Step
    from tickets.querysets import TicketQuerySet

# What `amend` may correct on the ticket itself; contact fields are corrected on the contact row.
AMENDABLE = frozenset({"summary", "description", "extra", "is_written", "customer_tier", "customer_brand"})
AMENDABLE_CONTACT = frozenset({"name", "phone", "service_number", "address", "email", "marketing_consent"})
CLASSES = ("request_type", "level", "business_type", "complaint_type", "cause")
FLAGS = ("is_critical", "is_urgent", "is_widespread")


def callers_ticket(user: User, data: Mapping[str, Any]) -> TicketQuerySet:
    """Where `add_contact` may reach: what the user sees, and what belongs to the customer who is calling (model 2)."""
    seen: TicketQuerySet = Ticket.objects.visible_to(user)
    if not any(grant.role in (Role.AGENT, Role.DISPATCHER) for grant in grants_of(user)):
        return seen
    theirs = Ticket.objects.of_caller(data.get("caller", ""), by=user)
    return Ticket.objects.filter(Q(pk__in=seen.values("pk")) | Q(pk__in=theirs.values("pk")))


def add_contact(step: Step) -> None:
    """The customer calls again (客户再来电): no new ticket. Data: kind (urging or facts), text."""
    row = note(step, step.data["kind"], step.data["text"])
    step.ticket.contact_count += 1
    step.notes.update(note=row.pk, kind=row.kind)


def add_note(step: Step) -> None:
    """An internal note. Data: text."""
    step.notes["note"] = note(step, NoteKind.NOTE, step.data["text"]).pk


def request_instruction(step: Step) -> None:
    """Put the ticket before a leader (呈办, C-02). Data: text."""
    step.notes["note"] = note(step, NoteKind.INSTRUCTION_REQUEST, step.data["text"]).pk


def instruct(step: Step) -> None:
    """The leader's instruction (批示), kept. Data: text."""
    step.notes["note"] = note(step, NoteKind.INSTRUCTION, step.data["text"]).pk


def amend(step: Step) -> None:
    """Correct what was recorded (更正); old and new value are kept. Data: changes {field: value}."""
    changes = step.data["changes"]
    unknown = set(changes) - AMENDABLE - AMENDABLE_CONTACT
    if unknown:
        raise Refused(_("These fields cannot be corrected: %(fields)s.") % {"fields": ", ".join(sorted(unknown))})
    contact = step.ticket.contact
    theirs = {name: new for name, new in changes.items() if name in AMENDABLE_CONTACT}
    changed = [
        *correct(step, contact, theirs, is_contact=True),
        *correct(step, step.ticket, {name: new for name, new in changes.items() if name not in theirs}),
    ]
    if not changed:
        raise Refused(_("Nothing was changed."), code="no_change")
    if "phone" in changed:
        contact.phone_last4 = contact.phone[-4:]
    if AMENDABLE_CONTACT & set(changed):
        contact.save()
    index_words(step.ticket)
    if "customer_tier" in changed:
        judge_priority(step.ticket)
        step.notes["moved"] = clocks.recompute(step)
    step.notes["fields"] = sorted(changed)


def correct(step: Step, row: Model, changes: Mapping[str, Any], *, is_contact: bool = False) -> list[str]:
    """Set fields of a row and keep both values of each that differs; gives their names. The caller saves the row."""
    differing = [name for name, new in changes.items() if getattr(row, name) != new]
    for name in differing:
        step.said.append(
            Amendment.objects.create(
                ticket=step.ticket,
                at=step.at,
                by=step.person,
                field=name,
                is_contact=is_contact,
                old=str(getattr(row, name)),
                new=str(changes[name]),
            )
        )
        setattr(row, name, changes[name])
    return differing


def convert_kind(step: Step) -> None:
    """What came as an inquiry etc. is a complaint after all (转为投诉, I-02), from its own acceptance on: running
    clocks are computed anew from where they began. Data: reason."""
    before = step.ticket.request_type
    if before == COMPLAINT_REQUEST:
        raise Refused(_("This is a complaint already."), code="complaint_already")
    step.ticket.request_type = COMPLAINT_REQUEST
    step.notes["changed"] = {"request_type": [before, COMPLAINT_REQUEST]}
    step.notes["moved"] = clocks.recompute(step)
    keep_reason(step)


def reclassify(step: Step) -> None:
    """Change class, level or flags (改类改级). Running clocks are computed anew from their original starts; what the
    customer was promised stands until an interim reply. Data: any of the classes and flags, priority with reason."""
    ticket, changed = step.ticket, {}
    request_type = step.data.get("request_type", ticket.request_type)
    if (request_type == COMPLAINT_REQUEST) != (ticket.request_type == COMPLAINT_REQUEST):
        raise Refused(
            _("A complaint stays one, and what becomes one is converted: choose “Convert into a complaint” for that."),
            code="convert",
        )
    for name in (*CLASSES, *FLAGS):
        if name in step.data and getattr(ticket, name) != step.data[name]:
            changed[name] = [_shown(getattr(ticket, name)), _shown(step.data[name])]
            setattr(ticket, name, step.data[name])
    if step.data.get("priority"):
        reason = step.data.get("priority_reason", "").strip()
        if not reason:
            raise Refused(_("Say why the priority is set by hand."), code="priority_reason")
        changed["priority"] = [ticket.priority, step.data["priority"]]
        ticket.priority = step.data["priority"]
        ticket.priority_reasons = [{"by_hand": reason}]
    elif set(FLAGS) & set(changed):
        judge_priority(ticket)
    if not changed:
        raise Refused(_("Nothing was changed."), code="no_change")
    step.notes["changed"] = changed
    step.notes["moved"] = clocks.recompute(step)


def may_hand_over(step: Step, grant: Grant) -> bool:
    """The holder hands a ticket over, or a director."""
    return grant.role == Role.DIRECTOR or step.ticket.holder_id == step.person.pk


def hand_over(step: Step) -> None:
    """Offer the ticket to somebody else (交接); it moves when the receiver confirms. Data: receiver, note.

    See `may_hand_over`; an offer that nobody has confirmed yet is replaced.
    """
    receiver = step.data["receiver"]
    if step.grant is not None and not may_hand_over(step, step.grant):
        raise NotPermitted(_("Only who holds the ticket, or a director, can hand it over."))
    if receiver.pk == step.ticket.holder_id:
        raise Refused(_("%(who)s holds this ticket already.") % {"who": receiver.name}, code="same_holder")
    if not _can_hold(step, receiver):
        raise Refused(_("%(who)s cannot take this ticket over.") % {"who": receiver.name}, code="receiver_blind")
    step.ticket.hand_overs.filter(confirmed_at=None).delete()
    row = HandOver.objects.create(
        ticket=step.ticket,
        giver=step.ticket.holder,
        receiver=receiver,
        asked_at=step.at,
        note=step.data.get("note", ""),
    )
    step.notes.update(receiver=receiver.pk, to=receiver.name, hand_over=row.pk)


def _can_hold(step: Step, user: User) -> bool:
    """Whether `user` could confirm the hand-over: who only sees a ticket cannot hold it."""
    roles = actions_of(step.ticket.kind)["confirm_hand_over"].roles_in(step.ticket.status)
    grants = [grant for grant in grants_of(user, step.at) if grant.role in roles]
    theirs = Ticket.objects.filter(pk=step.ticket.pk).visible_to(user, step.at)
    return any(theirs.filter(held(grant)).exists() for grant in grants)


def confirm_hand_over(step: Step) -> None:
    """The receiver takes the ticket over."""
    offered = _offered(step)
    if offered.receiver_id != step.person.pk:
        raise NotPermitted(_("Only the receiver can confirm."))
    offered.confirmed_at = step.at
    offered.save(update_fields=["confirmed_at"])
    step.ticket.holder = step.person


def may_cancel_hand_over(step: Step, grant: Grant) -> bool:
    """Whose ticket it was takes an offer back, or a director."""
    return grant.role == Role.DIRECTOR or _offered(step).giver_id == step.person.pk


def cancel_hand_over(step: Step) -> None:
    """Take back what nobody has confirmed; the ticket stays where it is. See `may_cancel_hand_over`."""
    offered = _offered(step)
    if step.grant is not None and not may_cancel_hand_over(step, step.grant):
        raise NotPermitted(_("Only who hands the ticket over, or a director, can take it back."))
    step.notes["to"] = offered.receiver.name
    offered.delete()


def _offered(step: Step) -> HandOver:
    """The hand-over that waits to be confirmed. Raises Refused (`no_hand_over`) without one."""
    found = step.ticket.hand_overs.filter(confirmed_at=None).select_related("receiver").first()
    if found is None:
        raise Refused(_("Nobody is handing this ticket over."), code="no_hand_over")
    return found


def centre_not_concerned(ticket: Ticket, centre: Unit) -> Unit:
    """The centre; where the complaint is about it or its head, the next one above that it is not about (S-09).

    A complaint about the head of a centre becomes one about the centre, so that its people are recused too. Raises
    Refused (`no_centre`) where even the group's centre is concerned.
    """
    found: Unit | None = centre
    while found is not None and _is_about(ticket, found):
        ticket.complained_unit = ticket.complained_unit or found
        found = centre_above(found)
    if found is None:
        raise Refused(
            _("Every complaint centre is part of what the complaint is about. Tell the group."), code="no_centre"
        )
    return found


def _is_about(ticket: Ticket, centre: Unit) -> bool:
    about_unit = ticket.complained_unit is not None and covers(ticket.complained_unit, centre)
    return about_unit or (ticket.complained_user_id is not None and ticket.complained_user_id == centre.manager_id)


def transfer_centre(step: Step) -> None:
    """The centre of the customer's home takes over (转属地, U-43), for what is about it the one above (S-09). The whole
    course runs on. Data: unit (province or city)."""
    place = step.data["unit"]
    centre = centre_not_concerned(step.ticket, centre_for(place))
    if centre == step.ticket.owner_unit:
        raise Refused(_("%(unit)s owns this ticket already.") % {"unit": centre.name}, code="same_centre")
    step.notes.update(centre_before=step.ticket.owner_unit.code, centre=centre.code)
    step.ticket.owner_unit = centre
    step.ticket.province_id, step.ticket.city_id = place.province_id, place.city_id
    if step.ticket.status != Status.DRAFT:
        step.ticket.holder = None


def end(step: Step) -> None:
    """What every ending but closing does: nothing is asked of any unit any more."""
    orders.recall_open(step)
    keep_reason(step)


def may_merge(step: Step, grant: Grant) -> bool:
    """The ticket that stays may be seen as who took it (U-25), but is not decided by the unit that it is about."""
    return not any(
        other.complained_unit is not None and covers(other.complained_unit, grant.unit)
        for other in step.others.values()
    )


def merge(step: Step) -> None:
    """Put the ticket into an older one of the same kind (并单), whose clocks run on. Data: into (ticket id)."""
    ticket, older = step.ticket, step.others.get(step.data["into"])
    if older is None:
        raise Refused(_("A ticket cannot be merged into itself."), code="merge_self")
    if older.kind != ticket.kind:
        raise Refused(_("Only tickets of the same kind can be merged."), code="other_kind")
    if not older.is_open:
        raise Refused(_("%(number)s is not open any more.") % {"number": older.number}, code="not_open")
    if (older.accepted_at, older.pk) > (ticket.accepted_at, ticket.pk):
        raise Refused(
            _("%(number)s is the younger one: merge it into this ticket instead.") % {"number": older.number},
            code="younger",
        )
    if step.grant is not None and not may_merge(step, step.grant):
        raise Refused(
            _("%(number)s is about your own unit: another centre deals with it.") % {"number": older.number},
            code="recused",
        )
    ticket.merged_into = older
    orders.recall_open(step)
    step.notes["into"] = older.number


def merge_locks(ticket_id: int, data: Mapping[str, Any]) -> Iterable[int]:
    """The ticket that stays is locked too."""
    return (data["into"],)


def check_unmerge(step: Step) -> None:
    """Merging can be undone for some days only (model 3.1)."""
    merged_at, days = step.ticket.ended_at or step.at, step.scheme.options.unmerge_days
    if (local_day(step.at) - local_day(merged_at)).days > days:
        raise Refused(_("Merging can be undone within %(days)s days only.") % {"days": days}, code="unmerge_late")


def unmerge(step: Step) -> None:
    """The ticket is on its own again, its whole course still counted from where it began: a cancelled clock is never
    changed, so it gets another attempt."""
    last = step.ticket.clocks.filter(stage=Stage.TOTAL, round=step.ticket.round).order_by("attempt").last()
    clocks.start(step, Stage.TOTAL, started=step.ticket.accepted_at, again=last)


def check_void(step: Step) -> None:
    """A draft is voided by its author; later only a supervisor can (model 3.1)."""
    if step.ticket.status == Status.DRAFT and step.ticket.accepted_by_id != step.person.pk:
        raise NotPermitted(_("Only who opened the draft can void it."))


def _shown(value: Any) -> Any:
    return getattr(value, "code", value)
