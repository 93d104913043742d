"""Responsibility (责任认定): what units propose, what is adjudicated, contested once and settled (U-07f, U-58, U-91).

Effects of actions; nothing here runs alone. Each round of a ticket has its own responsibility.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from core.errors import NotPermitted, Refused, Stale
from organization.models import Unit
from organization.selectors import covers
from tickets import responsibilities
from tickets.models import Responsibility, ResponsibilityFinding, ResponsibilityShare
from tickets.models.responsibility import Attribution, FindingStep, ResponsibilityStatus
from tickets.services.supervising import units_concerned
from tickets.states import Stage
from tickets.tracks import is_tracked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.db.models import QuerySet

    from organization.grants import Grant
    from tickets.actions import Step
    from tickets.models import Ticket

WHOLE = 100  # percent, what the shares of the units add up to
GROUND_LIMIT = 1000  # characters, as the columns take them
STAGES = tuple(stage for stage in Stage if stage not in (Stage.TOTAL, Stage.REGULATOR))  # those that a unit works on


def propose(step: Step) -> None:
    """What the acting unit takes to be the truth; again replaces what the same unit said. Data: see `_find`."""
    row = _undecided(step, responsibilities.rows_of(step.ticket))
    row.save()
    row.findings.filter(step=FindingStep.PROPOSAL, unit=_unit(step)).update(is_superseded=True)
    _find(step, row, FindingStep.PROPOSAL)


def adjudicate(step: Step) -> None:
    """Decide, upon the proposals or without any. Data: see `_find`; seen. Whose own unit is named does not (S-09)."""
    rows = responsibilities.rows_of(step.ticket)
    row = _undecided(step, rows)
    _refuse_unseen(step, rows)
    _refuse_own_matter(step, row)
    row.status = ResponsibilityStatus.ADJUDICATED
    row.save()
    _find(step, row, FindingStep.ADJUDICATION)


def contest(step: Step) -> None:
    """A unit that bears a share objects, once for each round. Data: ground; seen."""
    rows = responsibilities.rows_of(step.ticket)
    row = responsibilities.first_in(rows, ResponsibilityStatus.ADJUDICATED)
    if row is None or (standing := row.standing) is None:
        raise Refused(
            _("There is nothing to contest: nothing is adjudicated, or it was contested once already."),
            code="not_adjudicated",
        )
    _refuse_unseen(step, rows)
    if not responsibilities.bears(row, _unit(step)):
        raise NotPermitted(_("Only a unit that bears a share can contest: its director, or its liaison officer."))
    row.status = ResponsibilityStatus.CONTESTED
    row.contested_at, row.contested_by, row.contested_unit = step.at, step.person, _unit(step)
    row.contest_ground = _ground(step)
    row.save()
    step.said.append(row)
    step.notes.update(contested=row.pk, responsibility=standing.pk)


def settle(step: Step) -> None:
    """Decide on the contest, for good. Data: see `_find`; seen. Neither who contested nor whose own unit is named
    does."""
    rows = responsibilities.rows_of(step.ticket)
    row = responsibilities.first_in(rows, ResponsibilityStatus.CONTESTED)
    if row is None:
        raise Refused(_("Nothing is contested here any more. Reload the page."), code="not_contested")
    _refuse_unseen(step, rows)
    _refuse_own_matter(step, row)
    if row.contested_by_id == step.person.pk:
        raise NotPermitted(_("You contested this yourself: somebody else has to decide."))
    row.status = ResponsibilityStatus.FINAL
    row.save()
    _find(step, row, FindingStep.SETTLEMENT)


def may_adjudicate(step: Step, grant: Grant) -> bool:
    """Nobody judges a matter in which its own unit, or what that is part of, is named (S-09)."""
    row = responsibilities.of_round(responsibilities.rows_of(step.ticket), step.ticket.round)
    return _is_impartial(step, grant.unit, row) and _is_its_to_find(step, grant.unit)


def may_settle(step: Step, grant: Grant) -> bool:
    """The same for the contest."""
    row = responsibilities.first_in(responsibilities.rows_of(step.ticket), ResponsibilityStatus.CONTESTED)
    return _is_impartial(step, grant.unit, row) and _is_its_to_find(step, grant.unit)


def may_contest(step: Step, grant: Grant) -> bool:
    """Whether the grant speaks for a unit that bears a share of what was adjudicated."""
    row = responsibilities.first_in(responsibilities.rows_of(step.ticket), ResponsibilityStatus.ADJUDICATED)
    return row is not None and responsibilities.bears(row, grant.unit)


def liable_units(ticket: Ticket) -> QuerySet[Unit]:
    """The units that can bear a share: those that had to do with the ticket, the one it is about, its place, and what
    they are part of; never the group as a whole. Nobody is found at fault who was never asked."""
    named = [pk for pk in (ticket.province_id, ticket.city_id, ticket.complained_unit_id) if pk is not None]
    concerned = units_concerned(ticket) | Unit.objects.filter(pk__in=named)
    known = {pk for unit in concerned for pk in unit.ancestor_ids}
    return Unit.objects.active().filter(pk__in=known, parent__isnull=False)


def _undecided(step: Step, rows: Sequence[Responsibility]) -> Responsibility:
    """The responsibility of the present round, a new one where nobody has said anything. Raises Stale once it is
    adjudicated."""
    row = responsibilities.of_round(rows, step.ticket.round)
    if row is None:
        return Responsibility(ticket=step.ticket, round=step.ticket.round)
    if (decided := row.standing) is not None:
        raise Stale(decided.by.name, decided.at)
    return row


def _refuse_unseen(step: Step, rows: Sequence[Responsibility]) -> None:
    """What was found after the form was opened is read first. Data: seen (id of the last finding that it showed)."""
    last = responsibilities.last_finding(rows)
    if last is not None and last.pk != step.data.get("seen", last.pk):
        raise Stale(last.by.name, last.at)


def _refuse_own_matter(step: Step, row: Responsibility) -> None:
    if not _is_impartial(step, _unit(step), row):
        raise NotPermitted(
            _("%(unit)s, or what it is part of, is named here: somebody of the unit above has to decide.")
            % {"unit": _unit(step).name}
        )
    if not _is_its_to_find(step, _unit(step)):
        raise NotPermitted(
            _("What the group gave to a province is found only against units below you; anything else the group finds.")
        )


def _is_its_to_find(step: Step, judge: Unit) -> bool:
    """In two tiers a judge of a province neither clears it, which nobody could contest, nor blames another (S-09)."""
    if judge.province_id is None or not is_tracked(step.ticket.kind):
        return True
    shares = step.data.get("shares", ())
    return bool(shares) and all(covers(judge, share["unit"]) for share in shares)


def _is_impartial(step: Step, judge: Unit, row: Responsibility | None) -> bool:
    """Whether `judge` lies in none of the units that are named now or were named before."""
    named = [share["unit"] for share in step.data.get("shares", ())]
    findings = row.findings.all() if row is not None and row.pk is not None else ()
    named += [share.unit for one in findings for share in one.shares.all()]
    return not any(covers(unit, judge) for unit in named)


def _find(step: Step, row: Responsibility, kind: FindingStep) -> None:
    """Keep what was found. Data: attribution, ground; optional cause (entry) and, for what lies with the company only,
    shares: rows of {unit, percent; optional liability_class, stage}, 100 in all."""
    attribution = step.data["attribution"]
    if attribution not in Attribution.values:
        raise Refused(_("Choose with whom the cause lies."), code="unknown_choice")
    shares = step.data.get("shares", ())
    _check_shares(step, shares, is_shared=attribution == Attribution.COMPANY)
    finding = ResponsibilityFinding.objects.create(
        responsibility=row,
        step=kind,
        attribution=attribution,
        cause=step.data.get("cause"),
        ground=_ground(step),
        by=step.person,
        unit=_unit(step),
        at=step.at,
    )
    made = ResponsibilityShare.objects.bulk_create(ResponsibilityShare(finding=finding, **share) for share in shares)
    step.said += [finding, *made]
    step.notes["responsibility"] = finding.pk


def _check_shares(step: Step, shares: Sequence[Mapping[str, Any]], *, is_shared: bool) -> None:
    if not is_shared:
        if shares:
            raise Refused(_("Only what lies with the company is shared out among its units."), code="shares_too_many")
        return
    if sum(share["percent"] for share in shares) != WHOLE or any(share["percent"] < 1 for share in shares):
        raise Refused(_("The shares of the units must add up to 100 percent."), code="shares_incomplete")
    places = [(share["unit"], share.get("liability_class", ""), share.get("stage", "")) for share in shares]
    if len(set(places)) < len(places):
        raise Refused(_("A unit is named twice for the same thing. Put its shares together."), code="share_twice")
    units = set(liable_units(step.ticket))
    for unit, liability, stage in places:
        if unit not in units:
            raise Refused(
                _("%(unit)s had nothing to do with the ticket: ask it first, by a work order.") % {"unit": unit.name},
                code="unit_not_concerned",
            )
        _check_codes(step, liability, stage)


def _check_codes(step: Step, liability: str, stage: str) -> None:
    """A class of the scheme, where that has any; a stage that a unit works on, or none."""
    classes = {entry.code for entry in step.scheme.all_entries("liability_class")} or {""}
    if liability not in classes:
        raise Refused(_("Choose the liability class of each share."), code="liability_class")
    if stage not in ("", *STAGES):
        raise Refused(_("Choose one of the stages offered."), code="unknown_choice")


def _ground(step: Step) -> str:
    ground: str = step.data["ground"].strip()
    if not ground:
        raise Refused(_("Say on what grounds."), code="ground_empty")
    return ground


def _unit(step: Step) -> Unit:
    """In whose name it is said. Raises TypeError for the system."""
    if step.grant is None:
        raise TypeError(f"{step.action.name} is done by a person")
    return step.grant.unit
