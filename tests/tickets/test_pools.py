"""The pools: what waits for whom, page by page, narrowed down by the address (design, Pools; model 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from core import clock
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, entry, order_in
from tickets.lists import Cursor, page_of
from tickets.models import Ticket
from tickets.pools import POOLS, counts_of, pools_of
from tickets.services.intake import Customer
from tickets.states import OrderStatus, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

BY_CODE = {pool.code: pool for pool in POOLS}


def signed_in(operator: Operator, username: str) -> Client:
    client = Client()
    client.force_login(operator.user(username))
    return client


def numbers(operator: Operator, username: str, code: str) -> list[str]:
    """The ticket numbers that a person finds in a pool."""
    user = operator.user(username)
    page = page_of(BY_CODE[code], BY_CODE[code].rows(user, Ticket.objects.visible_to(user)))
    return [row.ticket.number for row in page.rows]


def ticket_in(status: str) -> Callable[[Operator], str]:
    return lambda operator: bring_to(status, operator).number


def order_of(status: str) -> Callable[[Operator], str]:
    return lambda operator: order_in(status, operator).ticket.number


def promised(operator: Operator) -> str:
    ticket = bring_to(Status.PENDING_ANSWER, operator)
    until = clock.now() + dt.timedelta(days=3)
    do(ticket, "answer", operator, closure_code="unresolved", plan="更换光缆", promised_for=until)
    return ticket.number


def given_to_the_second_dispatcher(operator: Operator) -> str:
    ticket = bring_to(Status.HANDLING, operator)
    do(ticket, "hand_over", operator, receiver=operator.user("dispatcher_b"))
    return ticket.number


def asks_for_time(operator: Operator) -> str:
    ticket = order_in(OrderStatus.HANDLING, operator).ticket
    do(ticket, "ask_extension", operator, order=1)
    return ticket.number


def asks_for_a_pause(operator: Operator) -> str:
    ticket = order_in(OrderStatus.HANDLING, operator).ticket
    do(ticket, "ask_pause", operator)
    return ticket.number


def before_the_supervisor(operator: Operator) -> str:
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    Ticket.objects.filter(pk=ticket.pk).update(needs_assignment=True)
    return ticket.number


@pytest.mark.parametrize(
    "code, who, make",
    [
        ("drafts", "agent", ticket_in(Status.DRAFT)),
        ("hand_overs", "dispatcher_b", given_to_the_second_dispatcher),
        ("dispatch", "dispatcher", ticket_in(Status.PENDING_DISPATCH)),
        ("instruction", "approver", ticket_in(Status.PENDING_INSTRUCTION)),
        ("sign", "handler", order_of(OrderStatus.SENT)),
        ("handle", "handler", order_of(OrderStatus.HANDLING)),
        ("review", "director", order_of(OrderStatus.PENDING_REVIEW)),
        ("returns", "dispatcher", order_of(OrderStatus.RETURN_REQUESTED)),
        ("assignment", "supervisor", before_the_supervisor),
        ("replies", "dispatcher", order_of(OrderStatus.REPLIED)),
        ("answer", "dispatcher", ticket_in(Status.PENDING_ANSWER)),
        ("extensions", "director", asks_for_time),
        ("pauses", "director_centre", asks_for_a_pause),
        ("clearance", "director_centre", ticket_in(Status.PENDING_CLEARANCE)),
        ("revisit", "revisitor", ticket_in(Status.CLOSED)),
        ("screening", "dispatcher", ticket_in(Status.PENDING_SCREENING)),
        ("promises", "dispatcher", promised),
        ("archive", "dispatcher", ticket_in(Status.REVISITED)),
        ("handled", "handler", order_of(OrderStatus.HANDLING)),
        ("taken", "agent", ticket_in(Status.CLOSED)),
        ("all", "manager", ticket_in(Status.ARCHIVED)),
    ],
)
def test_work_lies_in_the_pool_of_who_does_it(
    operator: Operator, code: str, who: str, make: Callable[[Operator], str]
) -> None:
    number = make(operator)
    assert numbers(operator, who, code) == [number]
    page = signed_in(operator, who).get("/desk/", {"pool": code})
    assert page.status_code == 200
    assert number in page.content.decode()


def test_a_ticket_before_the_supervisor_has_left_the_centres_pool(operator: Operator) -> None:
    """Too many bounces: the supervisor assigns bindingly (model 5)."""
    before_the_supervisor(operator)
    assert numbers(operator, "dispatcher", "dispatch") == []


def test_another_province_finds_nothing(operator: Operator) -> None:
    bring_to(Status.PENDING_DISPATCH, operator)
    order_in(OrderStatus.SENT, operator)
    for who in ("dispatcher2", "handler2", "supervisor2", "manager2"):
        for pool in pools_of(operator.user(who)):
            assert numbers(operator, who, pool.code) == []


def test_a_complaint_about_the_centre_is_not_in_its_pool(operator: Operator) -> None:
    """S-09: it goes to the unit above."""
    bring_to(Status.PENDING_DISPATCH, operator, complained_unit=operator.js.centre)
    assert numbers(operator, "dispatcher", "dispatch") == []


@pytest.mark.parametrize("code", ["dispatch", "nonsense", "😀"])
def test_a_pool_of_another_role_does_not_exist(operator: Operator, code: str) -> None:
    assert signed_in(operator, "handler").get("/desk/", {"pool": code}).status_code == 404


def test_without_a_name_the_first_pool_opens(operator: Operator) -> None:
    number = order_in(OrderStatus.SENT, operator).ticket.number
    assert number in signed_in(operator, "handler").get("/desk/").content.decode()


@pytest.mark.parametrize("who", ["administrator", "liaison"])
def test_who_has_nothing_to_do_with_tickets_is_told_so(operator: Operator, who: str) -> None:
    bring_to(Status.PENDING_DISPATCH, operator)
    page = signed_in(operator, who).get("/desk/")
    assert page.status_code == 200
    assert b"C26" not in page.content


def test_a_stranger_is_sent_to_the_log_in(client: Client) -> None:
    for address in ("/", "/desk/", "/desk/search/"):
        assert client.get(address).headers["Location"].startswith("/accounts/login/")


def test_pages_follow_each_other_by_due_time_both_ways(operator: Operator) -> None:
    now = clock.now()
    hours = (3, 1, 5, 2, 4)
    made = {
        hour: bring_to(Status.PENDING_DISPATCH, operator, accepted_at=now - dt.timedelta(hours=hour)).number
        for hour in hours
    }
    by_due = [made[hour] for hour in sorted(hours, reverse=True)]
    user = operator.user("dispatcher")
    pool = BY_CODE["dispatch"]

    def page(**cursor: str | None) -> Any:
        return page_of(pool, pool.rows(user, Ticket.objects.visible_to(user)), size=2, **cursor)

    pages = [page()]
    while pages[-1].after:
        pages.append(page(after=pages[-1].after))
    assert [row.ticket.number for found in pages for row in found.rows] == by_due
    assert pages[0].before is None
    back = page(before=pages[-1].before)
    assert [row.ticket.number for row in back.rows] == by_due[2:4]
    first = page(before=back.before)
    assert [row.ticket.number for row in first.rows] == by_due[:2]
    assert first.before is None


@pytest.mark.parametrize("text", ["", "abc", "1-", "-1", "9" * 40, "999999999999999999-1", "1-1; drop", "１-１", None])
def test_a_cursor_that_nobody_gave_starts_at_the_front(operator: Operator, text: str | None) -> None:
    number = bring_to(Status.PENDING_DISPATCH, operator).number
    assert Cursor.read(text) is None
    page = signed_in(operator, "dispatcher").get("/desk/", {"pool": "dispatch", "after": text or ""})
    assert number in page.content.decode()


def test_tickets_due_at_the_same_time_are_all_shown(operator: Operator) -> None:
    made = {bring_to(Status.PENDING_SCREENING, operator).number for _number in range(3)}
    user = operator.user("dispatcher")
    pool = BY_CODE["screening"]
    rows = pool.rows(user, Ticket.objects.visible_to(user))
    first = page_of(pool, rows, size=2)
    second = page_of(pool, rows, size=2, after=first.after)
    assert {row.ticket.number for row in (*first.rows, *second.rows)} == made


def test_contact_data_is_masked_for_who_need_not_call(operator: Operator) -> None:
    """Model 10: a centre answers the customer, an approver and a director do not."""
    bring_to(Status.PENDING_DISPATCH, operator)
    order_in(OrderStatus.PENDING_REVIEW, operator)
    full = signed_in(operator, "dispatcher").get("/desk/", {"pool": "dispatch"}).content.decode()
    assert "13812345678" in full
    for who, code in (("director", "review"), ("manager", "all"), ("dispatcher", "all")):
        page = signed_in(operator, who).get("/desk/", {"pool": code}).content.decode()
        assert "138****5678" in page
        assert "13812345678" not in page
        assert "张伟" not in page


def test_counts_say_how_much_waits_and_what_is_late(operator: Operator, frozen_clock: clock.FrozenClock) -> None:
    bring_to(Status.PENDING_DISPATCH, operator)
    order_in(OrderStatus.REPLIED, operator)
    frozen_clock.move_to(clock.now() + dt.timedelta(days=1))
    waiting = signed_in(operator, "dispatcher").post("/live/", {"page": "/desk/"}).json()["counts"]
    assert {code: (found["count"], found["late"]) for code, found in waiting.items()} == {
        "dispatch": ("1", True),
        "replies": ("1", True),
    }


def test_counting_stops_where_nobody_counts_any_more(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tickets.pools.COUNTED_UP_TO", 1)
    for _number in range(3):
        bring_to(Status.PENDING_DISPATCH, operator)
    found = {count.pool.code: count for count in counts_of(operator.user("dispatcher"), POOLS, clock.now())}
    assert (found["dispatch"].count, found["dispatch"].shown) == (2, "1+")
    assert (found["answer"].count, found["answer"].nearest) == (0, None)


class TestFilters:
    """What is in the address narrows the list down, and nothing typed there breaks it."""

    @pytest.fixture
    def two(self, operator: Operator) -> tuple[str, str]:
        """A broadband fault by phone on Sunday, and a letter about a mobile network on Monday."""
        sunday = clock.now() - dt.timedelta(days=1)
        first = bring_to(Status.PENDING_DISPATCH, operator, accepted_at=sunday, is_critical=True)
        second = bring_to(
            Status.PENDING_ANSWER,
            operator,
            customer=Customer(name="王芳", phone="02584210000", service_number="18612340000"),
            channel=entry("channel", "letter"),
            business_type=entry("business_type", "telephone"),
            complaint_type=entry("complaint_type", "fixed_internal_quality"),
            level="national",
        )
        return first.number, second.number

    @pytest.mark.parametrize(
        "asked, which",
        [
            ({}, {0, 1}),
            ({"status": "pending_answer"}, {1}),
            ({"level": "national"}, {1}),
            ({"business_type": "broadband"}, {0}),
            ({"channel": "letter"}, {1}),
            ({"priority": "1"}, {0}),
            ({"accepted_from": "2026-11-23"}, {1}),
            ({"accepted_to": "2026-11-22"}, {0}),
            ({"accepted_from": "2026-11-22", "accepted_to": "2026-11-23"}, {0, 1}),
            ({"status": "pending_answer", "channel": "hotline"}, set()),
        ],
    )
    def test_a_list_is_narrowed_down(
        self, operator: Operator, two: tuple[str, str], asked: dict[str, str], which: set[int]
    ) -> None:
        page = signed_in(operator, "dispatcher").get("/desk/", {"pool": "all", **asked}).content.decode()
        assert {index for index, number in enumerate(two) if number in page} == which

    @pytest.mark.parametrize(
        "asked",
        [
            {"accepted_from": "yesterday"},
            {"accepted_to": "9999-12-31"},
            {"accepted_from": "0001-01-01"},
            {"priority": "9"},
            {"status": "' or 1=1"},
            {"found": "😀" * 10_000},
            {"found": "\x00"},
            {"level": "电话"},
        ],
    )
    def test_what_cannot_be_is_answered_in_words(
        self, operator: Operator, two: tuple[str, str], asked: dict[str, str]
    ) -> None:
        page = signed_in(operator, "dispatcher").get("/desk/", {"pool": "all", **asked})
        assert page.status_code == 200

    def test_filters_stay_when_turning_the_page(
        self, operator: Operator, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(page_of, "__kwdefaults__", {"before": None, "after": None, "size": 1})
        client = signed_in(operator, "dispatcher")
        page = client.get("/desk/", {"pool": "all", "request": "x", "accepted_to": "2026-11-23"})
        assert "accepted_to=2026-11-23" in page.context["next"]
        assert client.get(f"/desk/{page.context['next']}").context["previous"]


def test_u_42_a_summary_in_a_list_does_not_tell_what_is_masked(operator: Operator) -> None:
    """Model 10: whoever sees a masked phone does not read it in what somebody wrote beside it."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    phone = ticket.contact.phone
    Ticket.objects.filter(pk=ticket.pk).update(summary=f"回电 {phone[:3]}-{phone[3:7]}-{phone[7:]}")
    page = signed_in(operator, "manager").get("/desk/", {"pool": "all"}).content.decode()
    assert ticket.number in page
    assert phone[3:7] not in page


def test_a_paused_ticket_is_found_as_such_and_shows_no_remaining_time(operator: Operator) -> None:
    number = asks_for_a_pause(operator)
    assert numbers(operator, "director", "pauses") == []  # a unit below the centre does not decide on its own time
    do(Ticket.objects.get(number=number), "approve_pause", operator)
    assert numbers(operator, "dispatcher", "paused") == [number]
    page = signed_in(operator, "dispatcher").get("/desk/", {"pool": "paused"}).content.decode()
    assert "已暂停" in page
