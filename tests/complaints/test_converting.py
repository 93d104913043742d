"""An inquiry turns out to be a complaint (转为投诉): from its own acceptance on, and never back (I-02, model 3.1)."""

from __future__ import annotations

import pytest

from core.errors import Refused
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, do, last_event, load_unicom, when
from tickets.services.schemes import shipped_text
from tickets.states import Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]


def test_i_02_the_acceptance_stays_and_running_clocks_follow(operator: Operator) -> None:
    ticket = bring_to(Status.PENDING_DISPATCH, operator, request_type="inquiry")
    accepted, due = ticket.accepted_at, clock_of(ticket, "total").due_at
    ticket = do(ticket, "convert_kind", operator, reason="客户不接受解释，要求按投诉处理", at=when("11-23 10:00"))
    assert (ticket.request_type, ticket.accepted_at, ticket.status) == ("complaint", accepted, "pending_dispatch")
    assert clock_of(ticket, "total").due_at == due  # in `unicom` both are promised the same time
    event = last_event(ticket)
    assert event.data["changed"] == {"request_type": ["inquiry", "complaint"]}
    assert ticket.notes.get(pk=event.data["why"]).text == "客户不接受解释，要求按投诉处理"


def test_other_limits_count_from_the_first_start(operator: Operator) -> None:
    text = shipped_text("unicom").replace(
        "limits:\n",
        "limits:\n"
        "  - {id: asked, rules: [I-02], stage: dispatch, when: {kind: complaint, request_type: inquiry}, upper: 30h}\n",
    )
    load_unicom(text=text)
    ticket = bring_to(Status.PENDING_DISPATCH, operator, request_type="inquiry")
    before = clock_of(ticket, "dispatch")
    ticket = do(ticket, "convert_kind", operator, reason="转为投诉", at=when("11-23 10:00"))
    after = clock_of(ticket, "dispatch")
    assert after.started_at == before.started_at
    assert after.due_at < before.due_at


@pytest.mark.parametrize("before, after", [("complaint", "inquiry"), ("inquiry", "complaint")])
def test_it_is_never_reclassified_in_or_out(operator: Operator, before: str, after: str) -> None:
    """SC-35: converting back is refused, and figures about complaints cannot be thinned out by another word."""
    ticket = bring_to(Status.HANDLING, operator, request_type=before)
    with pytest.raises(Refused) as refusal:
        do(ticket, "reclassify", operator, request_type=after)
    assert refusal.value.code == "convert"
    do(bring_to(Status.HANDLING, operator, request_type="inquiry"), "reclassify", operator, request_type="suggestion")


def test_a_complaint_is_not_converted_again(operator: Operator) -> None:
    with pytest.raises(Refused) as refusal:
        do(bring_to(Status.HANDLING, operator), "convert_kind", operator, reason="转为投诉")
    assert refusal.value.code == "complaint_already"
