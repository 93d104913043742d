"""What the intake page keeps of a call while it is typed, and offers again (desk.md, Shared parts)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from uuid import uuid4

from complaints.intake_values import SCRIPT
from complaints.services import unsent
from core import clock

if TYPE_CHECKING:
    from datetime import datetime

    from django.http import HttpRequest

    from complaints.intake_forms import IntakeForm
    from organization.models import User

NOT_TYPED = ("version", "signature")  # a file stays with the browser


def keep_typed(request: HttpRequest, form: IntakeForm) -> datetime | None:
    """Keep what the browser sends of an opened form that somebody has typed into; gives when, None where it is not
    kept."""
    form_id, at = unsent.form_id_of(request.POST.get("form_id", "")), clock.now()
    if form_id is None or "keep" not in request.POST:
        return None
    names = [name for name in request.POST if name in form.fields or name.startswith(SCRIPT)]
    typed = {name: request.POST[name].replace("\x00", "") for name in names if name not in NOT_TYPED}
    subject = form.stored.number if form.stored else ""
    return at if unsent.keep(by=_user(request), form_id=form_id, typed=typed, subject=subject, at=at) else None


def forget_typed(request: HttpRequest) -> None:
    """The form that was sent is done."""
    form_id = unsent.form_id_of(request.POST.get("form_id", ""))
    if form_id is not None:
        unsent.finish(by=_user(request), form_id=form_id, at=clock.now())


def unsent_context(request: HttpRequest, form: IntakeForm) -> dict[str, Any]:
    """The id of this opened form, and on a fresh one what its user typed last and has not sent."""
    if request.method == "POST":
        return {"form_id": request.POST.get("form_id", ""), "unsent": None}
    subject = form.stored.number if form.stored else ""
    found = unsent.latest(by=_user(request), subject=subject, at=clock.now())
    return {"form_id": str(uuid4()), "unsent": found}


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
