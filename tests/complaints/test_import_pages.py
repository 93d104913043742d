"""Importing a spreadsheet through the admin: template, upload, faults, confirmation, progress, scope."""

from __future__ import annotations

import io
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook
from pytest_django import DjangoAssertNumQueries

from complaints import tasks
from complaints.batches import BatchState, ImportBatch
from complaints.resources.rows import HEADERS, ComplaintResource
from complaints.resources.sheets import read_sheet
from complaints.services.importing import write_chunk
from core import clock
from organization.services import sync_roles
from tests.factories import sheets
from tests.factories.organization import Operator, build_operator
from tests.factories.tickets import load_unicom
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
ADD = "/admin/complaints/importbatch/add/"


@pytest.fixture
def operator(frozen_clock: clock.FrozenClock) -> Operator:
    load_unicom()
    sync_roles()
    return build_operator()


def client_of(operator: Operator, who: str) -> Client:
    client = Client()
    client.force_login(operator.user(who))
    return client


def upload(client: Client, operator: Operator, content: bytes, name: str = "工单.xlsx", unit: object = None) -> str:
    """Upload a file; gives the address of the batch, or the page with the error."""
    file = SimpleUploadedFile(name, content)
    response = client.post(ADD, {"unit": unit or operator.js.hotline.pk, "file": file})
    assert response.status_code in (200, 302)
    return response.headers["Location"] if response.status_code == 302 else text_of(response.content.decode())


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_from_the_upload_to_the_tickets(operator: Operator) -> None:
    client = client_of(operator, "agent")
    assert client.get(ADD).status_code == 200
    page = upload(client, operator, sheets.xlsx(sheets.rows(3)))
    assert "action=" in client.get(page).content.decode()
    batch = ImportBatch.objects.get()
    assert client.post(f"/admin/complaints/importbatch/{batch.pk}/confirm/").status_code == 302
    write_chunk(batch.pk, size=2)
    writing = client.get(page).content.decode()
    assert '<progress max="3" value="2">' in writing
    assert 'http-equiv="refresh"' in writing
    assert Ticket.objects.first().number not in writing  # type: ignore[union-attr]
    tasks.write_imports()
    done = client.get(page).content.decode()
    assert 'http-equiv="refresh"' not in done
    for ticket in Ticket.objects.all():
        assert reverse("ticket", args=[ticket.number]) in done
    assert client.get("/admin/complaints/importbatch/").status_code == 200


def test_every_fault_is_on_the_page_with_row_column_and_reason(operator: Operator) -> None:
    client = client_of(operator, "agent")
    table = [sheets.row(外部编号="A-1"), sheets.row(外部编号="A-2", 联系电话="12ab", 渠道="信鸽")]
    page = upload(client, operator, sheets.xlsx(table))
    text = text_of(client.get(page).content.decode())
    assert "3 A-2 渠道" in text
    assert "联系电话" in text
    assert "信鸽" in text
    assert "12ab" in text
    batch = ImportBatch.objects.get()
    client.post(f"/admin/complaints/importbatch/{batch.pk}/confirm/")
    assert ImportBatch.objects.get().state == BatchState.FAULTY
    assert not Ticket.objects.exists()
    client.post(f"/admin/complaints/importbatch/{batch.pk}/discard/")
    assert ImportBatch.objects.get().state == BatchState.DISCARDED
    assert client.get(page).status_code == 200


def test_faults_come_page_by_page_in_few_queries(
    operator: Operator, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_of(operator, "agent")
    page = upload(client, operator, sheets.xlsx(sheets.rows(250, 联系电话="12ab")))
    for number in (1, 3, 99):
        with django_assert_max_num_queries(15):
            assert client.get(page, {"page": number}).status_code == 200


@pytest.mark.parametrize(
    "content, name",
    [
        (b"<script>alert(1)</script>", "a.xlsx"),
        (b"", "a.xlsx"),
        (sheets.xlsx([{"名字": "张伟"}]), "a.xlsx"),
        (sheets.xlsx([sheets.row() | {"多余": "x"}]), "a.xlsx"),
        (sheets.xlsx([sheets.row() | {"字段:nothing": "x"}]), "a.xlsx"),
        (sheets.csv_text(sheets.rows(1)).encode()[:-10] + b"\xff\xfe\xff", "a.csv"),
        (sheets.xlsx(sheets.rows(1)), "a.pdf"),
    ],
)
def test_a_file_that_is_none_is_an_error_of_the_form(operator: Operator, content: bytes, name: str) -> None:
    """Bad input: a malformed spreadsheet gets a clear answer, never an error page (issue 2)."""
    client = client_of(operator, "agent")
    response = client.post(ADD, {"unit": operator.js.hotline.pk, "file": SimpleUploadedFile(name, content)})
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert not ImportBatch.objects.exists()


def test_missing_columns_are_named(operator: Operator) -> None:
    table = [{header: value for header, value in sheets.row().items() if header != "联系电话"}]
    assert "联系电话" in upload(client_of(operator, "agent"), operator, sheets.xlsx(table))


def test_the_template_is_what_the_import_reads(operator: Operator) -> None:
    client = client_of(operator, "agent")
    response = client.get("/admin/complaints/importbatch/template/")
    assert response.status_code == 200
    content = response.content
    book = load_workbook(io.BytesIO(content))
    assert [cell.value for cell in book.worksheets[0][1]] == list(HEADERS.values())
    assert "客服热线" in [cell.value for cell in book.worksheets[1]["A"]]
    assert "营业厅" not in [cell.value for cell in book.worksheets[1]["A"]]  # U-34
    assert "字段:fault_address" in [cell.value for cell in book.worksheets[2]["B"]]
    sheet = read_sheet("a.xlsx", io.BytesIO(content), len(content))
    checked = ComplaintResource(by=operator.user("agent"), unit=operator.js.hotline).check(sheet)
    (example,) = checked.faulty  # its only fault is to be the example
    assert (checked.new, [column for column, _reason in example.faults]) == ((), [HEADERS["external_ref"]])


def test_only_those_who_take_complaints_reach_the_pages_and_only_those_of_their_unit(operator: Operator) -> None:
    page = upload(client_of(operator, "agent"), operator, sheets.xlsx(sheets.rows(1)))
    pk = ImportBatch.objects.get().pk
    addresses = [page, ADD, "/admin/complaints/importbatch/", "/admin/complaints/importbatch/template/"]
    for who in ("handler", "supervisor", "administrator", "manager"):
        client = client_of(operator, who)
        assert {client.get(address).status_code for address in addresses} <= {302, 403, 404}
        assert client.post(f"/admin/complaints/importbatch/{pk}/confirm/").status_code == 404
    for who in ("agent2", "agent_hall", "dispatcher"):
        client = client_of(operator, who)
        assert client.get(page).status_code == 404
        assert client.post(f"/admin/complaints/importbatch/{pk}/confirm/").status_code == 404
        other_unit = client.post(
            ADD, {"unit": operator.js.hotline.pk, "file": SimpleUploadedFile("a.xlsx", sheets.xlsx(sheets.rows(1)))}
        )
        assert other_unit.status_code == 200
    assert client_of(operator, "agent").get(f"/admin/complaints/importbatch/{pk}/confirm/").status_code == 405
    assert ImportBatch.objects.get().state == BatchState.CHECKED
    assert client_of(operator, "agent").get(f"/admin/complaints/importbatch/{pk}/delete/").status_code == 403
