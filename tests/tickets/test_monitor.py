"""The monitor (工单监控, M-02): how late what is in flight is, by unit and person; each number is that of its list."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoDbBlocker

from core import clock
from organization.models import Membership, Unit
from organization.roles import Role
from tests.conftest import MONDAY_MORNING
from tests.factories.organization import SINCE, MembershipFactory, Operator, UnitFactory, build_operator
from tests.factories.standing import standing
from tests.factories.tickets import bring_to, clock_of, do, load_unicom, order_in, take_complaint
from tickets.models import StageClock, Ticket
from tickets.monitor import Lateness, Watch, branches_of, roots_of
from tickets.monitor_lists import MonitorFilter, page_of
from tickets.services.schemes import current_version
from tickets.states import OrderStatus, Outcome, Stage, Status
from tickets.workload import workload_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

HOUR = dt.timedelta(hours=1)
IN_FLIGHT = (Status.DRAFT, Status.PENDING_DISPATCH, Status.HANDLING, Status.PENDING_ANSWER, Status.CLOSED)
WATCHERS = ("supervisor", "manager", "approver", "director", "director_centre", "supervisor2", "group_supervisor")


@pytest.fixture(scope="module")
def operator(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Operator]:
    """Thirty random tickets of both provinces, some of them paused, some sent to two departments."""
    with standing(django_db_blocker), clock.frozen(MONDAY_MORNING):
        load_unicom()
        operator = build_operator()
        _random_tickets(operator, random.Random(8))
        yield operator


def _random_tickets(operator: Operator, dice: random.Random) -> None:
    for _number in range(26):
        taken = MONDAY_MORNING - dice.random() * 90 * HOUR
        kind = dice.choice(("state", "order", "beside", "foreign"))
        if kind == "foreign":
            city = dice.choice(operator.zj.cities).unit
            draft = take_complaint(operator, by=operator.user("agent2"), home=city, at=taken)
            do(draft, "submit", operator, by="agent2", at=taken + HOUR / 6)
            continue
        if kind == "state":
            ticket: Ticket = bring_to(dice.choice(IN_FLIGHT), operator, accepted_at=taken)
        else:
            state = dice.choice((OrderStatus.SENT, OrderStatus.HANDLING, OrderStatus.REPLIED))
            ticket = order_in(state, operator, accepted_at=taken, beside=kind == "beside").ticket
        if ticket.status == Status.HANDLING and dice.random() < 0.3:
            do(ticket, "ask_pause", operator)
            do(ticket, "approve_pause", operator)
    for end in (Status.ARCHIVED, Status.VOID, Status.WITHDRAWN):
        bring_to(end, operator)


def signed_in(operator: Operator, username: str) -> Client:
    client = Client()
    client.force_login(operator.user(username))
    return client


def listed(watch: Watch, **asked: str) -> set[str]:
    """The numbers in the list of the monitor."""
    document = current_version("unicom").document
    page = page_of(MonitorFilter(asked, document=document, watch=watch), size=500)
    return {row.ticket.number for row in page.rows}


def judged_by_hand(watch: Watch) -> dict[str, str]:
    """The lateness of every ticket in flight, told clock by clock."""
    found: dict[str, str] = {}
    for ticket in Ticket.objects.visible_to(watch.user):
        clocks = StageClock.objects.filter(ticket=ticket, outcome=Outcome.RUNNING).select_related("unit")
        mine = [row for row in clocks if watch.place is None or row.unit.path.startswith(watch.place.path)]
        moving = [row for row in mine if row.paused_at is None]
        if any(row.due_at < watch.at for row in moving):
            found[ticket.number] = Lateness.LATE
        elif any(row.warn_at <= watch.at for row in moving):
            found[ticket.number] = Lateness.WARNED
        elif mine:
            found[ticket.number] = Lateness.NORMAL if moving else Lateness.PAUSED
    return found


@pytest.mark.parametrize("who", WATCHERS)
def test_m_02_each_number_is_that_of_its_list(operator: Operator, who: str) -> None:
    """U-03. Whoever looks, at whatever unit and instant: the tiles, the tree and the lists agree with the clocks."""
    user, dice = operator.user(who), random.Random(who)
    places = [None, *Unit.objects.filter(path__startswith=roots_of(user)[0].path)]
    for place in dice.sample(places, min(6, len(places))):
        watch = Watch(user, MONDAY_MORNING + (dice.random() - 0.3) * 60 * HOUR, place)
        expected = judged_by_hand(watch)
        counts = Counter(expected.values())
        assert {lateness.value: count for lateness, count in watch.standing().parts} == {
            lateness.value: counts[lateness] for lateness in Lateness
        }
        for lateness in Lateness:
            assert listed(watch, lateness=lateness) == {no for no, how in expected.items() if how == lateness}
        assert listed(watch) == set(expected)
        if place is None:
            continue
        for branch in branches_of(watch):
            if not branch.is_own:
                below = Watch(user, watch.at, branch.unit)
                assert branch.standing == below.standing()


def test_the_dice_threw_every_lateness(operator: Operator) -> None:
    """The test above would prove little if all tickets were in time."""
    user = operator.user("group_supervisor")
    thrown = set()
    for hours in range(24):
        thrown |= {found for found, count in Watch(user, MONDAY_MORNING + hours * HOUR).standing().parts if count}
    assert thrown == set(Lateness)


def test_m_02_a_ticket_is_as_late_as_each_unit_is(operator: Operator) -> None:
    """The department is late, who has the whole course is not: both see their own, the whole the worst."""
    order = order_in(OrderStatus.HANDLING, operator, accepted_at=MONDAY_MORNING)
    user = operator.user("supervisor")
    handle, total = clock_of(order.ticket, Stage.HANDLE), clock_of(order.ticket, Stage.TOTAL)
    assert handle.due_at < total.warn_at
    at = handle.due_at + dt.timedelta(seconds=1)
    seen_from = {None: Lateness.LATE, operator.js.fixed_line: Lateness.LATE, total.unit: Lateness.NORMAL}
    for place, lateness in seen_from.items():
        for other in Lateness:
            assert (order.ticket.number in listed(Watch(user, at, place), lateness=other)) == (other == lateness)


@pytest.mark.parametrize(
    "seconds, lateness", [(-1, Lateness.NORMAL), (0, Lateness.WARNED)], ids=["a second before", "at the warning"]
)
def test_u_32_warned_from_the_warning_point_on(operator: Operator, seconds: int, lateness: Lateness) -> None:
    ticket = bring_to(Status.PENDING_DISPATCH, operator, accepted_at=MONDAY_MORNING)
    at = clock_of(ticket, Stage.DISPATCH).warn_at + dt.timedelta(seconds=seconds)
    assert ticket.number in listed(Watch(operator.user("supervisor"), at), lateness=lateness)


def test_nothing_of_another_province_shows(operator: Operator) -> None:
    """Model 2: not its tickets, not its units, not its people, and its units cannot be asked for."""
    client = signed_in(operator, "supervisor2")
    numbers = set(Ticket.objects.filter(province=operator.js.unit).values_list("number", flat=True))
    for address in ("/supervision/", "/supervision/units/", "/supervision/wall/"):
        page = client.get(address)
        assert page.status_code == 200
        text = page.content.decode()
        assert "江苏" not in text
        assert "南京" not in text
        assert not any(number in text for number in numbers)
        for unit in (operator.js.unit, operator.js.fixed_line, operator.group):
            assert client.get(address, {"unit": unit.pk}).status_code == 404


def test_a_director_watches_over_its_own_units(operator: Operator) -> None:
    client = signed_in(operator, "director")
    assert client.get("/supervision/", {"unit": operator.js.fixed_line.pk}).status_code == 200
    for unit in (operator.js.unit, operator.js.centre, operator.js.network):
        assert client.get("/supervision/", {"unit": unit.pk}).status_code == 404


@pytest.mark.parametrize("who", ["agent", "dispatcher", "handler", "revisitor", "quality_checker", "administrator"])
def test_who_watches_over_nothing_is_turned_away(operator: Operator, who: str) -> None:
    client = signed_in(operator, who)
    for address in ("/supervision/", "/supervision/units/", "/supervision/wall/"):
        assert client.get(address).status_code == 403
    assert 'href="/supervision/"' not in client.get("/").content.decode()


def test_only_a_supervisor_is_offered_to_chase_and_supervise(operator: Operator) -> None:
    """Permissions: a manager, a director and an approver only look."""
    for who, is_offered in (("supervisor", True), ("manager", False), ("director", False), ("approver", False)):
        text = signed_in(operator, who).get("/supervision/").content.decode()
        assert 'href="/supervision/"' in text
        assert ('action="/desk/together/chase/"' in text) == is_offered
        assert ('name="number"' in text) == is_offered
        assert ("/do/supervise/" in text) == is_offered


def test_m_02_what_is_picked_in_the_list_is_chased(operator: Operator) -> None:
    order = order_in(OrderStatus.HANDLING, operator)
    client = signed_in(operator, "supervisor")
    done = client.post("/desk/together/chase/", {"number": [order.ticket.number], "demand": "请今日内回单"})
    assert done.status_code == 200
    page = client.get("/supervision/", {"supervised": "on"})
    row = next(row for row in page.context["page"].rows if row.ticket.pk == order.ticket.pk)
    assert (row.supervision.grade, row.chased_at) == ("chase", clock.now())


def test_what_waits_for_the_supervisor_is_listed(operator: Operator) -> None:
    """Model 5: a ticket that bounced too often is assigned bindingly."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    Ticket.objects.filter(pk=ticket.pk).update(needs_assignment=True, bounce_count=3)
    watch = Watch(operator.user("supervisor"), clock.now())
    assert watch.standing().to_assign == 1
    assert listed(watch, to_assign="on") == {ticket.number}
    text = signed_in(operator, "supervisor").get("/supervision/", {"to_assign": "on"}).content.decode()
    assert f"/desk/tickets/{ticket.number}/do/assign/" in text


@pytest.mark.parametrize(
    "asked, which",
    [
        ({"stage": "dispatch"}, {0}),
        ({"stage": "handle"}, {1}),
        ({"stage": "answer"}, set()),
        ({"priority": "1"}, {1}),
        ({"business_type": "broadband"}, {0, 1}),
        ({"business_type": "telephone"}, set()),
        ({"level": "national"}, set()),
        ({"supervised": "on"}, set()),
    ],
)
def test_the_list_is_narrowed_down(operator: Operator, asked: dict[str, str], which: set[int]) -> None:
    two = (
        bring_to(Status.PENDING_DISPATCH, operator),
        order_in(OrderStatus.HANDLING, operator, is_critical=True).ticket,
    )
    watch = Watch(operator.user("supervisor"), clock.now())
    found = listed(watch, **asked)
    assert {index for index, ticket in enumerate(two) if ticket.number in found} == which


@pytest.mark.parametrize(
    "asked, status",
    [
        ({"unit": "abc"}, 404),
        ({"unit": "９"}, 404),
        ({"unit": "9" * 40}, 404),
        ({"unit": "999999"}, 404),
        ({"lateness": "' or 1=1"}, 200),
        ({"person": "1e40"}, 200),
        ({"person": "-1", "stage": "😀"}, 200),
        ({"after": "999999999999999999-1"}, 200),
    ],
)
def test_what_cannot_be_asked_breaks_nothing(operator: Operator, asked: dict[str, str], status: int) -> None:
    assert signed_in(operator, "supervisor").get("/supervision/", asked).status_code == status


def test_pages_keep_the_filters_and_the_unit(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_of, "__kwdefaults__", {"before": None, "after": None, "size": 2})
    client = signed_in(operator, "supervisor")
    asked = {"unit": str(operator.js.unit.pk), "lateness": "late"}
    found, page = [], client.get("/supervision/", asked)
    while True:
        found += [row.ticket.number for row in page.context["page"].rows]
        if page.context["next"] is None:
            break
        page = client.get(f"/supervision/{page.context['next']}")
    watch = Watch(operator.user("supervisor"), clock.now(), operator.js.unit)
    assert len(found) == len(set(found)) > 2
    assert set(found) == listed(watch, lateness="late")


def test_the_tree_opens_unit_by_unit(operator: Operator) -> None:
    client = signed_in(operator, "supervisor")
    whole = client.get("/supervision/")
    shown = [branch.unit for branch in whole.context["branches"]]
    assert operator.js.cities[0].unit in shown
    assert operator.js.cities[0].remote not in shown
    opened = client.get("/supervision/units/", {"unit": operator.js.cities[0].unit.pk})
    assert {branch.unit for branch in opened.context["branches"]} >= {operator.js.cities[0].remote}
    assert b"<html" not in opened.content


def test_who_watches_over_two_units_sees_both(operator: Operator) -> None:
    user = operator.user("director")
    Membership.objects.create(user=user, unit=operator.js.network, role=Role.DIRECTOR, starts_on=SINCE)
    Membership.objects.create(user=user, unit=operator.js.cities[0].unit, role=Role.MANAGER, starts_on=SINCE)
    Membership.objects.create(user=user, unit=operator.js.cities[0].remote, role=Role.DIRECTOR, starts_on=SINCE)
    watch = Watch(operator.user("director"), clock.now())
    expected = {operator.js.network, operator.js.fixed_line, operator.js.cities[0].unit}
    assert {branch.unit for branch in branches_of(watch)} == expected
    for branch in branches_of(watch):
        assert branch.standing == Watch(watch.user, watch.at, branch.unit).standing()


class TestWorkload:
    """Who has how much in hand in a unit (desk, Supervisor)."""

    @pytest.fixture
    def watch(self, operator: Operator) -> Watch:
        """A department of its own with two handlers: one has two tickets, one of them late; one lies untaken."""
        market = operator.js.market
        MembershipFactory(unit=market, role=Role.HANDLER)
        orders = [{"unit": market, "role": "lead", "demand": "请核查"}]
        for hours in (80, 1, 2):
            taken = clock.now() - hours * HOUR
            ticket = bring_to(Status.PENDING_DISPATCH, operator, accepted_at=taken)
            do(ticket, "dispatch", operator, at=taken + HOUR / 2, orders=orders)
            if hours != 2:
                do(ticket, "claim", operator, order=1, at=taken + HOUR * 2 / 3)
        return Watch(operator.user("supervisor"), clock.now(), market)

    def test_by_person(self, operator: Operator, watch: Watch) -> None:
        loads = {load.person and load.person.username: load for load in workload_of(watch)}
        busy = loads["handler_market"]
        assert (busy.standing.late, busy.standing.total, busy.results_today, busy.is_on_duty) == (1, 2, 0, True)
        assert loads[None].standing.total == 1
        assert sum(not load.standing.total and load.is_on_duty for load in loads.values()) == 1
        assert workload_of(watch)[0].person is None

    def test_each_number_is_that_of_its_list(self, operator: Operator, watch: Watch) -> None:
        for load in workload_of(watch):
            if load.person is None:
                continue
            for lateness, count in load.standing.parts:
                assert len(listed(watch, person=str(load.person.pk), lateness=lateness)) == count

    def test_a_result_of_today_counts(self, operator: Operator, watch: Watch) -> None:
        late = Ticket.objects.get(number=min(listed(watch, lateness="late")))
        do(late, "reply", operator, order=1)
        do(late, "approve", operator, order=1)
        loads = {load.person and load.person.username: load for load in workload_of(watch)}
        assert (loads["handler_market"].results_today, loads["handler_market"].standing.total) == (1, 1)
        tomorrow = Watch(watch.user, watch.at + 24 * HOUR, watch.place)
        assert all(load.results_today == 0 for load in workload_of(tomorrow))

    def test_the_page_shows_it_for_the_unit(self, operator: Operator, watch: Watch) -> None:
        text = signed_in(operator, "supervisor").get("/supervision/", {"unit": operator.js.market.pk}).content.decode()
        assert "韩梅" in text
        assert "/orders/1/do/reassign/" in text


class TestWall:
    """Big numbers for everybody in the room."""

    def test_it_names_nobody(self, operator: Operator) -> None:
        text = signed_in(operator, "supervisor").get("/supervision/wall/").content.decode()
        assert "江苏投诉处理中心" in text
        people = {user.name for user in operator.users.values()}
        assert not [name for name in people if name in text]
        assert "138" not in text
        assert "C26" not in text

    def test_it_refreshes_its_middle(self, operator: Operator) -> None:
        client = signed_in(operator, "supervisor")
        whole = client.get("/supervision/wall/", {"unit": operator.js.unit.pk})
        assert f'hx-get="/supervision/wall/?unit={operator.js.unit.pk}"' in whole.content.decode()
        middle = client.get("/supervision/wall/", {"unit": operator.js.unit.pk}, headers={"HX-Request": "true"})
        assert b"<html" not in middle.content
        assert middle.content.decode().strip() in whole.content.decode()


@pytest.mark.parametrize("address, budget", [("/supervision/", 18), ("/supervision/wall/", 8)])
def test_more_tickets_and_units_take_no_more_queries(operator: Operator, address: str, budget: int) -> None:
    client = signed_in(operator, "supervisor")

    def taken(**asked: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address, asked).status_code == 200
        return len(captured)

    few, few_below = taken(), taken(unit=operator.js.unit.pk)
    for _number in range(10):
        order = order_in(OrderStatus.SENT, operator)
        UnitFactory(parent=operator.js.unit)
    do(order.ticket, "chase", operator)
    assert taken() == few <= budget
    assert taken(unit=operator.js.unit.pk) == few_below <= budget + 8


def test_where_much_is_in_flight_the_figures_come_after_the_list(
    operator: Operator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Performance: nobody waits for a count over the whole company to see what is due first."""
    number = order_in(OrderStatus.HANDLING, operator).ticket.number
    monkeypatch.setattr("tickets.monitor.COUNTED_AT_ONCE", 0)
    client = signed_in(operator, "supervisor")
    page = client.get("/supervision/", {"lateness": "normal"})
    assert (page.context["is_counted"], page.context["branches"]) == (False, [])
    assert number in [row.ticket.number for row in page.context["page"].rows]
    counted = client.get(f"/supervision/{page.context['counting']}")
    assert counted.context["standing"].total == Watch(operator.user("supervisor"), clock.now()).tickets().count()
    assert number in [row.ticket.number for row in counted.context["page"].rows]
    assert client.get("/supervision/", headers={"X-Background": "1"}).context["is_counted"]
