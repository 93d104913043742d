"""What there is for roles on whom no work waits: said in words, so that nobody meets an empty page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.grants import grants_of
from organization.roles import Role
from tickets.monitor import MONITORS
from tickets.pools import POOLS

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser
    from django.utils.functional import Promise

    from organization.models import User

WORDS: dict[Role, Promise] = {
    Role.APPROVER: gettext_lazy(
        "A ticket that is put before you for an instruction waits under “To instruct”. "
        "You read all tickets of your units."
    ),
    Role.MANAGER: gettext_lazy(
        "You read all tickets of your units and see in the monitor what is late. Reports are not there yet."
    ),
    Role.QUALITY_CHECKER: gettext_lazy("You read all tickets of your units. Samples to judge are not there yet."),
    Role.LIAISON: gettext_lazy(
        "What the group gives your province waits for you here: sign for it, have your units work on it, see to it "
        "that the customer is answered, and report to the group in time."
    ),
}


def register(role: Role, words: Promise) -> None:
    """Say what there is for a role that a kind brings."""
    WORDS[role] = words


@dataclass(frozen=True)
class Guide:
    """A role, what it finds here, and where: labels with addresses."""

    role: str
    words: str
    links: tuple[tuple[str, str], ...]


def guides_for(user: User | AnonymousUser) -> list[Guide]:
    """What there is for those of the user's roles that may have nothing to do."""
    roles = dict.fromkeys(grant.role for grant in grants_of(user))
    return [Guide(str(role.label), str(WORDS[role]), tuple(_links(role))) for role in roles if role in WORDS]


def _links(role: Role) -> list[tuple[str, str]]:
    found = [(str(pool.label), f"{reverse('pool')}?pool={pool.code}") for pool in POOLS if pool.waits_for(role)]
    if role in MONITORS:
        found.append((_("Monitor"), reverse("monitor")))
    return [*found, (_("Notices"), reverse("notices"))]
