"""One's own second factor: setting it up, new recovery codes, another phone."""

from __future__ import annotations

import io
from typing import cast

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.forms import CodeForm
from accounts.models import SecondFactor
from accounts.services import factors
from accounts.views.sign_in import lock_page, note_failure
from organization.models import User


@never_cache
@login_required
def manage(request: HttpRequest) -> HttpResponse:
    """Set it up with the first code; with a further one get new recovery codes, or take it away for another phone."""
    user = cast(User, request.user)
    form = CodeForm(request.POST if request.method == "POST" else None)
    is_set_up = factors.has_factor(user)
    if request.method == "POST" and form.is_valid():
        if locked := lock_page(request, user.username):
            return locked
        answer = _with_factor(request, user, form) if is_set_up else _without_factor(request, user, form)
        if answer is not None:
            return answer
        note_failure(request, user)
        form.add_error("code", _("This code is not right, or was used already. Wait for the next one."))
    context = {"form": form, "is_set_up": is_set_up, "is_required": factors.is_required(user)}
    if is_set_up:
        context["left"] = user.recovery_codes.count()
    else:
        context["key"] = factors.spelled_key(factors.begin(user=user, by=user))
    return render(request, "accounts/second_factor.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
def picture(request: HttpRequest) -> HttpResponse:
    """The QR code of a factor that is being set up; one that is set up is shown to nobody again."""
    factor = SecondFactor.objects.filter(user=cast(User, request.user), set_up_at=None).select_related("user").first()
    if factor is None:
        raise Http404
    picture = io.BytesIO()
    segno.make(factors.address(factor), error="m").save(picture, kind="svg", scale=5, border=3, light="#fff")
    return HttpResponse(picture.getvalue(), content_type="image/svg+xml")


def _without_factor(request: HttpRequest, user: User, form: CodeForm) -> HttpResponse | None:
    codes = factors.set_up(user=user, code=form.cleaned_data["code"], by=user, request=request)
    if codes is None:
        return None
    request.session[factors.VERIFIED] = True
    return render(request, "accounts/recovery_codes.html", {"codes": codes})


def _with_factor(request: HttpRequest, user: User, form: CodeForm) -> HttpResponse | None:
    if not factors.verify(user=user, code=form.cleaned_data["code"], by=user, request=request):
        return None
    if "remove" not in request.POST:
        return render(
            request, "accounts/recovery_codes.html", {"codes": factors.renew_recovery_codes(user=user, by=user)}
        )
    factors.remove(user=user, by=user, keep=request.session.session_key, request=request)
    request.session.pop(factors.VERIFIED, None)
    messages.success(request, _("The second factor is removed."))
    return redirect("second_factor")
