"""The table of acts on responsibility (责任认定), the same for every kind of ticket (U-07f, U-58)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from organization.roles import Role as R
from tickets.actions import Action, widened
from tickets.models.responsibility import FOUND_IN
from tickets.services import responsibility
from tickets.states import Status

# What was contested before is settled even when the ticket has been archived meanwhile. None of these acts makes the
# form stale that somebody else has open on the ticket.
RESPONSIBILITY_ACTIONS = (
    Action(
        name="propose_responsibility",
        label=_("Propose who is responsible"),
        allow=dict.fromkeys((R.HANDLER, R.DIRECTOR, R.DISPATCHER), FOUND_IN),
        effect=responsibility.propose,
        bumps_version=False,
    ),
    Action(
        name="adjudicate_responsibility",
        label=_("Adjudicate responsibility"),
        allow={R.SUPERVISOR: FOUND_IN},
        suits=responsibility.may_adjudicate,
        effect=responsibility.adjudicate,
        bumps_version=False,
    ),
    Action(
        name="contest_responsibility",
        label=_("Contest responsibility"),
        allow={R.DIRECTOR: FOUND_IN},
        suits=responsibility.may_contest,
        effect=responsibility.contest,
        bumps_version=False,
    ),
    Action(
        name="settle_responsibility",
        label=_("Decide on the contest"),
        allow={R.SUPERVISOR: FOUND_IN | {Status.ARCHIVED}},
        suits=responsibility.may_settle,
        effect=responsibility.settle,
        bumps_version=False,
    ),
)


def responsibility_actions(group: R, province: R) -> tuple[Action, ...]:
    """The same for a kind in two tiers: `group` judges as a supervisor does, `province` speaks for the units of
    its province as a director does."""
    return tuple(widened(widened(act, R.SUPERVISOR, group), R.DIRECTOR, province) for act in RESPONSIBILITY_ACTIONS)
