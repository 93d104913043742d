"""The table of acts on due times and of what goes up, the same for every kind of ticket (model 4 and 6)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organization.roles import Role as R
from tickets.actions import Action, HeldBy
from tickets.services import extending, pausing, relaying, reporting_up
from tickets.states import CLOSED, ENDED, OPEN, ORDER_UNANSWERED, SUBMITTED_OPEN, Status
from tickets.states import OrderStatus as O

_UNDER_WAY = frozenset({O.SENT, O.HANDLING})
_WATCHED = OPEN | (CLOSED - {Status.ARCHIVED})  # states in which clocks may run

# What is asked for and decided is checked by itself, and makes nobody's open form stale.
# Pauses are for kinds that one centre settles: where two tiers do, a province does not stop the group's clocks.
PAUSE_ACTIONS = (
    Action(
        name="ask_pause",
        label=_("Ask for a pause"),
        allow={R.DISPATCHER: SUBMITTED_OPEN},
        effect=pausing.ask,
        bumps_version=False,
    ),
    Action(
        name="approve_pause",
        label=_("Approve the pause"),
        allow={R.DIRECTOR: SUBMITTED_OPEN},
        checks=(pausing.check_decides,),
        effect=pausing.approve,
        bumps_version=False,
    ),
    Action(
        name="refuse_pause",
        label=_("Refuse the pause"),
        allow={R.DIRECTOR: SUBMITTED_OPEN},
        checks=(pausing.check_decides,),
        effect=pausing.refuse,
        bumps_version=False,
    ),
    Action(
        name="resume",
        label=_("End the pause"),
        allow={R.DISPATCHER: SUBMITTED_OPEN},
        system=True,
        system_states=SUBMITTED_OPEN,
        effect=pausing.resume,
        bumps_version=False,
    ),
)
TIME_ACTIONS = (
    Action(
        name="ask_extension",
        label=_("Ask for more time"),
        held_by=HeldBy.UNIT,
        allow={R.HANDLER: _UNDER_WAY},
        effect=extending.ask,
        bumps_version=False,
    ),
    Action(
        name="approve_extension",
        label=_("Approve more time"),
        held_by=HeldBy.UNIT,
        allow={R.DIRECTOR: ORDER_UNANSWERED},
        effect=extending.approve,
        bumps_version=False,
    ),
    Action(
        name="refuse_extension",
        label=_("Refuse more time"),
        held_by=HeldBy.UNIT,
        allow={R.DIRECTOR: ORDER_UNANSWERED},
        effect=extending.refuse,
        bumps_version=False,
    ),
    Action(
        name="upgrade",
        label=pgettext_lazy("act", "Send up one tier"),
        held_by=HeldBy.UNIT,
        allow={R.HANDLER: frozenset({O.HANDLING})},
        effect=reporting_up.upgrade,
    ),
    Action(
        name="report_serious",
        label=_("Report a grave problem at once"),
        allow=dict.fromkeys((R.AGENT, R.DISPATCHER, R.HANDLER, R.SUPERVISOR), OPEN),
        effect=reporting_up.report_serious,
    ),
    Action(
        name="adjudicate_delay",
        label=_("Find who was responsible for a delay"),
        allow={R.SUPERVISOR: SUBMITTED_OPEN | CLOSED | ENDED},
        effect=reporting_up.adjudicate_delay,
        bumps_version=False,
    ),
    Action(
        name=relaying.ACT,
        label=_("Due times follow a changed calendar"),
        allow={},
        system=True,
        system_states=_WATCHED,
        effect=relaying.recompute,
        bumps_version=False,
    ),
)
