"""The table of acts on an appeal: who may do what in which state (model 3.3, permissions.md).

The group's side is the appeal officer's, the province's the liaison's. Nothing pauses an appeal: a regulator waits.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from appeals.models import OPEN
from appeals.services import cases, concluding, grounds, reporting
from organization.roles import Role as R
from tickets.actions import Action, register
from tickets.services import answering, common, custody, kinship, reports
from tickets.services.order_actions import order_actions
from tickets.services.responsibility_actions import responsibility_actions
from tickets.services.supervision_actions import supervision_actions
from tickets.services.ticket_actions import hand_over_actions, note_actions, revisit_actions
from tickets.services.time_actions import TIME_ACTIONS
from tickets.states import CLOSED, STATES_OF, Kind
from tickets.states import Status as S


def _in(*states: str) -> frozenset[str]:
    return frozenset(states)


_AFTER = frozenset(CLOSED & STATES_OF[Kind.APPEAL]) - {S.ARCHIVED}
_HANDLING, _REVIEW = _in(S.HANDLING), _in(S.PENDING_REVIEW)
_WITH_PROVINCE = _in(S.PENDING_SIGN, S.HANDLING)
_SETTLERS = (R.APPEAL_OFFICER, R.LIAISON)
_HOLDERS = {R.APPEAL_OFFICER: OPEN - _WITH_PROVINCE, R.LIAISON: _WITH_PROVINCE}  # each while it is with them
_PROVINCE = (R.LIAISON, R.DISPATCHER)

CASE = (
    Action(name="register", label=_("Take the appeal"), allow={}),  # done by `intake.take`, never to a ticket
    Action(
        name="amend_case",
        label=_("Correct the case"),
        allow={R.APPEAL_OFFICER: OPEN | _AFTER},
        effect=cases.amend_case,
    ),
    Action(
        name="set_regulator_deadline",
        label=_("Set the regulator's deadline"),
        allow={R.APPEAL_OFFICER: OPEN},
        checks=(cases.check_regulators,),
        effect=cases.set_regulator_deadline,
    ),
    Action(
        name="link_original",
        label=_("Link the original complaint"),
        allow={R.APPEAL_OFFICER: OPEN | _AFTER},
        locks=cases.original_locks,
        out_of_reach=True,
        effect=cases.link_original,
    ),
    Action(
        name="file_for_record",
        label=_("File the key customer's material"),
        allow={R.APPEAL_OFFICER: OPEN | _AFTER},
        effect=cases.file_for_record,
    ),
)

CUSTODY = (
    Action(
        name="dispatch",
        label=_("Give to the province"),
        allow={R.APPEAL_OFFICER: _in(S.RECEIVED)},
        transition=True,
        effect=reporting.dispatch,
    ),
    Action(
        name="redispatch",
        label=_("Give to another province"),
        allow={R.APPEAL_OFFICER: _in(S.PENDING_SIGN, S.HANDLING)},
        transition=True,
        effect=reporting.dispatch,
    ),
    Action(
        name="sign",
        label=_("Sign for the appeal"),
        allow={R.LIAISON: _in(S.PENDING_SIGN)},
        transition=True,
        effect=custody.sign,
    ),
    Action(
        name="misrouted",
        label=_("Not this province's"),
        allow={R.LIAISON: _in(S.PENDING_SIGN)},
        transition=True,
        effect=custody.give_back_to_group,
    ),
    Action(
        name="refuse",
        label=_("Do not accept"),
        allow={R.APPEAL_OFFICER: _in(S.RECEIVED)},
        transition=True,
        checks=(reporting.check_direct, grounds.check_ground),
        effect=reporting.refuse,
    ),
)

PROVINCE = (
    Action(
        name="send_orders",
        label=_("Send work orders"),
        allow=dict.fromkeys(_PROVINCE, _HANDLING),
        effect=custody.send_orders,
    ),
    Action(
        name="answer_customer",
        label=_("Answer the customer"),
        allow=dict.fromkeys(_PROVINCE, _HANDLING),
        checks=(answering.check_told,),
        effect=answering.answer_customer,
    ),
    Action(
        name="record_attempt",
        label=_("Customer not reached"),
        allow=dict.fromkeys(_PROVINCE, _HANDLING),
        effect=answering.record_attempt,
        bumps_version=False,
    ),
    Action(
        name="interim_reply",
        label=_("Interim reply"),
        allow=dict.fromkeys(_PROVINCE, _HANDLING) | {R.APPEAL_OFFICER: OPEN},
        effect=answering.interim_reply,
    ),
    Action(
        name="report",
        label=_("Hand in the report"),
        allow={R.LIAISON: _HANDLING},
        transition=True,
        checks=(reports.check_customer_answered, reporting.check_parts),
        effect=reporting.report,
    ),
    Action(
        name="object",
        label=_("Object to the case"),
        allow={R.LIAISON: _HANDLING, R.APPEAL_OFFICER: _in(S.RECEIVED, S.HANDLING)},
        transition=True,
        checks=(cases.check_regulators, grounds.check_ground, grounds.check_proof),
        effect=reporting.object_,
    ),
)

GROUP = (
    Action(
        name="approve",
        label=_("Approve the report"),
        allow={R.APPEAL_OFFICER: _REVIEW},
        transition=True,
        checks=(reports.load,),
        effect=reports.approve,
    ),
    Action(
        name="return_report",
        label=_("Return the report"),
        allow={R.APPEAL_OFFICER: _REVIEW},
        transition=True,
        checks=(reports.load,),
        effect=reporting.return_report,
    ),
    Action(
        name="reply_regulator",
        label=_("Answer the regulator"),
        allow={R.APPEAL_OFFICER: _in(S.PENDING_REPLY)},
        transition=True,
        locks=kinship.below_locks,
        out_of_reach=True,
        checks=(reporting.load_approved, reporting.check_reply),
        effect=reporting.reply_regulator,
    ),
    *revisit_actions({R.APPEAL_OFFICER: _in(S.REPLIED)}, reports.check_not_reporter),
    Action(
        name="conclude",
        label=_("Conclude"),
        allow={R.APPEAL_OFFICER: _in(S.REVISITED)},
        transition=True,
        checks=(concluding.check_conclusion,),
        effect=concluding.conclude,
    ),
    Action(
        name="revoke",
        label=_("The regulator takes the case back"),
        allow={R.APPEAL_OFFICER: OPEN | {S.REPLIED, S.REVISITED}},
        transition=True,
        checks=(concluding.check_revocation,),
        effect=concluding.revoke,
    ),
    Action(
        name="fulfil_promise",
        label=_("Promise kept"),
        allow=dict.fromkeys((*_SETTLERS, R.DISPATCHER), _AFTER),
        effect=answering.fulfil_promise,
    ),
    Action(
        name="archive",
        label=_("File in the archive"),
        allow={R.APPEAL_OFFICER: _in(S.CONCLUDED)},
        transition=True,
        checks=(concluding.check_file,),
    ),
)

ANY_TIME = (
    Action(
        name="add_contact",
        label=_("Customer calls again"),
        allow=dict.fromkeys((*_SETTLERS, R.DISPATCHER), OPEN),
        effect=common.add_contact,
        bumps_version=False,
    ),
    *note_actions(
        writers=dict.fromkeys((*_SETTLERS, R.DISPATCHER, R.HANDLER, R.DIRECTOR, R.SUPERVISOR), OPEN | _AFTER),
        attachers=dict.fromkeys((*_SETTLERS, R.DISPATCHER, R.HANDLER, R.DIRECTOR), OPEN | _AFTER),
        every_state=frozenset(STATES_OF[Kind.APPEAL]),
    ),
    Action(name="amend", label=_("Correct"), allow={R.APPEAL_OFFICER: OPEN}, effect=common.amend),
    Action(
        name="reclassify", label=_("Change class or level"), allow={R.APPEAL_OFFICER: OPEN}, effect=common.reclassify
    ),
    *hand_over_actions(givers=_HOLDERS | {R.DIRECTOR: _WITH_PROVINCE}, receivers=_HOLDERS),
    Action(
        name="void",
        label=_("Void"),
        allow={R.SUPERVISOR: OPEN},
        transition=True,
        suits=concluding.may_void,
        checks=(concluding.check_void,),
        effect=common.end,
    ),
)


def register_actions() -> None:
    """Make the acts known to the kernel."""
    register(
        Kind.APPEAL,
        *CASE,
        *CUSTODY,
        *PROVINCE,
        *GROUP,
        *ANY_TIME,
        *order_actions(also=R.LIAISON),
        *supervision_actions(R.APPEAL_OFFICER, R.LIAISON),
        *responsibility_actions(R.APPEAL_OFFICER, R.LIAISON),
        *TIME_ACTIONS,
    )
