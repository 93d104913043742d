"""The language that a person reads in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views import i18n

from organization.models import User
from organization.services import choose_language


def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the language in a cookie, as Django does, and for who is logged in with the account: on every device."""
    chosen = request.POST.get("language", "")
    if isinstance(request.user, User) and chosen in dict(settings.LANGUAGES):
        choose_language(by=request.user, language=chosen)
    return i18n.set_language(request)
