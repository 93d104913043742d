"""The table of acts on remedies (U-48): none of them disturbs a form that somebody else has open."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from complaints.remedies import granting
from organization.roles import Role as R
from tickets.actions import Action
from tickets.states import CLOSED, OPEN, WITH_ORDERS
from tickets.states import Status as S

_GRANTED_IN = (OPEN | CLOSED) - {S.ARCHIVED}
REMEDY_ACTIONS = (
    Action(
        name="grant_remedy",
        label=_("Grant a remedy"),
        allow={
            R.AGENT: OPEN,
            R.HANDLER: WITH_ORDERS,
            R.DISPATCHER: _GRANTED_IN,
            R.DIRECTOR: _GRANTED_IN - {S.DRAFT},
            R.APPROVER: _GRANTED_IN - {S.DRAFT},
        },
        suits=granting.may_grant_alone,
        checks=(granting.check_not_about_own,),
        effect=granting.grant,
        bumps_version=False,
    ),
    Action(
        name="approve_remedy",
        label=_("Approve the remedy"),
        allow=dict.fromkeys((R.DIRECTOR, R.APPROVER), _GRANTED_IN),
        suits=granting.may_decide,
        effect=granting.approve,
        bumps_version=False,
    ),
    Action(
        name="refuse_remedy",
        label=_("Refuse the remedy"),
        allow=dict.fromkeys((R.DIRECTOR, R.APPROVER), _GRANTED_IN),
        effect=granting.refuse,
        bumps_version=False,
    ),
    Action(
        name="take_back_remedy",
        label=_("Take a remedy back"),
        allow=dict.fromkeys((R.AGENT, R.HANDLER, R.DISPATCHER, R.DIRECTOR, R.APPROVER), _GRANTED_IN),
        suits=granting.may_take_back,
        effect=granting.take_back,
        bumps_version=False,
    ),
    Action(
        name="carry_out_remedy",
        label=_("Remedy carried out"),
        allow=dict.fromkeys((R.HANDLER, R.DISPATCHER), _GRANTED_IN),
        effect=granting.carry_out,
        bumps_version=False,
    ),
)
