"""Responsibility (责任认定): proposed, adjudicated with shares, contested once, settled (U-07f, U-58, U-90, U-91)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from core.errors import NotPermitted, Refused, Stale
from organization.models import Unit, User
from organization.roles import Role
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import SINCE, MembershipFactory, Operator, UserFactory
from tests.factories.tickets import bring_to, do, entry, last_event, load_unicom, order_in
from tickets import consistency, digests, responsibilities
from tickets.models import Outbox, Responsibility, ResponsibilityFinding, ResponsibilityShare, Ticket
from tickets.models.outbox import NoticeKind
from tickets.recipients import Roster, Telling
from tickets.services.responsibility import liable_units
from tickets.services.schemes import shipped_text
from tickets.states import OrderStatus, Status
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
NOW, HOUR = MONDAY_MORNING, dt.timedelta(hours=1)


@pytest.fixture
def ticket(operator: Operator) -> Ticket:
    """One that the fixed-line department has signed for; the network department has an order too."""
    handled: Ticket = order_in(OrderStatus.HANDLING, operator, beside=True).ticket
    return handled


def share(unit: Unit, percent: int, liability: str = "business_error", stage: str = "handle") -> dict[str, Any]:
    return {"unit": unit, "liability_class": liability, "stage": stage, "percent": percent}


def both(operator: Operator, first: int = 60) -> dict[str, Any]:
    """The two departments share it out."""
    return {"shares": [share(operator.js.fixed_line, first), share(operator.js.network, 100 - first, "overdue")]}


def row_of(ticket: Ticket, number: int = 1) -> Responsibility:
    """The responsibility of a round as it is now."""
    row = responsibilities.of_round(responsibilities.rows_of(ticket), number)
    assert row is not None
    return row


def shares_of(finding: ResponsibilityFinding | None) -> list[tuple[str, int, str, str]]:
    assert finding is not None
    rows = finding.shares.select_related("unit").order_by("pk")
    return [(row.unit.code, row.percent, row.liability_class, row.stage) for row in rows]


def code_of(ticket: Ticket, act: str, operator: Operator, **data: Any) -> str:
    with pytest.raises(Refused) as refusal:
        do(ticket, act, operator, **data)
    return refusal.value.code


def test_u_58_the_handling_unit_proposes_and_the_supervisor_adjudicates(ticket: Ticket, operator: Operator) -> None:
    """U-07f, U-58: attribution, cause, liable units with their class, and the stage that failed."""
    do(ticket, "propose_responsibility", operator, by="handler", shares=[share(operator.js.fixed_line, 100)])
    row = row_of(ticket)
    proposal = row.proposals[0]
    assert (row.status, row.round, row.standing) == ("proposed", 1, None)
    assert (proposal.by, proposal.unit, proposal.at) == (operator.users["handler"], operator.js.fixed_line, NOW)
    cause = entry("cause", "improper_operation")
    do(ticket, "adjudicate_responsibility", operator, cause=cause, ground="两部门均有过失", **both(operator))
    row = row_of(ticket)
    assert row.status == "adjudicated"
    assert row.standing is not None
    assert (row.standing.attribution, row.standing.cause, row.standing.ground) == ("company", cause, "两部门均有过失")
    assert (row.standing.by, row.standing.unit) == (operator.users["supervisor"], operator.js.unit)
    assert shares_of(row.standing) == [
        ("P-JS-FIXED", 60, "business_error", "handle"),
        ("P-JS-NETWORK", 40, "overdue", "handle"),
    ]
    assert [one.pk for one in row.proposals] == [proposal.pk]  # what was proposed stays in sight
    assert shares_of(proposal) == [("P-JS-FIXED", 100, "business_error", "handle")]


class TestProposing:
    """Each unit that has to do with the ticket says what it takes to be the truth."""

    def test_a_unit_replaces_its_own_words_and_nobody_elses(self, ticket: Ticket, operator: Operator) -> None:
        for who, ground in (("handler", "甲"), ("handler_network", "乙"), ("director", "丙")):
            do(ticket, "propose_responsibility", operator, by=who, ground=ground)
        assert [(one.unit.code, one.ground) for one in row_of(ticket).proposals] == [
            ("P-JS-NETWORK", "乙"),
            ("P-JS-FIXED", "丙"),
        ]
        assert [one.ground for one in row_of(ticket).findings.all()] == ["甲", "乙", "丙"]  # nothing is lost

    def test_nothing_is_proposed_once_it_is_adjudicated(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "adjudicate_responsibility", operator)
        with pytest.raises(Stale) as refusal:
            do(ticket, "propose_responsibility", operator)
        assert refusal.value.who == operator.users["supervisor"].name

    def test_what_others_have_open_is_not_disturbed(self, ticket: Ticket, operator: Operator) -> None:
        before = ticket.version
        after = do(ticket, "propose_responsibility", operator)
        assert after.version == before

    def test_a_new_round_has_its_own(self, operator: Operator) -> None:
        ticket = bring_to(Status.PENDING_SCREENING, operator)
        do(ticket, "adjudicate_responsibility", operator)
        ticket = do(ticket, "rework", operator, orders=[{"unit": operator.js.network, "role": "lead"}])
        do(ticket, "propose_responsibility", operator, by="handler_network")
        assert [(row.round, row.status) for row in responsibilities.rows_of(ticket)] == [
            (1, "adjudicated"),
            (2, "proposed"),
        ]


class TestShares:
    """Only what lies with the company is shared out, and then wholly."""

    @pytest.mark.parametrize(
        "percents, code",
        [((99,), "shares_incomplete"), ((60, 41), "shares_incomplete"), ((), "shares_incomplete"), ((100, 0), "")],
    )
    def test_they_add_up_to_a_hundred(
        self, ticket: Ticket, operator: Operator, percents: tuple[int, ...], code: str
    ) -> None:
        units = (operator.js.fixed_line, operator.js.network)
        shares = [share(unit, percent) for unit, percent in zip(units, percents, strict=False)]
        assert code_of(ticket, "adjudicate_responsibility", operator, shares=shares) == (code or "shares_incomplete")
        assert not Responsibility.objects.exists()

    @pytest.mark.parametrize("attribution", ["customer", "partner", "other_operator", "outside"])
    def test_what_lies_elsewhere_is_not_shared_out(self, ticket: Ticket, operator: Operator, attribution: str) -> None:
        found: dict[str, Any] = {"attribution": attribution}
        assert code_of(ticket, "adjudicate_responsibility", operator, **found) == "shares_too_many"
        do(ticket, "adjudicate_responsibility", operator, **found, shares=[])
        assert not ResponsibilityShare.objects.exists()

    def test_a_unit_may_have_failed_at_two_stages(self, ticket: Ticket, operator: Operator) -> None:
        """U-58: the responsibility is that of a stage."""
        unit = operator.js.fixed_line
        shares = [share(unit, 50, stage="sign"), share(unit, 50, stage="handle")]
        do(ticket, "adjudicate_responsibility", operator, shares=shares)
        assert [stage for *_rest, stage in shares_of(row_of(ticket).standing)] == ["sign", "handle"]

    def test_what_makes_no_sense_is_refused(self, ticket: Ticket, operator: Operator) -> None:
        unit = operator.js.fixed_line
        wrong: list[tuple[dict[str, Any], str]] = [
            ({"shares": [share(unit, 50), share(unit, 50)]}, "share_twice"),
            ({"shares": [share(unit, 100, "bad_luck")]}, "liability_class"),
            ({"shares": [share(unit, 100, "")]}, "liability_class"),
            ({"shares": [share(unit, 100, stage="total")]}, "unknown_choice"),
            ({"shares": [share(operator.js.billing, 100)]}, "unit_not_concerned"),
            ({"attribution": "weather"}, "unknown_choice"),
            ({"ground": "  "}, "ground_empty"),
        ]
        for data, code in wrong:
            assert code_of(ticket, "adjudicate_responsibility", operator, **data) == code

    def test_a_scheme_without_classes_asks_for_none(self, operator: Operator) -> None:
        """A ticket keeps the scheme version that it started under: those of before know no classes."""
        load_unicom(text=_without_classes())
        ticket = order_in(OrderStatus.HANDLING, operator).ticket
        shares = [share(operator.js.fixed_line, 100, "")]
        do(ticket, "adjudicate_responsibility", operator, shares=shares)
        assert shares_of(row_of(ticket).standing) == [("P-JS-FIXED", 100, "", "handle")]

    def test_who_a_share_can_fall_on(self, operator: Operator) -> None:
        """Whoever had to do with it and what that is part of, never a unit that was not asked, nor the whole group."""
        ticket = bring_to(Status.HANDLING, operator, complained_unit=operator.js.cities[0].hall)
        assert {unit.code for unit in liable_units(ticket)} == {
            "P-JS",
            "P-JS-FIXED",
            "P-JS-CENTRE",
            "P-JS-HOTLINE",
            "C-NJ",
            "C-NJ-HALL",
        }


class TestRecusal:
    """S-09: nobody judges its own matter."""

    def test_a_supervisor_does_not_judge_its_own_branch(self, ticket: Ticket, operator: Operator) -> None:
        branch = [share(operator.js.unit, 100, "management")]
        with pytest.raises(NotPermitted):
            do(ticket, "adjudicate_responsibility", operator, shares=branch)
        do(ticket, "adjudicate_responsibility", operator, by="group_supervisor", shares=branch)
        assert row_of(ticket).status == "adjudicated"

    def test_nor_by_finding_on_somebody_else_what_was_said_of_it(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "propose_responsibility", operator, shares=[share(operator.js.unit, 100)])
        with pytest.raises(NotPermitted):
            do(ticket, "adjudicate_responsibility", operator)

    def test_nor_what_the_complaint_is_about(self, operator: Operator) -> None:
        ticket = bring_to(Status.HANDLING, operator)
        Ticket.objects.filter(pk=ticket.pk).update(complained_unit=operator.js.unit)
        with pytest.raises(Ticket.DoesNotExist):
            do(ticket, "adjudicate_responsibility", operator, by="supervisor")

    def test_who_may_by_another_role_does_it_as_that(self, ticket: Ticket, operator: Operator) -> None:
        both_roles = UserFactory(name="双岗")
        for unit in (operator.js.unit, operator.group):
            MembershipFactory(user=both_roles, role=Role.SUPERVISOR, unit=unit)
        do(ticket, "adjudicate_responsibility", operator, by=both_roles, shares=[share(operator.js.unit, 100)])
        assert last_event(ticket).unit == operator.group

    def test_nobody_decides_on_what_it_contested_itself(self, ticket: Ticket, operator: Operator) -> None:
        both_roles = UserFactory(name="双岗")
        MembershipFactory(user=both_roles, role=Role.SUPERVISOR, unit=operator.js.unit)
        MembershipFactory(user=both_roles, role=Role.DIRECTOR, unit=operator.js.fixed_line)
        do(ticket, "adjudicate_responsibility", operator, **both(operator))
        do(ticket, "contest_responsibility", operator, by=both_roles)
        with pytest.raises(NotPermitted):
            do(ticket, "settle_responsibility", operator, by=both_roles)
        assert row_of(ticket).status == "contested"


class TestContesting:
    """Once, by a unit that bears a share, with a ground, until the ticket is archived."""

    def test_it_is_contested_once_and_the_decision_is_final(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "adjudicate_responsibility", operator, **both(operator))
        do(ticket, "contest_responsibility", operator, by="director", ground="割接由网络部安排")
        row = row_of(ticket)
        assert (row.status, row.contest_ground) == ("contested", "割接由网络部安排")
        assert (row.contested_by, row.contested_unit) == (operator.users["director"], operator.js.fixed_line)
        assert code_of(ticket, "contest_responsibility", operator, by="director_network") == "not_adjudicated"
        do(ticket, "settle_responsibility", operator, ground="异议成立", shares=[share(operator.js.network, 100)])
        row = row_of(ticket)
        assert row.status == "final"
        assert shares_of(row.standing) == [("P-JS-NETWORK", 100, "business_error", "handle")]
        assert [percent for _unit, percent, *_rest in shares_of(row.adjudication)] == [60, 40]
        for act, code in (("contest", "not_adjudicated"), ("settle", "not_contested"), ("adjudicate", "stale")):
            by = "director_network" if act == "contest" else None
            assert code_of(ticket, f"{act}_responsibility", operator, by=by) == code

    @pytest.mark.parametrize("who, may", [("director", True), ("director_network", False), ("director_centre", False)])
    def test_only_by_who_bears_a_share(self, ticket: Ticket, operator: Operator, who: str, may: bool) -> None:
        do(ticket, "adjudicate_responsibility", operator, shares=[share(operator.js.fixed_line, 100)])
        if may:
            do(ticket, "contest_responsibility", operator, by=who)
        else:
            with pytest.raises(NotPermitted):
                do(ticket, "contest_responsibility", operator, by=who)

    def test_until_the_ticket_is_archived(self, operator: Operator) -> None:
        ticket = bring_to(Status.REVISITED, operator)
        do(ticket, "adjudicate_responsibility", operator)
        ticket = do(ticket, "archive", operator, at=NOW + 24 * HOUR)
        assert code_of(ticket, "contest_responsibility", operator, at=NOW + 25 * HOUR) == "wrong_state"

    def test_what_was_contested_before_is_decided_even_then(self, operator: Operator) -> None:
        ticket = bring_to(Status.REVISITED, operator)
        for act in ("adjudicate_responsibility", "contest_responsibility"):
            do(ticket, act, operator)
        ticket = do(ticket, "archive", operator, at=NOW + 24 * HOUR)
        do(ticket, "settle_responsibility", operator, at=NOW + 25 * HOUR)
        assert row_of(ticket).status == "final"

    def test_it_needs_a_ground(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "adjudicate_responsibility", operator)
        assert code_of(ticket, "contest_responsibility", operator, ground=" ") == "ground_empty"


def test_what_was_said_since_the_form_was_opened_is_read_first(ticket: Ticket, operator: Operator) -> None:
    do(ticket, "propose_responsibility", operator)
    seen = row_of(ticket).proposals[0].pk
    do(ticket, "propose_responsibility", operator, by="handler_network")
    with pytest.raises(Stale) as refusal:
        do(ticket, "adjudicate_responsibility", operator, seen=seen)
    assert refusal.value.who == operator.users["handler_network"].name
    do(ticket, "adjudicate_responsibility", operator, seen=responsibilities.last_finding([row_of(ticket)]).pk)  # type: ignore[union-attr]


def test_u_58_the_points_that_a_unit_bears(ticket: Ticket, operator: Operator) -> None:
    """What was decided in the period and holds: a proposal and what is contested do not count, a decision does."""
    js, later = operator.js, NOW + HOUR

    def points(unit: Unit, since: dt.datetime = NOW, until: dt.datetime = later) -> int:
        return responsibilities.points_borne(unit, since, until)

    do(ticket, "propose_responsibility", operator)
    assert points(js.unit) == 0
    do(ticket, "adjudicate_responsibility", operator, **both(operator))
    assert [points(unit) for unit in (js.fixed_line, js.network, js.unit, operator.zj.unit)] == [60, 40, 100, 0]
    assert (points(js.unit, until=NOW), points(js.unit, since=later)) == (0, 0)
    do(ticket, "contest_responsibility", operator, by="director")
    assert points(js.unit) == 0
    do(ticket, "settle_responsibility", operator, **both(operator, 10))
    assert [points(unit) for unit in (js.fixed_line, js.network, js.unit)] == [10, 90, 100]


class TestTelling:
    """Who bears a share is told, who adjudicated is told of a contest, and both what came of it."""

    def test_who_is_told(self, ticket: Ticket, operator: Operator) -> None:
        acts = (
            "propose_responsibility",
            "adjudicate_responsibility",
            "contest_responsibility",
            "settle_responsibility",
        )
        people = {"contest_responsibility": "director"}
        for act in acts:
            given = both(operator) if act != "contest_responsibility" else {}
            do(ticket, act, operator, by=people.get(act), **given)
        told = {row.kind: row for row in Outbox.objects.filter(ticket=ticket).order_by("pk")}
        assert self.names(told[NoticeKind.LIABLE]) == {"director", "director_network", "head", "head_fixed"}
        assert self.names(told[NoticeKind.CONTESTED]) == {"supervisor"}
        assert self.names(told[NoticeKind.SETTLED]) == {"director", "director_network", "head", "head_fixed"}

    def names(self, row: Outbox) -> set[str]:
        return {user.username for user in Telling(row, Roster(row.at)).audience().users}


def test_events_hold_no_free_text_and_prove_what_was_said(ticket: Ticket, operator: Operator) -> None:
    words = "客户电话 13812345678"
    for act in ("propose_responsibility", "adjudicate_responsibility", "contest_responsibility"):
        do(ticket, act, operator, ground=words)
    assert all("13812345678" not in str(event.data) for event in ticket.events.all())
    tickets = Ticket.objects.filter(pk=ticket.pk)
    assert list(digests.faults_of(tickets)) == list(consistency.faults(ticket)) == []
    ResponsibilityShare.objects.update(percent=1)
    assert len(list(digests.faults_of(tickets))) == 2
    Responsibility.objects.update(contest_ground="改了")
    ResponsibilityFinding.objects.update(ground="改了")
    assert len(list(digests.faults_of(tickets))) == 5


def _without_classes() -> str:
    head, rest = shipped_text("unicom").split("liability_classes:")
    return head + rest[rest.index("\n\n") :]


def test_only_the_proposer_of_today_counts(ticket: Ticket, operator: Operator) -> None:
    """A handler who left the unit proposes nothing for it any more."""
    gone: User = operator.users["handler"]
    gone.memberships.update(ends_on=SINCE)
    with pytest.raises(Ticket.DoesNotExist):
        perform(ticket.pk, "propose_responsibility", by=operator.user("handler"), attribution="outside", ground="x")
