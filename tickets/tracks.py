"""Kinds that are handled in two tiers (两级处理): the group has them, gives them to a province and takes its report.

The app of such a kind says here which roles settle it at the group and in a province; every other ticket is settled by
the dispatchers of its centre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from organization.roles import Role

if TYPE_CHECKING:
    from organization.models import Unit


@dataclass(frozen=True)
class Track:
    """Who settles a kind in two tiers: the role at the group, the role in the province."""

    group: Role
    province: Role


_tracks: dict[str, Track] = {}


def register(kind: str, *, group: Role, province: Role) -> None:
    """Say who settles tickets of a kind that is handled in two tiers."""
    _tracks[kind] = Track(group, province)


def is_tracked(kind: str) -> bool:
    """Whether tickets of the kind are handled in two tiers."""
    return kind in _tracks


def settled_by(kind: str, unit: Unit) -> Role:
    """The role that settles a ticket of the kind while `unit` owns it."""
    track = _tracks.get(kind)
    if track is None:
        return Role.DISPATCHER
    return track.group if unit.province_id is None else track.province


def all_kinds() -> list[str]:
    """The kinds that are handled in two tiers."""
    return list(_tracks)


def group_roles() -> frozenset[Role]:
    """The roles that settle such kinds at the group."""
    return frozenset(track.group for track in _tracks.values())


def province_roles() -> frozenset[Role]:
    """The roles that settle them in a province."""
    return frozenset(track.province for track in _tracks.values())


def roles() -> frozenset[Role]:
    """Both."""
    return group_roles() | province_roles()


def kinds_of(role: Role) -> list[str]:
    """The kinds that the role settles, at the group or in a province."""
    return [kind for kind, track in _tracks.items() if role in (track.group, track.province)]
