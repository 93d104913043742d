"""What a password must be (AUTH_PASSWORD_VALIDATORS)."""

from __future__ import annotations

from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import OldPassword
from organization.models import User

REMEMBERED = 5  # passwords that are not taken again, the present one included


class ComplexityValidator:
    """Three of four: a small letter, a capital letter, a digit, something else."""

    WANTED = 3

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when the password has too few kinds of characters."""
        kinds = {
            "small": any(one.islower() for one in password),
            "capital": any(one.isupper() for one in password),
            "digit": any(one.isdigit() for one in password),
            "other": any(not one.isalnum() for one in password),
        }
        if sum(kinds.values()) < self.WANTED:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        """What is asked for."""
        return _(
            "Use at least three of these: small letters, capital letters, digits, other characters such as - or !."
        )


class NotRecentValidator:
    """None of the last five."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError when the user has, or had lately, this password."""
        if user is None or user.pk is None:
            return
        stored = User.objects.filter(pk=user.pk).values_list("password", flat=True)
        old = OldPassword.objects.filter(user=user).order_by("-pk").values_list("password", flat=True)
        if any(check_password(password, known) for known in [*stored, *old[: REMEMBERED - 1]]):
            raise ValidationError(self.get_help_text(), code="password_used_before")

    def get_help_text(self) -> str:
        """What is asked for."""
        return _("It must not be one of your last five passwords.")
