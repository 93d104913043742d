"""Where a ticket is proposed to go (U-37, U-38); a person confirms."""

from __future__ import annotations

from dataclasses import dataclass

BUSINESS_OWNER = "business_owner"
TYPE_UNKNOWN = "U-38"


@dataclass(frozen=True)
class RoutingProposal:
    """A function of units, the department of the scheme that has it ("" for any), and the rule that says so."""

    function: str
    department: str
    rule: str


def propose(by_rule: RoutingProposal | None, type_is_known: bool, business_department: str) -> RoutingProposal | None:
    """What the scheme's rules found; without one, a ticket of unknown type goes to its business owner (U-38).

    `business_department` is the department that owns the ticket's business, "" when that is unknown too. A known type
    without a rule gives None: the dispatcher chooses.
    """
    if by_rule is not None or type_is_known:
        return by_rule
    return RoutingProposal(BUSINESS_OWNER, business_department, TYPE_UNKNOWN)
