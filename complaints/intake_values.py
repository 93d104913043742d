"""Between the intake form and the services: what the form shows of a draft, and what the services get of the form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils.translation import gettext as _

from complaints.intake_fields import stored_answer
from complaints.models import Complaint
from complaints.services.intake import Matter
from core import clock
from organization.models import User
from tickets.models import DictionaryEntry
from tickets.models.ticket import CustomerTier
from tickets.services.intake import Customer
from tickets.services.judging import judge_priority
from tickets.states import Kind, LinkKind
from tickets.views import id_in

if TYPE_CHECKING:
    from complaints.intake_forms import IntakeForm

SCRIPT = "script_"  # begins the names of the fields that a script adds
ANSWER = "answer_"  # and those of an answer on the spot

ENTRIES = ("channel", "business_type", "complaint_type", "cause")
CONTACT = ("name", "phone", "service_number", "address", "email")
PLAIN = (
    "customer_tier",
    "customer_brand",
    "request_type",
    "level",
    "summary",
    "description",
    "is_critical",
    "is_urgent",
    "is_widespread",
)
DETAIL = ("remedy_sought", "answer_mode_wished", "recording_ref")
UNITS = ("home", "occurred_in", "complained_unit")
ANSWERED = ("mode", "person_told", "content", "attitude", "closure_code", "plan", "promised_for")


def stored_values(ticket: Complaint) -> dict[str, Any]:
    """What the form shows of a draft; the script's answers are added with its fields."""
    contact, detail = ticket.contact, ticket.complaint_detail
    return {
        "version": ticket.version,
        "accepted_at": ticket.accepted_at,
        "home": ticket.city_id or ticket.province_id,
        "occurred_in": detail.occurred_in_id,
        "complained_unit": ticket.complained_unit_id,
        "complained_user": ticket.complained_user.username if ticket.complained_user else "",
        "repeat_of": repeat_number(ticket),
        **{name: getattr(contact, name) for name in CONTACT},
        **{name: getattr(ticket, name) for name in PLAIN},
        **{name: getattr(detail, name) for name in DETAIL},
        **{name: entry.code if (entry := getattr(ticket, name)) else "" for name in ENTRIES},
    }


def repeat_number(ticket: Complaint) -> str:
    """The number of the earlier ticket that a ticket repeats, empty without one."""
    numbers = ticket.links.filter(kind=LinkKind.REPEAT).values_list("earlier__number", flat=True)
    return numbers.first() or ""


def colleague(typed: str) -> User:
    """The active user with this employee number, user name or name. Raises ValidationError for none or several."""
    found = User.objects.filter(Q(employee_no=typed) | Q(username=typed) | Q(name=typed), is_active=True)[:2]
    if len(found) == 1:
        return found[0]
    if found:
        raise ValidationError(
            _("Several colleagues are called “%(typed)s”: type the employee number."), params={"typed": typed}
        )
    raise ValidationError(_("There is no colleague “%(typed)s”."), params={"typed": typed})


def draft_of(form: IntakeForm) -> Complaint:
    """The complaint as it would be from what is typed so far, never stored: for priority, promise and script."""
    known: dict[str, Any] = dict(form.cleaned_data if form.is_bound else form.initial)
    document, stored = form.document, form.stored
    draft = Complaint(
        pk=stored.pk if stored else None,
        kind=Kind.COMPLAINT,
        scheme_version=form.scheme_version,
        accepted_at=known.get("accepted_at") or clock.now(),
        request_type=known.get("request_type") or document.request_types[0].code,
        level=known.get("level") or document.options.level_proposals.start,
        customer_tier=known.get("customer_tier") or CustomerTier.ORDINARY,
        is_written=_is_written(form, known.get("channel") or ""),
        repeat_number=1 if known.get("repeat_of") else 0,
        extra=_answers(form, known),
        **{name: bool(known.get(name)) for name in ("is_critical", "is_urgent", "is_widespread")},
        **{name: DictionaryEntry(code=known.get(name) or "") for name in ENTRIES},
    )
    if stored or form.taking_units:
        draft.accepting_unit = stored.accepting_unit if stored else form.taking_units[0]
    home: Any = known.get("home") if form.is_bound else stored
    if home is not None:
        draft.province_id, draft.city_id = home.province_id, home.city_id
    judge_priority(draft)
    return draft


def call_of(form: IntakeForm) -> dict[str, Any]:
    """What `take` needs of a valid form for a new complaint."""
    data, entries = form.cleaned_data, _entries(form)
    plain = {name: data[name] for name in PLAIN if not name.startswith("customer_")}
    return {
        "customer": Customer(
            tier=data["customer_tier"], brand=data["customer_brand"], **{name: data[name] for name in CONTACT}
        ),
        "matter": Matter(
            **plain,
            **{name: data[name] for name in DETAIL},
            **entries,
            occurred_in=data["occurred_in"],
            complained_unit=data["complained_unit"],
            complained_user=data["complained_user"] or None,
            is_written=_is_written(form, data["channel"]),
            extra=_answers(form, data),
        ),
        "home": data["home"],
        "unit": data.get("unit"),
        "accepted_at": data["accepted_at"],
        "repeat_of": form.repeated,
    }


def changes_of(form: IntakeForm) -> dict[str, Any]:
    """What a valid form of a stored draft changes, for `fill_in`: the fields that differ from what is stored."""
    data = form.cleaned_data | _entries(form)
    data |= {"repeat_of": form.repeated, "complained_user": data["complained_user"] or None}
    names = (*ENTRIES, *CONTACT, *PLAIN, *DETAIL, *UNITS, "complained_user", "repeat_of")
    changes = {name: data[name] for name in names if name in form.changed_data}
    if "channel" in changes:
        changes["is_written"] = _is_written(form, form.cleaned_data["channel"])
    answers = _answers(form, form.cleaned_data)
    if form.stored is not None and answers != form.stored.extra:
        changes["extra"] = answers
    return changes


def ending_of(form: IntakeForm) -> dict[str, Any]:
    """What the act needs with which a valid form ends: the answer on the spot, or the mass incident."""
    if form.ending == "_answer":
        return {name: form.cleaned_data[ANSWER + name] for name in ANSWERED}
    if form.ending == "_link":
        return {"incident": id_in(form.data["_link"]) or 0}
    return {}


def _entries(form: IntakeForm) -> dict[str, Any]:
    """The dictionary rows of the chosen codes."""
    chosen = {name: form.cleaned_data.get(name) or "" for name in ENTRIES}
    rows = DictionaryEntry.objects.filter(
        scheme=form.scheme_version.scheme_id, dimension__in=ENTRIES, code__in=list(chosen.values())
    )
    found = {(row.dimension, row.code): row for row in rows}
    return {name: found.get((name, code)) for name, code in chosen.items()}


def _is_written(form: IntakeForm, channel: str) -> bool:
    """What arrives in writing asks for a written answer (B-06)."""
    entry = form.document.entry("channel", channel)
    return bool(entry and entry.attributes["written"])


def _answers(form: IntakeForm, known: dict[str, Any]) -> dict[str, Any]:
    """The answers to the script's questions that are there."""
    answers = {name.removeprefix(SCRIPT): known.get(name) for name in form.fields if name.startswith(SCRIPT)}
    return {code: stored_answer(value) for code, value in answers.items() if value not in (None, "")}
