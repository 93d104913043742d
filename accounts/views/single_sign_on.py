"""In through another system (OpenID Connect)."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from requests import RequestException

from accounts import sso
from accounts.gate import SSO_BACKEND
from accounts.views.sign_in import sign_in
from core import access
from core.errors import Refused
from core.models import AccessKind

TO = "sso_to"  # in the session: where to go afterwards


@require_GET
def leave(request: HttpRequest) -> HttpResponse:
    """Send the person to the other system."""
    if not sso.is_on():
        raise Http404
    to = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    request.session[TO] = to if is_ours else resolve_url("/")
    try:
        answer: HttpResponse = sso.provider().authorize_redirect(
            request, request.build_absolute_uri(reverse("sso_back"))
        )
    except (RequestException, RuntimeError, ValueError):
        messages.error(request, _("The other system cannot be reached. Log in with your password, or try again later."))
        return redirect("login")
    return answer


@require_GET
def come_back(request: HttpRequest) -> HttpResponse:
    """Let in whom the other system names, if there is an open account; each refusal is recorded."""
    if not sso.is_on():
        raise Http404
    named = ""
    try:
        claims = sso.claims_of(request)
        named = sso.name_in(claims)
        user = sso.user_for(claims)
    except Refused as refused:
        access.record(
            by=None,
            kind=AccessKind.LOGIN_FAILED,
            username=named,
            reason=f"OIDC: {refused.code}",
            request=request,
            success=False,
        )
        messages.error(request, refused.message)
        return redirect("login")
    return sign_in(request, user, SSO_BACKEND, request.session.pop(TO, resolve_url("/")))
