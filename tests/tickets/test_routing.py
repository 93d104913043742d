"""U-38: what the rules find goes first; a ticket of unknown type goes to the owner of its business."""

from __future__ import annotations

import pytest

from tickets.domain.routing import RoutingProposal, propose

FOUND = RoutingProposal("type_owner", "billing", "charging")


@pytest.mark.parametrize(
    "by_rule, type_is_known, owner, proposal",
    [
        (FOUND, True, "marketing", FOUND),
        (FOUND, False, "marketing", FOUND),
        (None, False, "marketing", RoutingProposal("business_owner", "marketing", "U-38")),
        (None, False, "", RoutingProposal("business_owner", "", "U-38")),
        (None, True, "marketing", None),
    ],
)
def test_u38_proposals(
    by_rule: RoutingProposal | None, type_is_known: bool, owner: str, proposal: RoutingProposal | None
) -> None:
    assert propose(by_rule, type_is_known, owner) == proposal
