"""Where somebody is logged in."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache

from accounts import agents
from accounts.services.sessions import end_sessions, sessions_of
from organization.grants import has_role
from organization.models import User
from organization.roles import Role


@never_cache
def still_here(request: HttpRequest) -> HttpResponse:
    """204 for who is logged in: the person types, and the gate has just noted it. 401 for who is not any more."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)


@login_required
def list_sessions(request: HttpRequest, username: str | None = None) -> HttpResponse:
    """One's own sessions, or somebody's for the administrator; each can be ended, or all but the present one."""
    by = cast(User, request.user)
    user = by
    if username is not None:
        if not has_role(by, Role.ADMINISTRATOR):
            raise PermissionDenied
        user = get_object_or_404(User, username=username)
    key = request.session.session_key
    if request.method == "POST":
        ended = end_sessions(user=user, by=by, only=_named(request), keep=key, request=request)
        words = ngettext("%(count)d session was ended.", "%(count)d sessions were ended.", ended) % {"count": ended}
        messages.success(request, words if ended else _("That session had ended already."))
        return redirect(request.path)
    rows = [
        {"session": row, "browser": agents.in_words(row.agent), "is_this": row.session_key == key}
        for row in sessions_of(user)
    ]
    return render(request, "accounts/sessions.html", {"person": user, "is_own": user == by, "rows": rows})


def _named(request: HttpRequest) -> UUID | None:
    """The public id of the one session that is meant; None: all."""
    try:
        return UUID(request.POST["session"]) if "session" in request.POST else None
    except ValueError:
        raise PermissionDenied from None
