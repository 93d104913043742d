"""The escalations app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EscalationsConfig(AppConfig):
    """Configuration of the escalations app."""

    name = "escalations"
    verbose_name = _("Escalations")

    def ready(self) -> None:
        from escalations.actions import register_actions
        from escalations.forms import register_forms
        from escalations.panels import register_panels
        from organization.roles import Role
        from tickets import tracks
        from tickets.states import Kind

        tracks.register(Kind.ESCALATION, group=Role.ESCALATION_OFFICER, province=Role.LIAISON)
        register_actions()
        register_forms()
        register_panels()
