"""The complaints app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ComplaintsConfig(AppConfig):
    """Configuration of the complaints app."""

    name = "complaints"
    verbose_name = _("Complaints")

    def ready(self) -> None:
        from complaints.actions import register_actions
        from complaints.forms import register_forms
        from complaints.panels import register_panels

        register_actions()
        register_forms()
        register_panels()
