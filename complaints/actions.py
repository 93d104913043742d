"""The table of acts on a complaint: who may do what in which state (model 3.1)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.incidents import linking
from complaints.incidents.actions import INCIDENT_ACTIONS
from complaints.remedies.actions import REMEDY_ACTIONS
from complaints.services import answering, dispatching, filling, remedies, revisiting
from organization.roles import Role as R
from tickets.actions import Action, register
from tickets.services import answering as telling
from tickets.services import archiving, common, kinship, rating
from tickets.services import revisiting as calling_back
from tickets.services.noting import keep_reason
from tickets.services.order_actions import ORDER_ACTIONS
from tickets.services.responsibility_actions import RESPONSIBILITY_ACTIONS
from tickets.services.supervision_actions import SUPERVISION_ACTIONS
from tickets.services.ticket_actions import hand_over_actions, note_actions, revisit_actions
from tickets.services.time_actions import PAUSE_ACTIONS, TIME_ACTIONS
from tickets.states import CLOSED, OPEN, STATES_OF, SUBMITTED_OPEN, Kind
from tickets.states import Status as S


def _in(*states: str) -> frozenset[str]:
    return frozenset(states)


_DRAFT, _DISPATCH = _in(S.DRAFT), _in(S.PENDING_DISPATCH)
_TAKERS = {R.AGENT: _DRAFT, R.DISPATCHER: _DRAFT}
_BEFORE_DISPATCH = _in(S.DRAFT, S.PENDING_DISPATCH)
_OUT = _in(S.PENDING_DISPATCH, S.HANDLING)
_HOLDERS = {R.AGENT: _DRAFT, R.DISPATCHER: OPEN, R.DIRECTOR: OPEN}

INTAKE = (
    Action(name="register", label=_("Take the complaint"), allow={}),  # done by `intake.take`, never to a ticket
    Action(name="fill_in", label=_("Fill in the draft"), allow=_TAKERS, effect=filling.fill_in),
    Action(
        name="submit",
        label=_("Submit to the complaint centre"),
        allow=_TAKERS,
        transition=True,
        checks=(answering.check_signature, dispatching.check_complete),
        effect=dispatching.submit,
    ),
    Action(
        name="decline",
        label=_("Decline"),
        allow={R.AGENT: _DRAFT, R.DISPATCHER: _BEFORE_DISPATCH},
        transition=True,
        checks=(answering.check_decline,),
        effect=common.end,
    ),
)

CENTRE = (
    Action(
        name="dispatch",
        label=_("Dispatch"),
        allow={R.DISPATCHER: _OUT},
        transition=True,
        checks=(linking.check_not_linked, dispatching.check_not_before_supervisor),
        effect=dispatching.dispatch,
    ),
    Action(
        name="answer_on_spot",
        label=_("Answer on the spot and close"),
        allow={R.AGENT: _DRAFT, R.DISPATCHER: _BEFORE_DISPATCH},
        transition=True,
        checks=(
            kinship.check_nothing_above,
            answering.check_signature,
            dispatching.check_complete,
            answering.check_on_spot,
        ),
        effect=answering.answer_on_spot,
    ),
    Action(
        name="assign",
        label=_("Assign bindingly"),
        allow={R.SUPERVISOR: _OUT},
        transition=True,
        checks=(linking.check_not_linked, dispatching.check_before_supervisor),
        effect=dispatching.assign,
    ),
    Action(
        name="send_back",
        label=_("Send back for completion"),
        allow={R.DISPATCHER: _DISPATCH},
        transition=True,
        effect=keep_reason,
    ),
    Action(
        name="request_instruction",
        label=_("Ask for an instruction"),
        allow={R.DISPATCHER: _DISPATCH},
        transition=True,
        effect=common.request_instruction,
    ),
    Action(
        name="instruct",
        label=_("Instruct"),
        allow={R.APPROVER: _in(S.PENDING_INSTRUCTION)},
        transition=True,
        effect=common.instruct,
    ),
    Action(
        name="return_instruction",
        label=_("Return without instruction"),
        allow={R.APPROVER: _in(S.PENDING_INSTRUCTION)},
        transition=True,
        effect=keep_reason,
    ),
    Action(
        name="collect",
        label=_("Results collected"),
        allow={},
        system=True,
        system_states=_in(S.HANDLING),
        transition=True,
    ),
    Action(
        name="to_dispatch",
        label=_("Back for dispatch"),
        allow={},
        system=True,
        system_states=_in(S.HANDLING),
        transition=True,
    ),
    Action(
        name="answer_direct",
        label=_("Solved meanwhile"),
        allow={R.DISPATCHER: _in(S.HANDLING)},
        transition=True,
        effect=answering.answer_direct,
    ),
    Action(
        name="record_attempt",
        label=_("Customer not reached"),
        allow={R.DISPATCHER: _in(S.PENDING_ANSWER)},
        effect=telling.record_attempt,
        bumps_version=False,
    ),
    Action(
        name="answer",
        label=_("Answer the customer"),
        allow={R.DISPATCHER: _in(S.PENDING_ANSWER)},
        transition=True,
        checks=(kinship.check_nothing_above, telling.check_plan, telling.check_attempts),
        effect=answering.answer,
    ),
    Action(
        name="reject_result",
        label=_("Reject the result"),
        allow={R.DISPATCHER: _in(S.PENDING_ANSWER)},
        transition=True,
        checks=(dispatching.check_no_orders_before_supervisor,),
        effect=answering.reject_result,
    ),
    Action(
        name="approve_clearance",
        label=_("Approve the closing"),
        allow={R.DIRECTOR: _in(S.PENDING_CLEARANCE)},
        transition=True,
        checks=(kinship.check_nothing_above, answering.load_answer),
        effect=answering.approve_clearance,
    ),
    Action(
        name="refuse_clearance",
        label=_("Refuse the closing"),
        allow={R.DIRECTOR: _in(S.PENDING_CLEARANCE)},
        transition=True,
        checks=(dispatching.check_no_orders_before_supervisor,),
        effect=answering.refuse_clearance,
    ),
    Action(
        name="interim_reply",
        label=_("Interim reply"),
        allow={R.DISPATCHER: SUBMITTED_OPEN},
        effect=answering.interim_reply,
        bumps_version=False,
    ),
    Action(
        name=kinship.TAKEN_UP,
        label=_("Taken up at a higher level"),
        allow={},
        system=True,
        system_states=OPEN,
        effect=kinship.note_taken_up,
        bumps_version=False,
    ),
    Action(
        name=kinship.ANSWERED_ABOVE,
        label=_("Answered at a higher level"),
        allow={},
        system=True,
        system_states=OPEN,
        transition=True,
        effect=answering.answer_by_higher,
    ),
    Action(
        name="grant_waiver",
        label=_("Waive the daily rent"),
        allow=dict.fromkeys((R.DISPATCHER, R.DIRECTOR, R.APPROVER), _in(S.HANDLING, S.PENDING_ANSWER)),
        suits=remedies.may_waive,
        effect=remedies.grant_waiver,
    ),
)

AFTER_CLOSING = (
    *revisit_actions({R.REVISITOR: _in(S.CLOSED)}),
    Action(
        name="rework",
        label=_("Rework"),
        allow={R.DISPATCHER: _in(S.PENDING_SCREENING, S.REVISITED)},
        transition=True,
        checks=(dispatching.check_no_orders_before_supervisor,),
        effect=revisiting.rework,
    ),
    Action(
        name="dismiss",
        label=_("Handling was proper"),
        allow={R.DISPATCHER: _in(S.PENDING_SCREENING)},
        transition=True,
        effect=calling_back.dismiss,
    ),
    Action(
        name="rate",
        label=_("Customer rates"),
        allow={},
        system=True,
        system_states=CLOSED,
        checks=(rating.check_rating,),
        effect=rating.keep_rating,
        bumps_version=False,
    ),
    Action(
        name="rate_low",
        label=_("Customer rates low"),
        allow={},
        system=True,
        system_states=_in(S.CLOSED, S.REVISITED, S.ARCHIVED),
        transition=True,
        checks=(rating.check_rating,),
        effect=revisiting.rate_low,
    ),
    Action(
        name="fulfil_promise",
        label=_("Promise kept"),
        allow={R.DISPATCHER: _in(S.CLOSED, S.PENDING_SCREENING, S.REVISITED)},
        effect=telling.fulfil_promise,
    ),
    Action(
        name="archive",
        label=_("Archive"),
        allow={},
        system=True,
        system_states=_in(S.CLOSED, S.REVISITED),
        transition=True,
        checks=(archiving.check_quiet,),
    ),
    Action(
        name="unarchive",
        label=_("Take out of the archive"),
        allow={R.SUPERVISOR: _in(S.ARCHIVED)},
        transition=True,
        effect=keep_reason,
    ),
)

ANY_TIME = (
    Action(
        name="add_contact",
        label=_("Customer calls again"),
        allow={R.AGENT: OPEN, R.DISPATCHER: OPEN},
        effect=common.add_contact,
        finder=common.callers_ticket,
        bumps_version=False,
    ),
    *note_actions(
        writers=dict.fromkeys((R.AGENT, R.DISPATCHER, R.HANDLER, R.DIRECTOR, R.SUPERVISOR), OPEN | CLOSED),
        attachers=dict.fromkeys((R.AGENT, R.DISPATCHER, R.HANDLER, R.DIRECTOR, R.REVISITOR), OPEN | CLOSED),
        every_state=frozenset(STATES_OF[Kind.COMPLAINT]),
    ),
    Action(
        name="amend",
        label=_("Correct"),
        allow={R.AGENT: _in(S.DRAFT, S.PENDING_DISPATCH, S.PENDING_INSTRUCTION), R.DISPATCHER: SUBMITTED_OPEN},
        suits=dispatching.may_amend,
        checks=(dispatching.check_amends,),
        effect=common.amend,
    ),
    Action(
        name="reclassify",
        label=_("Change class or level"),
        allow={R.DISPATCHER: OPEN},
        effect=common.reclassify,
    ),
    Action(
        name="convert_kind",
        label=_("Convert into a complaint"),
        allow={R.DISPATCHER: OPEN},
        effect=common.convert_kind,
    ),
    *hand_over_actions(givers=_HOLDERS, receivers=_HOLDERS),
    Action(
        name="transfer_centre",
        label=_("Transfer to the home centre"),
        allow={R.DISPATCHER: OPEN},
        effect=common.transfer_centre,
    ),
    Action(
        name="withdraw",
        label=_("Customer withdraws"),
        allow={R.DISPATCHER: OPEN},
        transition=True,
        effect=common.end,
    ),
    Action(
        name="merge",
        label=_("Merge into an older ticket"),
        allow={R.DISPATCHER: OPEN},
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
        checks=(common.check_unmerge,),
        effect=common.unmerge,
    ),
    Action(
        name="void",
        label=_("Void"),
        allow={R.AGENT: _DRAFT, R.DISPATCHER: _DRAFT, R.SUPERVISOR: SUBMITTED_OPEN},
        transition=True,
        checks=(common.check_void,),
        effect=common.end,
    ),
)


def register_actions() -> None:
    """Make the acts known to the kernel."""
    register(
        Kind.COMPLAINT,
        *INTAKE,
        *CENTRE,
        *INCIDENT_ACTIONS,
        *REMEDY_ACTIONS,
        *AFTER_CLOSING,
        *ANY_TIME,
        *ORDER_ACTIONS,
        *SUPERVISION_ACTIONS,
        *RESPONSIBILITY_ACTIONS,
        *PAUSE_ACTIONS,
        *TIME_ACTIONS,
        follow_up=dispatching.follow_up,
    )
