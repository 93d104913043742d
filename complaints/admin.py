"""Taking complaints in the admin: the form of a call, the list, and a page to read for what has left the draft."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

import complaints.admin_imports  # noqa: F401 - registers its pages here too
from complaints.filters import (
    BusinessFilter,
    CappedPaginator,
    ChannelFilter,
    LevelFilter,
    PriorityFilter,
    is_filter_instant,
)
from complaints.intake_forms import intake_form
from complaints.intake_side import side_context
from complaints.intake_unsent import forget_typed, unsent_context
from complaints.intake_values import call_of, changes_of, ending_of
from complaints.models import Complaint
from complaints.selectors import last_channel
from complaints.services.intake import take
from core import clock
from core.errors import Refused, Stale
from organization.grants import has_role
from organization.roles import Role
from tickets.display import due_words, instant_words
from tickets.models import DictionaryEntry
from tickets.models.attachment import AttachmentPurpose
from tickets.models.ticket import NOTHING_DUE
from tickets.scheme.entries import Contact as Access
from tickets.services.attachments import attach
from tickets.services.contact_access import contact_view, note_looks
from tickets.states import Status
from tickets.templatetags.desk import priority_chip, state_chip
from tickets.views.rating import keep_link, link_to_show
from tickets.workflow import perform

if TYPE_CHECKING:
    from django.forms import ModelForm
    from django.http import HttpRequest, HttpResponse
    from django.utils.safestring import SafeString

    from complaints.intake_forms import IntakeForm
    from organization.models import User
    from tickets.models import Attachment
    from tickets.querysets import TicketQuerySet


@admin.register(Complaint)
class ComplaintAdmin(ModelAdmin):
    """Complaints within the user's scope. Drafts are filled in here; everything else happens on the ticket's page."""

    actions = None
    list_display = ("number", "state", "level_name", "shown_priority", "business_type", "accepted", "next_due")
    list_select_related = ("business_type",)
    list_filter = ("status", LevelFilter, PriorityFilter, BusinessFilter, ChannelFilter, "accepted_at")
    list_per_page = 50
    list_max_show_all = 0
    ordering = ("-id",)
    sortable_by = ()
    paginator = CappedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    # No search here: it would put a phone into the address. The one in the header finds tickets (model 10).
    change_form_template = "admin/complaints/complaint/change_form.html"

    # Who sees what

    def get_queryset(self, request: HttpRequest) -> TicketQuerySet:
        """What the user may know of (model 2)."""
        levels = DictionaryEntry.objects.filter(
            scheme=OuterRef("scheme_version__scheme"), dimension="level", code=OuterRef("level")
        )
        found: TicketQuerySet = Complaint.objects.get_queryset().visible_to(_user(request))
        return found.annotate(level_label=Subquery(levels.values(_label_column())[:1])).order_by("-id")

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Complaint:
        """The complaint; outside the user's scope there is none."""
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404
        return cast("Complaint", found)

    def has_delete_permission(self, request: HttpRequest, obj: Complaint | None = None) -> bool:
        """Tickets are never deleted."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Complaint | None = None) -> bool:
        """Drafts are filled in by those who take complaints; the write path decides about each."""
        may = super().has_change_permission(request, obj)
        if obj is None:
            return may
        return may and obj.status == Status.DRAFT and has_role(_user(request), Role.AGENT, Role.DISPATCHER)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the filters beside the list ask for: any other lookup would let a text be guessed bit by bit
        (model 10), or the database be kept busy with a pattern."""
        if lookup == "status__exact":
            return value in Status.values
        if lookup in ("accepted_at__gte", "accepted_at__lt"):
            return is_filter_instant(value)
        return lookup in {one.parameter_name for one in (LevelFilter, PriorityFilter, BusinessFilter, ChannelFilter)}

    # The list

    @admin.display(description=gettext_lazy("state"))
    def state(self, ticket: Complaint) -> SafeString:
        """The state as a chip."""
        return state_chip(ticket)

    @admin.display(description=gettext_lazy("level"))
    def level_name(self, ticket: Complaint) -> str:
        """The level as the scheme calls it."""
        return getattr(ticket, "level_label", None) or ticket.level

    @admin.display(description=gettext_lazy("priority"))
    def shown_priority(self, ticket: Complaint) -> SafeString:
        """P1 to P4 with the reasons."""
        return priority_chip(ticket)

    @admin.display(description=gettext_lazy("accepted at"))
    def accepted(self, ticket: Complaint) -> str:
        """When the customer came."""
        return instant_words(ticket.accepted_at)

    @admin.display(description=gettext_lazy("next due"))
    def next_due(self, ticket: Complaint) -> SafeString | str:
        """What is due next, marked when it is past."""
        if ticket.next_due_at >= NOTHING_DUE:
            return self.get_empty_value_display()
        words, is_late = due_words(ticket.next_due_at), ticket.next_due_at < clock.now()
        return format_html('<strong class="late">{} · {}</strong>', words, _("late")) if is_late else words

    # The form

    def get_form(
        self, request: HttpRequest, obj: Complaint | None = None, change: bool = False, **kwargs: Any
    ) -> type[ModelForm]:
        """The intake form, which knows who takes the call and what the services said to it."""
        return intake_form(_user(request), getattr(request, "refusal", None))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A number that the telephone or the search hands over, and the channel of the call before."""
        given = {name: request.GET[name] for name in ("phone", "service_number") if name in request.GET}
        return {"channel": last_channel(_user(request))} | given

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The form for a new complaint or a draft, a page to read for the others. What the services refuse is shown
        in the form, with everything typed kept."""
        if object_id is not None:
            ticket = self.get_object(request, object_id)
            if not self.has_change_permission(request, ticket):
                return self._reading_page(request, ticket)
            note_looks([ticket.number], by=_user(request), request=request)
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refused:
            request.refusal = refused  # type: ignore[attr-defined]
        if isinstance(request.refusal, Stale):  # type: ignore[attr-defined]
            # Sent again, the form is about what is there now; the differences are shown.
            typed = request.POST.copy()
            typed["version"] = str(self.get_object(request, str(object_id)).version)
            request.POST = typed  # type: ignore[assignment]
        answer = super().changeform_view(request, object_id, form_url, extra_context)
        answer.status_code = 409 if isinstance(request.refusal, Stale) else 422  # type: ignore[attr-defined]
        return answer

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Add the side."""
        form = context["adminform"].form
        side = side_context(request, form)
        refusal = getattr(request, "refusal", None)
        context |= side | unsent_context(request, form) | {"is_stale": isinstance(refusal, Stale)}
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Complaint, form: IntakeForm, change: bool) -> None:
        """Through the services; the admin's transaction makes it one step."""
        obj.pk = self._write(request, form)
        obj.refresh_from_db()
        forget_typed(request)

    def _write(self, request: HttpRequest, form: IntakeForm) -> int:
        """Take the call or fill in the draft, attach the signed record, and end the form as its button says."""
        by, data, version = _user(request), form.cleaned_data, None
        if form.stored is None:
            ticket_id = take(by=by, **call_of(form)).pk
        else:
            ticket_id, version = form.stored.pk, data["version"]
            if _filled_in(by, ticket_id, version, changes_of(form)):
                version = None
        signature = data["signature"]
        attached = attach(ticket_id, signature, purpose=AttachmentPurpose.SIGNATURE, by=by) if signature else None
        try:
            if act := form.ending.act:
                keep_link(request, perform(ticket_id, act, by=by, expected_version=version, **ending_of(form)))
        except Refused:
            _forget_file(attached)
            raise
        return ticket_id

    # After saving

    def response_add(self, request: HttpRequest, obj: Complaint, post_url_continue: str | None = None) -> HttpResponse:
        """On to the complaint's own page, with its number large."""
        return self._saved(request, obj)

    def response_change(self, request: HttpRequest, obj: Complaint) -> HttpResponse:
        """The same."""
        return self._saved(request, obj)

    def _saved(self, request: HttpRequest, ticket: Complaint) -> HttpResponse:
        if ticket.status == Status.DRAFT:
            self.message_user(request, _("Draft %(number)s is saved.") % {"number": ticket.number})
        return HttpResponseRedirect(reverse("admin:complaints_complaint_change", args=[ticket.pk]))

    def _reading_page(self, request: HttpRequest, ticket: Complaint) -> HttpResponse:
        """What became of a complaint, without its contact data, and the way to its page."""
        if request.method == "POST" or not self.has_view_permission(request, ticket):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Complaint"),
            "subtitle": ticket.number,
            "opts": self.opts,
            "ticket": ticket,
            "promised": ticket.complaint_detail.promised_at,
            "contact": contact_view(ticket, Access.MASKED),
            "rating_url": link_to_show(request, ticket),
            "has_add_permission": self.has_add_permission(request),
        }
        return TemplateResponse(request, "admin/complaints/complaint/recorded.html", context)


def _label_column() -> str:
    return "label_zh" if (get_language() or "zh").startswith("zh") else "label_en"


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)


def _filled_in(by: User, ticket_id: int, version: int | None, changes: dict[str, Any]) -> bool:
    """Fill in the draft; False when what was typed is what is stored, written in another way."""
    try:
        perform(ticket_id, "fill_in", by=by, expected_version=version, changes=changes)
    except Refused as refused:
        if refused.code != "no_change":
            raise
        return False
    return True


def _forget_file(attached: Attachment | None) -> None:
    """Take a file away whose row the rolled-back transaction takes away."""
    if attached is not None and attached.file.name:
        attached.file.storage.delete(attached.file.name)
