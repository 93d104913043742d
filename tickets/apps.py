"""The tickets app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TicketsConfig(AppConfig):
    """Configuration of the tickets app."""

    name = "tickets"
    verbose_name = _("Tickets")
