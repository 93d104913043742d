"""Importing a spreadsheet in the admin: template, upload with its check, the batch with its faults and its progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from complaints.batches import ROW_LIMIT, BatchState, ImportBatch, importing_units
from complaints.resources.rows import ComplaintResource
from complaints.resources.sheets import FILE_LIMIT, MEBIBYTE, read_sheet
from complaints.resources.template import FILE_NAME, template
from complaints.services import importing
from core.errors import Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet
    from django.http import HttpRequest
    from django.urls import URLPattern

    from complaints.services.importing import CheckedFile
    from organization.models import Unit, User

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ROWS_ON_PAGE = 100


class UploadForm(forms.Form):
    """The file and the unit that takes its complaints. Valid means readable; its rows may still have faults."""

    unit = forms.ChoiceField(label=gettext_lazy("accepting unit"))
    file = forms.FileField(
        label=gettext_lazy("file"),
        max_length=255,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        """`by` uploads."""
        super().__init__(*args, **kwargs)
        self.by = by
        self.fields["unit"].choices = [(unit.pk, unit.name) for unit in self.units.values()]  # type: ignore[attr-defined]

    @cached_property
    def units(self) -> dict[str, Unit]:
        """The units that the person may choose."""
        return {str(unit.pk): unit for unit in importing_units(self.by)}

    def clean(self) -> dict[str, Any]:
        """Read the file and check its rows."""
        data: dict[str, Any] = super().clean() or {}
        if "unit" in data and "file" in data:
            try:
                data["checked"] = self._checked(data)
            except Refused as refused:
                self.add_error("file", refused.message)
        return data

    def _checked(self, data: dict[str, Any]) -> CheckedFile:
        file = data["file"]
        data["unit"] = self.units[data["unit"]]
        return ComplaintResource(by=self.by, unit=data["unit"]).check(read_sheet(file.name, file, file.size))


@admin.register(ImportBatch)
class ImportBatchAdmin(admin.ModelAdmin):
    """Imports of the units for which the person takes complaints."""

    actions = None
    list_display = ("uploaded_at", "file_name", "unit", "uploaded_by", "state", "new_count", "written_count")
    list_select_related = ("unit", "uploaded_by")
    list_per_page = 50
    ordering = ("-id",)
    sortable_by = ()
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[ImportBatch]:
        """What the person may see."""
        return ImportBatch.objects.visible_to(_user(request))

    def has_change_permission(self, request: HttpRequest, obj: ImportBatch | None = None) -> bool:
        """Services write; the page has buttons."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ImportBatch | None = None) -> bool:
        """What was imported stays on record."""
        return False

    def get_urls(self) -> list[URLPattern]:
        """The template and the three acts besides the usual pages."""
        acts = {
            "confirm": importing.confirm_batch,
            "discard": importing.discard_batch,
            "settle": importing.settle_batch,
        }
        own = [
            path(
                f"<int:batch_id>/{name}/",
                self.admin_site.admin_view(require_POST(self._act(service))),
                name=f"complaints_importbatch_{name}",
            )
            for name, service in acts.items()
        ]
        download = self.admin_site.admin_view(self.download_template)
        return [path("template/", download, name="complaints_importbatch_template"), *own, *super().get_urls()]

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Upload a file. Outside a transaction: on SQLite the check of a large file would keep everybody waiting."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = UploadForm(request.POST or None, request.FILES or None, by=_user(request))
        if request.method == "POST" and form.is_valid():
            data = form.cleaned_data
            batch = importing.store_batch(
                by=_user(request), unit=data["unit"], file_name=data["file"].name, checked=data["checked"]
            )
            return HttpResponseRedirect(_page_of(batch.pk))
        context = {"form": form, "row_limit": ROW_LIMIT, "size_limit": FILE_LIMIT // MEBIBYTE}
        return self._page(request, "upload", _("Import complaints from a spreadsheet"), context)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A batch: its counts, its progress, what can be done, and its rows page by page."""
        batch = self.get_object(request, object_id)
        if batch is None:
            raise Http404
        if not self.has_view_permission(request, batch):
            raise PermissionDenied
        rows = Paginator(batch.rows.select_related("ticket"), ROWS_ON_PAGE)
        context = {
            "batch": batch,
            "has_add": self.has_add_permission(request),
            "rows": rows.get_page(request.GET.get("page")),
            "can_confirm": batch.state == BatchState.CHECKED,
            "can_discard": batch.state in (BatchState.CHECKED, BatchState.FAULTY),
            "is_faulty": batch.state == BatchState.FAULTY,
            "is_writing": batch.state == BatchState.WRITING,
            "is_stopped": batch.state == BatchState.STOPPED,
            "is_done": batch.state == BatchState.DONE,
        }
        return self._page(request, "batch", batch.file_name, context)

    def download_template(self, request: HttpRequest) -> HttpResponse:
        """The template to fill in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        disposition = content_disposition_header(True, FILE_NAME)
        return HttpResponse(template(), content_type=XLSX, headers={"Content-Disposition": disposition})

    def _act(self, service: Callable[..., ImportBatch]) -> Callable[..., HttpResponse]:
        def view(request: HttpRequest, batch_id: int) -> HttpResponse:
            if self.get_object(request, str(batch_id)) is None:
                raise Http404
            try:
                service(batch_id=batch_id, by=_user(request))
            except Refused as refused:
                messages.error(request, refused.message)
            return HttpResponseRedirect(_page_of(batch_id))

        return view

    def _page(self, request: HttpRequest, name: str, title: str, context: dict[str, Any]) -> TemplateResponse:
        shared = {**self.admin_site.each_context(request), "opts": self.opts, "title": title}
        return TemplateResponse(request, f"admin/complaints/importbatch/{name}.html", {**shared, **context})


def _page_of(batch_id: int) -> str:
    return reverse("admin:complaints_importbatch_change", args=[batch_id])


def _user(request: HttpRequest) -> User:
    return cast("User", request.user)
