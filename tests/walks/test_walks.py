"""Random legal walks: complaints alone, and all three kinds mixed, made of each other (model 1, 3, 4, 5).

Each failure that was found stands as a plain test in `test_found.py`, those of complaints in
`tests/complaints/test_after_walks.py`. With `WALKS=2000` in the environment the tests look harder, at other walks each
time.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from tests.factories.organization import build_operator
from tests.factories.tickets import load_unicom
from tests.walks import tiers
from tests.walks.machine import PASSING, Walk
from tests.walks.people import people_of
from tickets.states import Kind

pytestmark = [pytest.mark.once, pytest.mark.django_db]

WALKS = int(os.environ.get("WALKS", "0"))
# A scheme of other habits: directors do not review, national complaints are cleared, not every complaint is accepted.
OTHERWISE = {
    "director_review": False,
    "allow_decline": True,
    "clearance": {"codes": ["no_contact"], "levels": ["national", "provincial"]},
    "revisit": {"dispatched": True, "on_the_spot": False, "attempts": 1, "days": 1},
}


class MixedWalk(Walk):
    """A complaint, an escalated one and an appeal, made of it or not, and what else comes."""

    kinds = (Kind.COMPLAINT, Kind.ESCALATION, Kind.APPEAL)
    most = 5

    @rule(data=st.data(), seconds=PASSING)
    def turn(self, data: st.DataObject, seconds: int) -> None:
        """Back to the province, to another one, to the group, or to the regulator with an objection."""
        self.step(data, seconds, lambda choice: choice.order is None and choice.act in tiers.TURNS)

    @rule(data=st.data(), seconds=PASSING)
    def on_between_tiers(self, data: st.DataObject, seconds: int) -> None:
        """On the straight way between group and province, so that walks come far."""
        self.step(data, seconds, lambda choice: choice.order is None and choice.act in tiers.WAY)


@pytest.mark.parametrize("options", [{}, OTHERWISE], ids=["unicom", "other options"])
def test_random_walks_of_complaints_keep_every_rule(options: dict[str, Any]) -> None:
    walk(Walk, options, examples=14, steps=40)


def test_random_walks_of_all_kinds_keep_every_rule() -> None:
    walk(MixedWalk, {}, examples=14, steps=60)


def walk(machine: type[Walk], options: dict[str, Any], *, examples: int, steps: int) -> None:
    """Let tickets walk, so many times so many steps."""
    load_unicom(**options)
    Walk.operator = build_operator()
    Walk.people = people_of(Walk.operator)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=WALKS or examples,
            stateful_step_count=steps,
            derandomize=not WALKS,
            database=None,
            phases=[Phase.generate],
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
