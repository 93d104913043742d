"""One act on many rows of a list, each with its own result: what one is refused for stops no other (design, Pools)."""

from __future__ import annotations

import pytest
from django.test import Client

from core.errors import Refused
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, order_in, supervision_of
from tickets.models import HandOver, SupervisionTrigger, Ticket
from tickets.services.supervising import DEMAND_LIMIT
from tickets.services.together import MOST, Picked, do_together
from tickets.states import OrderStatus, Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def signed_in(operator: Operator, username: str) -> Client:
    client = Client()
    client.force_login(operator.user(username))
    return client


def move_to_the_other_province(ticket: Ticket, operator: Operator) -> str:
    place = {"province": operator.zj.unit, "city": operator.zj.cities[0].unit, "owner_unit": operator.zj.centre}
    Ticket.objects.filter(pk=ticket.pk).update(**place)
    return ticket.number


def test_m_02_each_chased_ticket_has_its_own_result(operator: Operator) -> None:
    fresh, chased, foreign = (bring_to(Status.PENDING_DISPATCH, operator) for _number in range(3))
    do(chased, "chase", operator)
    numbers = [fresh.number, chased.number, move_to_the_other_province(foreign, operator)]
    page = signed_in(operator, "supervisor").post("/desk/together/chase/", {"number": numbers})
    assert [bool(one.refusal) for one in page.context["done"]] == [False, True, True]
    assert supervision_of(fresh).grade == "chase"
    assert SupervisionTrigger.objects.filter(supervision__ticket=chased).count() == 1


def test_orders_are_claimed_one_by_one(operator: Operator) -> None:
    """What a colleague has already, and what lies outside the scope, is said; the rest is done."""
    free, taken = order_in(OrderStatus.SENT, operator), order_in(OrderStatus.SENT, operator)
    do(taken.ticket, "claim", operator, order=1, by=operator.user("handler_b"))
    rows = [f"{free.ticket.number}/1", f"{taken.ticket.number}/1", f"{free.ticket.number}/9", "C2611230999999/1", "x"]
    client = signed_in(operator, "handler")
    assert "/desk/together/claim/" in client.get("/desk/?pool=sign").content.decode()
    done = client.post("/desk/together/claim/", {"number": rows}).context["done"]
    assert [bool(one.refusal) for one in done] == [False, True, True, True, True]
    free.refresh_from_db()
    assert (free.assignee, done[0].state) == (operator.users["handler"], free.get_status_display())


def test_many_are_handed_over_after_the_receiver_was_asked_for_once(operator: Operator) -> None:
    """Model 3.1: hand_over one or many; the receiver confirms."""
    mine = [bring_to(Status.PENDING_ANSWER, operator) for _number in range(2)]
    rows = [ticket.number for ticket in mine]
    client = signed_in(operator, "dispatcher")
    asked = client.post("/desk/together/hand_over/", {"number": rows})
    assert asked.status_code == 200
    assert not HandOver.objects.exists()
    typed = {"number": rows, "is_filled_in": "1"}
    assert client.post("/desk/together/hand_over/", typed).status_code == 422
    typed |= {"receiver": str(operator.users["dispatcher_b"].pk)}
    done = client.post("/desk/together/hand_over/", typed).context["done"]
    assert [one.refusal for one in done] == ["", ""]
    again = signed_in(operator, "dispatcher_b").post("/desk/together/confirm_hand_over/", {"number": rows})
    assert [one.refusal for one in again.context["done"]] == ["", ""]
    assert {ticket.holder for ticket in Ticket.objects.all()} == {operator.users["dispatcher_b"]}


def test_a_row_named_twice_is_done_once(operator: Operator) -> None:
    row = Picked(bring_to(Status.PENDING_DISPATCH, operator).number)
    done = do_together([row, row], "chase", by=operator.user("supervisor"))
    assert [one.refusal for one in done] == [""]


@pytest.mark.parametrize("count, code", [(0, "none_chosen"), (MOST + 1, "too_many")])
def test_not_none_and_not_too_many(operator: Operator, count: int, code: str) -> None:
    numbers = [f"C{number}" for number in range(count)]
    with pytest.raises(Refused) as refusal:
        do_together(map(Picked, numbers), "chase", by=operator.user("supervisor"))
    assert refusal.value.code == code
    answer = signed_in(operator, "supervisor").post("/desk/together/chase/", {"number": numbers})
    assert answer.status_code == 422


@pytest.mark.parametrize("demand", ["字" * (DEMAND_LIMIT + 1), "a\x00b"])
def test_what_no_column_takes_is_refused(operator: Operator, demand: str) -> None:
    number = bring_to(Status.PENDING_DISPATCH, operator).number
    answer = signed_in(operator, "supervisor").post("/desk/together/chase/", {"number": number, "demand": demand})
    assert answer.status_code == 422
    assert not SupervisionTrigger.objects.exists()


def test_what_is_no_number_is_no_ticket(operator: Operator) -> None:
    typed = {"number": ["a\x00b", "😀"], "source": '"><b>'}
    page = signed_in(operator, "supervisor").post("/desk/together/chase/", typed)
    assert b"<b>" not in page.content
    assert [bool(one.refusal) for one in page.context["done"]] == [True, True]


@pytest.mark.parametrize("act, who, status", [("chase", "dispatcher", 403), ("void", "supervisor", 404)])
def test_only_what_a_role_does_and_only_to_many(operator: Operator, act: str, who: str, status: int) -> None:
    number = bring_to(Status.PENDING_DISPATCH, operator).number
    client = signed_in(operator, who)
    assert client.post(f"/desk/together/{act}/", {"number": number}).status_code == status
    assert f"/desk/together/{act}/" not in client.get("/desk/?pool=all").content.decode()
