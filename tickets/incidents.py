"""Mass incidents (群障, M-05) as every page may need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organization.grants import has_role
from tickets.models import Incident
from tickets.models.incident import MANAGERS, IncidentStatus

if TYPE_CHECKING:
    from organization.models import User


def incident_proposals(user: User) -> int | None:
    """How many proposed incidents wait for the user's decision; None for who does not decide on any."""
    if not has_role(user, *MANAGERS):
        return None
    return Incident.objects.managed_by(user).filter(status=IncidentStatus.PROPOSED).count()
