"""Light or dark: what the person chose in the header, else what the device asks for."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

COOKIE = "look"
AUTO, LIGHT, DARK = "auto", "light", "dark"
LOOKS = (AUTO, LIGHT, DARK)
YEAR = 365 * 24 * 60 * 60  # seconds


def chosen_look(request: HttpRequest | None) -> str:
    """The look that a request asks for, AUTO without a choice."""
    chosen = request.COOKIES.get(COOKIE, AUTO) if request is not None else AUTO
    return chosen if chosen in LOOKS else AUTO


@require_POST
def set_look(request: HttpRequest) -> HttpResponse:
    """Keep the choice in a cookie, as the language is, and go back to where it was made."""
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(back if is_ours else "/")
    chosen = request.POST.get("look", AUTO)
    if chosen in LOOKS:
        response.set_cookie(COOKIE, chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True)
    return response
