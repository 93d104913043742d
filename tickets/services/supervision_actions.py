"""The table of acts on supervision orders, the same for every kind of ticket (model 6, permissions.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from organization.roles import Role as R
from tickets.actions import Action, widened
from tickets.querysets import ANSWERERS
from tickets.services import supervising
from tickets.states import CLOSED, ENDED, SUBMITTED_OPEN, Status

# An order outlives the closing and even the ending of its ticket: it must still be answered and judged.
_EVER = SUBMITTED_OPEN | CLOSED | ENDED

# None of them makes the form stale that somebody else has open on the ticket.
SUPERVISION_ACTIONS = (
    Action(
        name="supervise",
        label=_("Supervise"),
        allow={R.SUPERVISOR: SUBMITTED_OPEN | CLOSED},
        effect=supervising.supervise,
        bumps_version=False,
    ),
    Action(
        name="chase",
        label=pgettext_lazy("act", "Chase"),
        allow={R.SUPERVISOR: SUBMITTED_OPEN | (CLOSED - {Status.ARCHIVED})},
        checks=(supervising.check_chased_while_due,),
        effect=supervising.chase,
        bumps_version=False,
    ),
    Action(
        name="acknowledge_supervision",
        label=_("Acknowledge the supervision order"),
        allow=dict.fromkeys(ANSWERERS, _EVER),
        effect=supervising.acknowledge,
        bumps_version=False,
    ),
    Action(
        name="reply_supervision",
        label=_("Answer the supervision order"),
        allow=dict.fromkeys(ANSWERERS, _EVER),
        effect=supervising.reply,
        bumps_version=False,
    ),
    Action(
        name="judge_supervision",
        label=_("Judge the supervision order"),
        allow={R.SUPERVISOR: _EVER},
        effect=supervising.judge,
        bumps_version=False,
    ),
)


def supervision_actions(*also: R) -> tuple[Action, ...]:
    """The acts on supervision orders of a kind that other roles settle too: they answer for its owners."""
    return tuple(widened(act, R.DISPATCHER, *also) for act in SUPERVISION_ACTIONS)
