"""Saving views and columns of a pool. Nothing of it touches a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.errors import Refused
from tickets.desk_views import units_to_share_with
from tickets.models import DeskView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from organization.models import Unit, User

MOST = 40  # saved views of one person


@transaction.atomic
def save_view(
    *,
    by: User,
    pool: str,
    name: str,
    filters: Mapping[str, str],
    columns: Sequence[str],
    unit: Unit | None = None,
    is_default: bool = False,
) -> DeskView:
    """Keep filters and columns of a pool under a name; the one that `by` has of that name is replaced.

    Shared with a `unit`, its people and those below have it too. Raises Refused (`not_yours_to_share`, `too_many`).
    """
    if unit is not None and unit not in units_to_share_with(by):
        raise Refused(
            _("You can share views with units that you dispatch, direct or supervise."), code="not_yours_to_share"
        )
    mine = DeskView.objects.filter(user=by)
    if mine.exclude(name="").count() >= MOST and not mine.filter(pool=pool, name=name).exists():
        raise Refused(_("You have %(most)s views. Delete one first.") % {"most": MOST}, code="too_many")
    if is_default:
        mine.filter(pool=pool, is_default=True).exclude(name=name).update(is_default=False)
    arranged = {"filters": dict(filters), "columns": list(columns), "unit": unit, "is_default": is_default}
    view, _is_new = DeskView.objects.update_or_create(user=by, pool=pool, name=name, defaults=arranged)
    return view


def choose_columns(*, by: User, pool: str, columns: Sequence[str]) -> None:
    """Keep which columns `by` wants in a pool, in their order; none for the usual ones."""
    DeskView.objects.update_or_create(user=by, pool=pool, name="", defaults={"columns": list(columns)})


def delete_view(pk: int, *, by: User) -> str:
    """Delete a saved view and give its name: one's own, or one shared with a unit that `by` may share with.

    Raises DeskView.DoesNotExist for any other.
    """
    units = [unit.pk for unit in units_to_share_with(by)]
    view = DeskView.objects.exclude(name="").get(Q(user=by) | Q(unit__in=units), pk=pk)
    view.delete()
    return view.name
