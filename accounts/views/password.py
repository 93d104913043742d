"""Changing one's own password."""

from __future__ import annotations

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.forms import PasswordChangeForm
from django.contrib.auth.mixins import LoginRequiredMixin
from django.contrib.auth.password_validation import password_validators_help_texts
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import FormView

from accounts.services.passwords import is_due, set_password
from accounts.views.sign_in import lock_page, note_failure
from organization.models import User


class ChangePassword(LoginRequiredMixin, FormView):
    """The old password once, the new one twice."""

    form_class = PasswordChangeForm
    template_name = "accounts/password.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        """The form is about who is logged in."""
        return super().get_form_kwargs() | {"user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Why a new one is due, if it is, and what it must be."""
        user = cast(User, self.request.user)
        return super().get_context_data(
            is_due=is_due(user),
            must_change=user.must_change_password,
            days=settings.PASSWORD_DAYS,
            demands=password_validators_help_texts(),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Not while the log-in is locked: the old password is asked for here too."""
        return lock_page(request, request.user.get_username()) or super().post(request, *args, **kwargs)

    def form_invalid(self, form: PasswordChangeForm) -> HttpResponse:
        """A wrong old password counts like one at the log-in."""
        if form.has_error("old_password", "password_incorrect"):
            note_failure(self.request, cast(User, self.request.user))
        return super().form_invalid(form)

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        """Set it; every other session ends, this one goes on under a new key."""
        user = cast(User, self.request.user)
        user = set_password(
            user=user,
            password=form.cleaned_data["new_password1"],
            by=user,
            keep=self.request.session.session_key,
            request=self.request,
        )
        update_session_auth_hash(self.request, user)
        messages.success(self.request, _("Your password is changed. Everywhere else you are logged out."))
        return redirect("/")
