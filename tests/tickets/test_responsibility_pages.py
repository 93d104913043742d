"""Responsibility on the pages: what each role is offered, forms and their faults, panel and course (U-07f, U-58)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core import clock
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, default_data, do, order_in, usual_person
from tickets import consistency, notice_words, responsibilities
from tickets.models import Responsibility, ResponsibilityShare, Ticket
from tickets.models.outbox import NoticeKind
from tickets.pools import POOLS, counts_of
from tickets.states import OrderStatus, Status
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
POOL = next(pool for pool in POOLS if pool.code == "responsibility")


@pytest.fixture
def ticket(operator: Operator) -> Ticket:
    """One that the fixed-line department has signed for."""
    handled: Ticket = order_in(OrderStatus.HANDLING, operator).ticket
    return handled


def client_of(operator: Operator, username: str) -> Client:
    client = Client()
    client.force_login(operator.user(username))
    return client


def page(operator: Operator, username: str, ticket: Ticket) -> str:
    return client_of(operator, username).get(reverse("ticket", args=[ticket.number])).content.decode()


def address(ticket: Ticket, act: str) -> str:
    return reverse("ticket_action", kwargs={"number": ticket.number, "action": f"{act}_responsibility"})


def filled(operator: Operator, **more: Any) -> dict[str, Any]:
    """What a person types: all of it falls on the fixed-line department."""
    typed = {
        "version": 1,
        "attribution": "company",
        "ground": "割接未通知客户",
        "unit_0": operator.js.fixed_line.pk,
        "liability_class_0": "business_error",
        "stage_0": "handle",
        "percent_0": "100",
    }
    return typed | more


@pytest.mark.parametrize(
    "username, acts",
    [
        ("handler", ["propose"]),
        ("dispatcher", ["propose"]),
        ("director", ["propose"]),
        ("supervisor", ["adjudicate"]),
        ("manager", []),
    ],
)
def test_who_is_offered_what_at_first(ticket: Ticket, operator: Operator, username: str, acts: list[str]) -> None:
    html = page(operator, username, ticket)
    offered = [act for act in ("propose", "adjudicate", "contest", "settle") if address(ticket, act) in html]
    assert offered == acts
    assert ("责任认定" in html) == bool(acts)


def test_then_a_contest_for_who_bears_a_share_and_its_decision_for_others(ticket: Ticket, operator: Operator) -> None:
    do(ticket, "adjudicate_responsibility", operator)
    assert address(ticket, "contest") in page(operator, "director", ticket)
    assert address(ticket, "contest") not in page(operator, "director_centre", ticket)
    assert address(ticket, "propose") not in page(operator, "handler", ticket)
    do(ticket, "contest_responsibility", operator)
    assert address(ticket, "settle") in page(operator, "supervisor", ticket)
    assert address(ticket, "adjudicate") not in page(operator, "supervisor", ticket)


def test_a_proposal_is_typed_adjudicated_contested_and_settled(ticket: Ticket, operator: Operator) -> None:
    """U-07f: from form to form; each starts from what was said before."""
    made = client_of(operator, "handler").post(address(ticket, "propose"), filled(operator))
    assert made.status_code == 302
    supervisor = client_of(operator, "supervisor")
    form = supervisor.get(address(ticket, "adjudicate")).context["form"]
    assert form["unit_0"].value() == operator.js.fixed_line.pk
    assert (form["percent_0"].value(), form["attribution"].value()) == (100, "company")
    shares = {"percent_0": "60", "unit_1": operator.js.centre.pk, "liability_class_1": "overdue", "percent_1": "40"}
    supervisor.post(address(ticket, "adjudicate"), filled(operator, seen=form["seen"].value(), **shares))
    client_of(operator, "director").post(address(ticket, "contest"), {"version": 1, "ground": "割接由网络部安排"})
    decided = {"attribution": "partner", "unit_0": "", "liability_class_0": "", "stage_0": "", "percent_0": ""}
    supervisor.post(address(ticket, "settle"), filled(operator, **decided))
    row = Responsibility.objects.get()
    assert row.status == "final"
    html = page(operator, "manager", ticket)
    for words in (
        "已终裁",
        "合作方责任",
        "<dt>江苏固网运维部</dt><dd>60% · 业务差错 · 处理</dd>",
        "<dt>江苏投诉处理中心</dt><dd>40% · 逾期未复</dd>",
        "割接由网络部安排",
        "异议裁定：江苏省分公司 林静",
    ):
        assert words in html


class TestFaults:
    """What was typed comes back with what is wrong beside it."""

    @pytest.mark.parametrize(
        "typed, field",
        [
            ({"percent_0": "60"}, "percent_0"),
            ({"percent_0": ""}, "percent_0"),
            ({"percent_0": "101"}, "percent_0"),
            ({"unit_0": ""}, "unit_0"),
            ({"liability_class_0": ""}, "liability_class_0"),
            ({"liability_class_0": "weather"}, "liability_class_0"),
            ({"unit_0": "", "percent_0": "", "liability_class_0": "", "stage_0": ""}, "unit_0"),
            ({"attribution": ""}, "attribution"),
            ({"ground": " "}, "ground"),
            ({"percent_2": "5"}, "unit_2"),
        ],
    )
    def test_beside_the_field(self, ticket: Ticket, operator: Operator, typed: dict[str, Any], field: str) -> None:
        answer = client_of(operator, "handler").post(address(ticket, "propose"), filled(operator, **typed))
        assert answer.status_code == 422
        form = answer.context["form"]
        assert list(form.errors) == [field] or field in form.errors
        assert form["stage_0"].value() == typed.get("stage_0", "handle")
        assert not Responsibility.objects.exists()

    def test_above_the_form(self, ticket: Ticket, operator: Operator) -> None:
        answer = client_of(operator, "handler").post(
            address(ticket, "propose"), filled(operator, attribution="customer")
        )
        assert answer.status_code == 422
        assert "只有企业责任才划分到责任单位" in answer.content.decode()

    def test_where_somebody_was_faster(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "propose_responsibility", operator)
        supervisor = client_of(operator, "supervisor")
        seen = supervisor.get(address(ticket, "adjudicate")).context["form"]["seen"].value()
        do(ticket, "propose_responsibility", operator, by="dispatcher")
        answer = supervisor.post(address(ticket, "adjudicate"), filled(operator, seen=seen))
        assert answer.status_code == 409
        again = answer.context["form"]["seen"].value()
        assert supervisor.post(address(ticket, "adjudicate"), filled(operator, seen=again)).status_code == 302

    def test_who_may_not(self, ticket: Ticket, operator: Operator) -> None:
        do(ticket, "adjudicate_responsibility", operator)
        contest = {"version": 1, "ground": "不服"}
        assert client_of(operator, "director_centre").post(address(ticket, "contest"), contest).status_code == 403
        assert client_of(operator, "manager").get(address(ticket, "propose")).status_code == 403
        assert client_of(operator, "supervisor2").get(address(ticket, "adjudicate")).status_code == 404


def test_what_was_said_is_masked_for_who_need_not_call(operator: Operator) -> None:
    """U-42: grounds may repeat contact data."""
    ticket = bring_to(Status.HANDLING, operator)
    words = "已致电 13812345678"
    for act in ("propose", "adjudicate", "contest"):
        do(ticket, f"{act}_responsibility", operator, ground=words)
    html = page(operator, "manager", ticket)
    assert "138****5678" in html
    assert "13812345678" not in html


def test_what_is_to_judge_waits_in_a_pool(operator: Operator) -> None:
    """Proposals for the present round and contests wait for the supervisor, nothing else does."""

    def waiting(ticket: Ticket, username: str = "supervisor") -> int:
        user = operator.user(username)
        found = POOL.rows(user, Ticket.objects.visible_to(user))
        assert [one.count for one in counts_of(user, [POOL], clock.now())] == [found.count()]
        return found.filter(pk=ticket.pk).count()

    ticket = bring_to(Status.PENDING_SCREENING, operator)
    assert waiting(ticket) == 0
    do(ticket, "propose_responsibility", operator)
    assert (waiting(ticket), waiting(ticket, "supervisor2")) == (1, 0)
    do(ticket, "rework", operator, orders=[])
    assert waiting(ticket) == 0  # of a round that is over
    do(ticket, "dispatch", operator)
    do(ticket, "propose_responsibility", operator)
    assert waiting(ticket) == 1
    do(ticket, "adjudicate_responsibility", operator)
    assert waiting(ticket) == 0
    do(ticket, "contest_responsibility", operator)
    assert waiting(ticket) == 1
    do(ticket, "settle_responsibility", operator)
    assert waiting(ticket) == 0


def test_contradictions_are_found(ticket: Ticket, operator: Operator) -> None:
    do(ticket, "adjudicate_responsibility", operator)
    assert list(consistency.faults(ticket)) == []
    ResponsibilityShare.objects.update(percent=99)
    Responsibility.objects.update(status="proposed")
    assert [text.split(": ")[1] for text in consistency.faults(ticket)] == [
        "责任比例合计不为 100%",
        "责任认定的状态与认定意见不符",
    ]


@pytest.mark.parametrize("kind", [NoticeKind.LIABLE, NoticeKind.CONTESTED, NoticeKind.SETTLED])
def test_the_notices_have_words(kind: NoticeKind) -> None:
    words = notice_words.words_of(kind, "C2611230000018", {"responsibility": 1})
    assert "责任" in words.sentence
    assert words.number in words.text


def test_acts_and_page_ask_little_of_the_database(ticket: Ticket, operator: Operator) -> None:
    """At most twenty statements for an act, three for what a page shows (design, Performance)."""
    for act in ("propose", "adjudicate", "contest", "settle"):
        name = f"{act}_responsibility"
        user, given = usual_person(name, operator, ticket), default_data(name, operator, ticket)
        with CaptureQueriesContext(connection) as captured:
            perform(ticket.pk, name, by=user, **given)
        assert sum("SAVEPOINT" not in query["sql"] for query in captured) <= 20, name
    with CaptureQueriesContext(connection) as captured:
        rows = responsibilities.rows_of(ticket)
        named = [share.unit.name for row in rows for one in row.findings.all() for share in one.shares.all()]
    assert len(named) == 3
    assert len(captured) == 3
