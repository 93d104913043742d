"""What one was told: the list, the number in the header, and the choices of ways."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import Refused
from tickets import notice_lists
from tickets.forms.notices import NoticeChoiceForm
from tickets.notice_words import words_of
from tickets.services.notices import choose, mark_all_read, mark_read
from tickets.views import id_in, person


@require_safe
@login_required
@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    """One's notices, the unread first."""
    user = person(request)
    page = notice_lists.page_of(user, after=request.GET.get("after"))
    context = {"page": page, "is_first": "after" not in request.GET, "digest": notice_lists.digest_of(user)}
    return render(request, "notices/list.html", context)


@require_POST
@login_required
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read, and go on to its ticket where that was asked for."""
    try:
        notice = mark_read(by=person(request), notice_id=pk)
    except Refused as refused:
        raise Http404(refused.message) from refused
    words = words_of(notice.kind, notice.ticket.number, notice.data)
    return redirect(words.path if "open" in request.POST else "notices")


@require_POST
@login_required
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark all that the list knew of as read."""
    mark_all_read(by=person(request), until=id_in(request.POST.get("until", "")) or 0)
    return redirect("notices")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def choices(request: HttpRequest) -> HttpResponse:
    """By which ways one is told of what."""
    user = person(request)
    form = NoticeChoiceForm(request.POST if request.method == "POST" else None, user=user)
    if form.is_valid():
        choose(by=user, wanted=form.wanted)
        messages.success(request, _("Your choices are kept."))
        return redirect("notice_choices")
    return render(request, "notices/choices.html", {"form": form})
