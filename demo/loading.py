"""Loading the demonstration into an empty database."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from core import clock
from core.errors import Refused
from demo import bulk, organization, story
from demo.life import World
from organization.models import Unit
from tickets.models import DictionaryEntry, Ticket
from tickets.notifications import quietly
from tickets.services.schemes import current_version

# Up to so many tickets every one of them goes through the write path; more are copied from some hundreds that did.
PLAYED = 500


@transaction.atomic
def load(*, tickets: int, seed: int, until: datetime | None = None) -> int:
    """Load the operator and so many tickets; gives how many were made, 0 when so many are there already.

    `until` is the instant (UTC) at which the story ends, by default the last full hour. The same arguments on an empty
    database with the same scheme give the same rows. Raises Refused outside a demonstration, without the scheme, and
    where other data are in the database.
    """
    if not settings.DEMO:
        raise Refused(_("Demo data have published passwords. Set DEMO=1 where that is meant."), code="no_demo")
    until = until or clock.now().replace(minute=0, second=0, microsecond=0)
    present = Ticket.objects.count()
    if present:
        if present == tickets:
            return 0
        raise Refused(
            _("There are %(count)s tickets in this database already. Load demo data into an empty one.")
            % {"count": present},
            code="not_empty",
        )
    version = current_version(settings.DEFAULT_SCHEME)
    if Unit.objects.exclude(code="G").filter(parent=None).exists():
        raise Refused(
            _("Another organisation is in this database. Load demo data into an empty one."), code="not_empty"
        )
    operator = organization.read() if Unit.objects.exists() else organization.build()
    entries = {
        (entry.dimension, entry.code): entry for entry in DictionaryEntry.objects.filter(scheme=version.scheme_id)
    }
    write = story.tell if tickets <= PLAYED else bulk.load
    with quietly():
        write(World(operator, version, entries), tickets=tickets, seed=seed, until=until)
    return Ticket.objects.count()
