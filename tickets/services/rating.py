"""The customer rates through a one-time link (SM-09): the link of an answer, how long it is open, what comes of it."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from core.errors import Refused
from tickets import workflow
from tickets.domain.calendar import WorkCalendar
from tickets.domain.clock import due
from tickets.domain.limits import Limit, Unit
from tickets.models.replies import Rating
from tickets.states import CLOSED, Status

if TYPE_CHECKING:
    from tickets.actions import Step
    from tickets.models import Answer, Ticket

VALID = Limit(30, Unit.NATURAL_DAYS)  # model 3.1


def make_link(step: Step, answer: Answer) -> None:
    """Make the link of the answer that closes the ticket. Only a hash of its token is stored, so that nobody who reads
    the table can rate; the token itself stays on the ticket in memory (`rating_token`), for whoever closed it."""
    token = secrets.token_urlsafe(32)
    Rating.objects.create(ticket=step.ticket, answer=answer, token_hash=_hash_of(token))
    step.ticket.rating_token = token


def rating_of(token: str) -> Rating:
    """What the link of a token asks for, open or not. Raises Refused (`link_unknown`)."""
    found = Rating.objects.select_related("ticket", "answer").filter(token_hash=_hash_of(token)).first()
    if found is None:
        raise Refused(_("This link is not valid. Open it once more exactly as you received it."), code="link_unknown")
    return found


def check_open(rating: Rating, at: datetime) -> None:
    """Whether the customer may still rate at `at` (UTC): once, within 30 days of the answer, while it stands.

    Raises Refused: `rated`, `link_expired` or `answer_superseded`.
    """
    if rating.rated_at is not None:
        raise Refused(_("Your rating has been received. Thank you!"), code="rated")
    if at >= due(rating.answer.at, VALID, WorkCalendar()):
        raise Refused(_("This link has expired: it was valid for 30 days after the answer."), code="link_expired")
    if rating.ticket.status not in CLOSED or rating.ticket.round != rating.answer.round:
        raise Refused(
            _("Your complaint was taken up again, so this answer is no longer rated. The next one has its own link."),
            code="answer_superseded",
        )


def rate(token: str, *, score: int, words: str = "", at: datetime | None = None) -> Ticket:
    """Record the customer's rating: `score` from 1 to 5, and what the customer adds. A low one goes to screening.

    `at` other than now (an instant in UTC) is for loaders and tests. Raises what `rating_of`, `check_open` and
    `workflow.perform` raise.
    """
    found = rating_of(token)
    act = "rate_low" if _goes_to_screening(found.ticket, score) else "rate"
    return workflow.perform(found.ticket_id, act, by=None, at=at, rating=found.pk, score=score, words=words)


def check_rating(step: Step) -> None:
    """The rating is still open, and a low one, and no other, is on its way to screening. Loads it for the effect."""
    rating = Rating.objects.select_related("answer").get(pk=step.data["rating"], ticket=step.ticket)
    rating.ticket = step.ticket
    check_open(rating, step.at)
    if step.action.transition != _goes_to_screening(step.ticket, step.data["score"]):
        raise Refused(_("The complaint has just been changed. Send your rating once more."), code="rating_act")
    step.data["row"] = rating


def keep_rating(step: Step) -> None:
    """Keep the customer's word. Data: rating (its id), score (1 to 5), words."""
    row: Rating = step.data["row"]
    row.score, row.words, row.rated_at = step.data["score"], step.data.get("words", ""), step.at
    row.save(update_fields=["score", "words", "rated_at"])
    step.said.append(row)
    step.notes.update(rating=row.pk, score=row.score)


def _goes_to_screening(ticket: Ticket, score: int) -> bool:
    is_low = score <= ticket.scheme_version.document.options.low_rating
    return is_low and ticket.status != Status.PENDING_SCREENING


def _hash_of(token: str) -> str:
    """Of 32 random bytes no salt is needed: nobody tries them out."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()
