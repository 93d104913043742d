"""The operator of the demonstration, written through the organisation's services."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.hashers import make_password

from core import clock
from organization import services
from organization.models import Function, Membership, Tier, Unit, User
from organization.roles import Role

SINCE = date(2020, 1, 1)
FOUNDED = datetime(2020, 1, 1, tzinfo=UTC)
HERE = Path(__file__).parent


@dataclass(frozen=True)
class City:
    """A city in which customers live."""

    unit: Unit
    hall: Unit
    remote: Unit
    name: str
    area: str
    streets: tuple[str, ...]


@dataclass(frozen=True)
class Province:
    """A province: its units by the suffix of their codes, and its cities."""

    unit: Unit
    units: dict[str, Unit]
    cities: tuple[City, ...]


@dataclass(frozen=True)
class Operator:
    """The whole of it: units by code, provinces in order, and who works where."""

    units: dict[str, Unit]
    provinces: tuple[Province, ...]
    people: dict[tuple[str, int], tuple[User, ...]]

    def people_of(self, role: Role, unit: Unit) -> tuple[User, ...]:
        """Who holds the role in exactly this unit, or in the nearest unit above in which anybody does."""
        for unit_id in reversed(unit.ancestor_ids):
            found = self.people.get((role, unit_id))
            if found:
                return found
        raise LookupError(f"Nobody is {role} for {unit.code}.")


def build() -> Operator:
    """Write units, people and roles. Nothing of the organisation may be there yet."""
    plan = yaml.safe_load((HERE / "organization.yaml").read_text(encoding="utf-8"))
    with clock.frozen(FOUNDED):
        units = _units(plan)
        users = _users(plan, units)
        _heads(users, units)
        services.appoint_liaison(unit=units["P-JS"], user=users["liaison"], starts_on=SINCE, by=None)
        services.appoint_liaison(unit=units["P-ZJ"], user=users["liaison2"], starts_on=SINCE, by=None)
        services.appoint_liaison(unit=units["P-HA"], user=users["liaison3"], starts_on=SINCE, by=None)
    User.objects.filter(username__in=plan["log_ins"]).update(password=make_password(settings.DEMO_PASSWORD))
    return read()


def read() -> Operator:
    """The operator as it stands in the database. Every person appears as one object, so that rights are read once."""
    plan = yaml.safe_load((HERE / "organization.yaml").read_text(encoding="utf-8"))
    units = {unit.code: unit for unit in Unit.objects.all()}
    people: dict[tuple[str, int], list[User]] = {}
    users = User.objects.in_bulk()
    for row in Membership.objects.order_by("pk"):
        people.setdefault((row.role, row.unit_id), []).append(users[row.user_id])
    provinces = []
    for province in plan["provinces"]:
        code = f"P-{province['code']}"
        suffixes = [suffix for suffix, *_rest in plan["departments"]]
        cities = [
            City(
                unit=units[f"C-{city['code']}"],
                hall=units[f"C-{city['code']}-HALL"],
                remote=units[f"C-{city['code']}-REMOTE"],
                name=city["name"],
                area=city["area"],
                streets=tuple(city["streets"]),
            )
            for city in province["cities"]
        ]
        own = {suffix: units[f"{code}-{suffix}"] for suffix in suffixes}
        provinces.append(Province(units[code], own, tuple(cities)))
    return Operator(units, tuple(provinces), {key: tuple(found) for key, found in people.items()})


def _units(plan: dict[str, Any]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}

    def add(code: str, name: str, tier: Tier, parent: Unit | None, functions: list[str]) -> Unit:
        units[code] = services.create_unit(
            by=None,
            code=code,
            name=name,
            tier=tier,
            parent=parent,
            functions=[Function(function) for function in functions],
            phone="" if parent is None else f"400-{len(units):04}",
        )
        return units[code]

    code, name = plan["group"]["unit"]
    group = add(code, name, Tier.GROUP, None, [])
    for code, name, functions in plan["group"]["units"]:
        add(code, name, Tier.GROUP, group, functions)
    for province in plan["provinces"]:
        key, label = province["code"], province["name"]
        unit = add(f"P-{key}", f"{label}省分公司", Tier.PROVINCE, group, [])
        for suffix, name, functions in plan["departments"]:
            add(f"P-{key}-{suffix}", f"{label}{name}", Tier.PROVINCE, unit, functions)
        for city in province["cities"]:
            place = add(f"C-{city['code']}", f"{city['name']}市分公司", Tier.CITY, unit, [])
            for suffix, name, functions in plan["city_units"]:
                add(f"C-{city['code']}-{suffix}", f"{city['name']}{name}", Tier.CITY, place, functions)
    return units


def _users(plan: dict[str, Any], units: dict[str, Unit]) -> dict[str, User]:
    users = {}
    everybody = {**plan["log_ins"], **plan["colleagues"]}
    for number, (username, (name, role, codes)) in enumerate(everybody.items(), start=1):
        user = services.create_user(by=None, username=username, name=name, employee_no=f"D{number:04}")
        for code in codes:
            services.grant_membership(user=user, unit=units[code], role=Role(role), by=None, starts_on=SINCE)
        users[username] = user
    return users


def _heads(users: dict[str, User], units: dict[str, Unit]) -> None:
    """A province's manager heads it, a director heads each unit of its own."""
    for username in ("manager", "manager2"):
        membership = users[username].memberships.select_related("unit").get()
        services.appoint_manager(unit=membership.unit, manager=users[username], by=None)
    for row in Membership.objects.filter(role=Role.DIRECTOR).select_related("unit", "user"):
        services.appoint_manager(unit=row.unit, manager=row.user, by=None)
