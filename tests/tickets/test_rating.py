"""The customer rates through a one-time link, once, within 30 days of the answer (SM-09, model 3.1 and 7)."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from core import clock
from core.clock import FrozenClock
from core.errors import Refused
from tests.factories.organization import Operator
from tests.factories.tickets import bring_to, clock_of, do, last_event, take_complaint, when
from tests.matrix.reading import english_words
from tickets import consistency
from tickets.models import Ticket
from tickets.models.replies import Rating
from tickets.services import rating
from tickets.states import Outcome, Stage, Status
from tickets.workflow import perform

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen_clock")]
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _nothing_contradicts_itself(db: None) -> Iterator[None]:
    """Whatever a test did: states, clocks and record agree, and what the customer said is proven."""
    yield
    assert list(consistency.faults()) == []
    call_command("verify_log", stdout=StringIO())


def closed(operator: Operator, *path: str) -> tuple[Ticket, str]:
    """A ticket that has just been closed by an answer, and then went the path; with the token of its link."""
    ticket = do(bring_to(Status.PENDING_ANSWER, operator), "answer", operator)
    token = ticket.rating_token
    for act in path:
        ticket = do(ticket, act, operator, at=clock.now() + dt.timedelta(days=2) if act == "archive" else None)
    return ticket, token


def rate(token: str, **sent: Any) -> Any:
    return Client().post(reverse("rate", args=[token]), sent)


def page(token: str) -> Any:
    return Client().get(reverse("rate", args=[token]))


def test_the_customer_rates_without_logging_in(operator: Operator) -> None:
    """SM-09: the number and the day of the answer are all that the page tells."""
    ticket, token = closed(operator)
    shown = page(token)
    text = shown.content.decode()
    assert shown.status_code == 200
    assert ticket.number in text
    assert "2026年11月23日" in text
    for inside in (ticket.summary, ticket.description, "张伟", "13812345678", str(ticket.owner_unit)):
        assert inside not in text
    assert english_words(text) == {}
    assert shown.headers["Cache-Control"].startswith("max-age=0")
    answer = rate(token, score="4", words="挺快的")
    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("rate", args=[token]))
    row = Rating.objects.get(ticket=ticket)
    assert (row.score, row.words, row.rated_at) == (4, "挺快的", clock.now())
    event = last_event(ticket)
    assert (event.action, event.actor, event.to_status) == ("rate", None, Status.CLOSED)
    assert "挺快的" not in str(event.data)


def test_a_link_is_good_for_one_rating(operator: Operator) -> None:
    ticket, token = closed(operator)
    rate(token, score="5")
    again = rate(token, score="1", words="改主意了")
    assert again.status_code == 200
    assert "感谢" in again.content.decode()
    assert "感谢" in page(token).content.decode()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.ratings.get().score) == (Status.CLOSED, 5)
    assert ticket.events.filter(action__startswith="rate").count() == 1


@pytest.mark.parametrize("score, is_low", [(1, True), (2, True), (3, False), (5, False)])
@pytest.mark.parametrize("path", [(), ("revisit",), ("revisit", "archive")], ids=["closed", "revisited", "archived"])
def test_a_low_rating_goes_to_screening(operator: Operator, path: tuple[str, ...], score: int, is_low: bool) -> None:
    """Model 3.1: 1 and 2 of 5, also out of the archive; nobody has to call this customer any more."""
    ticket, token = closed(operator, *path)
    before = ticket.status
    with clock.frozen(clock.now() + dt.timedelta(days=3)):
        assert rate(token, score=str(score), words="还是不行").status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == (Status.PENDING_SCREENING if is_low else before)
    if is_low:
        assert ticket.archived_at is None
        assert clock_of(ticket, Stage.REVISIT).outcome != Outcome.RUNNING


def test_after_screening_it_goes_on_as_after_a_revisit(operator: Operator) -> None:
    """U-46: dismissed, and archived again a day later; or a new round, whose answer has a link of its own."""
    ticket, token = closed(operator, "revisit", "archive")
    with clock.frozen(clock.now() + dt.timedelta(days=3)) as time:
        ticket = rating.rate(token, score=1)
        assert do(ticket, "dismiss", operator).status == Status.REVISITED
        time.move_to(clock.now() + dt.timedelta(days=1))
        do(ticket, "archive", operator)
    other, token = closed(operator)
    rating.rate(token, score=1)
    reworked = do(other, "rework", operator)
    do(reworked, "dispatch", operator)
    for act in ("claim", "reply", "approve", "accept"):
        do(reworked, act, operator, order=2, **_restored(act))
    new = do(reworked, "answer", operator).rating_token
    assert new
    assert new != token
    rating.rate(new, score=5)


def test_who_was_screened_already_can_still_rate(operator: Operator) -> None:
    ticket, token = closed(operator)
    do(ticket, "revisit", operator, satisfaction="dissatisfied")
    assert rate(token, score="1").status_code == 302
    assert last_event(ticket).action == "rate"
    assert ticket.ratings.get().score == 1


@pytest.mark.parametrize("late, status", [(-SECOND, 200), (dt.timedelta(), 410)])
def test_a_link_is_valid_for_thirty_days_from_the_answer(
    operator: Operator, frozen_clock: FrozenClock, late: dt.timedelta, status: int
) -> None:
    """Answered on 11-23: until 24:00 of 12-23."""
    ticket, token = closed(operator)
    frozen_clock.move_to(when("12-23 24:00") + late)
    assert page(token).status_code == status
    assert rate(token, score="1").status_code == (302 if status == 200 else 410)
    assert ticket.ratings.filter(score__isnull=False).exists() is (status == 200)


def test_an_answer_that_no_longer_stands_is_not_rated(operator: Operator) -> None:
    """Reworked, answered anew, or ended meanwhile."""
    ticket, token = closed(operator)
    do(ticket, "revisit", operator, satisfaction="dissatisfied")
    do(ticket, "rework", operator)
    assert rate(token, score="1").status_code == 410
    do(ticket, "answer_on_spot", operator, by="dispatcher")
    assert "重新处理" in page(token).content.decode()
    assert rate(token, score="1").status_code == 410
    ended, token = closed(operator)
    do(ended, "revisit", operator, satisfaction="dissatisfied")
    do(ended, "rework", operator)
    do(ended, "withdraw", operator)
    assert rate(token, score="5").status_code == 410
    assert not Rating.objects.filter(score__isnull=False).exists()


@pytest.mark.parametrize("token", ["x", "no-such-token", "%F0%9F%98%80", "%00", "a" * 3000, "%FF%FE"])
def test_a_bad_link_is_a_clear_page(operator: Operator, token: str) -> None:
    for answer in (Client().get(f"/progress/rate/{token}/"), Client().post(f"/progress/rate/{token}/", {"score": "1"})):
        assert answer.status_code == 404
        assert "链接" in answer.content.decode()


@pytest.mark.parametrize(
    "sent", [{}, {"score": "0"}, {"score": "6"}, {"score": "five"}, {"score": "3", "words": "字" * 501}]
)
def test_what_cannot_be_is_asked_again(operator: Operator, sent: dict[str, str]) -> None:
    _ticket, token = closed(operator)
    answer = rate(token, **sent)
    assert answer.status_code == 422
    assert english_words(answer.content.decode()) == {}
    assert not Rating.objects.filter(score__isnull=False).exists()


def test_only_a_hash_of_the_token_is_stored(operator: Operator) -> None:
    ticket, token = closed(operator)
    row = Rating.objects.values().get()
    assert token not in str(row)
    assert token not in str(list(ticket.events.values()))
    assert len(token) >= 40


def test_each_way_of_closing_makes_a_link(operator: Operator) -> None:
    """By the answer, by the clearance after it, on the spot; not before it is closed."""
    assert do(take_complaint(operator), "answer_on_spot", operator).rating_token
    waiting = bring_to(Status.PENDING_CLEARANCE, operator)
    assert not waiting.ratings.exists()
    assert do(waiting, "approve_clearance", operator).rating_token
    assert Rating.objects.count() == 2


def test_the_link_is_shown_once_to_whoever_closed_it(operator: Operator) -> None:
    ticket = bring_to(Status.PENDING_ANSWER, operator)
    client, page_of_ticket = Client(), reverse("ticket", args=[ticket.number])
    client.force_login(operator.user("dispatcher"))
    answered = client.post(
        reverse("ticket_action", args=[ticket.number, "answer"]),
        {
            "version": str(Ticket.objects.get(pk=ticket.pk).version),
            "mode": "phone",
            "person_told": "张伟",
            "content": "已修复",
            "attitude": "satisfied",
            "closure_code": "resolved",
        },
    )
    assert answered.headers["Location"] == page_of_ticket
    found = re.search(
        r'data-copy="(http://testserver/progress/rate/[^"]+/)"', client.get(page_of_ticket).content.decode()
    )
    assert found is not None
    assert "/progress/rate/" not in client.get(page_of_ticket).content.decode()
    assert Client().get(found[1]).status_code == 200


def test_the_rating_stands_in_the_course_of_the_ticket(operator: Operator) -> None:
    ticket, token = closed(operator)
    rating.rate(token, score=2, words="电话里说得好，没人来，请打 13812345678")
    client = Client()
    client.force_login(operator.user("dispatcher"))
    html = client.get(reverse("ticket", args=[ticket.number])).content.decode()
    assert "没人来" in html
    assert "2 分" in html
    client.force_login(operator.user("manager"))
    assert "13812345678" not in client.get(reverse("ticket", args=[ticket.number])).content.decode()


def test_a_rating_that_fits_no_more_is_refused(operator: Operator) -> None:
    """The state changed between the page and the act: nothing is lost, the customer sends it once more."""
    ticket, _token = closed(operator)
    row = ticket.ratings.get()
    for act, score in (("rate", 1), ("rate_low", 5)):
        with pytest.raises(Refused) as refused:
            perform(ticket.pk, act, by=None, rating=row.pk, score=score)
        assert refused.value.code == "rating_act"


def _restored(act: str) -> dict[str, Any]:
    return {"restored_at": clock.now()} if act == "reply" else {}
