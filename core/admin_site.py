"""The admin site, for everyone whose role brings admin permissions."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class BihuanAdminSite(AdminSite):
    """Django's plain admin under our name."""

    site_title = _("Bihuan")
    site_header = _("Bihuan · complaint tickets")
    index_title = _("Administration")
    site_url = "/"
    empty_value_display = "—"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one page to log in; it leads on to where the person wanted to go."""
        index = reverse("admin:index", current_app=self.name)
        if not request.user.is_authenticated:
            return redirect_to_login(request.GET.get("next") or index)
        if not self.has_permission(request):
            raise PermissionDenied
        return redirect(index)
