"""The operator that other tests stand on."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import authenticate

from organization.models import Tier, Unit
from organization.roles import Role
from tests.factories.organization import PASSWORD, build_operator

pytestmark = pytest.mark.django_db


def test_every_unit_is_placed_as_the_services_would_place_it() -> None:
    build_operator()
    for unit in Unit.objects.select_related("parent"):
        derived = Unit.objects.get(pk=unit.pk)
        derived.derive_place()
        assert (unit.path, unit.province_id, unit.city_id) == (derived.path, derived.province_id, derived.city_id)
        assert (unit.province is None) == (unit.tier == Tier.GROUP)
        assert (unit.city is None) == (unit.tier in (Tier.GROUP, Tier.PROVINCE))


def test_there_is_a_log_in_for_every_role() -> None:
    operator = build_operator()
    assert set(Role.values) <= operator.users.keys()
    assert authenticate(username="agent", password=PASSWORD) == operator.users["agent"]


def test_building_it_takes_few_queries(django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(12):
        build_operator()
