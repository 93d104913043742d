"""Separation of duties (outside-facts, 等保): nobody administers the system and works on tickets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from core import clock
from core.errors import Refused
from organization import services
from organization.grants import grants_of
from organization.models import Membership, Unit, User
from organization.roles import Role
from tests.factories.organization import Operator, UnitFactory, UserFactory

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 30)
CONTENT = [role for role in Role if role != Role.ADMINISTRATOR]


def grant(user: User, role: Role, starts_on: dt.date = FIRST, ends_on: dt.date | None = LAST) -> Membership:
    unit = Unit.objects.first() or UnitFactory()
    return services.grant_membership(user=user, unit=unit, role=role, by=None, starts_on=starts_on, ends_on=ends_on)


@pytest.mark.parametrize("role", CONTENT)
def test_no_role_goes_with_the_administrator_s_in_either_order(role: Role) -> None:
    for held, wanted in ((role, Role.ADMINISTRATOR), (Role.ADMINISTRATOR, role)):
        user = UserFactory()
        grant(user, held)
        with pytest.raises(Refused) as refused:
            grant(user, wanted, LAST, None)
        assert refused.value.code == "duties"
        grant(user, wanted, LAST + dt.timedelta(days=1), None)
        with pytest.raises(Refused):
            services.end_membership(
                membership=user.memberships.get(role=held), ends_on=LAST + dt.timedelta(days=1), by=None
            )


def test_the_admin_page_says_it_at_the_role(client_of: Callable[[str], Client], operator: Operator) -> None:
    client = client_of("administrator")
    typed = {
        "user": operator.users["handler"].pk,
        "unit": operator.js.unit.pk,
        "role": "administrator",
        "starts_on": "2026-11-01",
    }
    answer = client.post(reverse("admin:organization_membership_add"), typed)
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors.keys() == {"role"}


def test_an_administrator_stands_in_for_nobody() -> None:
    administrator, handler = UserFactory(), UserFactory()
    grant(administrator, Role.ADMINISTRATOR, ends_on=None)
    grant(handler, Role.HANDLER, ends_on=None)
    now = clock.now()
    services.record_absence(
        user=handler, deputy=administrator, starts_at=now, ends_at=now + dt.timedelta(days=1), by=None
    )
    assert [found.role for found in grants_of(administrator, now)] == [Role.ADMINISTRATOR]


def test_what_stands_there_from_before_is_listed(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("check_duties")
    user = UserFactory(username="both")
    kept = grant(user, Role.ADMINISTRATOR)
    Membership.objects.create(user=user, unit=kept.unit, role=Role.HANDLER, starts_on=LAST)
    Membership.objects.create(user=user, unit=kept.unit, role=Role.AGENT, starts_on=LAST + dt.timedelta(days=1))
    capsys.readouterr()
    with pytest.raises(SystemExit):
        call_command("check_duties")
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1
    assert lines[0].startswith("both:")
