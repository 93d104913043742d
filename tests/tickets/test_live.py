"""Who else has a ticket open, and what is new for a page that stays open (design, Pools)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from core import clock
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, order_in
from tickets.models import Presence, Ticket
from tickets.presences import LASTS
from tickets.states import OrderStatus, Status
from tickets.tasks import forget_absent

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

SECOND = dt.timedelta(seconds=1)


class Screen:
    """A page that somebody has open."""

    def __init__(self, operator: Operator, username: str, page: str, **form: Any) -> None:
        self.client = Client()
        self.client.force_login(operator.user(username))
        self.page, self.form = page, form

    def ask(self, **more: Any) -> Any:
        """What is new; None for nothing."""
        answer = self.client.post("/live/", {"page": self.page, **self.form, **more})
        return None if answer.status_code == 204 else answer.json()

    def digest(self) -> str:
        """What the page itself says it shows."""
        return str(self.client.get(self.page).content.decode().split('data-digest="')[1].split('"')[0])


def ticket_page(ticket: Ticket, act: str = "") -> str:
    return f"/desk/tickets/{ticket.number}/{act}"


def test_the_others_are_named_with_what_they_fill_in_and_never_oneself(operator: Operator) -> None:
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    before = (ticket.version, ticket.event_count)
    mine = Screen(operator, "dispatcher", ticket_page(ticket))
    assert mine.ask()["present"] == []
    Screen(operator, "dispatcher_b", ticket_page(ticket, "do/dispatch/")).ask()
    who = operator.user("dispatcher_b").name
    assert mine.ask()["present"] == [f"{who} 正在填写“派单”"]
    Screen(operator, "dispatcher_b", ticket_page(ticket)).ask()
    assert mine.ask()["present"] == [f"{who} 也打开着"]
    ticket.refresh_from_db()
    assert (ticket.version, ticket.event_count) == before
    pool = Screen(operator, "dispatcher", "/desk/?pool=dispatch")
    assert pool.ask()["here"] == {ticket.number: f"正打开着：{who}"}


def test_presence_is_over_by_itself_and_is_purged(operator: Operator, frozen_clock: clock.FrozenClock) -> None:
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    seen = clock.now()
    Screen(operator, "dispatcher_b", ticket_page(ticket)).ask()
    mine = Screen(operator, "dispatcher", "/desk/?pool=dispatch")
    frozen_clock.move_to(seen + LASTS - SECOND)
    assert mine.ask()["here"]
    frozen_clock.move_to(seen + LASTS)
    assert mine.ask()["here"] == {}
    assert forget_absent() == 0
    frozen_clock.move_to(seen + dt.timedelta(days=1) + SECOND)
    assert forget_absent() == 1


def test_only_who_sees_a_ticket_is_noted_and_hears(operator: Operator) -> None:
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    Screen(operator, "dispatcher", ticket_page(ticket)).ask()
    foreign = Screen(operator, "dispatcher2", ticket_page(ticket)).ask()
    assert set(foreign) == {"unread", "gone", "tag"}
    assert Presence.objects.count() == 1
    about_himself = bring_to(Status.PENDING_DISPATCH, operator, complained_user=operator.user("dispatcher_b"))
    assert "gone" in Screen(operator, "dispatcher_b", ticket_page(about_himself)).ask()


@pytest.mark.parametrize("page", ["/", "/desk/?pool=dispatch", "/desk/?pool=all&status=pending_dispatch&after=x"])
def test_a_list_changes_with_its_rows_and_only_with_them(operator: Operator, page: str) -> None:
    """What the page was rendered with and what is told later are the same until something happens to a row."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    screen = Screen(operator, "dispatcher", page)
    first = screen.ask()
    assert first["digest"] == screen.digest()
    assert screen.ask(tag=first["tag"]) is None
    do(ticket, "add_note", operator)
    second = screen.ask(tag=first["tag"])
    assert second["digest"] == screen.digest() != first["digest"]
    bring_to(Status.PENDING_DISPATCH, operator)
    assert screen.ask(tag=second["tag"])["digest"] == screen.digest() != second["digest"]


def test_a_list_of_work_orders_and_a_ticket(operator: Operator) -> None:
    order = order_in(OrderStatus.SENT, operator)
    for page in ("/desk/?pool=sign", ticket_page(order.ticket)):
        screen = Screen(operator, "handler", page)
        first = screen.ask()
        assert first["digest"] == screen.digest()
        do(order.ticket, "add_note", operator)
        assert screen.ask()["digest"] == screen.digest() != first["digest"]


def test_an_open_form_learns_who_changed_what_it_is_about(operator: Operator) -> None:
    """A note disturbs nobody; a change is told with name and time, and a note's form is never disturbed."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    form = Screen(operator, "dispatcher_b", ticket_page(ticket, "do/dispatch/"), version=ticket.version)
    note = Screen(operator, "dispatcher_b", ticket_page(ticket, "do/add_note/"), version=ticket.version)
    do(ticket, "add_note", operator)
    assert "meanwhile" not in form.ask()
    do(ticket, "dispatch", operator)
    told = form.ask()["meanwhile"]
    assert operator.user("dispatcher").name in told
    assert "11-23 09:" in told
    assert "meanwhile" not in note.ask()


def test_the_form_of_an_order_goes_by_the_orders_version(operator: Operator) -> None:
    order = order_in(OrderStatus.HANDLING, operator)
    form = Screen(operator, "handler", ticket_page(order.ticket, "orders/1/do/reply/"), version=order.version)
    assert "meanwhile" not in form.ask()
    do(order.ticket, "reply", operator, order=1)
    assert "meanwhile" in form.ask()


def test_a_renewed_page_eats_no_message_and_no_link(operator: Operator) -> None:
    ticket = bring_to(Status.CLOSED, operator)
    screen = Screen(operator, "dispatcher", ticket_page(ticket))
    session = screen.client.session
    session["rating_link"] = [ticket.number, "token"]
    session.save()
    background = {"X-Background": "1"}
    assert "/progress/rate/token/" not in screen.client.get(screen.page, headers=background).content.decode()
    assert "/progress/rate/token/" in screen.client.get(screen.page).content.decode()


@pytest.mark.parametrize(
    "page", ["", "x", "//", "/nowhere/", "/desk/?pool=nobodys", "/desk/?" + "a=1&" * 900, "\x00/?\x00"]
)
def test_whatever_page_is_named_the_answer_is_plain(operator: Operator, page: str) -> None:
    answer = Screen(operator, "dispatcher", page, version="9" * 40).ask()
    assert set(answer) <= {"unread", "tag", "gone", "digest", "counts", "here"}


def test_asking_costs_the_same_however_much_there_is(operator: Operator) -> None:
    screen = Screen(operator, "dispatcher", "/desk/?pool=dispatch")
    seen = []
    for _round in range(2):
        for _number in range(3):
            other = bring_to(Status.PENDING_DISPATCH, operator)
            Screen(operator, "dispatcher_b", ticket_page(other)).ask()
        with CaptureQueriesContext(connection) as captured:
            screen.ask()
        seen.append(len(captured))
    assert seen[0] == seen[1] <= 9
