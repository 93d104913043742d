"""The administrator's pages of the kernel: schemes and dictionaries to read, working days to declare, messages sent and
not sent. No tickets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from core.errors import Refused
from organization.admin import HistoryAdmin
from tickets.models import DictionaryEntry, Message, Scheme, SchemeVersion, WorkdayOverride
from tickets.services import notices, workdays

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet
    from django.http import HttpRequest
    from django.utils.safestring import SafeString

    from organization.models import User


class ReadOnlyAdmin(admin.ModelAdmin):
    """A page to read: what it shows is written elsewhere."""

    actions: tuple[str, ...] | None = None
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Read only."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Read only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Read only."""
        return False


@admin.register(Scheme)
class SchemeAdmin(ReadOnlyAdmin):
    """The trades and their current versions."""

    fields = ("code", "label_zh", "label_en", "current")
    list_display = ("code", "name", "current_number")

    @admin.display(description=_("name"))
    def name(self, scheme: Scheme) -> str:
        """The label in the language in use."""
        return scheme.label

    def get_queryset(self, request: HttpRequest) -> QuerySet[Scheme]:
        """Schemes with the number of their current version; its long document stays where it is."""
        return super().get_queryset(request).order_by("code").select_related("current__scheme")

    @admin.display(description=_("current version"))
    def current_number(self, scheme: Scheme) -> str:
        """The number of the version that new tickets start under."""
        return str(scheme.current.number) if scheme.current else self.get_empty_value_display()


@admin.register(SchemeVersion)
class SchemeVersionAdmin(ReadOnlyAdmin):
    """The documents as they were loaded."""

    fields = ("scheme", "number", "loaded_at", "loaded_by", "content_hash", "document")
    list_display = ("scheme", "number", "loaded_at", "loaded_by", "content_hash")
    list_select_related = ("scheme", "loaded_by")
    list_filter = ("scheme",)
    ordering = ("-loaded_at", "-pk")

    @admin.display(description=_("content"))
    def document(self, version: SchemeVersion) -> SafeString:
        """The text of the document."""
        return format_html('<pre class="document">{}</pre>', version.content)


DIMENSION_NAMES = {
    "request_type": _("request type"),
    "level": _("level"),
    "channel": _("channel"),
    "answer_mode": _("way of answering"),
    "business_type": _("business type"),
    "complaint_type": _("complaint type"),
    "cause": _("cause"),
    "return_reason": _("reason for return"),
    "closure_code": _("closure code"),
    "customer_tier": _("customer tier"),
    "brand": _("brand"),
    "department": _("department"),
    "remedy": _("remedy"),
    "liability_class": _("liability class"),
    "regulator": _("regulator"),
    "case_business": _("business concerned"),
    "case_nature": _("nature of the dispute"),
    "ground": _("ground of the objection"),
}


class DimensionFilter(admin.SimpleListFilter):
    """By dictionary."""

    title, parameter_name = _("dimension"), "dimension"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, Any]]:
        """The dictionaries in the order of a scheme."""
        return list(DIMENSION_NAMES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The entries of the chosen dictionary."""
        return queryset.filter(dimension=self.value()) if self.value() else queryset


@admin.register(DictionaryEntry)
class DictionaryEntryAdmin(ReadOnlyAdmin):
    """The codes that tickets may carry."""

    fields = ("scheme", "dimension_name", "code", "label_zh", "label_en", "parent", "level", "attributes", "is_active")
    list_display = ("code", "name", "dimension_name", "parent", "is_active")
    list_filter = ("scheme", DimensionFilter, "is_active")
    list_select_related = ("parent",)
    search_fields = ("code", "label_zh", "label_en")
    ordering = ("scheme", "dimension", "position")

    @admin.display(description=_("name"))
    def name(self, entry: DictionaryEntry) -> str:
        """The label in the language in use."""
        return entry.label

    @admin.display(description=_("dimension"), ordering="dimension")
    def dimension_name(self, entry: DictionaryEntry) -> str:
        """The dictionary that the entry belongs to."""
        return str(DIMENSION_NAMES[entry.dimension])


class WorkdayForm(forms.ModelForm):
    """A day declared working or off."""

    class Meta:
        model = WorkdayOverride
        fields = ("day", "is_working", "unit", "note")
        help_texts = {
            "is_working": _("Tick for a day that is worked; leave empty for a day off."),
            "unit": _("With all units below it; empty: everywhere."),
        }

    def clean(self) -> dict[str, Any]:
        """Ask what `declare_day` would ask."""
        data = super().clean() or self.cleaned_data
        if self.instance.pk is None and data.get("day") and "unit" in data:
            try:
                workdays.check_free(data["day"], data["unit"])
            except Refused as refused:
                self.add_error("day", refused.message)
        return data


@admin.register(WorkdayOverride)
class WorkdayOverrideAdmin(HistoryAdmin):
    """Days that the administrator declares working or off, against the State Council's notice (model 4)."""

    form = WorkdayForm
    fields = ("day", "is_working", "unit", "note")
    fixed_fields = ("day", "unit")
    autocomplete_fields = ("unit",)
    list_display = ("day", "is_working", "unit", "note")
    list_filter = ("is_working",)
    list_select_related = ("unit",)
    search_fields = ("note", "unit__name", "unit__code")
    ordering = ("-day", "-pk")

    def write(self, by: User, data: dict[str, Any], stored: WorkdayOverride | None) -> WorkdayOverride:
        """Through `declare_day` and `change_day`."""
        if stored is None:
            return workdays.declare_day(by=by, **data)
        return workdays.change_day(by=by, override=stored, is_working=data["is_working"], note=data["note"])


class WayFilter(admin.ChoicesFieldListFilter):
    """By the way out of the product."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("way")


@admin.register(Message)
class MessageAdmin(ReadOnlyAdmin):
    """What left the product or could not: for whom, by which way, about which ticket; no address and no content."""

    actions = ("send_again",)
    fields = ("number", "kind", "way", "recipient", "state", "created_at", "sent_at", "attempts", "error")
    list_display = ("number", "kind", "way", "recipient", "state", "created_at", "attempts", "error")
    list_filter = ("state", ("channel", WayFilter))
    list_select_related = ("outbox__ticket", "user", "unit")
    search_fields = ("=outbox__ticket__number",)
    show_full_result_count = False
    ordering = ("-pk",)

    @admin.display(description=_("number"))
    def number(self, message: Message) -> str:
        """The number of the ticket."""
        return message.outbox.ticket.number

    @admin.display(description=_("Notice"))
    def kind(self, message: Message) -> str:
        """What it tells."""
        return message.outbox.get_kind_display()

    @admin.display(description=_("way"), ordering="channel")
    def way(self, message: Message) -> str:
        """How it goes out."""
        return message.get_channel_display()

    @admin.display(description=_("recipient"))
    def recipient(self, message: Message) -> str:
        """The person, the unit or the customer."""
        return str(message.user or message.unit or _("the customer"))

    @admin.display(description=_("last error"))
    def error(self, message: Message) -> str:
        """Our own reasons in the reader's language; codes of others as they came."""
        return gettext(message.last_error) if message.last_error else ""

    @admin.action(description=_("Send again what was given up"), permissions=["view"])
    def send_again(self, request: HttpRequest, chosen: QuerySet[Message]) -> None:
        """Through `send_again`."""
        count = notices.send_again(by=cast("User", request.user), message_ids=list(chosen.values_list("pk", flat=True)))
        words = ngettext("%(count)d message is sent again.", "%(count)d messages are sent again.", count)
        self.message_user(request, words % {"count": count}, messages.SUCCESS)
