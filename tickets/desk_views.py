"""Saved views and chosen columns, as the pools show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q
from django.urls import reverse
from django.utils.http import urlencode

from organization.grants import grants_of
from organization.roles import Role
from tickets.columns import Column, columns_of
from tickets.models import DeskView

if TYPE_CHECKING:
    from collections.abc import Iterable

    from organization.models import Unit, User
    from tickets.pools import Pool

# Who arranges the work of others may give them views.
SHARERS = frozenset({Role.DIRECTOR, Role.SUPERVISOR, Role.DISPATCHER})


@dataclass(frozen=True)
class Arranged:
    """What a user arranged for its pools, and what others share with it; `named` are those with a name."""

    user: User
    named: list[DeskView]
    _unnamed: dict[str, DeskView]

    def view(self, pk: str | None) -> DeskView | None:
        """The saved view of that id as it stands in an address, None where the user has no such view."""
        return next((view for view in self.named if str(view.pk) == pk), None)

    def default_of(self, pool: Pool) -> DeskView | None:
        """The view that the user opens a pool with."""
        mine = (view for view in self.named if view.user_id == self.user.pk)
        return next((view for view in mine if view.is_default and view.pool == pool.code), None)

    def columns(self, pool: Pool, view: DeskView | None) -> tuple[Column, ...]:
        """Those of the view, else those that the user chose for the pool, else the usual ones."""
        return columns_of(self.codes(pool, view))

    def codes(self, pool: Pool, view: DeskView | None) -> list[str]:
        """The same as stored; empty for the usual ones."""
        own = self._unnamed.get(pool.code)
        return (view.columns if view else []) or (own.columns if own else [])


def arranged_for(user: User, pools: Iterable[Pool]) -> Arranged:
    """The user's own views and columns for these pools and the views shared with its units, in one query."""
    rows = DeskView.objects.filter(
        Q(user=user) | Q(unit__in=_units_of(user)), pool__in=[pool.code for pool in pools]
    ).select_related("unit", "user")
    named, unnamed = [], {}
    for row in rows:
        if row.name:
            named.append(row)
        else:
            unnamed[row.pool] = row
    return Arranged(user, named, unnamed)


def address_of(view: DeskView) -> str:
    """The address of a saved view: its filters stand in it, as if somebody had just chosen them."""
    return f"{reverse('pool')}?{urlencode({**view.filters, 'pool': view.pool, 'view': view.pk})}"


def units_to_share_with(user: User) -> list[Unit]:
    """The units whose people the user may give a view to."""
    return list({grant.unit.pk: grant.unit for grant in grants_of(user) if grant.role in SHARERS}.values())


def _units_of(user: User) -> set[int]:
    return {pk for grant in grants_of(user) for pk in grant.unit.ancestor_ids}
