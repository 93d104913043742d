"""Files of a ticket: attaching them, and opening them again."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import access, byte_ranges
from core.errors import NotPermitted, Refused
from core.models import AccessKind
from tickets.forms.page import AttachmentForm
from tickets.models import Ticket
from tickets.services.attachments import attach
from tickets.services.contact_access import contact_view
from tickets.services.file_types import DOCUMENTS, SHOWN_IN_PLACE
from tickets.views.ticket import seen_by, show

# A file that is opened is a document of its own: it may show or play itself and nothing else. The browser's PDF viewer
# does not work under that; it runs outside our origin, and its page keeps the policy of all our pages.
FILE_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'; frame-ancestors 'none'"


@require_POST
@login_required
@never_cache
def upload(request: HttpRequest, number: str) -> HttpResponse:
    """Attach a file; what is refused comes back on the page with its reason."""
    seen = seen_by(request, number)
    form = AttachmentForm(request.POST, request.FILES)
    status = 422
    if form.is_valid():
        try:
            row = attach(seen.ticket.pk, form.cleaned_data["file"], purpose=form.cleaned_data["purpose"], by=seen.user)
        except Ticket.DoesNotExist:
            raise Http404 from None
        except Refused as refused:
            form.add_error("file", refused.message)
            status = 403 if isinstance(refused, NotPermitted) else 422
        else:
            messages.success(request, _("“%(name)s” is attached.") % {"name": row.name})
            return redirect("ticket", number=number)
    return show(request, seen, attachment_form=form, status=status)


@require_safe
@login_required
@never_cache
def download(request: HttpRequest, number: str, pk: int) -> HttpResponseBase:
    """A file or a part of it, in place where a browser shows it safely, else to be saved; each opening is logged, once
    an hour for a person, however many parts it takes."""
    seen = seen_by(request, number)
    row = get_object_or_404(seen.ticket.attachments, pk=pk)
    try:
        file = row.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    access.record_once(
        by=request.user, kind=AccessKind.ATTACHMENT, subjects=[number], detail=f"#{row.pk}", request=request
    )
    response = byte_ranges.answer(
        request,
        file,
        row.size,
        tag=row.sha256,
        as_attachment=row.content_type not in SHOWN_IN_PLACE,
        filename=contact_view(seen.ticket, seen.access).conceal(row.name),
        content_type=row.content_type,
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    if row.content_type != DOCUMENTS["pdf"]:
        response.headers["Content-Security-Policy"] = FILE_POLICY
    return response
