"""What only tickets in two tiers do in the random walks: who may do it in person, and what it waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from organization.roles import Role
from tests.walks.tier_rules import tried_enough
from tickets.states import Kind, Outcome, Stage

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable

    from tests.walks.people import Person
    from tickets.models import StageClock, Ticket

KINDS = (Kind.ESCALATION, Kind.APPEAL)
REFUSALS = {
    "object": {"ground_not_met"},
    "refuse": {"ground_not_met"},
    "merge": {"younger", "not_open", "other_unknown", "merge_self", "other_kind"},
    "set_regulator_deadline": {"no_change"},
}
ENDINGS = {"refuse", "revoke"}
ASIDE = {"amend_case", "set_regulator_deadline", "link_original", "file_for_record"}
WAY = {"submit", "dispatch", "sign", "answer_customer", "report", "approve", "reply_regulator", "revisit", "rework"}
TURNS = {"redispatch", "misrouted", "object", "return_report"}  # away from the straight way


def is_in_person(one: Person, act: str, ticket: Ticket) -> bool:
    """What the group gave is the group's to end; nobody reviews his own report, or asks the customer about it."""
    match act:
        case "void" | "unmerge":
            return one.role != Role.SUPERVISOR or one.unit.province_id is None
        case "approve" | "return_report":
            return list(ticket.reports.all())[-1].by_id != one.user.pk
        case "revisit" | "attempt_revisit":
            reported = any(row.by_id == one.user.pk for row in ticket.reports.all())
            return not reported and all(row.by_id != one.user.pk for row in ticket.answers.all())
        case "object":
            return one.role == Role.LIAISON or _objectors(ticket) <= {one.user.pk}
        case _:
            return True


def _objectors(ticket: Ticket) -> set[int]:
    """The officers who objected: the walks have two, and one of them has to review."""
    people = [row.by for row in ticket.reports.all() if row.ground]
    return {one.pk for one in people if one.memberships.filter(role=Role.APPEAL_OFFICER).exists()}


def is_told(ticket: Ticket) -> bool:
    """Whether the customer was told in this round by who has the ticket, or tried often enough."""
    since = min((row.started_at for row in own_handling(ticket)), default=ticket.accepted_at)
    told = [answer for answer in ticket.answers.all() if answer.round == ticket.round and answer.at >= since]
    return bool(told) or tried_enough(ticket, since=since)


def own_handling(ticket: Ticket) -> list[StageClock]:
    """The clocks of handling, in this round, of the unit that has the ticket."""
    return [
        row
        for row in ticket.clocks.all()
        if row.stage == Stage.HANDLE
        and row.work_order_id is None
        and (row.round, row.unit_id) == (ticket.round, ticket.owner_unit_id)
    ]


def verdicts(ticket: Ticket) -> list[str]:
    """What the appeal can be concluded with; none while responsibility is not decided, or contested."""
    row = next((one for one in ticket.responsibilities.all() if one.round == ticket.round), None)
    if row is None or row.status not in ("adjudicated", "final"):
        return []
    standing = [one for one in row.findings.all() if one.step != "proposal"][-1]
    own = "company_liable" if standing.attribution == "company" else "user_cause"
    originals = [link.earlier for link in ticket.links.all() if link.kind == "appeal"]
    before = [answer for one in originals for answer in one.answers.all() if answer.at < ticket.accepted_at]
    return [own, "properly_pre_handled"] if before else [own]


def _is_regulators(ticket: Ticket) -> bool:
    return ticket.kind != Kind.APPEAL or not ticket.appeal_detail.is_direct


def _may_file(ticket: Ticket) -> bool:
    """The system archives escalated complaints; an appeal is filed when its file is whole and no promise is open."""
    detail = ticket.appeal_detail
    promised = any(row.stage == Stage.FOLLOW_UP and row.outcome == Outcome.RUNNING for row in ticket.clocks.all())
    return not promised and not (detail.is_key_customer and detail.filed_at is None)


def _archives(ticket: Ticket, at: dt.datetime) -> bool:
    if ticket.kind == Kind.APPEAL:
        return _may_file(ticket)
    return ticket.quiet_from is not None and (at - ticket.quiet_from).total_seconds() >= 24 * 3600


ONLY_IF: dict[str, Callable[[Ticket, dt.datetime], bool]] = {
    "dispatch": lambda ticket, at: True,
    "archive": _archives,
    "report": lambda ticket, at: is_told(ticket),
    "object": lambda ticket, at: _is_regulators(ticket),
    "set_regulator_deadline": lambda ticket, at: _is_regulators(ticket),
    "revoke": lambda ticket, at: _is_regulators(ticket),
    "refuse": lambda ticket, at: not _is_regulators(ticket),
    "link_original": lambda ticket, at: not any(link.kind == "appeal" for link in ticket.links.all()),
    "file_for_record": lambda ticket, at: ticket.appeal_detail.is_key_customer,
    "conclude": lambda ticket, at: bool(verdicts(ticket)),
}
