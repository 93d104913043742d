"""What the agent sees beside the form: the caller's tickets, repeats, promise, script; and the further contact."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from core import clock
from core.clock import FrozenClock
from core.models import AccessKind, AccessLog
from organization import services
from tests.complaints.intake import ADD, ANSWER, FAULT, POLICY, change_of, client_of, errors_of, newest
from tests.factories.organization import Operator
from tests.factories.tickets import CUSTOMER, bring_to, entry, take_complaint
from tickets.models import Ticket
from tickets.services.intake import Customer
from tickets.states import LinkKind, Status
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
SIDE = "intake_side"
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def _roles(operator: Operator) -> None:
    services.sync_roles()


def side(operator: Operator, username: str, **typed: str) -> Any:
    """The side for what is typed."""
    return client_of(operator, username).post(reverse(SIDE), FAULT | typed)


def test_promise_priority_and_script_follow_the_form(operator: Operator) -> None:
    """U-29, U-24, Q-04: before anything is saved."""
    page = side(operator, "agent").content.decode()
    assert "11-25 09:00" in page
    assert ">P2<" in page
    assert "9695522" in page
    page = side(operator, "agent", level="general", customer_tier="ordinary", complaint_type="").content.decode()
    assert "11-24 09:00" in page
    assert ">P3<" in page
    assert "9695522" not in page


def test_half_typed_input_still_gets_a_side(operator: Operator) -> None:
    page = side(operator, "agent", phone="138", channel="", business_type="", complaint_type="nothing", level="")
    assert page.status_code == 200
    assert "11-24 09:00" in page.content.decode()


def test_it_happened_in_another_province(operator: Operator) -> None:
    """U-28: a complaint that needs both sides is proposed as national."""
    typed = {"home": str(operator.js.unit.pk), "occurred_in": str(operator.zj.unit.pk)}
    assert "全国级" in side(operator, "agent", **typed).content.decode()
    typed["occurred_in"] = str(operator.js.unit.pk)
    assert "全国级" not in side(operator, "agent", **typed).content.decode()


def test_what_the_agent_may_grant(operator: Operator) -> None:
    """U-48."""
    answer = side(operator, "agent", business_type="lte", complaint_type="mobile_bill")
    assert {(one.label, one.up_to) for one in answer.context["allowances"]} == {("赠送", 20), ("费用减免", 10)}


def test_sc_05_another_hall_sees_a_summary_only_and_it_is_logged(operator: Operator) -> None:
    """Model 2: number, state, promise, last interim reply; no content, one log entry for each look."""
    ticket = bring_to(Status.HANDLING, operator)
    perform(ticket.pk, "interim_reply", by=operator.user("dispatcher"), mode="phone", content="抢修人员今天下午上门")
    client = client_of(operator, "agent_hall_b")
    for _ in range(2):  # a refresh is not another look
        page = client.post(reverse(SIDE), FAULT).content.decode()
    assert ticket.number in page
    assert "抢修人员今天下午上门" in page
    assert ticket.summary not in page
    assert ticket.description not in page
    looks = AccessLog.objects.filter(kind=AccessKind.CALLER_SUMMARY)
    assert [(look.user, look.subject) for look in looks] == [(operator.user("agent_hall_b"), ticket.number)]


def test_ones_own_tickets_are_shown_and_need_no_log(operator: Operator) -> None:
    ticket = bring_to(Status.HANDLING, operator)
    assert ticket.summary in side(operator, "agent").content.decode()
    assert not AccessLog.objects.filter(kind=AccessKind.CALLER_SUMMARY).exists()


def test_a_promise_that_was_not_kept_is_told_before_the_customer_says_so(
    operator: Operator, frozen_clock: FrozenClock
) -> None:
    """Model 2: the promise stands beside the form; one that has passed is marked in words."""
    ticket = bring_to(Status.HANDLING, operator)
    assert "承诺时间已过" not in side(operator, "agent").content.decode()
    frozen_clock.move_to(ticket.accepted_at + 3 * DAY)
    assert "承诺时间已过" in side(operator, "agent").content.decode()


def test_who_calls_is_told_from_an_earlier_ticket_and_the_look_is_logged(operator: Operator) -> None:
    """Model 8, 10: name and address come from the latest ticket in sight; one log entry for each look, none without."""
    client = client_of(operator, "agent")
    client.post(reverse(SIDE), FAULT)
    looks = AccessLog.objects.filter(kind=AccessKind.VIEW_FULL)
    assert not looks.exists()
    first = bring_to(Status.HANDLING, operator)
    for _ in range(2):
        page = client.post(reverse(SIDE), FAULT).content.decode()
    assert CUSTOMER.address in page
    assert [(look.user, look.subject) for look in looks] == [(operator.user("agent"), first.number)]
    second = bring_to(Status.CLOSED, operator, customer=Customer(name="王芳", phone="13912345678"))
    client.post(reverse(SIDE), FAULT | {"phone": "13912345678", "service_number": ""})
    client.post(reverse(SIDE), FAULT)
    assert [look.subject for look in looks.order_by("pk")] == [first.number, second.number, first.number]


@pytest.mark.parametrize(
    "address, is_known", [("南京市鼓楼区中山路", False), ("南京市鼓楼区中山路8号2栋301室", True), ("中山路8号", False)]
)
@pytest.mark.parametrize("username", ["agent", "agent_hall_b"])
def test_the_same_address_shows_number_and_state_only(
    operator: Operator, address: str, is_known: bool, username: str
) -> None:
    """CM-02, model 2: it may be a neighbour's; a street is no address, and a part of one is not the same."""
    home = address if "号2栋" in address or "号" not in address else "南京市鼓楼区中山路8号2栋301室"
    neighbour = Customer(name="李四", phone="13912345678", address=home)
    ticket = bring_to(Status.HANDLING, operator, customer=neighbour, summary="李四家断网")
    perform(ticket.pk, "interim_reply", by=operator.user("dispatcher"), mode="phone", content="明天上门")
    shown = side(operator, username, address=address)
    page = shown.content.decode()
    assert (ticket.number in page) is is_known
    for told in ("李四", "139", "明天上门", "承诺"):
        assert told not in page.split("intake-history")[1].split("</section>")[0]
    assert shown.context["customer"] == {}
    assert ("处理中" in page) is is_known


def test_another_number_finds_nothing(operator: Operator) -> None:
    ticket = bring_to(Status.HANDLING, operator)
    page = side(operator, "agent_hall_b", phone="13900000000", service_number="").content.decode()
    assert ticket.number not in page


def test_sc_05_the_customer_calls_again_at_another_hall(operator: Operator) -> None:
    """An open ticket on the same matter takes the contact; no new ticket."""
    ticket = bring_to(Status.HANDLING, operator)
    client = client_of(operator, "agent_hall_b")
    shown = client.post(reverse(SIDE), FAULT)
    assert shown.context["history"].same_open.number == ticket.number
    contact = reverse("intake_contact", args=[ticket.number])
    answer = client.post(contact, {"phone": FAULT["phone"], "kind": "urging", "text": "客户催办"})
    assert answer.headers["Location"] == reverse(ADD)
    ticket.refresh_from_db()
    assert (ticket.contact_count, Ticket.objects.count()) == (1, 1)
    note = ticket.notes.get()
    assert (note.kind, note.text, note.by) == ("urging", "客户催办", operator.user("agent_hall_b"))


def test_a_callers_ticket_about_the_agent_is_not_shown_to_it(operator: Operator) -> None:
    """Model 2: neither in the history nor as the ticket that the call belongs to."""
    ticket = bring_to(Status.HANDLING, operator, complained_user=operator.user("agent_hall_b"))
    client = client_of(operator, "agent_hall_b")
    assert not client.post(reverse(SIDE), FAULT).context["history"].rows
    contact = reverse("intake_contact", args=[ticket.number])
    typed = {"phone": FAULT["phone"], "kind": "urging", "text": "客户催办"}
    assert client.post(contact, typed).status_code == 404


def test_a_contact_needs_the_callers_number(operator: Operator) -> None:
    """Without it a ticket of another unit does not exist (404); bad input is an error that keeps the text."""
    ticket = bring_to(Status.HANDLING, operator)
    client = client_of(operator, "agent_hall_b")
    contact = reverse("intake_contact", args=[ticket.number])
    sent = {"kind": "urging", "text": "客户催办"}
    assert client.post(contact, sent | {"phone": "13900000000"}).status_code == 404
    assert client.post(contact, sent | {"phone": "letters"}).status_code == 404
    long = client.post(contact, {"phone": FAULT["phone"], "kind": "shouting", "text": "😀" * 10_000})
    assert long.status_code == 422
    assert long.context["form"].errors.keys() == {"kind", "text"}
    closed = bring_to(Status.CLOSED, operator)
    refused = client.post(reverse("intake_contact", args=[closed.number]), sent | {"phone": FAULT["phone"]})
    assert refused.status_code == 422
    assert "客户催办" in refused.content.decode()


@pytest.mark.parametrize("days, is_proposed", [(30, True), (31, False)])
def test_sc_05_a_repeat_is_proposed_within_thirty_days(
    operator: Operator, frozen_clock: FrozenClock, days: int, is_proposed: bool
) -> None:
    """Confirmed it is linked and raises the priority by one; on day 31 it is not proposed and cannot be claimed."""
    earlier = bring_to(Status.CLOSED, operator)
    assert earlier.closed_at is not None
    frozen_clock.move_to(earlier.closed_at + days * DAY)
    client = client_of(operator, "agent")
    shown = client.post(reverse(SIDE), FAULT).context["history"]
    assert (shown.repeat == earlier) is is_proposed
    sent = FAULT | {"repeat_of": earlier.number, "_submit": ""}
    answer = client.post(reverse(ADD), sent)
    if not is_proposed:
        assert "__all__" in errors_of(answer)
        assert Ticket.objects.count() == 1
        return
    repeat = newest()
    assert (repeat.repeat_number, repeat.priority) == (1, 1)
    assert repeat.links.get(kind=LinkKind.REPEAT).earlier == earlier
    assert repeat.priority_reasons == ["urgency", "importance", "repeat"]


def test_another_matter_is_history_but_no_repeat(operator: Operator) -> None:
    earlier = bring_to(Status.CLOSED, operator)
    shown = side(operator, "agent", business_type="lte", complaint_type="mobile_bill").context["history"]
    assert [row.ticket for row in shown.rows] == [earlier]
    assert shown.repeat is None


def test_a_draft_is_not_its_own_history_and_keeps_its_repeat(operator: Operator) -> None:
    earlier = bring_to(Status.CLOSED, operator)
    client = client_of(operator, "agent")
    client.post(reverse(ADD), FAULT | {"repeat_of": earlier.number, "_save": ""})
    draft = newest()
    page = client.get(change_of(draft))
    assert [row.ticket for row in page.context["history"].rows] == [earlier]
    sent = FAULT | {"version": str(draft.version), "_save": ""}
    client.post(change_of(draft), sent)  # the tick was taken away
    draft.refresh_from_db()
    assert (draft.repeat_number, draft.links.count(), draft.priority) == (0, 0, 2)
    client.post(change_of(draft), sent | {"version": str(draft.version), "repeat_of": earlier.number})
    draft.refresh_from_db()
    assert (draft.repeat_number, draft.priority) == (1, 1)


def test_the_side_is_there_after_a_failed_save_without_scripts(operator: Operator) -> None:
    ticket = bring_to(Status.HANDLING, operator)
    answer = client_of(operator, "agent").post(reverse(ADD), FAULT | {"summary": "", "_submit": ""})
    page = answer.content.decode()
    assert ticket.number in page
    assert "11-25 09:00" in page
    assert "9695522" in page


@pytest.mark.parametrize("username", ["handler", "manager", "supervisor", "administrator", "revisitor"])
def test_others_are_refused(operator: Operator, username: str) -> None:
    ticket = bring_to(Status.HANDLING, operator)
    client = client_of(operator, username)
    assert client.post(reverse(SIDE), FAULT).status_code == 403
    contact = client.post(reverse("intake_contact", args=[ticket.number]), {"phone": FAULT["phone"]})
    assert contact.status_code == 403


def test_the_side_costs_the_same_for_one_ticket_and_for_ten(
    operator: Operator, django_assert_max_num_queries: Any
) -> None:
    for day in range(12):
        take_complaint(operator, at=clock.now() - day * DAY)
    client = client_of(operator, "agent")
    client.post(reverse(SIDE), FAULT)
    with django_assert_max_num_queries(20):
        page = client.post(reverse(SIDE), FAULT)
    assert len(page.context["history"].rows) == 10


def test_a_letter_asks_for_a_written_answer(operator: Operator) -> None:
    """B-06."""
    client_of(operator, "agent").post(reverse(ADD), FAULT | {"channel": "letter", "_submit": ""})
    assert newest().is_written
    assert newest().channel == entry("channel", "letter")


def test_an_agent_of_another_province_sees_no_name_and_no_content(operator: Operator) -> None:
    take_complaint(operator, customer=Customer(name="李四", phone="13912345678"))
    page = client_of(operator, "agent2").post(reverse(SIDE), POLICY | ANSWER).content.decode()
    assert newest().number in page
    assert "李四" not in page
    assert newest().summary not in page


def test_who_calls_again_need_not_be_typed_again(operator: Operator) -> None:
    """The latest ticket in the agent's own scope tells who calls; one outside tells nothing."""
    take_complaint(operator)
    assert side(operator, "agent").context["customer"]["name"] == "张伟"
    assert side(operator, "agent_hall_b").context["customer"] == {}
