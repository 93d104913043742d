"""A last look before serving: no demo accounts outside a demonstration."""

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from organization.roles import Role


def refuse_demo_accounts() -> None:
    """Raise ImproperlyConfigured when an active account has the demo password and this is no demonstration.

    A database that cannot be asked yet does not stop the start: `/readyz` reports it.
    """
    if settings.DEMO or settings.DEBUG:
        return
    usernames = {f"{role}{number}" for role in Role.values for number in ("", "2")}
    try:
        suspects = list(get_user_model().objects.filter(username__in=usernames, is_active=True))
    except DatabaseError:
        return
    for user in suspects:
        if user.check_password(settings.DEMO_PASSWORD):
            raise ImproperlyConfigured(
                f"The account “{user.get_username()}” has the published demo password. Deactivate the demo accounts or "
                "start with an empty database; for a demonstration set DEMO=1."
            )
