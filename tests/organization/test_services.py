"""What the services write, and what they refuse in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from core import clock
from core.errors import Refused
from organization import services
from organization.models import Absence, Function, LiaisonTerm, Membership, Tier, Unit, User
from organization.roles import Role
from organization.selectors import liaison_of, subtree
from tests.factories.organization import SINCE, MembershipFactory, Operator, UnitFactory, UserFactory

DAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=clock.SHANGHAI)
HOUR = timedelta(hours=1)


def refused(code: str) -> pytest.RaisesExc[Refused]:
    """Expect a refusal with this code."""
    return pytest.RaisesExc(Refused, check=lambda error: error.code == code)


def placed_right() -> bool:
    """Whether every unit's path, province and city are what its parents say."""
    for unit in Unit.objects.all():
        derived = Unit.objects.get(pk=unit.pk)
        derived.derive_place()
        if (derived.path, derived.province_id, derived.city_id) != (unit.path, unit.province_id, unit.city_id):
            return False
    return True


def test_a_new_unit_is_placed_below_its_parent(operator: Operator) -> None:
    by, city = operator.users["administrator"], operator.js.cities[0].unit
    functions = [Function.CHANNEL, Function.REMOTE_UNIT]
    unit = services.create_unit(by=by, code="C-NJ-X", name="玄武", tier=Tier.COUNTY, parent=city, functions=functions)
    unit.refresh_from_db()
    assert unit.path == f"{city.path}{unit.pk}/"
    assert (unit.province, unit.city) == (operator.js.unit, city)
    assert {row.function for row in unit.functions.all()} == set(functions)
    assert unit.has_function(Function.CHANNEL)
    assert unit.history.get().history_user == by


@pytest.mark.parametrize(
    "parent, tier", [("P-JS", Tier.GROUP), ("G", Tier.CITY), ("C-NJ", Tier.PROVINCE), (None, Tier.CITY)]
)
def test_a_tier_fits_the_parent(operator: Operator, parent: str | None, tier: Tier) -> None:
    count = Unit.objects.count()
    with refused("tier" if parent else "no_parent"):
        services.create_unit(by=None, code="X", name="X", tier=tier, parent=operator.units[parent] if parent else None)
    assert Unit.objects.count() == count


def test_codes_are_unique(operator: Operator) -> None:
    with refused("code_taken"):
        services.create_unit(by=None, code="P-JS", name="X", tier=Tier.PROVINCE, parent=operator.group)


def test_moving_a_unit_takes_everything_below_it_along(operator: Operator) -> None:
    city, tier_below = operator.js.cities[0], Tier.COUNTY
    UnitFactory(parent=UnitFactory(parent=city.unit, tier=tier_below))
    within = {unit.pk for unit in subtree(city.unit)}
    moved = services.move_unit(unit=city.unit, parent=operator.zj.unit, by=operator.users["administrator"])
    assert {unit.pk for unit in subtree(moved)} == within
    assert {unit.province for unit in subtree(moved)} == {operator.zj.unit}
    assert {unit.city for unit in subtree(moved)} == {moved}
    assert placed_right()
    assert moved.history.latest().parent_id == operator.zj.unit.pk


@pytest.mark.parametrize("target", ["P-JS", "C-NJ", "C-NJ-HALL"])
def test_a_unit_is_not_moved_below_itself(operator: Operator, target: str) -> None:
    with refused("cycle"):
        services.move_unit(unit=operator.js.unit, parent=operator.units[target], by=None)
    assert placed_right()


def test_a_unit_is_not_moved_where_its_tier_does_not_fit(operator: Operator) -> None:
    with refused("tier"):
        services.move_unit(unit=operator.js.cities[0].unit, parent=operator.group, by=None)
    with refused("no_parent"):
        services.move_unit(unit=operator.js.unit, parent=None, by=None)


def test_functions_are_set_exactly_and_their_history_is_kept(operator: Operator) -> None:
    unit, by = operator.js.market, operator.users["administrator"]
    services.set_functions(unit=unit, functions=[Function.ASSISTANT, Function.BUSINESS_OWNER], by=by)
    services.set_functions(unit=unit, functions=[Function.ASSISTANT], by=by)
    assert [row.function for row in unit.functions.all()] == [Function.ASSISTANT]
    gone = unit.functions.model.history.get(function=Function.BUSINESS_OWNER, history_type="-")
    assert gone.history_user == by


def test_a_unit_in_which_people_have_roles_is_not_closed(operator: Operator) -> None:
    with refused("live_memberships"), clock.frozen(NOON):
        services.set_unit_active(unit=operator.js.fixed_line, is_active=False, by=None)
    with refused("active_children"), clock.frozen(NOON):
        services.set_unit_active(unit=operator.js.cities[1].unit, is_active=False, by=None)
    assert not Unit.objects.filter(is_active=False).exists()


def test_a_unit_is_closed_once_its_roles_have_ended(operator: Operator) -> None:
    hall = operator.js.cities[0].hall
    row = Membership.objects.get(unit=hall)
    services.end_membership(membership=row, ends_on=DAY, by=None)
    with refused("live_memberships"), clock.frozen(NOON):
        services.set_unit_active(unit=hall, is_active=False, by=None)
    with clock.frozen(NOON + timedelta(days=1)):
        assert not services.set_unit_active(unit=hall, is_active=False, by=None).is_active
    with refused("unit_closed"):
        services.grant_membership(user=row.user, unit=hall, role=Role.AGENT, starts_on=DAY, by=None)
    with refused("unit_closed"):
        services.create_unit(by=None, code="X", name="X", tier=Tier.CITY, parent=hall)


def test_accounts_are_unique_by_user_name_and_employee_number(db: None) -> None:
    user = services.create_user(by=None, username="wang", name="王五", employee_no="A1", password="a-long-password")
    assert user.check_password("a-long-password")
    assert str(user) == user.get_full_name() == "王五"
    with refused("username_taken"):
        services.create_user(by=None, username="wang", name="王六")
    with refused("employee_no_taken"):
        services.create_user(by=None, username="wang6", name="王六", employee_no="A1")
    services.create_user(by=None, username="zhao", name="赵七")
    services.create_user(by=None, username="qian", name="钱八")  # no number is no clash
    assert not User.objects.get(username="qian").has_usable_password()


def test_the_same_role_is_not_held_twice_at_a_time(db: None) -> None:
    row = MembershipFactory(starts_on=DAY, ends_on=DAY + timedelta(days=9))
    same = {"user": row.user, "unit": row.unit, "role": row.role, "by": None}
    for first, last in ((0, 0), (-5, 0), (9, None), (3, 5), (-1, None)):
        with refused("overlap"):
            services.grant_membership(
                **same,
                starts_on=DAY + timedelta(days=first),
                ends_on=None if last is None else DAY + timedelta(days=last),
            )
    services.grant_membership(**same, starts_on=DAY + timedelta(days=10))
    with refused("overlap"):
        services.end_membership(membership=row, ends_on=DAY + timedelta(days=10), by=None)
    with refused("period"):
        services.end_membership(membership=row, ends_on=DAY - timedelta(days=1), by=None)
    ended = services.end_membership(membership=row, ends_on=DAY, by=row.user)
    assert [(old.ends_on, old.history_user) for old in ended.history.all()] == [
        (DAY, row.user),
        (DAY + timedelta(days=9), None),
    ]


def test_history_is_dated_by_the_injectable_clock(db: None) -> None:
    unit, user = UnitFactory(), UserFactory()
    with clock.frozen(NOON):
        row = services.grant_membership(user=user, unit=unit, role=Role.AGENT, starts_on=DAY, by=None)
    assert row.history.get().history_date == NOON


def test_a_closed_account_gets_no_role_and_no_deputyship(operator: Operator) -> None:
    user = services.update_user(
        user=operator.users["handler_b"], by=None, name="冯涛", employee_no="", phone="", email="", is_active=False
    )
    with refused("account_closed"):
        services.grant_membership(user=user, unit=operator.group, role=Role.AGENT, starts_on=DAY, by=None)
    with refused("account_closed"):
        services.appoint_manager(unit=operator.js.billing, manager=user, by=None)
    with refused("account_closed"):
        services.record_absence(
            user=operator.users["handler"], deputy=user, starts_at=NOON, ends_at=NOON + HOUR, by=None
        )


def test_a_new_liaison_officer_ends_the_term_before(operator: Operator) -> None:
    """U-90: every change is dated and kept."""
    unit, by = operator.js.unit, operator.users["administrator"]
    new = MembershipFactory(unit=unit, role=Role.LIAISON).user
    services.appoint_liaison(unit=unit, user=new, starts_on=DAY, by=by)
    terms = LiaisonTerm.objects.filter(unit=unit).order_by("starts_on")
    assert [(term.user, term.starts_on, term.ends_on) for term in terms] == [
        (operator.users["liaison"], SINCE, DAY - timedelta(days=1)),
        (new, DAY, None),
    ]
    with refused("overlap"):
        services.appoint_liaison(unit=unit, user=operator.users["liaison"], starts_on=DAY, by=by)
    assert liaison_of(unit, DAY) == new


def test_a_liaison_officer_has_the_role_first(operator: Operator) -> None:
    with refused("not_liaison"):
        services.appoint_liaison(unit=operator.js.unit, user=operator.users["liaison2"], starts_on=DAY, by=None)


def test_absences_do_not_overlap_and_nobody_deputises_for_themselves(operator: Operator) -> None:
    user, deputy = operator.users["handler"], operator.users["handler_b"]
    absence = services.record_absence(user=user, deputy=deputy, starts_at=NOON, ends_at=NOON + HOUR, by=None)
    with refused("overlap"):
        services.record_absence(user=user, starts_at=NOON - HOUR, ends_at=NOON + timedelta(seconds=1), by=None)
    services.record_absence(user=user, starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR, by=None)
    with refused("overlap"):
        services.change_absence(absence=absence, starts_at=NOON, ends_at=NOON + 2 * HOUR, deputy=deputy, by=None)
    with refused("own_deputy"):
        services.change_absence(absence=absence, starts_at=NOON, ends_at=NOON + HOUR, deputy=user, by=None)
    with refused("period"):
        services.change_absence(absence=absence, starts_at=NOON, ends_at=NOON, deputy=deputy, by=None)
    back = services.change_absence(absence=absence, starts_at=NOON, ends_at=NOON + HOUR / 2, deputy=None, by=user)
    assert (back.deputy, back.history.latest().history_user) == (None, user)


@pytest.mark.parametrize(
    "row",
    [
        lambda user, unit: Membership(
            user=user, unit=unit, role="agent", starts_on=DAY, ends_on=DAY - timedelta(days=1)
        ),
        lambda user, unit: Membership(user=user, unit=unit, role="king", starts_on=DAY),
        lambda user, unit: LiaisonTerm(user=user, unit=unit, starts_on=DAY, ends_on=DAY - timedelta(days=1)),
        lambda user, unit: Absence(user=user, starts_at=NOON, ends_at=NOON),
        lambda user, unit: Absence(user=user, deputy=user, starts_at=NOON, ends_at=NOON + HOUR),
        lambda user, unit: Unit(code="x", name="x", tier="city", path="x"),
        lambda user, unit: Unit(code="x", name="x", tier="planet", parent=unit, path="x"),
        lambda user, unit: Unit(code="x", name="x", tier="city", parent=unit, path=unit.path),
    ],
)
def test_the_database_refuses_it_too(db: None, row: object) -> None:
    user, unit = UserFactory(), UnitFactory()
    assert callable(row)
    wrong: Model = row(user, unit)
    with pytest.raises(IntegrityError), transaction.atomic():
        wrong.save()


def test_only_one_term_and_one_membership_stay_open_in_the_database(db: None) -> None:
    row = MembershipFactory(role=Role.LIAISON)
    services.appoint_liaison(unit=row.unit, user=row.user, starts_on=SINCE, by=None)
    for twin in (
        LiaisonTerm(unit=row.unit, user=row.user, starts_on=DAY),
        Membership(unit=row.unit, user=row.user, role=row.role, starts_on=DAY),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            twin.save()
