"""Every address of the product."""

from django.contrib import admin
from django.urls import include, path

from core import health, look
from organization.views import set_language

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("admin/", admin.site.urls),
    path("me/look/", look.set_look, name="set_look"),
    path("accounts/", include("accounts.urls")),
    path("i18n/setlang/", set_language, name="set_language"),
    path("desk/intake/", include("complaints.urls")),
    path("desk/remedies/", include("complaints.remedies.urls")),
    path("desk/incidents/", include("complaints.incidents.urls")),
    path("desk/escalations/", include("escalations.urls")),
    path("desk/appeals/", include("appeals.urls")),
    path("desk/tickets/", include("appeals.evidence.urls")),
    path("", include("tickets.urls")),
]

handler400 = "core.error_pages.bad_request"
handler403 = "core.error_pages.permission_denied"
handler404 = "core.error_pages.page_not_found"
handler500 = "core.error_pages.server_error"
