"""Where somebody is logged in."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache


@never_cache
def still_here(request: HttpRequest) -> HttpResponse:
    """204 for who is logged in: the person types, and the gate has just noted it. 401 for who is not any more."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)
