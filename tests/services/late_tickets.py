"""Tickets that departments have had for too long, and what must be true once the sweep has been over them.

Run as a program it makes them in, or checks, the database that DATABASE_URL names:
`python -m tests.services.late_tickets make|check`.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.factories.organization import Operator
    from tickets.models import Ticket

HOUR = dt.timedelta(hours=1)


def make_late(operator: Operator) -> list[Ticket]:
    """Three tickets whose clocks nobody has looked at, in an empty outbox; people are told by text message too."""
    from core import clock
    from organization.models import User
    from tests.factories.tickets import bring_to
    from tickets.models import Outbox, Ticket
    from tickets.states import Status

    tickets: list[Ticket] = [
        bring_to(Status.HANDLING, operator, accepted_at=clock.now() - 60 * HOUR) for _number in range(3)
    ]
    Ticket.objects.update(priority=1)  # for which messages go out at any hour
    User.objects.update(phone="13800000001")
    Outbox.objects.all().delete()
    return tickets


def check_once() -> None:
    """Each threshold reached has one alert, event and trigger; each clock one outbox row; each unit one order."""
    from core import clock
    from tests.walks import reading, rules
    from tickets.models import Alert, Outbox, StageClock, SupervisionOrder, SupervisionTrigger, Ticket, TicketEvent
    from tickets.states import Grade

    assert not StageClock.objects.filter(next_alert_at__lte=clock.now()).exists()
    alerts = Alert.objects.all()
    assert alerts.count() == sum(StageClock.objects.values_list("alerted", flat=True)) > 0
    assert TicketEvent.objects.filter(action="alert").count() == alerts.count()
    orders = alerts.exclude(grade=Grade.WARNING)
    assert SupervisionTrigger.objects.count() == orders.count()
    assert SupervisionOrder.objects.count() == len(set(orders.values_list("ticket", "clock__unit")))
    told = Outbox.objects.filter(key__startswith="alert:")
    assert told.count() >= len(set(alerts.values_list("clock", flat=True)))
    for pk in Ticket.objects.values_list("pk", flat=True):
        rules.check(reading.load(pk), clock.now())


def main(word: str) -> None:
    """Make or check."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings.test"
    import django

    django.setup()

    from django.core.management import call_command

    from tests.factories.organization import build_operator
    from tests.factories.tickets import load_unicom

    if word == "make":
        call_command("migrate", verbosity=0)
        load_unicom()
        make_late(build_operator())
    else:
        check_once()


if __name__ == "__main__":
    main(sys.argv[1])
