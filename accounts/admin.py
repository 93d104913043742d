"""What an administrator does for accounts: passwords, locks, second factors, sessions."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.forms import PasswordByAdministratorForm
from accounts.services import factors, locks
from accounts.services.sessions import end_sessions, sessions_of
from organization.admin import UserAdmin
from organization.models import User

admin.site.unregister(User)


@admin.register(User)
class AccountAdmin(UserAdmin):
    """The user with what concerns the log-in."""

    change_password_form = PasswordByAdministratorForm
    actions = ("release_locks", "remove_factors", "end_all_sessions")
    fieldsets = (
        UserAdmin.fieldsets[0],
        (
            UserAdmin.fieldsets[1][0],
            {"fields": ("is_active", "log_in", "last_login", "password_set_at", "date_joined")},
        ),
    )
    fixed_fields = (*UserAdmin.fixed_fields, "log_in", "password_set_at")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> User | None:
        """The user. Who asks stands on it: Django's page for a password gives its form nothing else."""
        user = cast("User | None", super().get_object(request, object_id, from_field))
        if user is not None:
            user.set_by = request.user  # type: ignore[attr-defined]
        return user

    @admin.display(description=gettext_lazy("log-in"))
    def log_in(self, user: User) -> str:
        """Whether it is locked and until when, whether it asks for a code, and where it is used now."""
        until = locks.locked_until(user.username)
        words = [
            _("Locked until %(when)s") % {"when": date_format(localtime(until), "H:i")} if until else _("Not locked"),
            _("Second factor set up") if factors.has_factor(user) else _("No second factor"),
        ]
        count = sessions_of(user).count()
        open_sessions = ngettext("%(count)d session", "%(count)d sessions", count) % {"count": count}
        return format_html(
            '{} · <a href="{}">{}</a>', " · ".join(words), reverse("sessions_of", args=[user.username]), open_sessions
        )

    @admin.action(description=gettext_lazy("Release the lock of the log-in"), permissions=["change"])
    def release_locks(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """For who cannot wait."""
        self._tell(request, users, [locks.release(user=user, by=_by(request), request=request) for user in users])

    @admin.action(description=gettext_lazy("Remove the second factor"), permissions=["change"])
    def remove_factors(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """For who lost phone and recovery codes."""
        self._tell(request, users, [factors.remove(user=user, by=_by(request), request=request) for user in users])

    @admin.action(description=gettext_lazy("End all sessions"), permissions=["change"])
    def end_all_sessions(self, request: HttpRequest, users: QuerySet[User]) -> None:
        """At once, whatever the person is doing; what they typed is kept in their browser."""
        key = request.session.session_key
        self._tell(
            request, users, [end_sessions(user=user, by=_by(request), keep=key, request=request) for user in users]
        )

    def _tell(self, request: HttpRequest, users: QuerySet[User], done: list[Any]) -> None:
        names = _(", ").join(str(user) for user, was_done in zip(users, done, strict=True) if was_done)
        if names:
            self.message_user(request, _("Done for %(names)s.") % {"names": names}, messages.SUCCESS)
        else:
            self.message_user(request, _("There was nothing to do for the chosen users."), messages.WARNING)


def _by(request: HttpRequest) -> User:
    return cast(User, request.user)
