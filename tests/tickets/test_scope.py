"""Who sees which ticket (model 2): one choke point, `visible_to`; what one may not see does not exist."""

from __future__ import annotations

import pytest

from core.errors import NotPermitted
from organization.models import Membership
from organization.roles import Role
from tests.factories.organization import SINCE, Operator, UserFactory
from tests.factories.tickets import bring_to, do, take_complaint
from tickets.models import Ticket
from tickets.selectors import available_actions
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

EVERYTHING = "draft hall handling closed foreign"
# What each person sees of: a draft of the hotline; one of the hall in 苏州, submitted; one that the fixed-line
# department handles; one that it has handled, closed; and one of 浙江, submitted. The first three customers live in
# 南京, the hall's in 苏州.
SEES = {
    "agent": "draft handling closed",
    "agent_hall": "",
    "agent_hall_b": "hall",
    "dispatcher": "draft hall handling closed",
    "handler": "handling closed",
    "handler_b": "handling closed",
    "director": "handling closed",
    "handler_network": "",
    "director_network": "",
    "director_centre": "hall handling closed",
    "revisitor": "closed",
    "approver": "draft hall handling closed",
    "supervisor": "draft hall handling closed",
    "quality_checker": "draft hall handling closed",
    "manager": "draft hall handling closed",
    "group_supervisor": EVERYTHING,
    "liaison": "",
    "escalation_officer": "",
    "appeal_officer": "",
    "administrator": "",
    "head": "",
    "agent2": "foreign",
    "dispatcher2": "foreign",
    "handler2": "",
    "director2": "",
    "revisitor2": "",
    "approver2": "foreign",
    "supervisor2": "foreign",
    "manager2": "foreign",
}


@pytest.fixture
def tickets(operator: Operator) -> dict[str, Ticket]:
    suzhou, hangzhou = operator.js.cities[1].unit, operator.zj.cities[0].unit
    return {
        "draft": bring_to("draft", operator),
        "hall": bring_to("pending_dispatch", operator, by=operator.user("agent_hall_b"), home=suzhou),
        "handling": bring_to("handling", operator),
        "closed": bring_to("closed", operator),
        "foreign": bring_to("pending_dispatch", operator, by=operator.user("agent2"), home=hangzhou),
    }


def seen(username: str, operator: Operator, tickets: dict[str, Ticket]) -> str:
    numbers = list(Ticket.objects.visible_to(operator.user(username)).values_list("number", flat=True))
    assert len(numbers) == len(set(numbers))
    return " ".join(name for name, ticket in tickets.items() if ticket.number in numbers)


def test_everybody_sees_exactly_their_own(operator: Operator, tickets: dict[str, Ticket]) -> None:
    assert {username: seen(username, operator, tickets) for username in SEES} == SEES


@pytest.mark.parametrize("username", [name for name in SEES if name.endswith("2")])
def test_another_provinces_ticket_does_not_exist(operator: Operator, tickets: dict[str, Ticket], username: str) -> None:
    for act in ("add_note", "amend", "dispatch", "withdraw", "instruct", "void"):
        with pytest.raises(Ticket.DoesNotExist):
            do(tickets["handling"], act, operator, by=username)


def test_a_city_sees_its_city(operator: Operator, tickets: dict[str, Ticket]) -> None:
    for role in (Role.DISPATCHER, Role.SUPERVISOR, Role.MANAGER):
        user = UserFactory()
        Membership.objects.create(user=user, unit=operator.js.cities[1].unit, role=role, starts_on=SINCE)
        assert list(Ticket.objects.visible_to(user)) == [tickets["hall"]]


def test_a_unit_goes_on_seeing_what_it_had(operator: Operator) -> None:
    """Past work orders included: returned and recalled ones too."""
    ticket = do(bring_to("handling", operator), "recall", operator, order=1)
    assert seen("handler", operator, {"it": ticket}) == "it"
    ticket = do(ticket, "dispatch", operator, orders=[{"unit": operator.js.network}])
    assert seen("handler", operator, {"it": ticket}) == seen("handler_network", operator, {"it": ticket}) == "it"


def test_a_centre_sees_what_its_units_work_on_but_does_not_decide_it(operator: Operator) -> None:
    ticket = bring_to("pending_dispatch", operator)
    orders = [{"unit": operator.js.fixed_line}, {"unit": operator.zj.network, "role": "assist"}]
    ticket = do(ticket, "dispatch", operator, orders=orders)
    for username in ("dispatcher2", "supervisor2", "manager2"):
        assert seen(username, operator, {"it": ticket}) == "it"
    for act in ("withdraw", "interim_reply", "amend"):
        with pytest.raises(NotPermitted):
            do(ticket, act, operator, by="dispatcher2")
    for act in ("recall", "accept"):
        with pytest.raises(NotPermitted):
            do(ticket, act, operator, by="dispatcher2", order=2)


def test_nobody_sees_a_complaint_about_itself(operator: Operator) -> None:
    """The person; the unit with its people; but who took it may follow it (S-09, U-25)."""
    about_person = do(take_complaint(operator, complained_user=operator.user("supervisor")), "submit", operator)
    assert seen("supervisor", operator, {"it": about_person}) == ""
    assert seen("dispatcher", operator, {"it": about_person}) == "it"
    city = operator.js.cities[0].unit
    supervisor = UserFactory()
    Membership.objects.create(user=supervisor, unit=city, role=Role.SUPERVISOR, starts_on=SINCE)
    other, about_city = bring_to("pending_dispatch", operator), take_complaint(operator, complained_unit=city)
    visible = set(Ticket.objects.visible_to(supervisor))
    assert (other in visible, about_city in visible) == (True, False)
    assert seen("supervisor", operator, {"it": about_city}) == "it"
    about_takers = bring_to("pending_dispatch", operator, complained_unit=operator.js.hotline)
    assert seen("agent", operator, {"it": about_takers}) == "it"


def test_who_took_a_complaint_about_its_own_centre_does_not_decide_its_orders(operator: Operator) -> None:
    """Following it as the agent opens no order to the same person as dispatcher or handler (S-09)."""
    ticket = bring_to("handling", operator)
    user = UserFactory()
    for role in (Role.AGENT, Role.DISPATCHER, Role.HANDLER):
        Membership.objects.create(user=user, unit=operator.js.unit, role=role, starts_on=SINCE)
    assert {"recall", "claim"} <= {act.name for act in available_actions(ticket, user).orders[1]}
    Ticket.objects.filter(pk=ticket.pk).update(complained_unit=operator.js.unit)
    assert Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()
    assert available_actions(ticket, user).orders[1] == ()
    for act in ("recall", "claim"):
        with pytest.raises(NotPermitted):
            perform(ticket.pk, act, by=user, order=1)


def test_a_deactivated_user_sees_nothing(operator: Operator, tickets: dict[str, Ticket]) -> None:
    user = operator.user("supervisor")
    user.is_active = False
    user.save(update_fields=["is_active"])
    assert not Ticket.objects.visible_to(user).exists()
