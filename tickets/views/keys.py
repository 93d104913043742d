"""The page that tells the keys; the same is shown over any page with "?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

GROUPS = (
    (
        _("Everywhere"),
        (
            ("/", _("search")),
            ("g w", _("workbench")),
            ("g p", _("pools")),
            ("g m", _("monitor")),
            ("g n", _("notices")),
            ("g i", _("take a complaint")),
            ("Esc", _("close a menu")),
            ("?", _("these keys")),
        ),
    ),
    (_("Workbench and pools"), (("1 … 9", _("the tile or the pool with this number")),)),
    (
        _("Lists"),
        (
            ("j  k", _("next row, row before")),
            ("Enter", _("open the ticket")),
            ("x", _("select the row")),
            ("a 1 … a 9", _("do the act with this number to the selected rows")),
            ("c", _("columns and views")),
            ("v 1 … v 9", _("the saved view with this number")),
            ("]  [", _("next page, page before")),
        ),
    ),
    (_("One ticket"), (("1 … 4", _("show all of its course, or a part of it")),)),
    (
        _("Taking a complaint"),
        (
            ("Alt+C", _("the customer calls again: note it on the open ticket")),
            ("Alt+K", _("take name and address over from the ticket before")),
            ("Alt+M  Alt+A", _("more fields, answer on the spot")),
            ("Alt+R  Alt+X", _("go on with a call that was not sent, throw it away")),
            ("Alt+S", _("save the draft")),
            ("Alt+N  Ctrl+Enter", _("next call, after a complaint is taken")),
        ),
    ),
    (_("Forms"), (("Ctrl+Enter", _("send")),)),
)


@require_safe
@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """All keys, by where they work."""
    return render(request, "desk/keys.html", {"groups": GROUPS})
