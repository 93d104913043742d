"""The appeals app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppealsConfig(AppConfig):
    """Configuration of the appeals app."""

    name = "appeals"
    verbose_name = _("Appeals")
