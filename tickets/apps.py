"""The tickets app."""

from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """Configuration of the tickets app."""

    name = "tickets"
    verbose_name = _("Tickets")

    def ready(self) -> None:
        """Tell `/readyz` what must be alive here."""
        from core import health
        from tickets.delivery import state_of_outbox

        health.register("sweep", partial(health.pulse, "sweep"))
        health.register("outbox", state_of_outbox)
