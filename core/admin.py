"""The access log in the admin: to read, never to change."""

from django.contrib import admin
from django.http import HttpRequest

from core.models import AccessLog


@admin.register(AccessLog)
class AccessLogAdmin(admin.ModelAdmin):
    """A read-only list of log-ins, looks at full data, exports, opened attachments and refused attempts."""

    list_display = ("at", "username", "kind", "subject", "detail", "reason", "ip", "success")
    list_filter = ("kind", "success")
    search_fields = ("=username", "=subject", "=ip")
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Entries are written by what happens, not by hand."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: AccessLog | None = None) -> bool:
        """A log is not edited."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessLog | None = None) -> bool:
        """A log is not shortened by hand."""
        return False
