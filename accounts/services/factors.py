"""The second factor: who must have one, setting it up, asking for its codes, recovery codes.

The arithmetic is django-otp's; what is kept is ours, so that codes follow the one clock, a code is taken once even by
two processes, and recovery codes are stored as hashes.
"""

from __future__ import annotations

import base64
import secrets
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django_otp.oath import TOTP

from accounts.models import RecoveryCode, SecondFactor
from accounts.services.sessions import end_sessions
from core import access, clock
from core.models import AccessKind
from organization.grants import grants_of
from organization.models import Tier, User
from organization.roles import Role

VERIFIED = "second_factor"  # in the session of who gave a code at the log-in or set the factor up in it
TOLERANCE = 1  # steps of 30 seconds that a phone's clock may be off
RECOVERY_CODES = 10
ISSUER = "Bihuan"
_ALWAYS = frozenset({Role.ADMINISTRATOR, Role.MANAGER, Role.ESCALATION_OFFICER, Role.APPEAL_OFFICER})


def is_required(user: User) -> bool:
    """Whether the user needs a second factor: administrators, managers, the group's officers and whoever acts for a
    unit of the group. SECOND_FACTOR_REQUIRED turns the demand off."""
    if not settings.SECOND_FACTOR_REQUIRED:
        return False
    return any(grant.role in _ALWAYS or grant.unit.tier == Tier.GROUP for grant in grants_of(user))


def is_missing(user: User, session: SessionBase) -> bool:
    """Whether the user must set a second factor up before anything else."""
    return VERIFIED not in session and is_required(user)


def has_factor(user: User) -> bool:
    """Whether the user's log-in asks for a code."""
    return SecondFactor.objects.filter(user=user, set_up_at__isnull=False).exists()


def begin(*, user: User, by: User) -> SecondFactor:
    """The factor that the user is setting up: a new secret, or the one shown before."""
    factor, _is_new = SecondFactor.objects.get_or_create(user=user, defaults={"key": secrets.token_hex(20)})
    return factor


@transaction.atomic
def set_up(*, user: User, code: str, by: User, request: HttpRequest | None = None) -> list[str] | None:
    """Finish with the first code from the app; other sessions end. Returns recovery codes, None for a wrong code."""
    factor = SecondFactor.objects.select_for_update().get(user=user)
    if factor.set_up_at is not None or not _takes(factor, code):
        return None
    factor.set_up_at = clock.now()
    factor.save()
    end_sessions(user=user, keep=request.session.session_key if request else None)
    access.record(by=by, kind=AccessKind.FACTOR_SET, subject=user.username, request=request)
    return renew_recovery_codes(user=user, by=by)


@transaction.atomic
def verify(*, user: User, code: str, by: User, request: HttpRequest | None = None) -> bool:
    """Whether the code is the app's present one, or a recovery code; either is taken once."""
    factor = SecondFactor.objects.select_for_update().filter(user=user, set_up_at__isnull=False).first()
    if factor is None:
        return False
    if _takes(factor, code):
        factor.save()
        return True
    used, _rows = RecoveryCode.objects.filter(user=user, digest=_digest(user, code)).delete()
    if used:
        access.record(by=by, kind=AccessKind.RECOVERY_CODE, subject=user.username, request=request)
    return bool(used)


@transaction.atomic
def renew_recovery_codes(*, user: User, by: User) -> list[str]:
    """New recovery codes instead of the old ones; they are shown once."""
    codes = [base64.b32encode(secrets.token_bytes(10)).decode().lower() for _number in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(user=user).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(user=user, digest=_digest(user, code)) for code in codes)
    return ["-".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]


@transaction.atomic
def remove(*, user: User, by: User, keep: str | None = None, request: HttpRequest | None = None) -> bool:
    """Take the factor and its recovery codes away; the user's sessions end but the one with the key `keep`.

    Returns whether there was one.
    """
    removed, _rows = SecondFactor.objects.filter(user=user).delete()
    RecoveryCode.objects.filter(user=user).delete()
    if removed:
        end_sessions(user=user, keep=keep)
        access.record(by=by, kind=AccessKind.FACTOR_ENDED, subject=user.username, request=request)
    return bool(removed)


def spelled_key(factor: SecondFactor) -> str:
    """The secret to type into an app that cannot see the picture, in groups of four."""
    text = base64.b32encode(bytes.fromhex(factor.key)).decode()
    return " ".join(text[at : at + 4] for at in range(0, len(text), 4))


def address(factor: SecondFactor) -> str:
    """The otpauth address that the picture shows to an app."""
    label = quote(f"{ISSUER}:{factor.user.get_username()}")
    secret = base64.b32encode(bytes.fromhex(factor.key)).decode()
    return f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': ISSUER})}"


def _takes(factor: SecondFactor, code: str) -> bool:
    """Whether the code is the app's and newer than the one taken last; notes its step without saving."""
    digits = "".join(code.split())
    if not (digits.isascii() and digits.isdigit() and len(digits) == 6):
        return False
    totp = TOTP(bytes.fromhex(factor.key))
    totp.time = clock.now().timestamp()
    if not totp.verify(int(digits), TOLERANCE, factor.last_step + 1):
        return False
    factor.last_step = totp.t()
    return True


def _digest(user: User, code: str) -> str:
    plain = "".join(one for one in code.lower() if one.isalnum())
    return salted_hmac("accounts.recovery_code", f"{user.pk}:{plain}", algorithm="sha256").hexdigest()
