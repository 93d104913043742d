"""The appeals app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AppealsConfig(AppConfig):
    """Configuration of the appeals app."""

    name = "appeals"
    verbose_name = _("Appeals")

    def ready(self) -> None:
        from appeals.actions import register_actions
        from appeals.forms import register_forms
        from appeals.panels import register_panels
        from organization.roles import Role
        from tickets import tracks
        from tickets.states import Kind

        tracks.register(Kind.APPEAL, group=Role.APPEAL_OFFICER, province=Role.LIAISON)
        register_actions()
        register_forms()
        register_panels()
