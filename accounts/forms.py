"""Forms of accounts."""

from __future__ import annotations

from django import forms
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.utils.translation import gettext_lazy as _

from accounts.services.passwords import set_password
from organization.models import User


class CodeForm(forms.Form):
    """A code from the app, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=32,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "text", "autofocus": True, "spellcheck": "false"}
        ),
    )


class PasswordByAdministratorForm(AdminPasswordChangeForm):
    """A password for somebody else, who changes it at the next log-in."""

    # Django's own is half untranslated.
    usable_password_help_text = _(  # type: ignore[assignment]
        "Without a password the person cannot log in here; the present one is lost."
    )

    def save(self, commit: bool = True) -> User:
        """Through `set_password`; who does it stands on the user that the page gave (accounts.admin)."""
        password = self.cleaned_data["password1"] if self.cleaned_data["set_usable_password"] else None
        return set_password(user=self.user, password=password, by=self.user.set_by)
