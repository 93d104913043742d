"""SC-02 in a real browser: a policy question with dissatisfaction, answered at the hall that took it."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
from playwright.sync_api import expect

from complaints.models import Complaint
from tests.browser.desk import INTAKE, Office
from tests.factories.organization import Operator
from tests.factories.tickets import clock_of, when

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

CALL = {
    "phone": "13912345678",
    "name": "王芳",
    "channel": "hall",
    "business_type": "lte",
    "complaint_type": "mobile_policy",
    "summary": "套餐优惠不能参加",
    "description": "客户对老用户不能参加优惠表示不满",
    "script_offer": "老用户优惠",
}
ANSWER = {
    "answer_closure_code": "explained",
    "answer_attitude": "accepts",
    "answer_mode": "visit",
    "answer_person_told": "王芳",
    "answer_content": "已解释优惠适用范围，并介绍可参加的优惠",
}


@pytest.fixture
def signed_record(tmp_path: Path) -> Path:
    """A real picture: a white page of 8 by 8 points."""
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    points = zlib.compress((b"\x00" + b"\xff" * 8) * 8)
    path = tmp_path / "签字记录.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", points) + _chunk(b"IEND", b""))
    return path


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_sc_02_answered_on_the_spot(office: Office, operator: Operator, signed_record: Path) -> None:
    """Q-03, U-34…U-37: refused without the customer's signature, with it closed in one step at first contact."""
    agent = office.at("11-23 09:00", "agent_hall")
    agent.open(INTAKE)
    agent.takes_a_call(CALL)
    agent.shows("Q-03", within="#intake-fields")
    for button in ("_submit", "_answer"):
        agent.takes_a_call(ANSWER)
        agent.ends_call(button)
        expect(agent.page.locator(".field.invalid [name=signature]")).to_be_focused()
        expect(agent.page.locator("[name=description]")).to_have_value(CALL["description"])
        expect(agent.page.locator("[name=answer_content]")).to_have_value(ANSWER["answer_content"])
        assert not Complaint.objects.exists()

    office.at("11-23 09:12", "agent_hall").takes_a_call({"signature": signed_record})
    agent.ends_call("_answer")
    agent.page.wait_for_selector(".recorded")
    ticket = Complaint.objects.get()
    agent.shows(ticket.number, "11-23 09:12")
    assert (ticket.status, ticket.closure_code, ticket.closed_at) == ("closed", "explained", when("11-23 09:12"))
    assert (ticket.owner_unit, clock_of(ticket, "total").outcome) == (operator.js.cities[0].hall, "met")
    given = ticket.answers.get()
    assert (given.is_on_spot, given.at, given.by) == (True, when("11-23 09:12"), operator.user("agent_hall"))
    assert not ticket.work_orders.exists()  # first-contact (U-52)
    assert not ticket.clocks.filter(stage__in=("dispatch", "handle", "answer", "revisit")).exists()
    assert [event.action for event in ticket.events.order_by("seq")] == ["register", "attach", "answer_on_spot"]

    agent.find(ticket.number)
    link = agent.page.locator(".files a")
    expect(link).to_have_text(signed_record.name)
    file = agent.page.request.get(agent.page.url + f"attachments/{ticket.attachments.get().pk}/")
    assert (file.status, file.headers["content-type"], file.body()) == (200, "image/png", signed_record.read_bytes())
