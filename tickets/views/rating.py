"""The customer's page behind the one-time link (SM-09), and the link as whoever closed the ticket is shown it, once.

Nobody logs in there, so the page tells nothing but the number and the day of the answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core import clock
from core.errors import Refused
from tickets.forms.rating import RatingForm
from tickets.services import rating
from tickets.views import is_background

if TYPE_CHECKING:
    from tickets.models import Ticket

KEPT = "rating_link"  # in the session of whoever closed the ticket, until the next page of the ticket
STATUS_OF_REFUSAL = {"link_unknown": 404, "rated": 200, "link_expired": 410, "answer_superseded": 410}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Ask for the rating, and take it. Opening the page uses nothing up: messengers look at links too."""
    form = RatingForm(request.POST if request.method == "POST" else None)
    try:
        asked = rating.rating_of(token)
        rating.check_open(asked, clock.now())
        if form.is_valid():
            rating.rate(token, **form.cleaned_data)
            return redirect("rate", token=token)
    except Refused as refused:
        status = STATUS_OF_REFUSAL.get(refused.code, 409)
        return render(request, "progress/rated.html", {"refused": refused}, status=status)
    return render(request, "progress/rate.html", {"form": form, "rating": asked}, status=422 if form.errors else 200)


def keep_link(request: HttpRequest, closed: Ticket) -> None:
    """Keep the link of a ticket that this request has just closed, for the page that comes next."""
    if closed.rating_token:
        request.session[KEPT] = [closed.number, closed.rating_token]


def link_to_show(request: HttpRequest, ticket: Ticket) -> str:
    """The address of the customer's link, the first time that the page of the ticket is shown after its closing."""
    number, token = request.session.get(KEPT, ("", ""))
    if number != ticket.number or is_background(request):
        return ""
    del request.session[KEPT]
    return request.build_absolute_uri(reverse("rate", args=[token]))
