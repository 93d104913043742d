"""The reporting app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    """Configuration of the reporting app."""

    name = "reporting"
    verbose_name = _("Reporting")
