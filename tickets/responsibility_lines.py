"""What was found on responsibility in the words of the timeline (U-07f, U-58)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tickets.models.responsibility import Attribution
from tickets.states import Stage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tickets.scheme import SchemeDocument

Row = dict[str, Any]


def lines_of(
    data: dict[str, Any],
    document: SchemeDocument,
    findings: Mapping[int, Row],
    shares: Iterable[Row],
    contests: Mapping[int, Row],
) -> Iterator[tuple[str, str]]:
    """What an event says of responsibility: `findings` and `contests` are the ticket's by id, `shares` all of its."""
    finding = findings.get(data.get("responsibility", 0))
    if "contested" in data:
        contest = contests.get(data["contested"])
        yield pgettext("finding", "Ground"), contest["contest_ground"] if contest else ""
    elif finding is not None:
        yield _("Attribution"), str(Attribution(finding["attribution"]).label)
        yield _("Cause"), document.label("cause", finding["cause__code"] or "")
        for share in shares:
            if share["finding_id"] == finding["pk"]:
                yield share["unit__name"], _share(share, document)
        yield pgettext("finding", "Ground"), finding["ground"]
        if finding["is_superseded"]:
            yield _("Later"), _("replaced by another proposal of the unit")


def _share(share: Row, document: SchemeDocument) -> str:
    stage = str(Stage(share["stage"]).label) if share["stage"] else ""
    liability = document.label("liability_class", share["liability_class"])
    return " · ".join(part for part in (f"{share['percent']}%", liability, stage) if part)
