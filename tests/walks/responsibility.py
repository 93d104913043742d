"""Responsibility in the random walks: who may say what about it, with which data, and what holds afterwards."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from organization.models import Unit
from organization.roles import Role
from tests.walks.people import Person
from tests.walks.reading import units_concerned
from tickets.models import Responsibility, Ticket
from tickets.states import Kind

if TYPE_CHECKING:
    from collections.abc import Callable

ACTS = frozenset(
    {"propose_responsibility", "adjudicate_responsibility", "contest_responsibility", "settle_responsibility"}
)
JUDGEMENTS = frozenset({"adjudicate_responsibility", "settle_responsibility"})
CLASSES = ("management", "business_error", "overdue")
JUDGES = {Role.SUPERVISOR, Role.ESCALATION_OFFICER, Role.APPEAL_OFFICER}
ATTRIBUTIONS = ("company", "company", "company", "customer", "partner", "other_operator", "outside")


def is_in_person(person: Person, act: str, ticket: Ticket) -> bool:
    """Until it is decided anybody proposes; a contest is for who bears a share, its decision for anybody else; nobody
    judges where its own unit is named."""
    rows = list(ticket.responsibilities.all())
    current = next((row for row in rows if row.round == ticket.round), None)
    if act == "propose_responsibility":
        return current is None or current.status == "proposed"
    if act in JUDGEMENTS and _finds_below_only(person, ticket) and not _units_to_find(person, ticket):
        return False
    if act == "adjudicate_responsibility":
        return (current is None or current.status == "proposed") and not _is_named(person, current)
    status = "adjudicated" if act == "contest_responsibility" else "contested"
    row = next((row for row in rows if row.status == status), None)
    if row is None:
        return False
    if act == "settle_responsibility":
        return row.contested_by_id != person.user.pk and not _is_named(person, row)
    decided = next(one for one in row.findings.all() if one.step == "adjudication")
    bearers = [share.unit for share in decided.shares.all()]
    return any(unit.path.startswith(person.unit.path) for unit in bearers)


def data_for(act: str, person: Person, ticket: Ticket, draw: Callable[[st.SearchStrategy[Any]], Any]) -> dict[str, Any]:
    """The data of an act: nobody in its right mind names its own branch when it judges."""
    if act == "contest_responsibility":
        return {"ground": "责任不在本单位"}
    attribution = "company" if _finds_below_only(person, ticket) else draw(st.sampled_from(ATTRIBUTIONS))
    units = _units_to_find(person, ticket)
    if attribution != "company" or not units:
        return {"attribution": "outside" if attribution == "company" else attribution, "ground": "已核实"}
    chosen = draw(st.lists(st.sampled_from(units), min_size=1, max_size=3, unique=True))
    shares, left = [], 100
    for place, unit in enumerate(chosen, start=1):
        percent = left if place == len(chosen) else draw(st.integers(1, left - (len(chosen) - place)))
        left -= percent
        shares.append({"unit": unit, "liability_class": draw(st.sampled_from(CLASSES)), "percent": percent})
    return {"attribution": attribution, "ground": "已核实", "shares": shares}


def _finds_below_only(person: Person, ticket: Ticket) -> bool:
    """In two tiers a judge of a province neither clears it nor blames another."""
    return person.role in JUDGES and ticket.kind != Kind.COMPLAINT and person.unit.province_id is not None


def _units_to_find(person: Person, ticket: Ticket) -> list[Unit]:
    """The units that the person names; nobody in its right mind names its own branch when it judges."""
    units = units_concerned(ticket)
    if person.role in JUDGES:
        units = [unit for unit in units if not person.unit.path.startswith(unit.path)]
    if _finds_below_only(person, ticket):
        units = [unit for unit in units if unit.path.startswith(person.unit.path)]
    return units


def check(ticket: Ticket) -> None:
    """One for each round, each finding told by one event, shares that are whole, and a state that follows from what
    was found."""
    told = Counter(
        event.data["responsibility"]
        for event in ticket.events.all()
        if event.action in ACTS - {"contest_responsibility"}
    )
    rows = list(ticket.responsibilities.all())
    assert [row.round for row in rows] == sorted({row.round for row in rows})
    findings = [one for row in rows for one in row.findings.all()]
    assert told == Counter(one.pk for one in findings), "findings differ from what the events tell"
    for one in findings:
        total = sum(share.percent for share in one.shares.all())
        assert total == (100 if one.attribution == "company" else 0)
    for row in rows:
        steps = Counter(one.step for one in row.findings.all())
        assert (row.status != "proposed") == bool(steps["adjudication"])
        assert (row.status == "final") == bool(steps["settlement"])
        standing = [one.unit_id for one in row.findings.all() if one.step == "proposal" and not one.is_superseded]
        assert len(standing) == len(set(standing)), "two proposals of a unit stand"


def _is_named(person: Person, row: Responsibility | None) -> bool:
    found = [share for one in row.findings.all() for share in one.shares.all()] if row else []
    return any(person.unit.path.startswith(share.unit.path) for share in found)
