"""Complaints from a spreadsheet: checked whole, written in chunks, visible together, once (interfaces)."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from complaints import tasks
from complaints.batches import BatchState, ImportBatch
from complaints.models import Complaint
from complaints.resources.rows import ComplaintResource
from complaints.resources.sheets import read_sheet
from complaints.services.importing import (
    CheckedFile,
    confirm_batch,
    discard_batch,
    settle_batch,
    store_batch,
    write_chunk,
)
from core import clock
from core.errors import NotPermitted, Refused
from organization.models import Membership, Unit
from tests.factories import sheets
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import load_unicom
from tickets import record
from tickets.models import Ticket
from tickets.states import Status
from tickets.workflow import perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(frozen_clock: clock.FrozenClock) -> Operator:
    load_unicom()
    return build_operator()


def check(operator: Operator, table: Sequence[dict[str, Any]], *, who: str = "agent") -> CheckedFile:
    content = sheets.xlsx(table)
    sheet = read_sheet("工单.xlsx", io.BytesIO(content), len(content))
    return ComplaintResource(by=operator.user(who), unit=unit_of(operator, who)).check(sheet)


def unit_of(operator: Operator, who: str) -> Unit:
    return Unit.objects.get(memberships__user=operator.users[who])


def upload(operator: Operator, table: Sequence[dict[str, Any]], *, who: str = "agent") -> ImportBatch:
    checked = check(operator, table, who=who)
    return store_batch(by=operator.user(who), unit=unit_of(operator, who), file_name="工单.xlsx", checked=checked)


def confirm(operator: Operator, batch: ImportBatch, *, who: str = "agent") -> None:
    confirm_batch(batch_id=batch.pk, by=operator.user(who))


def bring(operator: Operator, table: Sequence[dict[str, Any]], *, who: str = "agent") -> ImportBatch:
    batch = upload(operator, table, who=who)
    confirm(operator, batch, who=who)
    tasks.write_imports()
    batch.refresh_from_db()
    return batch


def faults_of(checked: CheckedFile) -> list[tuple[int, str, str]]:
    return [(row.number, column, reason) for row in checked.faulty for column, reason in row.faults]


def test_a_row_becomes_a_complaint_before_the_centre_of_the_customers_home(operator: Operator) -> None:
    """The same act of taking and submitting as a call (U-34 … U-36)."""
    row = sheets.row(
        业务类型="固网业务/宽带/数据",
        投诉类型="fixed_fault",
        级别="省级",
        客户等级="VIP",
        品牌="沃",
        业务号码="nj 0527",
        联系地址="中山路1号",
        诉求="尽快修复",
        紧迫="是",
    ) | {
        "字段:fault_reported_at": "2026年11月21日 20:00",
        "字段:fault_address": "南京市鼓楼区某路1号",
        "字段:repair_progress": "已派维修",
        "字段:over_24_hours": "是",
    }
    batch = bring(operator, [row])
    assert (batch.state, batch.new_count, batch.written_count) == (BatchState.DONE, 1, 1)
    ticket = Complaint.objects.get()
    assert ticket.status == Status.PENDING_DISPATCH
    assert ticket.owner_unit == operator.js.centre
    assert ticket.city == operator.js.cities[0].unit
    assert ticket.accepting_unit == operator.js.hotline
    assert ticket.accepted_at == clock.parse_instant("2026-11-23 08:30")
    assert (ticket.level, ticket.customer_tier, ticket.customer_brand) == ("provincial", "vip", "wo")
    assert (ticket.priority, ticket.priority_reasons) == (2, ["urgency", "importance"])
    assert ticket.extra == {
        "fault_reported_at": "2026-11-21T20:00:00+08:00",
        "fault_address": "南京市鼓楼区某路1号",
        "repair_progress": "已派维修",
        "over_24_hours": True,
    }
    assert (ticket.contact.phone, ticket.contact.service_number) == ("13812345678", "NJ0527")
    assert ticket.complaint_detail.remedy_sought == "尽快修复"
    assert ticket.clocks.get(stage="total").due_at == clock.parse_instant("2026-11-25 08:30")
    assert record.faults_of(ticket, ticket.events.all()) == []
    assert [event.action for event in ticket.events.all()] == ["register", "submit"]
    assert set(ticket.events.values_list("actor__username", flat=True)) == {"agent"}
    assert ticket in Ticket.objects.visible_to(operator.user("dispatcher"))


def test_the_contact_data_of_a_written_row_has_one_place_only(operator: Operator) -> None:
    batch = upload(operator, [sheets.row()])
    assert batch.rows.get().data["phone"] == "13812345678"
    confirm(operator, batch)
    tasks.write_imports()
    assert batch.rows.get().data == {}


def test_every_fault_of_every_row_is_told(operator: Operator) -> None:
    table = [
        sheets.row(外部编号="A-1"),
        sheets.row(外部编号="A-2", 联系电话="138abc", 客户姓名="", 渠道="信鸽"),
        sheets.row(外部编号="A-1"),
        sheets.row(外部编号="A-4", 受理时间="2026-11-24 09:00", 摘要="😀" * 101, 地市="纽约"),
        sheets.row(外部编号="", 受理时间="昨天", 重大="也许"),
    ]
    checked = check(operator, table)
    assert [row.number for row in checked.new] == [2]
    assert [(number, column) for number, column, _reason in faults_of(checked)] == [
        (3, "渠道"),
        (3, "客户姓名"),
        (3, "联系电话"),
        (4, "外部编号"),
        (5, "地市"),
        (5, "摘要"),
        (5, "受理时间"),
        (6, "外部编号"),
        (6, "受理时间"),
        (6, "重大"),
    ]
    assert all(reason for _number, _column, reason in faults_of(checked))


@pytest.mark.parametrize(
    "changes, column",
    [
        ({"渠道": "营业厅"}, "渠道"),  # U-34: needs the signed record
        ({"投诉类型": "fixed_fault"}, "投诉类型"),  # U-27: of another business
        ({"业务类型": "小灵通"}, "业务类型"),  # gone from the market
        ({"业务类型": "fixed", "投诉类型": "fixed_fault"}, "字段:fault_reported_at"),  # Q-04 asks for it
        ({"字段:place": "南京"}, "字段:place"),  # not asked for this matter
        ({"内容": "=CONCAT(A1,A2)"}, "内容"),
        ({"内容": "很" * 4001}, "内容"),
        ({"内容": "铃\x07声"}, "内容"),
        ({"业务号码": "号码!"}, "业务号码"),
        ({"受理时间": "1987-01-01"}, "受理时间"),
        ({"级别": "宇宙级"}, "级别"),
        ({"外部编号": "x" * 65}, "外部编号"),
    ],
)
def test_what_the_write_path_would_refuse_is_a_fault_of_the_row(
    operator: Operator, changes: dict[str, str], column: str
) -> None:
    text = sheets.csv_text([sheets.row(**changes)]).encode()
    sheet = read_sheet("a.csv", io.BytesIO(text), len(text))
    checked = ComplaintResource(by=operator.user("agent"), unit=operator.js.hotline).check(sheet)
    assert column in [column for _number, column, _reason in faults_of(checked)]


def test_a_batch_with_a_fault_cannot_be_confirmed(operator: Operator) -> None:
    """A batch is validated whole: one faulty row keeps all of it out."""
    batch = upload(operator, [*sheets.rows(3), sheets.row(外部编号="B", 联系电话="?")])
    assert (batch.state, batch.new_count, batch.faulty_count) == (BatchState.FAULTY, 3, 1)
    assert [row.number for row in batch.rows.all()] == [5]
    with pytest.raises(Refused) as refused:
        confirm(operator, batch)
    assert refused.value.code == "wrong_state"
    tasks.write_imports()
    assert not Ticket.objects.exists()


def test_the_same_file_twice_changes_nothing(operator: Operator) -> None:
    bring(operator, sheets.rows(3))
    before = list(Ticket.objects.values())
    again = upload(operator, sheets.rows(3))
    tasks.write_imports()
    assert (again.state, again.new_count, again.unchanged_count) == (BatchState.DONE, 0, 3)
    assert list(Ticket.objects.values()) == before
    more = bring(operator, sheets.rows(4))
    assert (more.new_count, more.unchanged_count) == (1, 3)
    assert Ticket.objects.count() == 4


def test_codes_and_labels_of_the_same_row_are_the_same_row(operator: Operator) -> None:
    bring(operator, [sheets.row()])
    same = sheets.row(渠道="hotline", 联系电话="138 1234 5678", 地市="C-NJ", 受理时间="2026/11/23 8:30", 重大=None)
    assert check(operator, [same]).unchanged == 1


def test_a_known_reference_with_other_content_is_a_fault(operator: Operator) -> None:
    bring(operator, [sheets.row()])
    checked = check(operator, [sheets.row(摘要="另一件事")])
    assert [(number, column) for number, column, _reason in faults_of(checked)] == [(2, "外部编号")]


def test_another_unit_may_use_the_same_references(operator: Operator) -> None:
    bring(operator, sheets.rows(2))
    bring(operator, sheets.rows(2, 地市="杭州"), who="agent2")
    assert Ticket.objects.count() == 4


def test_tickets_become_visible_together_at_the_end(operator: Operator) -> None:
    batch = upload(operator, sheets.rows(5))
    confirm(operator, batch)
    assert write_chunk(batch.pk, size=2)
    assert write_chunk(batch.pk, size=2)
    batch.refresh_from_db()
    assert (batch.written_count, Ticket.objects.count()) == (4, 4)
    assert not Ticket.objects.visible_to(operator.user("agent")).exists()
    assert not Ticket.objects.visible_to(operator.user("group_supervisor")).exists()
    tasks.write_imports()
    assert Ticket.objects.visible_to(operator.user("agent")).count() == 5


def test_a_killed_writer_goes_on_where_it_stopped(
    operator: Operator, monkeypatch: pytest.MonkeyPatch, frozen_clock: clock.FrozenClock
) -> None:
    batch = upload(operator, sheets.rows(5))
    confirm(operator, batch)
    write_chunk(batch.pk, size=2)

    def killed(ticket_id: int, *args: Any, **kwargs: Any) -> Ticket:
        if Ticket.objects.get(pk=ticket_id).external_ref == "A-4":
            raise KeyboardInterrupt
        return perform(ticket_id, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr("complaints.services.importing.perform", killed)
        with pytest.raises(KeyboardInterrupt):
            write_chunk(batch.pk, size=2)
    assert Ticket.objects.count() == 2
    frozen_clock.move_to(clock.now() + timedelta(minutes=5))
    tasks.write_imports()
    tasks.write_imports()
    refs = Ticket.objects.order_by("pk").values_list("external_ref", flat=True)
    assert list(refs) == [f"A-{number}" for number in range(1, 6)]
    assert set(Ticket.objects.values_list("submitted_at", flat=True)) == {batch_of(batch).confirmed_at}


def batch_of(batch: ImportBatch) -> ImportBatch:
    return ImportBatch.objects.get(pk=batch.pk)


def test_a_batch_that_cannot_go_on_stops_in_words_and_a_colleague_continues(operator: Operator) -> None:
    batch = upload(operator, sheets.rows(3))
    confirm(operator, batch)
    write_chunk(batch.pk, size=1)
    Membership.objects.filter(user=operator.users["agent"]).delete()
    Membership.objects.create(
        user=operator.users["agent_hall"], unit=operator.js.hotline, role="agent", starts_on="2020-01-01"
    )
    tasks.write_imports()
    stopped = batch_of(batch)
    assert stopped.state == BatchState.STOPPED
    assert "3" in stopped.message
    assert not Ticket.objects.visible_to(operator.user("agent_hall")).exists()
    confirm(operator, batch, who="agent_hall")
    tasks.write_imports()
    assert batch_of(batch).state == BatchState.DONE
    assert Ticket.objects.visible_to(operator.user("agent_hall")).count() == 3


def test_a_stopped_batch_can_be_ended_with_what_is_written(operator: Operator) -> None:
    batch = upload(operator, sheets.rows(3))
    confirm(operator, batch)
    write_chunk(batch.pk, size=1)
    ImportBatch.objects.update(state=BatchState.STOPPED)
    settle_batch(batch_id=batch.pk, by=operator.user("agent"))
    assert Ticket.objects.visible_to(operator.user("agent")).count() == 1
    assert len(check(operator, sheets.rows(3)).new) == 2


def test_two_batches_with_the_same_rows_are_not_both_confirmed(operator: Operator) -> None:
    Membership.objects.create(
        user=operator.users["agent_hall"], unit=operator.js.hotline, role="agent", starts_on="2020-01-01"
    )
    first = upload(operator, sheets.rows(2))
    checked = check(operator, sheets.rows(2))
    second = store_batch(by=operator.user("agent_hall"), unit=operator.js.hotline, file_name="b.xlsx", checked=checked)
    confirm(operator, first)
    with pytest.raises(Refused) as refused:
        confirm(operator, second, who="agent_hall")
    assert refused.value.code == "outdated"


def test_a_batch_checked_under_other_rules_is_checked_again(operator: Operator) -> None:
    batch = upload(operator, sheets.rows(2))
    load_unicom(allow_decline=True)
    with pytest.raises(Refused) as refused:
        confirm(operator, batch)
    assert refused.value.code == "outdated"


def test_a_new_upload_replaces_the_persons_unconfirmed_one(operator: Operator) -> None:
    """Contact data does not lie about in files that nobody confirmed."""
    first = upload(operator, sheets.rows(2))
    second = upload(operator, sheets.rows(3))
    assert batch_of(first).state == BatchState.DISCARDED
    assert not first.rows.exists()
    discard_batch(batch_id=second.pk, by=operator.user("agent"))
    assert batch_of(second).state == BatchState.DISCARDED
    assert not second.rows.exists()


def test_only_those_who_take_complaints_import_for_their_own_unit(operator: Operator) -> None:
    checked = check(operator, sheets.rows(1))
    for who in ("handler", "supervisor", "administrator", "agent2", "dispatcher"):
        with pytest.raises(NotPermitted):
            store_batch(by=operator.user(who), unit=operator.js.hotline, file_name="a.xlsx", checked=checked)
    batch = upload(operator, sheets.rows(1))
    with pytest.raises(NotPermitted):
        confirm(operator, batch, who="agent2")
    visible = {who for who in operator.users if ImportBatch.objects.visible_to(operator.user(who)).exists()}
    assert visible == {"agent"}


def test_dispatchers_import_for_their_own_place(operator: Operator) -> None:
    """A centre does not act on tickets of another place (model 2)."""
    assert bring(operator, sheets.rows(1), who="dispatcher").state == BatchState.DONE
    checked = check(operator, [sheets.row(外部编号="Z", 地市="杭州")], who="dispatcher")
    assert [column for _number, column, _reason in faults_of(checked)] == ["地市"]
    assert len(check(operator, [sheets.row(外部编号="Z", 地市="杭州")]).new) == 1
