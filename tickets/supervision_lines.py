"""Alerts and supervision orders in the words of the timeline (model 6)."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from tickets.display import due_words, stored_instant
from tickets.models.supervision import Trigger, Verdict
from tickets.states import Grade, Stage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# What the sweep does is no act of the registry and brings its own titles.
TITLES = {
    "alert": gettext_lazy("Time limit reached"),
    "supervision_silent": gettext_lazy("Supervision order not answered in time"),
}
Row = dict[str, Any]


def lines_of(
    action: str, data: dict[str, Any], orders: Mapping[int, Row], causes: Mapping[int, Row]
) -> Iterator[tuple[str, str]]:
    """What an event says of supervision: `orders` and `causes` are the ticket's, by id."""
    if action == "alert":
        yield from _alert(data)
    for told in data.get("supervised", ()):
        row = orders.get(told["supervision"])
        unit = row["target_unit__name"] if row else told["unit"]
        words = (unit, Grade(told["grade"]).label, Trigger(told["trigger"]).label)
        yield _no(told["no"]), " · ".join(map(str, words))
        cause = causes.get(told["cause"])
        yield _("Demanded"), cause["note"] if cause else ""
    row = orders.get(data.get("supervision", 0))
    if row is not None:
        yield _no(row["seq"]), row["target_unit__name"]
        if action == "reply_supervision":
            yield pgettext("supervision", "Answer"), row["reply"]
        if action == "judge_supervision":
            yield _("Verdict"), f"{Verdict(data['verdict']).label} · {data['score']}"
            yield _("Note"), row["verdict_note"]


def _alert(data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    percent = int(Decimal(data["threshold"]) * 100)
    yield str(Stage(data["stage"]).label), _("%(percent)s%% of the time is gone") % {"percent": percent}
    yield _("Due"), due_words(stored_instant(data["due"]))
    yield _("Grade"), str(Grade(data["grade"]).label)
    if data["late"]:
        yield _("Raised late"), _("the watch over the time limits was down")


def _no(seq: int) -> str:
    return _("Supervision D%(no)s") % {"no": seq}
