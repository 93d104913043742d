"""What another system says about who somebody is (OpenID Connect); who it is here."""

from __future__ import annotations

from functools import cache
from typing import Any

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.django_client import OAuth
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from joserfc.errors import JoseError
from requests import RequestException

from core.errors import Refused
from organization.models import User

SECONDS = 10  # that we wait for each word of the provider


def is_on() -> bool:
    """Whether people can log in through another system."""
    return bool(settings.OIDC_ISSUER)


def provider() -> Any:
    """The configured provider."""
    return _registered(settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET)


def claims_of(request: HttpRequest) -> dict[str, Any]:
    """What the provider says about who came back with the request: state, nonce, signature, issuer, audience and times
    of its word are checked. Raises Refused (`sso_failed`)."""
    try:
        token = provider().authorize_access_token(request)
    except (OAuthError, JoseError, RequestException, RuntimeError, ValueError) as fault:
        raise Refused(
            _("The other system did not let you in, or its answer was not in order. Try again."), code="sso_failed"
        ) from fault
    return dict(token.get("userinfo") or {})


def name_in(claims: dict[str, Any]) -> str:
    """What the claims call the person."""
    return str(claims.get(settings.OIDC_USERNAME_CLAIM) or claims.get("email") or claims.get("sub") or "")


def user_for(claims: dict[str, Any]) -> User:
    """The open account that the claims name: by user name, else by an e-mail address that the provider has verified and
    one account has. No account is made. Raises Refused (`no_account`)."""
    name = str(claims.get(settings.OIDC_USERNAME_CLAIM) or "")
    email = str(claims.get("email") or "") if claims.get("email_verified") is True else ""
    found = list(User.objects.filter(username=name, is_active=True)) if name else []
    if not found and email:
        found = list(User.objects.filter(email__iexact=email, is_active=True)[:2])
    if len(found) != 1:
        raise Refused(
            _("You have no account here that is open. Ask an administrator to make one under your user name."),
            code="no_account",
        )
    return found[0]


@cache
def _registered(issuer: str, client_id: str, secret: str) -> Any:
    return OAuth().register(
        "sso",
        client_id=client_id,
        client_secret=secret,
        server_metadata_url=f"{issuer.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={
            "scope": "openid profile email",
            "code_challenge_method": "S256",
            "default_timeout": SECONDS,
        },
    )
