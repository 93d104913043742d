"""Files of a ticket: uploaded on its page, served through its scope and never from the web root (model 10)."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import access
from core.errors import NotPermitted, Refused
from core.models import AccessKind
from tickets.forms.page import AttachmentForm
from tickets.models import Attachment, Ticket
from tickets.services.attachments import attach
from tickets.services.file_types import SHOWN_IN_PLACE
from tickets.views.ticket import seen_by, show


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
def download(request: HttpRequest, number: str, pk: int) -> FileResponse:
    """A file, in place where a browser shows it safely, else to be saved; each opening is logged."""
    visible = Ticket.objects.visible_to(request.user)  # type: ignore[arg-type]
    row = get_object_or_404(Attachment, pk=pk, ticket__number=number, ticket__in=visible)
    access.record(by=request.user, kind=AccessKind.ATTACHMENT, subject=f"{number} #{row.pk}", request=request)
    try:
        file = row.file.open("rb")
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        file,
        as_attachment=row.content_type not in SHOWN_IN_PLACE,
        filename=row.name,
        content_type=row.content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
