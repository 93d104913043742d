"""Arranging a pool: its columns, and its filters under a name. Works without a script."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from core.errors import Refused
from tickets.desk_views import address_of, arranged_for, units_to_share_with
from tickets.forms.arranging import ColumnsForm, SaveViewForm, usual_or
from tickets.models import DeskView
from tickets.pools import pools_of
from tickets.services import desk_views as services
from tickets.views import at_place, person
from tickets.views.pools import chosen_pool, filter_of

if TYPE_CHECKING:
    from tickets.filters import TicketFilter


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
@never_cache
def arrange(request: HttpRequest) -> HttpResponse:
    """Columns and saved views of the pool of the address, which also has the filters that a new view keeps."""
    user = person(request)
    mine = pools_of(user)
    pool = chosen_pool(mine, request.GET.get("pool"))
    if pool is None:
        raise Http404
    arranged = arranged_for(user, mine)
    view = arranged.view(request.GET.get("view"))
    codes = usual_or(arranged.codes(pool, view))
    filters = filters_in(filter_of(request.GET, DeskView.objects.none()))
    units = units_to_share_with(user)
    does = request.POST.get("do", "")
    columns = ColumnsForm(request.POST if does == "columns" else None, chosen=codes)
    naming = SaveViewForm(
        request.POST if does == "save" else None, units=units, initial={"name": view.name if view else ""}
    )
    if does == "columns" and columns.is_valid():
        services.choose_columns(by=user, pool=pool.code, columns=columns.chosen())
        messages.success(request, _("The columns of “%(pool)s” are kept.") % {"pool": pool.label})
        return redirect(f"/desk/{at_place(request.GET, pool=pool.code, view='')}")
    if does == "save" and naming.is_valid():
        data = naming.cleaned_data
        try:
            saved = services.save_view(
                by=user,
                pool=pool.code,
                name=data["name"],
                filters={name: value for name, _label, value, _words in filters},
                columns=codes,
                unit=naming.units.get(data["unit"]),
                is_default=data["is_default"],
            )
        except Refused as refused:
            naming.add_error(None, refused.message)
        else:
            messages.success(request, _("The view “%(name)s” is saved.") % {"name": saved})
            return redirect(address_of(saved))
    context = {
        "pool": pool,
        "columns": columns,
        "naming": naming,
        "filters": [(label, words) for _name, label, _value, words in filters],
        "views": [
            (row, row.user_id == user.pk or row.unit in units) for row in arranged.named if row.pool == pool.code
        ],
        "back": at_place(request.GET, pool=pool.code),
    }
    return render(request, "desk/arrange.html", context, status=422 if request.method == "POST" else 200)


@require_POST
@login_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a saved view; those of other people do not exist."""
    try:
        name = services.delete_view(pk, by=person(request))
    except DeskView.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The view “%(name)s” is deleted.") % {"name": name})
    return redirect("pool")


def filters_in(narrowed: TicketFilter) -> list[tuple[str, str, str, str]]:
    """The filters of an address that can be: name, label, the value as it stands there, and in words."""
    narrowed.form.is_valid()
    found = []
    for field in narrowed.form:
        value = str(field.value() or "")
        if value and field.name in narrowed.form.cleaned_data:
            found.append((field.name, str(field.label), value, _in_words(field.field, value)))
    return found


def _in_words(field: object, value: str) -> str:
    """What a value is called among the choices of its field."""
    for code, label in getattr(field, "choices", ()):
        if isinstance(label, (list, tuple)):
            for inner, words in label:
                if str(inner) == value:
                    return str(words)
        elif str(code) == value:
            return str(label)
    return value
