"""Roles and the admin permissions that follow from them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from io import StringIO

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from core import clock
from organization import services
from organization.models import Membership
from organization.roles import ADMIN_PERMISSIONS, Role
from tests.factories.organization import Operator

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=clock.SHANGHAI)
HOUR = timedelta(hours=1)


def in_groups() -> dict[str, set[str]]:
    """Permissions of every group."""
    return {
        group.name: {f"{one.content_type.app_label}.{one.codename}" for one in group.permissions.all()}
        for group in Group.objects.prefetch_related("permissions__content_type")
    }


@pytest.mark.django_db
def test_syncing_again_changes_nothing_and_drift_is_repaired() -> None:
    services.sync_roles()
    first = in_groups()
    assert set(first) == set(Role.values)
    Group.objects.get(name=Role.AGENT).permissions.set(Permission.objects.filter(codename="delete_user"))
    Group.objects.get(name=Role.DISPATCHER).permissions.clear()
    Group.objects.get(name=Role.LIAISON).delete()
    services.sync_roles()
    assert in_groups() == first
    services.sync_roles()
    assert in_groups() == first


@pytest.mark.django_db
def test_permissions_that_do_not_exist_yet_are_named_on_stderr_and_skipped() -> None:
    Permission.objects.filter(codename="view_liaisonterm").delete()
    out, err = StringIO(), StringIO()
    call_command("sync_roles", stdout=out, stderr=err)
    assert "organization.view_liaisonterm" in err.getvalue()
    assert str(len(Role)) in out.getvalue()
    assert "organization.view_unit" in in_groups()[Role.ADMINISTRATOR]


def test_nobody_may_delete_and_only_the_administrator_touches_the_organisation() -> None:
    for role, names in ADMIN_PERMISSIONS.items():
        assert not any(".delete_" in name for name in names)
        assert role == Role.ADMINISTRATOR or not any(name.startswith("organization.") for name in names)


def test_permissions_follow_the_day(operator: Operator) -> None:
    row = Membership.objects.get(user=operator.users["administrator"])
    services.end_membership(membership=row, ends_on=date(2026, 11, 23), by=None)
    midnight = datetime(2026, 11, 24, tzinfo=clock.SHANGHAI)
    with clock.frozen(midnight - timedelta(seconds=1)) as frozen:
        assert operator.user("administrator").has_perm("organization.change_unit")
        frozen.move_to(midnight)
        assert not operator.user("administrator").has_perm("organization.change_unit")


def test_permissions_follow_the_deputy(operator: Operator) -> None:
    deputy = operator.users["handler"]
    services.record_absence(user=operator.users["manager"], deputy=deputy, starts_at=NOON, ends_at=NOON + HOUR, by=None)
    with clock.frozen(NOON - timedelta(seconds=1)) as frozen:
        before = operator.user("handler").get_all_permissions()
        frozen.move_to(NOON)
        during = operator.user("handler").get_all_permissions()
        frozen.move_to(NOON + HOUR)
        after = operator.user("handler").get_all_permissions()
    assert before == after == in_groups()[Role.HANDLER]
    assert during == in_groups()[Role.HANDLER] | in_groups()[Role.MANAGER]


def test_an_administrators_deputy_administers_nothing(operator: Operator) -> None:
    deputy = operator.users["manager"]
    services.record_absence(
        user=operator.users["administrator"], deputy=deputy, starts_at=NOON, ends_at=NOON + HOUR, by=None
    )
    with clock.frozen(NOON):
        assert not operator.user("manager").has_module_perms("organization")
