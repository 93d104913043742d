"""What a person may act as (model.md, section 2)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import clock
from organization import services
from organization.grants import Grant, grants_of, has_role
from organization.models import Function, Membership, Tier, Unit, User
from organization.roles import Role
from organization.selectors import on_duty
from tests.factories.organization import MembershipFactory, Operator, UnitFactory, UserFactory

SECOND = timedelta(seconds=1)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=clock.SHANGHAI)


def midnight(day: date) -> datetime:
    """00:00 of the Shanghai day."""
    return datetime(day.year, day.month, day.day, tzinfo=clock.SHANGHAI)


def roles(user: User, at: datetime = NOON) -> set[tuple[str, str]]:
    """Pairs of role and unit code that the user has at the instant."""
    return {(grant.role, grant.unit.code) for grant in grants_of(user, at)}


def away(user: User, deputy: User | None = None) -> None:
    """From 11:00 to 13:00 of the day of NOON."""
    hour = timedelta(hours=1)
    services.record_absence(user=user, deputy=deputy, starts_at=NOON - hour, ends_at=NOON + hour, by=None)


def test_a_membership_holds_from_its_first_to_its_last_shanghai_day(db: None) -> None:
    first, last = date(2026, 11, 23), date(2026, 11, 24)
    user = MembershipFactory(starts_on=first, ends_on=last).user
    before, after = midnight(first), midnight(last + timedelta(days=1))
    assert not grants_of(user, before - SECOND)
    assert grants_of(user, before)
    assert grants_of(user, after - SECOND)
    assert not grants_of(user, after)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    length=st.none() | st.integers(0, 40),
    seconds=st.integers(-50 * 86_400, 50 * 86_400),
)
def test_whether_it_holds_depends_on_the_shanghai_day_alone(length: int | None, seconds: int) -> None:
    first = date(2026, 9, 30)
    row = Membership(starts_on=first, ends_on=None if length is None else first + timedelta(days=length))
    instant = datetime(2026, 9, 30, tzinfo=UTC) + timedelta(seconds=seconds)
    day = (instant + timedelta(hours=8)).replace(tzinfo=None).date()
    assert row.holds_on(clock.local_day(instant)) == (0 <= (day - first).days <= (10_000 if length is None else length))


def test_the_narrowest_unit_comes_first_and_own_roles_before_borrowed_ones(operator: Operator) -> None:
    user = operator.users["supervisor"]
    for unit in (operator.group, operator.js.cities[0].hall, operator.js.centre):
        MembershipFactory(user=user, unit=unit, role=Role.DISPATCHER)
    away(operator.users["dispatcher"], deputy=user)
    found = grants_of(user, NOON)
    assert [grant.unit.code for grant in found] == ["C-NJ-HALL", "P-JS-CENTRE", "P-JS-CENTRE", "P-JS", "G"]
    assert [grant.on_behalf_of for grant in found[1:3]] == [None, operator.users["dispatcher"]]


def test_a_deputy_acts_from_the_start_until_just_before_the_end(operator: Operator) -> None:
    absent, deputy = operator.users["handler"], operator.users["handler_network"]
    start, end = NOON, NOON + timedelta(days=3)
    services.record_absence(user=absent, deputy=deputy, starts_at=start, ends_at=end, by=None)
    borrowed = Grant(Role.HANDLER, operator.js.fixed_line, on_behalf_of=absent)
    for instant, acts in ((start - SECOND, False), (start, True), (end - SECOND, True), (end, False)):
        assert (borrowed in grants_of(deputy, instant)) is acts
    assert roles(absent, start) == {("handler", "P-JS-FIXED")}


def test_a_deputy_gets_what_the_absent_person_holds_and_nothing_that_was_lent_to_them(operator: Operator) -> None:
    first, second, third = (operator.users[name] for name in ("handler", "handler_network", "handler_billing"))
    away(first, deputy=second)
    away(second, deputy=third)
    assert roles(third) == {("handler", "P-JS-BILLING"), ("handler", "P-JS-NETWORK")}


def test_nobody_is_a_deputy_for_an_administrator(operator: Operator) -> None:
    deputy = operator.users["manager"]
    away(operator.users["administrator"], deputy=deputy)
    assert roles(deputy) == {("manager", "P-JS")}
    operator.group.manager = operator.users["head"]
    operator.group.save()
    assert not has_role(operator.users["head"], Role.ADMINISTRATOR)


def test_the_unit_manager_stands_in_for_people_away_without_a_deputy(operator: Operator) -> None:
    head = operator.users["head_fixed"]
    assert grants_of(head, NOON) == ()
    away(operator.users["director"])
    head.forget_rights()
    assert grants_of(head, NOON) == (Grant(Role.DIRECTOR, operator.js.fixed_line, operator.users["director"]),)
    assert on_duty(Role.DIRECTOR, operator.js.fixed_line, NOON) == [head]


def test_the_unit_manager_does_the_work_of_a_role_that_nobody_holds(operator: Operator) -> None:
    head, unit = operator.users["head_fixed"], operator.js.fixed_line
    row = Membership.objects.get(user=operator.users["director"], unit=unit)
    services.end_membership(membership=row, ends_on=date(2026, 11, 22), by=None)
    assert roles(head, NOON) == {("director", "P-JS-FIXED")}
    assert roles(head, midnight(date(2026, 11, 22))) == set()
    assert on_duty(Role.DIRECTOR, unit, NOON) == [head]


def test_a_role_held_above_the_unit_is_not_vacant(operator: Operator) -> None:
    head, unit = operator.users["head_fixed"], operator.js.fixed_line
    row = Membership.objects.get(user=operator.users["director"], unit=unit)
    services.end_membership(membership=row, ends_on=date(2026, 11, 22), by=None)
    above = MembershipFactory(unit=operator.js.unit, role=Role.DIRECTOR).user
    assert grants_of(head, NOON) == ()
    assert on_duty(Role.DIRECTOR, unit, NOON) == [above]


def test_closed_accounts_and_visitors_have_nothing(operator: Operator) -> None:
    user = operator.users["handler"]
    away(operator.users["handler_b"], deputy=user)
    user.is_active = False
    assert grants_of(user, NOON) == ()
    assert grants_of(AnonymousUser()) == ()


def test_facts_are_read_once_and_judged_for_any_instant(operator: Operator, django_assert_max_num_queries: Any) -> None:
    for name in ("handler", "handler_b", "director"):
        away(operator.users[name], deputy=operator.users["head_fixed"])
    head = operator.user("head_fixed")
    with django_assert_max_num_queries(2):
        assert len(grants_of(head, NOON)) == 3
        assert grants_of(head, NOON + timedelta(days=1)) == ()
        assert len(grants_of(head, NOON)) == 3


def test_queries_do_not_grow_with_memberships(operator: Operator, django_assert_max_num_queries: Any) -> None:
    user = UserFactory()
    for _ in range(6):
        unit = UnitFactory(parent=operator.js.unit, manager=user, functions=[Function.TYPE_OWNER])
        MembershipFactory(user=user, unit=unit)
    fresh = User.objects.get(pk=user.pk)
    with django_assert_max_num_queries(2):
        assert len(grants_of(fresh, NOON)) == 12


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_grants_agree_with_a_plain_reading_of_the_rows(db: None, data: st.DataObject) -> None:
    """Own roles and deputies, against the sentence of model.md written as a loop."""
    root = Unit.objects.filter(parent=None).first() or UnitFactory(parent=None, tier=Tier.GROUP)
    people = [UserFactory() for _ in range(3)]
    days = st.dates(date(2026, 11, 20), date(2026, 11, 26))
    for user in people:
        for role in data.draw(
            st.sampled_from([(), (Role.HANDLER,), (Role.HANDLER, Role.AGENT), (Role.ADMINISTRATOR,)])
        ):
            first, last = sorted((data.draw(days), data.draw(days)))
            MembershipFactory(user=user, unit=root, role=role, starts_on=first, ends_on=last)
        start, end = sorted((data.draw(days), data.draw(days) + timedelta(days=7)))
        deputy = data.draw(st.sampled_from([other for other in people if other != user]))
        services.record_absence(user=user, deputy=deputy, starts_at=midnight(start), ends_at=midnight(end), by=None)
    instant = midnight(data.draw(days)) + data.draw(st.timedeltas(timedelta(), timedelta(hours=23)))
    day = clock.local_day(instant)
    for user in people:
        is_administrator = any(row.holds_on(day) for row in user.memberships.filter(role=Role.ADMINISTRATOR))
        expected = {
            (row.role, row.user_id)
            for row in Membership.objects.filter(user__in=people)
            if row.starts_on <= day <= (row.ends_on or date.max)
            and (
                row.user == user
                or (
                    row.role != Role.ADMINISTRATOR
                    and not is_administrator
                    and any(
                        absence.deputy == user and absence.starts_at <= instant < absence.ends_at
                        for absence in row.user.absences.all()
                    )
                )
            )
        }
        found = grants_of(User.objects.get(pk=user.pk), instant)
        assert {(grant.role, (grant.on_behalf_of or user).pk) for grant in found} == expected
