"""The search (desk.md, Search; model 10): what it finds, for whom, and what nobody finds out by it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories.commands import index_tickets
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, do, order_in
from tickets import finding
from tickets.domain.words import words_of
from tickets.marking import excerpt, marked
from tickets.models import Contact, Ticket, TicketSearch
from tickets.services.indexing import words_to_find
from tickets.services.intake import Customer
from tickets.states import Status

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]

QUERY_BUDGET = 14
QUOTES = "' | ! & <-> \" * : () \\"
TEXTS = (
    "宽带频繁掉线，网络质量差",
    "4G网络信号弱，电梯里没有信号",
    "扣费20元，要求退费；WiFi 正常",
    "网 络 分开写的，质量一般",
    f"{QUOTES} words : AND NOT near 宽带",
    "<b>宽带</b> & 'quoted'",
)
ASKED = (
    *("网络", "网络质量", "宽带 网络", "信号", "4g", "４Ｇ网络", "WIFI", "扣费20", "质量", "没有的话", "网", "20", "2"),
    *(QUOTES, f"{QUOTES}\x00宽带", "宽带 AND 网络", "NOT 宽带", "words : 宽带", "宽带*", "'宽带'", "宽带 | 网络"),
    *("near(宽带)", "宽带" * 5000, "x" * 10000, "宽", "😀", "%", "__", "<b>"),
)


def signed_in(operator: Operator, username: str) -> Client:
    client = Client()
    client.force_login(operator.user(username))
    return client


def tell(operator: Operator, text: str, **intake: Any) -> Ticket:
    """A ticket in handling whose customer says `text`."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator, **intake)
    do(ticket, "amend", operator, changes={"description": text})
    do(ticket, "dispatch", operator)
    return ticket


def found_by(operator: Operator, username: str, typed: str) -> list[str]:
    """The descriptions of what somebody finds, in its order."""
    user = operator.user(username)
    ids = finding.find(user, finding.Asked.read(typed), Ticket.objects.visible_to(user)).ids
    texts = dict(Ticket.objects.values_list("pk", "description"))
    return [texts[pk] for pk in ids]


def test_the_index_finds_what_a_plain_comparison_finds_the_newest_first(operator: Operator) -> None:
    """On the database of the run; the plain comparison is the same for both, and so they find the same."""
    for text in TEXTS:
        tell(operator, text)
    for username in ("dispatcher", "manager", "handler", "agent", "dispatcher2", "administrator"):
        seen = list(Ticket.objects.visible_to(operator.user(username)).order_by("-pk"))
        for typed in ASKED:
            words = words_of(typed[: finding.LONGEST])
            held = {one.pk: words_of(f"{one.summary}\n{one.description}") for one in seen}
            expected = [one.description for one in seen if words and words <= held[one.pk]]
            assert found_by(operator, username, typed) == expected, (username, typed)


def test_whatever_is_typed_is_answered_in_words(operator: Operator) -> None:
    tell(operator, TEXTS[-1])
    client = signed_in(operator, "dispatcher")
    for typed in ASKED:
        answer = client.post("/desk/search/", {"q": typed}, follow=True)
        assert answer.status_code == 200
        assert "<b>宽带" not in answer.content.decode()


@pytest.mark.parametrize("username", ["dispatcher", "manager", "handler"])
def test_contact_data_are_found_by_their_exact_value_only_model_10(operator: Operator, username: str) -> None:
    """Wherever they were written, and by nobody bit by bit."""
    customer = Customer(name="欧阳海棠", phone="13912345678", service_number="KD025A777", address="玄武湖畔甲座")
    text = "欧阳海棠女士（139 1234 5678，玄武湖畔甲座，账号KD025A777）反映断网"
    ticket = tell(operator, text, customer=customer)
    for typed in ("欧阳", "阳海", "海棠", "5678", "1234", "139", "玄武湖", "甲座", "KD025A", "1391234567"):
        assert found_by(operator, username, typed) == [], typed
    for typed in ("欧阳海棠", "139-1234-5678", "kd025a777", "断网"):
        assert found_by(operator, username, typed) == [text], typed
    do(ticket, "amend", operator, changes={"name": "司马青云", "description": f"{text}，司马青云来电"})
    assert not words_of("欧阳海棠 司马青云") & TicketSearch.objects.get(ticket=ticket).words


def test_the_search_follows_where_a_ticket_goes(operator: Operator) -> None:
    """A unit finds a ticket from its order on; what it may not see it does not find by any of its words."""
    ticket = bring_to(Status.PENDING_DISPATCH, operator)
    do(ticket, "amend", operator, changes={"description": "基站搬迁"})
    assert found_by(operator, "handler", "基站搬迁") == []
    do(ticket, "dispatch", operator)
    assert found_by(operator, "handler", "基站搬迁") == ["基站搬迁"]
    assert found_by(operator, "dispatcher2", "基站") == []
    ticket.refresh_from_db()
    Ticket.objects.filter(pk=ticket.pk).update(complained_user=operator.user("dispatcher"))
    assert found_by(operator, "dispatcher", "基站") == []


def test_what_was_there_before_the_index_is_entered_by_the_command(operator: Operator) -> None:
    ticket = order_in("handling", operator).ticket
    known = TicketSearch.objects.get(ticket=ticket)
    for options in ({}, {"all": True}):
        TicketSearch.objects.all().delete()
        assert found_by(operator, "handler", ticket.summary) == []
        index_tickets(**options)
        entered = TicketSearch.objects.get(ticket=ticket)
        assert (entered.words, entered.places) == (known.words, known.places)
        assert found_by(operator, "handler", ticket.summary) == [ticket.description]


def test_pages_go_on_where_the_last_one_ended(operator: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    """However few of the proposed tickets the user may see, each is shown once and none is left out."""
    monkeypatch.setattr(finding, "SIZE", 2)
    monkeypatch.setattr(finding, "COUNTED_UP_TO", 2)
    monkeypatch.setattr(finding, "LOOKS", 1)
    name = Customer(name="断网", phone="02584210000")
    for number in range(4):
        tell(operator, f"断网{number}")
        bring_to(Status.DRAFT, operator, customer=name)
    user = operator.user("handler")
    asked, visible, pages, after = finding.Asked.read("断网"), Ticket.objects.visible_to(user), [], None
    while True:
        page = finding.find(user, asked, visible, after=after)
        assert len(page.ids) <= 2
        pages.append((list(page.ids), page.is_more))
        if (after := page.after) is None:
            break
    assert [pk for ids, _more in pages for pk in ids] == [*visible.order_by("-pk").values_list("pk", flat=True)]
    assert pages[0][1]


def test_hits_are_marked_and_everything_else_is_escaped() -> None:
    words = words_of("宽带网络 wifi")
    text = "<i>宽带</i>网络，宽带网络与ＷｉＦｉ & wifi6"
    shown = "&lt;i&gt;[宽带]&lt;/i&gt;[网络]，[宽带网络]与[ＷｉＦｉ] &amp; wifi6"
    assert marked(text, words) == shown.replace("[", "<mark>").replace("]", "</mark>")
    assert excerpt("前" * 300 + "宽带", words).endswith("宽带")
    assert excerpt("短", words) == "短"


class TestThePage:
    """The box in the header: a number leads to its ticket, anything else to the list of what was found."""

    def test_a_number_leads_to_its_ticket(self, operator: Operator) -> None:
        number = bring_to(Status.PENDING_DISPATCH, operator).number
        answer = signed_in(operator, "dispatcher").post("/desk/search/", {"q": f" {number.lower()} "})
        assert answer.headers["Location"] == f"/desk/tickets/{number}/"

    def test_a_ticket_out_of_scope_is_not_found(self, operator: Operator) -> None:
        ticket = bring_to(Status.PENDING_DISPATCH, operator)
        for typed in (ticket.number, ticket.contact.phone, ticket.contact.name, ticket.summary):
            answer = signed_in(operator, "dispatcher2").post("/desk/search/", {"q": typed}, follow=True)
            assert answer.context["lines"] == []
            assert ticket.number not in answer.content.decode().replace(typed, "")

    @pytest.mark.parametrize("typed", ["138 1234 5678", "+86 138-1234-5678", "nj05270001"])
    def test_a_phone_leads_to_the_customers_tickets(self, operator: Operator, typed: str) -> None:
        """To the only one at once; of several to their list, whose address holds nothing of the customer (model 10)."""
        client = signed_in(operator, "dispatcher")
        number = bring_to(Status.PENDING_DISPATCH, operator).number
        bring_to(Status.PENDING_DISPATCH, operator, customer=Customer(name="王芳", phone="02584210000"))
        assert client.post("/desk/search/", {"q": typed}).headers["Location"] == f"/desk/tickets/{number}/"
        other = bring_to(Status.HANDLING, operator).number
        to_list = client.post("/desk/search/", {"q": typed}).headers["Location"]
        assert re.fullmatch(r"/desk/search/\?found=[\w-]{11}", to_list)
        answer = client.get(to_list)
        assert [line["row"].ticket.number for line in answer.context["lines"]] == [other, number]
        assert typed in answer.content.decode()
        narrowed = client.get(f"{to_list}&status=handling")
        assert [line["row"].ticket.number for line in narrowed.context["lines"]] == [other]

    def test_a_list_masks_what_it_found(self, operator: Operator) -> None:
        ticket = tell(operator, "客户欧阳海棠反映断网", customer=Customer(name="欧阳海棠", phone="13912345678"))
        page = signed_in(operator, "manager").post("/desk/search/", {"q": "断网"}, follow=True).content.decode()
        assert ticket.number in page
        assert "<mark>断网</mark>" in page
        assert "欧阳海棠" not in page
        assert "13912345678" not in page

    def test_a_search_is_its_searchers_own_and_not_kept_for_ever(self, operator: Operator) -> None:
        bring_to(Status.PENDING_DISPATCH, operator)
        client, other = signed_in(operator, "dispatcher"), signed_in(operator, "manager")
        first = client.post("/desk/search/", {"q": "13900000000"}).headers["Location"]
        assert "13900000000" not in other.get(first).content.decode()
        for number in range(20):
            client.post("/desk/search/", {"q": f"139000000{number:02}"})
        lost = client.get(first)
        assert lost.context["lines"] == []
        assert "重新搜索" in lost.content.decode()

    @pytest.mark.parametrize("method", ["get", "post"])
    def test_nothing_typed_leads_to_all(self, operator: Operator, method: str) -> None:
        """So does coming back from the log-in, which loses the form."""
        answer = getattr(signed_in(operator, "dispatcher"), method)("/desk/search/")
        assert answer.headers["Location"] == "/desk/?pool=all"

    def test_its_queries_do_not_grow_with_what_is_found(self, operator: Operator) -> None:
        client = signed_in(operator, "dispatcher")
        counted = []
        for count in (1, 5):
            for _number in range(count):
                tell(operator, "断网三天")
            address = client.post("/desk/search/", {"q": "断网"}).headers["Location"]
            with CaptureQueriesContext(connection) as captured:
                assert client.get(address).status_code == 200
            counted.append(len(captured))
        assert counted[0] == counted[1] <= QUERY_BUDGET


def test_each_ticket_made_in_these_tests_is_indexed_as_it_is(operator: Operator) -> None:
    for ticket in (bring_to(Status.CLOSED, operator), order_in("handling", operator).ticket):
        assert TicketSearch.objects.get(ticket=ticket).words == words_to_find(Ticket.objects.get(pk=ticket.pk))
    assert Contact.objects.count() == TicketSearch.objects.count()
