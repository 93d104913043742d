"""The table of acts on an escalated complaint: who may do what in which state (model 3.2, permissions.md)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from escalations.models import OPEN
from escalations.services import closing, passing
from organization.roles import Role as R
from tickets.actions import Action, register
from tickets.services import answering, archiving, common, custody, intake, kinship, reports
from tickets.services import revisiting as calling_back
from tickets.services.order_actions import order_actions
from tickets.services.responsibility_actions import responsibility_actions
from tickets.services.supervision_actions import supervision_actions
from tickets.services.ticket_actions import hand_over_actions, note_actions, revisit_actions
from tickets.services.time_actions import TIME_ACTIONS
from tickets.states import CLOSED, STATES_OF, Kind
from tickets.states import Status as S


def _in(*states: str) -> frozenset[str]:
    return frozenset(states)


_SUBMITTED = OPEN - {S.DRAFT}
_BEFORE_DISPATCH = _in(S.DRAFT, S.PENDING_DISPATCH)
_WITH_GROUP = _BEFORE_DISPATCH | {S.PENDING_REVIEW}
_WITH_PROVINCE = _in(S.PENDING_SIGN, S.HANDLING)
_KNOWN = OPEN | (CLOSED & STATES_OF[Kind.ESCALATION])
_HOLDERS = {R.ESCALATION_OFFICER: _WITH_GROUP, R.LIAISON: _WITH_PROVINCE}
_PROMISED = _in(S.PENDING_REVISIT, S.PENDING_SCREENING, S.CLOSED)

GROUP = (
    Action(name="register", label=_("Take the escalated complaint"), allow={}),  # done by `intake.take`
    Action(
        name="submit",
        label=_("Submit for dispatch to a province"),
        allow={R.ESCALATION_OFFICER: _in(S.DRAFT)},
        transition=True,
        checks=(intake.check_complete,),
    ),
    Action(
        name="dispatch",
        label=_("Dispatch to a province"),
        allow={R.ESCALATION_OFFICER: _in(S.PENDING_DISPATCH)},
        transition=True,
        effect=passing.give_to_province,
    ),
    Action(
        name="answer_on_spot",
        label=_("Answer on the spot and close"),
        allow={R.ESCALATION_OFFICER: _BEFORE_DISPATCH},
        transition=True,
        locks=kinship.below_locks,
        out_of_reach=True,
        checks=(intake.check_complete, answering.check_told),
        effect=closing.answer_on_spot,
    ),
    Action(
        name="redispatch",
        label=_("Dispatch to another province"),
        allow={R.ESCALATION_OFFICER: _WITH_PROVINCE},
        transition=True,
        effect=passing.give_to_province,
    ),
    Action(
        name="approve",
        label=_("Approve the report"),
        allow={R.ESCALATION_OFFICER: _in(S.PENDING_REVIEW)},
        transition=True,
        locks=kinship.below_locks,
        out_of_reach=True,
        checks=(reports.load,),
        effect=closing.approve,
    ),
    Action(
        name="return_report",
        label=_("Return the report"),
        allow={R.ESCALATION_OFFICER: _in(S.PENDING_REVIEW)},
        transition=True,
        checks=(reports.load,),
        effect=passing.return_report,
    ),
)

PROVINCE = (
    Action(
        name="sign",
        label=_("Sign for the ticket"),
        allow={R.LIAISON: _in(S.PENDING_SIGN)},
        transition=True,
        effect=custody.sign,
    ),
    Action(
        name="misrouted",
        label=_("Not of this province"),
        allow={R.LIAISON: _in(S.PENDING_SIGN)},
        transition=True,
        effect=custody.give_back_to_group,
    ),
    Action(
        name="send_orders",
        label=_("Send work orders"),
        allow=dict.fromkeys((R.LIAISON, R.DISPATCHER), _in(S.HANDLING)),
        effect=custody.send_orders,
    ),
    Action(
        name="answer_customer",
        label=_("Record the answer to the customer"),
        allow=dict.fromkeys((R.LIAISON, R.DISPATCHER), _in(S.HANDLING)),
        checks=(answering.check_told,),
        effect=answering.answer_customer,
    ),
    Action(
        name="record_attempt",
        label=_("Customer not reached"),
        allow=dict.fromkeys((R.LIAISON, R.DISPATCHER), _in(S.HANDLING)),
        effect=answering.record_attempt,
        bumps_version=False,
    ),
    Action(
        name="interim_reply",
        label=_("Interim reply"),
        allow={R.ESCALATION_OFFICER: _SUBMITTED, **dict.fromkeys((R.LIAISON, R.DISPATCHER), _in(S.HANDLING))},
        effect=answering.interim_reply,
        bumps_version=False,
    ),
    Action(
        name="report",
        label=_("Report to the group"),
        allow={R.LIAISON: _in(S.HANDLING)},
        transition=True,
        checks=(reports.check_customer_answered,),
        effect=passing.report,
    ),
)

AFTER_CLOSING = (
    *revisit_actions({R.ESCALATION_OFFICER: _in(S.PENDING_REVISIT)}, reports.check_not_reporter),
    Action(
        name="rework",
        label=_("Rework"),
        allow={R.ESCALATION_OFFICER: _in(S.PENDING_SCREENING)},
        transition=True,
        effect=passing.rework,
    ),
    Action(
        name="dismiss",
        label=_("Handling was proper"),
        allow={R.ESCALATION_OFFICER: _in(S.PENDING_SCREENING)},
        transition=True,
        effect=calling_back.dismiss,
    ),
    Action(
        name="fulfil_promise",
        label=_("Promise kept"),
        allow=dict.fromkeys((R.ESCALATION_OFFICER, R.LIAISON, R.DISPATCHER), _PROMISED),
        effect=answering.fulfil_promise,
    ),
    Action(
        name="archive",
        label=_("Archive"),
        allow={},
        system=True,
        system_states=_in(S.CLOSED),
        transition=True,
        checks=(archiving.check_quiet,),
    ),
)

ANY_TIME = (
    Action(
        name="add_contact",
        label=_("Customer calls again"),
        allow=dict.fromkeys((R.AGENT, R.DISPATCHER, R.ESCALATION_OFFICER, R.LIAISON), OPEN),
        effect=common.add_contact,
        finder=common.callers_ticket,
        bumps_version=False,
    ),
    *note_actions(
        writers=dict.fromkeys(
            (R.ESCALATION_OFFICER, R.LIAISON, R.DISPATCHER, R.HANDLER, R.DIRECTOR, R.SUPERVISOR), _KNOWN
        ),
        attachers=dict.fromkeys((R.ESCALATION_OFFICER, R.LIAISON, R.DISPATCHER, R.HANDLER, R.DIRECTOR), _KNOWN),
        every_state=frozenset(STATES_OF[Kind.ESCALATION]),
    ),
    Action(name="amend", label=_("Correct"), allow={R.ESCALATION_OFFICER: OPEN}, effect=common.amend),
    Action(
        name="reclassify",
        label=_("Change class or level"),
        allow={R.ESCALATION_OFFICER: OPEN},
        effect=common.reclassify,
    ),
    *hand_over_actions(givers=_HOLDERS | {R.DIRECTOR: OPEN - {S.PENDING_REVIEW}}, receivers=_HOLDERS),
    Action(
        name="withdraw",
        label=_("Customer withdraws"),
        allow={R.ESCALATION_OFFICER: OPEN},
        transition=True,
        effect=common.end,
    ),
    Action(
        name="merge",
        label=_("Merge into an older ticket"),
        allow={R.ESCALATION_OFFICER: OPEN},
        transition=True,
        locks=common.merge_locks,
        suits=common.may_merge,
        effect=common.merge,
    ),
    Action(
        name="unmerge",
        label=_("Undo the merging"),
        allow={R.SUPERVISOR: _in(S.MERGED)},
        transition=True,
        suits=custody.of_group,
        checks=(custody.check_of_group, common.check_unmerge),
        effect=passing.unmerge,
    ),
    Action(
        name="void",
        label=_("Void"),
        allow={R.ESCALATION_OFFICER: _in(S.DRAFT), R.SUPERVISOR: _SUBMITTED},
        transition=True,
        suits=custody.of_group,
        checks=(custody.check_of_group, common.check_void),
        effect=common.end,
    ),
)


def register_actions() -> None:
    """Make the acts known to the kernel."""
    register(
        Kind.ESCALATION,
        *GROUP,
        *PROVINCE,
        *AFTER_CLOSING,
        *ANY_TIME,
        *order_actions(also=R.LIAISON),
        *supervision_actions(R.ESCALATION_OFFICER, R.LIAISON),
        *responsibility_actions(R.ESCALATION_OFFICER, R.LIAISON),
        *TIME_ACTIONS,
    )
