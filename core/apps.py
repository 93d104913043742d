"""The core app and the admin site that the project uses."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    """Configuration of the core app."""

    name = "core"
    verbose_name = _("Foundation")
    default = True

    def ready(self) -> None:
        """Listen to log-ins and note when this process started."""
        from core import access, health

        access.listen_to_logins()
        health.note_start()


class BihuanAdminConfig(admin_apps.AdminConfig):
    """Django's admin on our own site object."""

    default = False  # named in INSTALLED_APPS by its path
    default_site = "core.admin_site.BihuanAdminSite"
