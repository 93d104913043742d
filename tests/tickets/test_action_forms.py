"""The forms of acts: sensible defaults, refusals that keep what was typed, bad input answered in words (desk.md)."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import bring_to, load_unicom, order_in
from tickets.models import Ticket, WorkOrder

pytestmark = [pytest.mark.once, pytest.mark.django_db]

LONG_EMOJI = "😀" * 10_000


@pytest.fixture
def operator(frozen_clock: object) -> Operator:
    load_unicom()
    return build_operator()


class Desk:
    """Somebody at a desk."""

    def __init__(self, operator: Operator, who: str) -> None:
        self.client = Client()
        self.client.force_login(operator.user(who))

    def open(self, target: Ticket | WorkOrder, act: str) -> Any:
        """The form of an act."""
        return self.client.get(address(target, act))

    def send(self, target: Ticket | WorkOrder, act: str, *, version: Any = None, **data: Any) -> Any:
        """Send the form of an act."""
        return self.client.post(
            address(target, act), data | {"version": target.version if version is None else version}
        )


def address(target: Ticket | WorkOrder, act: str) -> str:
    if isinstance(target, WorkOrder):
        return reverse("order_action", args=[target.ticket.number, target.seq, act])
    return reverse("ticket_action", args=[target.number, act])


def initial(response: Any, name: str) -> Any:
    """What a field of the opened form holds."""
    return response.context["form"][name].value()


def errors(response: Any) -> dict[str, list[str]]:
    return dict(response.context["form"].errors)


ANSWER = {
    "mode": "phone",
    "person_told": "张伟",
    "content": "已修复",
    "attitude": "satisfied",
    "closure_code": "resolved",
}


def test_dispatch_proposes_unit_and_level_and_sends(operator: Operator) -> None:
    """U-22, U-28, U-37: routing proposes, a person confirms."""
    ticket, desk = bring_to("pending_dispatch", operator), Desk(operator, "dispatcher")
    form = desk.open(ticket, "dispatch")
    unit = operator.js.fixed_line
    assert (initial(form, "unit_0"), initial(form, "level")) == (unit.pk, "provincial")
    response = desk.send(
        ticket,
        "dispatch",
        level="provincial",
        unit_0=unit.pk,
        role_0="lead",
        demand_0="请修复",
        unit_1=operator.js.service.pk,
        role_1="assist",
    )
    assert response.status_code == 302
    sent = ticket.work_orders.order_by("seq").values_list("unit__code", "role", "demand")
    assert list(sent) == [("P-JS-FIXED", "lead", "请修复"), ("P-JS-SERVICE", "assist", "")]
    assert Ticket.objects.get(pk=ticket.pk).level == "provincial"


def test_two_dispatchers_at_once_the_second_is_told_and_keeps_the_text_sc07(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    unit = {"level": "provincial", "unit_0": operator.js.fixed_line.pk, "role_0": "lead"}
    first, second = Desk(operator, "dispatcher"), Desk(operator, "dispatcher_b")
    assert first.send(ticket, "dispatch", demand_0="甲", **unit).status_code == 302
    refused = second.send(ticket, "dispatch", demand_0="乙方写了很久的要求", **unit)
    assert refused.status_code == 409
    html = refused.content.decode()
    assert "陈国华" in html
    assert "乙方写了很久的要求" in html
    assert ticket.work_orders.count() == 1
    assert initial(refused, "version") == str(Ticket.objects.get(pk=ticket.pk).version)


def test_the_same_form_sent_twice_counts_once(operator: Operator) -> None:
    ticket, desk = bring_to("pending_answer", operator), Desk(operator, "dispatcher")
    assert desk.send(ticket, "answer", **ANSWER).status_code == 302
    assert desk.send(ticket, "answer", **ANSWER).status_code == 409
    assert ticket.answers.count() == 1


def test_a_note_is_welcome_whatever_has_changed_meanwhile(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    assert Desk(operator, "dispatcher").send(ticket, "add_note", version=999, text="备注").status_code == 302


@pytest.mark.parametrize("version", ["", "abc", "0", "-1"])
def test_a_form_without_its_version_is_refused_in_words(version: str, operator: Operator) -> None:
    ticket = bring_to("pending_answer", operator)
    refused = Desk(operator, "dispatcher").send(ticket, "answer", version=version, **ANSWER)
    assert refused.status_code == 422
    assert refused.context["form"].non_field_errors()


@pytest.mark.parametrize(
    "status, who, act, data, field",
    [
        ("handling", "dispatcher", "add_note", {"text": LONG_EMOJI}, "text"),
        ("handling", "agent", "add_contact", {"kind": "urging", "text": LONG_EMOJI}, "text"),
        ("pending_answer", "dispatcher", "answer", ANSWER | {"content": LONG_EMOJI}, "content"),
        ("pending_answer", "dispatcher", "answer", ANSWER | {"content": " \n "}, "content"),
        ("pending_answer", "dispatcher", "answer", ANSWER | {"closure_code": "done"}, "closure_code"),
        ("pending_answer", "dispatcher", "answer", ANSWER | {"person_told": ""}, "person_told"),
        ("pending_answer", "dispatcher", "answer", ANSWER | {"closure_code": "unresolved"}, "plan"),
        (
            "pending_answer",
            "dispatcher",
            "answer",
            ANSWER | {"closure_code": "unresolved", "plan": "扩容", "promised_for": "2026-11-22T09:00"},
            "promised_for",
        ),
        (
            "handling",
            "dispatcher",
            "interim_reply",
            {"mode": "phone", "content": "x", "promised_for": "昨天"},
            "promised_for",
        ),
        ("handling", "dispatcher", "interim_reply", {"mode": "owl", "content": "x"}, "mode"),
        ("handling", "dispatcher", "amend", {"summary": "x", "phone": "1381234abcd", "name": "张"}, "phone"),
        ("handling", "dispatcher", "amend", {"summary": "摘" * 101}, "summary"),
        ("handling", "dispatcher", "merge", {"into": "C26112300000X9"}, "into"),
        ("handling", "dispatcher", "merge", {"into": "👍"}, "into"),
        ("handling", "dispatcher", "withdraw", {"reason": ""}, "reason"),
        ("handling", "dispatcher", "reclassify", {"complaint_type": "mobile_network"}, "complaint_type"),
        ("handling", "dispatcher", "reclassify", {"priority": "1"}, "priority_reason"),
        ("handling", "dispatcher", "reclassify", {"priority": "9"}, "priority"),
        ("pending_dispatch", "dispatcher", "dispatch", {"level": "general"}, "unit_0"),
        ("pending_dispatch", "dispatcher", "dispatch", {"level": "general", "unit_0": "999999"}, "unit_0"),
        ("pending_dispatch", "dispatcher", "dispatch", {"level": "general", "unit_0": "x'--"}, "unit_0"),
        ("pending_dispatch", "dispatcher", "dispatch", {"level": "huge"}, "level"),
        ("closed", "revisitor", "revisit", {"is_solved": "yes"}, "satisfaction"),
        ("closed", "revisitor", "revisit", {"is_solved": "yes", "satisfaction": "fair", "speed": "9"}, "speed"),
    ],
)
def test_bad_input_gets_an_error_at_its_field_and_changes_nothing(
    status: str, who: str, act: str, data: dict[str, Any], field: str, operator: Operator
) -> None:
    ticket = bring_to(status, operator)
    before = Ticket.objects.get(pk=ticket.pk).event_count
    refused = Desk(operator, who).send(ticket, act, **data)
    assert refused.status_code == 422
    assert field in errors(refused)
    html = refused.content.decode()
    shown = {name: value for name, value in data.items() if isinstance(value, str) and len(value) < 100}
    bound = refused.context["form"]
    assert all(bound.data[name] == value for name, value in shown.items())
    assert re.search(rf'id="id_{field}_error"|aria-invalid="true"', html)
    assert Ticket.objects.get(pk=ticket.pk).event_count == before


def test_a_time_of_restoring_in_the_future_is_refused(operator: Operator) -> None:
    order = order_in("handling", operator)
    refused = Desk(operator, "handler").send(order, "reply", finding="a", measure="b", restored_at="2026-11-24T09:00")
    assert refused.status_code == 422
    assert "restored_at" in errors(refused)


def test_an_order_goes_from_the_claim_to_its_acceptance_through_the_forms(operator: Operator) -> None:
    order = order_in("sent", operator)
    handler, director, centre = (Desk(operator, who) for who in ("handler", "director", "dispatcher"))
    assert handler.send(order, "claim").status_code == 302
    order = WorkOrder.objects.select_related("ticket").get(pk=order.pk)
    reply = {"finding": "光猫故障", "measure": "已更换", "script": "已为您更换光猫"}
    reply |= {"is_solved": "on", "restored_at": "2026-11-23T08:30"}
    assert handler.send(order, "reply", **reply).status_code == 302
    order.refresh_from_db()
    assert director.send(order, "approve").status_code == 302
    order.refresh_from_db()
    assert centre.send(order, "accept").status_code == 302
    ticket = Ticket.objects.get(pk=order.ticket_id)
    assert ticket.status == "pending_answer"
    assert initial(centre.open(ticket, "answer"), "content") == "已为您更换光猫"


def test_a_further_attempt_starts_from_the_reply_that_did_not_do(operator: Operator) -> None:
    order = order_in("replied", operator)
    Desk(operator, "dispatcher").send(order, "reject", note="未说明原因")
    form = Desk(operator, "handler").open(order, "reply")
    assert initial(form, "finding") == "光猫故障"
    assert "未说明原因" in form.content.decode()


def test_asking_to_return_names_reason_and_proper_owner_c03(operator: Operator) -> None:
    order = order_in("handling", operator)
    response = Desk(operator, "handler").send(
        order, "request_return", reason="not_our_business", proper_unit=operator.js.network.pk, note="属网络部"
    )
    assert response.status_code == 302
    order.refresh_from_db()
    assert (order.status, order.proper_unit) == ("return_requested", operator.js.network)


def test_what_is_refused_by_the_kernel_comes_back_in_the_form(operator: Operator) -> None:
    ticket = bring_to("pending_answer", operator)
    data = ANSWER | {"closure_code": "no_contact", "content": "多次联系未果的说明"}
    refused = Desk(operator, "dispatcher").send(ticket, "answer", **data)
    assert refused.status_code == 422
    assert "多次联系未果的说明" in refused.content.decode()


def test_without_the_role_403_in_words_and_outside_the_scope_404(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    manager, stranger = Desk(operator, "manager"), Desk(operator, "dispatcher2")
    assert manager.open(ticket, "dispatch").status_code == 403
    assert manager.send(ticket, "dispatch").status_code == 403
    assert stranger.open(ticket, "dispatch").status_code == 404
    assert stranger.send(ticket, "dispatch").status_code == 404
    for act in ("collect", "register", "nonsense", "sign"):
        assert Desk(operator, "dispatcher").open(ticket, act).status_code == 404


def test_who_may_but_not_now_is_sent_back_to_the_page_with_words(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    response = Desk(operator, "dispatcher").client.get(address(ticket, "answer"), follow=True)
    assert response.redirect_chain[-1][0] == reverse("ticket", args=[ticket.number])
    assert [str(message) for message in response.context["messages"]]


def test_the_draft_of_somebody_else_is_not_voided(operator: Operator) -> None:
    ticket = bring_to("draft", operator)
    refused = Desk(operator, "dispatcher").send(ticket, "void", reason="误建单")
    assert refused.status_code == 403
    assert "误建单" in refused.content.decode()


def test_an_orders_act_of_a_number_that_is_none_is_404(operator: Operator) -> None:
    order = order_in("sent", operator)
    desk = Desk(operator, "handler")
    for wrong in ("/orders/99/do/sign/", "/orders/x/do/sign/", "/do/sign/", "/orders/1/do/dispatch/"):
        assert desk.client.get(f"/desk/tickets/{order.ticket.number}{wrong}").status_code == 404


def test_the_revisit_page_records_not_reached_reached_and_giving_up_u45(operator: Operator) -> None:
    ticket, desk = bring_to("closed", operator), Desk(operator, "revisitor")
    assert desk.send(ticket, "attempt_revisit", remark="无人接听").status_code == 302
    assert "无人接听" in desk.open(ticket, "revisit").content.decode()
    assert desk.send(ticket, "revisit", give_up="1").status_code == 422
    response = desk.send(ticket, "revisit", is_solved="no", satisfaction="dissatisfied", speed="2", remark="又断了")
    assert response.status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_screening"


def test_rework_proposes_the_unit_whose_result_it_was_u46(operator: Operator) -> None:
    ticket, desk = bring_to("pending_screening", operator), Desk(operator, "dispatcher")
    assert initial(desk.open(ticket, "rework"), "unit_0") == operator.js.fixed_line.pk
    response = desk.send(ticket, "rework", reason="未上门核实", unit_0=operator.js.fixed_line.pk, role_0="lead")
    assert response.status_code == 302
    order = ticket.work_orders.order_by("seq").last()
    assert order is not None
    assert (order.round, order.demand) == (2, "未上门核实")


def test_without_a_unit_the_result_goes_back_for_dispatch(operator: Operator) -> None:
    ticket = bring_to("pending_answer", operator)
    assert Desk(operator, "dispatcher").send(ticket, "reject_result", note="结论不清").status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).status == "pending_dispatch"


def test_an_untouched_correction_changes_nothing(operator: Operator) -> None:
    ticket, desk = bring_to("handling", operator), Desk(operator, "dispatcher")
    form = desk.open(ticket, "amend").context["form"]
    untouched = {name: form[name].value() for name in form.fields if form[name].value()}
    refused = desk.send(ticket, "amend", **untouched)
    assert refused.status_code == 422
    assert desk.send(ticket, "amend", **untouched | {"address": "江宁区1号"}).status_code == 302
    assert ticket.amendments.get().field == "address"


def test_a_priority_set_by_hand_is_shown_with_its_reason(operator: Operator) -> None:
    ticket, desk = bring_to("handling", operator), Desk(operator, "dispatcher")
    form = desk.open(ticket, "reclassify").context["form"]
    kept = {name: form[name].value() for name in form.fields if form[name].value()}
    response = desk.send(ticket, "reclassify", **kept | {"priority": "1", "priority_reason": "省领导关注"})
    assert response.status_code == 302
    assert "省领导关注" in desk.client.get(reverse("ticket", args=[ticket.number])).content.decode()


def test_a_handover_is_confirmed_by_its_receiver_only(operator: Operator) -> None:
    ticket = bring_to("handling", operator)
    giver, receiver = Desk(operator, "dispatcher"), Desk(operator, "dispatcher_b")
    target = operator.user("dispatcher_b")
    assert giver.send(ticket, "hand_over", receiver=target.pk).status_code == 302
    page = reverse("ticket", args=[ticket.number])
    assert "confirm_hand_over" in receiver.client.get(page).content.decode()
    assert "confirm_hand_over" not in giver.client.get(page).content.decode()
    changed = Ticket.objects.get(pk=ticket.pk)
    assert receiver.send(changed, "confirm_hand_over").status_code == 302
    assert Ticket.objects.get(pk=ticket.pk).holder == target


def test_a_handover_is_taken_back_from_the_page_and_the_course_says_so(operator: Operator) -> None:
    ticket, giver = bring_to("handling", operator), Desk(operator, "dispatcher")
    page = reverse("ticket", args=[ticket.number])
    assert "cancel_hand_over" not in giver.client.get(page).content.decode()
    giver.send(ticket, "hand_over", receiver=operator.user("dispatcher_b").pk, note="下班交接")
    assert "cancel_hand_over" in giver.client.get(page).content.decode()
    assert "cancel_hand_over" not in Desk(operator, "dispatcher_b").client.get(page).content.decode()
    assert giver.send(Ticket.objects.get(pk=ticket.pk), "cancel_hand_over").status_code == 302
    fresh = Ticket.objects.get(pk=ticket.pk)
    giver.send(fresh, "hand_over", receiver=operator.user("dispatcher_b").pk, note="夜班处理")
    html = giver.client.get(page).content.decode()
    assert html.count("<dd>程敏</dd>") == 3  # offered, taken back, offered again
    offered_again, taken_back = html.split("data-timeline>")[1].split('class="entry-head"')[1:3]
    assert ("夜班处理" in offered_again, "收回交接" in taken_back) == (True, True)


def test_every_form_opens_for_who_may_do_it(operator: Operator) -> None:
    """Each act in sight of somebody in some state has a form that renders."""
    people = ("agent", "dispatcher", "director_centre", "approver", "revisitor", "supervisor", "handler", "director")
    opened: set[str] = set()
    for status in ("draft", "pending_dispatch", "pending_instruction", "handling", "pending_answer", "closed"):
        ticket = bring_to(status, operator)
        for who in people:
            desk = Desk(operator, who)
            html = desk.client.get(reverse("ticket", args=[ticket.number])).content.decode()
            for link in set(re.findall(rf'href="(/desk/tickets/{ticket.number}/[^"]*do/[a-z_]+/)"', html)) - opened:
                assert desk.client.get(link).status_code == 200, link
                opened.add(link)
    assert len({link.rsplit("/", 2)[1] for link in opened}) > 20


def test_merging_names_an_older_ticket_of_ones_scope(operator: Operator) -> None:
    older, younger = bring_to("pending_dispatch", operator), bring_to("pending_dispatch", operator)
    foreign = bring_to("pending_dispatch", operator, by=operator.user("agent2"), home=operator.zj.unit)
    desk = Desk(operator, "dispatcher")
    assert "into" in errors(desk.send(younger, "merge", into=foreign.number))
    assert "into" in errors(desk.send(younger, "merge", into=younger.number))
    assert desk.send(younger, "merge", into=f" {older.number.lower()} ").status_code == 302
    assert Ticket.objects.get(pk=younger.pk).merged_into_id == older.pk


def test_a_proposed_wording_is_not_sent_with_its_blanks(operator: Operator) -> None:
    """U-43: what was really done stands in the answer, and the customer's attitude is never assumed."""
    ticket, desk = bring_to("pending_answer", operator), Desk(operator, "dispatcher")
    assert not initial(desk.open(ticket, "answer"), "attitude")
    refused = desk.send(ticket, "answer", **ANSWER | {"content": "处理措施为：（填写）。", "attitude": ""})
    assert (refused.status_code, set(errors(refused))) == (422, {"content", "attitude"})
