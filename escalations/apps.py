"""The escalations app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscalationsConfig(AppConfig):
    """Configuration of the escalations app."""

    name = "escalations"
    verbose_name = _("Escalations")
