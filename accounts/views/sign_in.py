"""The way in: password, then a code where the account has a second factor."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.signals import user_login_failed
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.generic import FormView

from accounts import sso
from accounts.forms import CodeForm
from accounts.services import factors, locks
from core import clock
from organization.models import User

PENDING = "sign_in"  # in the session of who gave the password and still owes the code
TIME_FOR_CODE = dt.timedelta(minutes=5)


def sign_in(request: HttpRequest, user: User, backend: str, to: str) -> HttpResponse:
    """Let in whom `backend` vouches for, and lead on to `to`, which was checked; or ask for the code first."""
    if not factors.has_factor(user):
        login(request, user, backend)
        return redirect(to)
    request.session.flush()
    request.session[PENDING] = {"user": user.pk, "backend": backend, "to": to, "at": clock.now().isoformat()}
    return redirect("second_step")


def lock_page(request: HttpRequest, username: str) -> HttpResponse | None:
    """429 while the log-in of the name is locked: until when, and who can open it. None while it is open."""
    until = locks.locked_until(username)
    return render(request, "accounts/locked.html", {"until": until}, status=429) if until else None


def note_failure(request: HttpRequest, user: User) -> None:
    """A wrong code, or a wrong old password, is a failed log-in and counts like one."""
    user_login_failed.send(sender=__name__, credentials={"username": user.username}, request=request)


class SignIn(LoginView):
    """User name and password."""

    redirect_authenticated_user = True

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        """The password was wrong, once too often perhaps; or nobody may try now."""
        locked = lock_page(self.request, form.cleaned_data.get("username", ""))
        return locked or super().form_invalid(form)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """The password was right."""
        user = form.get_user()
        return sign_in(self.request, user, user.backend, self.get_success_url())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether there is another way in, and what it is called."""
        return super().get_context_data(sso=sso.is_on(), sso_name=settings.OIDC_NAME, **kwargs)


class SecondStep(FormView):
    """The code of the app, or a recovery code."""

    form_class = CodeForm
    template_name = "accounts/second_step.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Only for who has just given the right password."""
        self.pending: dict[str, Any] = request.session.get(PENDING, {})
        user = self._user()
        if user is None:
            if self.pending:
                del request.session[PENDING]
                messages.error(request, _("That took too long. Log in again."))
            return redirect("login")
        self.user = user
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        """Let in with the right code; a wrong one counts like a wrong password."""
        if locked := lock_page(self.request, self.user.username):
            return locked
        code = form.cleaned_data["code"]
        if not factors.verify(user=self.user, code=code, by=self.user, request=self.request):
            note_failure(self.request, self.user)
            if locked := lock_page(self.request, self.user.username):
                return locked
            form.add_error("code", _("This code is not right, or was used already. Wait for the next one."))
            return self.form_invalid(form)
        login(self.request, self.user, self.pending["backend"])
        del self.request.session[PENDING]
        self.request.session[factors.VERIFIED] = True
        return redirect(self.pending["to"])

    def _user(self) -> User | None:
        if not self.pending or clock.now() - dt.datetime.fromisoformat(self.pending["at"]) > TIME_FOR_CODE:
            return None
        return User.objects.filter(pk=self.pending["user"], is_active=True).first()
