"""Acts on a ticket that are the same for every kind; each kind's table says who may do them in which states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from organization.roles import Role
from tickets.actions import Action
from tickets.services import attachments, common, revisiting

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tickets.actions import Step

    Allow = Mapping[Role, frozenset[str]]


def revisit_actions(allow: Allow, *checks: Callable[[Step], None]) -> tuple[Action, ...]:
    """Calling the customer back (U-45), never by who handled the ticket; `checks` refuse further people."""
    who = (revisiting.check_not_handler, *checks)
    return (
        Action(
            name="attempt_revisit",
            label=_("Not reached for the revisit"),
            allow=allow,
            checks=who,
            effect=revisiting.attempt_revisit,
            bumps_version=False,
        ),
        Action(
            name="revisit",
            label=_("Record the revisit"),
            allow=allow,
            transition=True,
            checks=(*who, revisiting.check_revisit),
            effect=revisiting.revisit,
        ),
    )


def note_actions(*, writers: Allow, attachers: Allow, every_state: frozenset[str]) -> tuple[Action, ...]:
    """Internal notes and files: they disturb no form that somebody has open. A file that should not be there can be
    removed in `every_state`, also from a ticket that ended."""
    return (
        Action(
            name="add_note",
            label=_("Internal note"),
            allow=writers,
            effect=common.add_note,
            bumps_version=False,
        ),
        Action(
            name="attach",
            label=_("Attach a file"),
            allow=attachers,
            effect=attachments.keep_attachment,
            bumps_version=False,
        ),
        Action(
            name="remove_attachment",
            label=_("Remove a file"),
            allow={Role.SUPERVISOR: every_state},
            effect=attachments.remove_attachment,
            bumps_version=False,
        ),
    )


def hand_over_actions(*, givers: Allow, receivers: Allow) -> tuple[Action, ...]:
    """Handing a ticket over to somebody else (交接), who confirms."""
    return (
        Action(
            name="hand_over",
            label=_("Hand over"),
            allow=givers,
            suits=common.may_hand_over,
            effect=common.hand_over,
        ),
        Action(
            name="confirm_hand_over",
            label=_("Confirm the hand-over"),
            allow=receivers,
            effect=common.confirm_hand_over,
        ),
        Action(
            name="cancel_hand_over",
            label=_("Take the hand-over back"),
            allow=givers,
            suits=common.may_cancel_hand_over,
            effect=common.cancel_hand_over,
        ),
    )
