"""Making and handing out the evidence of an appeal."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from appeals.evidence import profile
from appeals.evidence.gathering import complaints_behind
from appeals.evidence.pack import pack
from core import access
from core.errors import Refused
from core.models import AccessKind
from tickets.models import Ticket
from tickets.states import Kind
from tickets.views.ticket import seen_by, show

if TYPE_CHECKING:
    from organization.models import User


@require_POST
@login_required
@never_cache
def evidence(request: HttpRequest, number: str) -> HttpResponse | FileResponse:
    """The pack of an appeal; each is logged. 404 for everything else and for who does not answer to the regulator, 422
    with the page where the complaint behind is closed to the person or a file of the case is not what it was."""
    seen = seen_by(request, number)
    if seen.ticket.kind != Kind.APPEAL or not profile.MAKERS.intersection(grant.role for grant in seen.reach.ticket):
        raise Http404
    try:
        _check_sees_all(cast("User", request.user), seen.ticket)
        file = pack(seen.ticket)
    except Refused as refused:
        messages.error(request, refused.message)
        return show(request, seen, status=422)
    access.record(by=request.user, kind=AccessKind.EXPORT, subject=number, detail="evidence", request=request)
    return FileResponse(
        file,
        as_attachment=True,
        filename=_("Evidence of %(number)s.zip") % {"number": number},
        content_type="application/zip",
    )


def _check_sees_all(user: User, appeal: Ticket) -> None:
    """The pack shows nobody a complaint about itself or its unit (S-09)."""
    if complaints_behind(appeal).exclude(pk__in=Ticket.objects.visible_to(user).values("pk")).exists():
        raise Refused(_("A complaint behind this appeal is not open to you: the group makes its evidence."))
