"""Who serves which place, and who is on duty there."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from core import clock
from core.errors import Refused
from organization import services
from organization.models import Function, Unit
from organization.roles import Role
from organization.selectors import centre_above, centre_for, covers, liaison_of, on_duty, people_with, subtree
from tests.factories.organization import MembershipFactory, Operator, UnitFactory, UserFactory

DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=clock.SHANGHAI)


def test_a_subtree_is_the_unit_and_all_below_and_nothing_beside(operator: Operator) -> None:
    city = operator.js.cities[0]
    assert set(subtree(city.unit)) == {city.unit, city.remote, city.hall}
    assert set(subtree(operator.group)) == set(Unit.objects.all())


def test_ids_that_begin_alike_are_not_in_each_others_subtree(operator: Operator) -> None:
    """The path ends in a slash: /1/4/ is no prefix of /1/41/."""
    units = [UnitFactory(parent=operator.group) for _ in range(25)]
    for unit in units:
        assert list(subtree(unit)) == [unit]


def test_covering_agrees_with_the_subtree(operator: Operator) -> None:
    every = list(Unit.objects.all())
    for unit in every:
        assert {other for other in every if covers(unit, other)} == set(subtree(unit))


def test_the_province_centre_owns_what_has_no_city_centre(operator: Operator) -> None:
    js = operator.js
    for unit in (js.unit, js.centre, js.fixed_line, js.hotline, js.cities[0].hall, js.cities[1].unit):
        assert centre_for(unit) == js.centre
    assert centre_for(operator.zj.cities[0].remote) == operator.zj.centre


def test_a_city_centre_owns_its_city_alone(operator: Operator) -> None:
    here, there = operator.js.cities
    centre = UnitFactory(parent=here.unit, functions=[Function.COMPLAINT_CENTRE])
    assert centre_for(here.hall) == centre_for(here.unit) == centre_for(centre) == centre
    assert centre_for(there.hall) == centre_for(operator.js.unit) == operator.js.centre


def test_the_group_centre_owns_what_no_province_centre_does(operator: Operator) -> None:
    services.set_functions(unit=operator.js.centre, functions=[], by=None)
    assert centre_for(operator.js.cities[0].hall) == operator.group_centre
    assert centre_for(operator.group_service) == operator.group_centre


def test_without_any_centre_it_says_so(operator: Operator) -> None:
    Unit.objects.filter(code__in=["G-CENTRE", "P-JS-CENTRE"]).update(is_active=False)
    with pytest.raises(Refused, match="江苏客服热线") as caught:
        centre_for(operator.js.hotline)
    assert caught.value.code == "no_centre"


def test_what_is_about_a_centre_goes_one_centre_up(operator: Operator) -> None:
    """S-09."""
    city_centre = UnitFactory(parent=operator.js.cities[0].unit, functions=[Function.COMPLAINT_CENTRE])
    assert centre_above(city_centre) == operator.js.centre
    assert centre_above(operator.js.centre) == operator.group_centre
    assert centre_above(operator.group_centre) is None


def test_centres_take_one_query(operator: Operator, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        centre_for(operator.js.cities[0].hall)


def test_the_liaison_officer_is_the_one_of_the_day(operator: Operator) -> None:
    """U-90: changes are dated and kept."""
    unit, before = operator.js.unit, operator.users["liaison"]
    after = MembershipFactory(unit=unit, role=Role.LIAISON).user
    services.appoint_liaison(unit=unit, user=after, starts_on=DAY, by=None)
    assert liaison_of(unit, DAY - timedelta(days=1)) == before
    assert liaison_of(unit, DAY) == liaison_of(unit, DAY + timedelta(days=400)) == after
    assert liaison_of(operator.group, DAY) is None


def test_people_come_from_the_nearest_unit_that_has_any(operator: Operator) -> None:
    js = operator.js
    assert people_with(Role.SUPERVISOR, js.fixed_line, DAY) == [operator.users["supervisor"]]
    assert people_with(Role.SUPERVISOR, operator.group_centre, DAY) == [operator.users["group_supervisor"]]
    assert people_with(Role.HANDLER, js.fixed_line, DAY) == [operator.users["handler"], operator.users["handler_b"]]
    assert people_with(Role.HANDLER, js.hotline, DAY) == []


def test_work_reaches_the_deputy_else_the_manager(operator: Operator) -> None:
    unit, handler, other = operator.js.fixed_line, operator.users["handler"], operator.users["handler_b"]
    hour = timedelta(hours=1)
    deputy = UserFactory()
    services.record_absence(user=handler, deputy=deputy, starts_at=NOON, ends_at=NOON + hour, by=None)
    services.record_absence(user=other, starts_at=NOON, ends_at=NOON + hour, by=None)
    assert set(on_duty(Role.HANDLER, unit, NOON - timedelta(seconds=1))) == {handler, other}
    assert on_duty(Role.HANDLER, unit, NOON) == [deputy, operator.users["head_fixed"]]
    assert set(on_duty(Role.HANDLER, unit, NOON + hour)) == {handler, other}


def test_where_nobody_holds_the_role_the_nearest_manager_is_reached(operator: Operator) -> None:
    assert on_duty(Role.HANDLER, operator.js.cities[0].hall, NOON) == [operator.users["head"]]
    assert on_duty(Role.HANDLER, operator.group_service, NOON) == []
