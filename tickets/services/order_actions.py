"""The table of acts on work orders, the same for every kind of ticket (model 5)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from organization.roles import Role as R
from tickets.actions import Action, HeldBy, widened
from tickets.services import orders, returning
from tickets.states import OrderStatus as O

_SENDERS = (R.DISPATCHER, R.HANDLER)  # the centre for its own orders, a unit for those it made below its own (U-41)
ORDER_ACTIONS = (
    Action(
        name="sign",
        label=_("Sign for"),
        held_by=HeldBy.UNIT,
        allow={R.HANDLER: frozenset({O.SENT})},
        effect=orders.sign,
    ),
    Action(
        name="claim",
        label=_("Claim"),
        held_by=HeldBy.UNIT,
        allow={R.HANDLER: frozenset({O.SENT, O.HANDLING})},
        effect=orders.claim,
    ),
    Action(
        name="reply",
        label=_("Reply"),
        held_by=HeldBy.UNIT,
        allow={R.HANDLER: frozenset({O.HANDLING})},
        checks=(orders.check_restored,),
        effect=orders.reply,
    ),
    Action(
        name="approve",
        label=_("Approve the reply"),
        held_by=HeldBy.UNIT,
        allow={R.DIRECTOR: frozenset({O.PENDING_REVIEW})},
        effect=orders.approve,
    ),
    Action(
        name="refuse",
        label=_("Refuse the reply"),
        held_by=HeldBy.UNIT,
        allow={R.DIRECTOR: frozenset({O.PENDING_REVIEW})},
        effect=orders.refuse,
    ),
    Action(
        name="accept",
        label=_("Accept the result"),
        held_by=HeldBy.SENDER,
        allow={role: frozenset({O.REPLIED}) for role in _SENDERS},
        effect=orders.accept,
    ),
    Action(
        name="reject",
        label=_("Send the result back"),
        held_by=HeldBy.SENDER,
        allow={role: frozenset({O.REPLIED}) for role in _SENDERS},
        effect=orders.reject,
    ),
    Action(
        name="request_return",
        label=_("Ask to return"),
        held_by=HeldBy.UNIT,
        allow={R.HANDLER: frozenset({O.SENT, O.HANDLING})},
        effect=returning.request_return,
    ),
    Action(
        name="accept_return",
        label=_("Take the order back"),
        held_by=HeldBy.SENDER,
        allow={role: frozenset({O.RETURN_REQUESTED}) for role in _SENDERS},
        effect=returning.accept_return,
    ),
    Action(
        name="refuse_return",
        label=_("Refuse the return"),
        held_by=HeldBy.SENDER,
        allow={role: frozenset({O.RETURN_REQUESTED}) for role in _SENDERS},
        effect=returning.refuse_return,
    ),
    Action(
        name="transfer",
        label=_("Transfer"),
        held_by=HeldBy.UNIT,
        allow={R.HANDLER: frozenset({O.HANDLING})},
        effect=orders.transfer,
    ),
    Action(
        name="ask_assistant",
        label=_("Ask for assistance"),
        held_by=HeldBy.UNIT,
        allow={R.HANDLER: frozenset({O.HANDLING})},
        effect=orders.ask_assistant,
    ),
    Action(
        name="recall",
        label=_("Recall"),
        held_by=HeldBy.SENDER,
        allow={
            role: frozenset({O.SENT, O.HANDLING, O.PENDING_REVIEW, O.REPLIED, O.RETURN_REQUESTED}) for role in _SENDERS
        },
        effect=orders.recall,
    ),
    Action(
        name="reassign",
        label=_("Reassign"),
        held_by=HeldBy.UNIT,
        allow={
            role: frozenset({O.SENT, O.HANDLING, O.PENDING_REVIEW}) for role in (R.HANDLER, R.DIRECTOR, R.SUPERVISOR)
        },
        suits=orders.may_reassign,
        effect=orders.reassign,
    ),
)


def order_actions(*, also: R) -> tuple[Action, ...]:
    """The acts on work orders of a kind whose orders another role sends besides: their results go to it too."""
    return tuple(widened(act, R.DISPATCHER, also) if act.held_by is HeldBy.SENDER else act for act in ORDER_ACTIONS)
