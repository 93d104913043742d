"""The admin site, for everyone whose role brings admin permissions."""

from django.contrib.admin import AdminSite
from django.utils.translation import gettext_lazy as _


class BihuanAdminSite(AdminSite):
    """Django's plain admin under our name."""

    site_title = _("Bihuan")
    site_header = _("Bihuan · complaint tickets")
    index_title = _("Administration")
    site_url = "/"
    empty_value_display = "—"
