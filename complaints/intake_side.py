"""What stands beside the intake form, for the page and for its refreshing fragment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from complaints.incidents.reading import incidents_for
from complaints.selectors import allowances, promised_by
from core import access
from core.models import AccessKind
from tickets.templatetags.desk import priority_reasons

if TYPE_CHECKING:
    from django.http import HttpRequest

    from complaints.intake_forms import IntakeForm
    from complaints.selectors import History
    from organization.models import User

LOOKED_AT = "intake_looked_at"  # in the session: what was shown last, so that a refresh is not a new look


def side_context(request: HttpRequest, form: IntakeForm) -> dict[str, Any]:
    """What the side shows for the form as it is. Looks at other units' tickets, and at the contact data of the caller's
    latest ticket, are written to the access log (model 2, 10)."""
    draft = form.draft
    log_looks(request, form.history)
    incidents = list(incidents_for(draft))
    return {
        "form": form,
        "form_id": form.data.get("form_id", ""),
        "draft": draft,
        "priority_words": priority_reasons(draft),
        "promised": promised_by(draft),
        "script": form.script,
        "history": form.history,
        "history_key": _history_key(form),
        "customer": _customer(form),
        "repeat_of": (form.data if form.is_bound else form.initial).get("repeat_of") or "",
        "caller": _caller(form),
        "incidents": incidents,
        "incidents_key": " ".join(f"{one.pk}.{one.version}" for one in incidents),
        "allowances": allowances(cast("User", request.user), draft),
        "crosses_provinces": _crosses_provinces(form),
        "group_level": form.document.label("level", form.document.options.level_proposals.group),
    }


def _history_key(form: IntakeForm) -> str:
    """What the history says; who is looked up belongs to it, so that “nothing found” shows too."""
    found = [f"{row.ticket.number}{row.known.is_same_matter:d}" for row in form.history.rows]
    return " ".join([*found, "known" if any(_caller(form).values()) else ""])


def _customer(form: IntakeForm) -> dict[str, str]:
    """Who calls, as the latest ticket that the user may see has it: values for the form and their labels."""
    ticket = form.history.last_seen
    if ticket is None:
        return {}
    brand = form.document.label("brand", ticket.customer_brand) if ticket.customer_brand else ""
    return {
        "name": ticket.contact.name,
        "address": ticket.contact.address,
        "customer_tier": ticket.customer_tier,
        "customer_brand": ticket.customer_brand,
        "home": str(ticket.city_id or ticket.province_id or ""),
        "labels": " · ".join(filter(None, (form.document.label("customer_tier", ticket.customer_tier), brand))),
    }


def _caller(form: IntakeForm) -> dict[str, str]:
    """The numbers as the caller gave them, normalised, to send along with a further contact."""
    known = getattr(form, "cleaned_data", form.initial)
    return {name: known.get(name) or "" for name in ("phone", "service_number")}


def _crosses_provinces(form: IntakeForm) -> bool:
    """Raised in one province, at home in another: both sides are needed (U-28)."""
    known = getattr(form, "cleaned_data", {})
    home, occurred = known.get("home"), known.get("occurred_in")
    return bool(home and occurred and home.province_id != occurred.pk)


def log_looks(request: HttpRequest, history: History) -> None:
    """Write to the access log what of a history the user looks at, each thing once in a call."""
    looks = [[AccessKind.CALLER_SUMMARY.value, row.ticket.number] for row in history.rows if not row.is_visible]
    if history.last_seen is not None:
        looks.append([AccessKind.VIEW_FULL.value, history.last_seen.number])
    before = request.session.get(LOOKED_AT, [])
    for kind, number in looks:
        if [kind, number] not in before:
            access.record(by=request.user, kind=AccessKind(kind), subject=number, request=request)
    if looks and looks != before:
        request.session[LOOKED_AT] = looks
