"""What leaves the house in an appeal's evidence: everything that is named here, nothing that is not (PIPL: no more than
the purpose needs).

A step, stage, purpose or field that comes to the product later stays inside until it is named here.
"""

from __future__ import annotations

from organization.roles import Role
from tickets.models.attachment import AttachmentPurpose as Purpose
from tickets.states import Kind, Stage

# Who answers to the regulator: the group's side of appeals, and the province that an appeal was given to.
MAKERS = frozenset({Role.APPEAL_OFFICER, Role.LIAISON})

# The course of a ticket as the customer and the regulator met it. Left out: notes, corrections, supervision, chasing,
# returns between units, reviews of drafts, requests for time, and whose fault it was.
_WITH_THE_CUSTOMER = frozenset(
    {"register", "add_contact", "record_attempt", "interim_reply", "attempt_revisit", "revisit", "rework", "archive"}
)
_IN_TWO_TIERS = frozenset({"dispatch", "sign", "answer_customer", "report", "approve"})
STEPS: dict[str, frozenset[str]] = {
    Kind.COMPLAINT: _WITH_THE_CUSTOMER
    | {
        "submit",
        "dispatch",
        "collect",
        "answer_on_spot",
        "answer",
        "taken_up",
        "answer_by_higher",
        "tell_of_incident",
        "answer_by_incident",
        "grant_waiver",
        "rate",
        "transfer_centre",
        "convert_kind",
        "withdraw",
    },
    Kind.ESCALATION: _WITH_THE_CUSTOMER | _IN_TWO_TIERS | {"submit", "answer_on_spot", "withdraw"},
    Kind.APPEAL: (_WITH_THE_CUSTOMER - {"rework"}) | _IN_TWO_TIERS | {"object", "refuse", "reply_regulator", "revoke"},
}

# Clocks that say when something was due to the customer or the regulator.
STAGES = frozenset(
    {
        Stage.DISPATCH,
        Stage.HANDLE,
        Stage.ANSWER,
        Stage.REVIEW,
        Stage.REPLY,
        Stage.REGULATOR,
        Stage.REVISIT,
        Stage.FOLLOW_UP,
        Stage.TOTAL,
    }
)

# Files that go along. A signed record is left out: it is the whole form with phone and address.
PURPOSES = frozenset(
    {
        Purpose.EVIDENCE,
        Purpose.RECORDING,
        Purpose.CASE_ORIGINAL,
        Purpose.REGULATOR_REPLY,
        Purpose.MEDIATION,
        Purpose.PROOF,
    }
)
