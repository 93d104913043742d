"""What the worker does about mass incidents. All of it is found in the database, so that any run may die and two may
meet: a proposal is unique, a ticket is told or answered once and in a transaction of its own."""

from __future__ import annotations

import logging
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _

from complaints.incidents import linking
from complaints.incidents.reading import codes_below
from core import clock
from core.errors import Refused
from organization.models import Unit
from tickets.models import (
    DictionaryEntry,
    Incident,
    IncidentEvent,
    InterimReply,
    Outbox,
    StageClock,
    Ticket,
)
from tickets.models.incident import IncidentAct, IncidentStatus
from tickets.models.outbox import NoticeKind
from tickets.notifications import tell_all
from tickets.services.schemes import current_version
from tickets.services.unattended import perform_each
from tickets.states import ENDED, Kind, Outcome, Stage, Status
from tickets.workflow import perform

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tickets.scheme.options import IncidentRule

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Call:
    """A complaint as far as it may be one of many: when it came, by whom, about which business (its code)."""

    ticket: int
    at: datetime
    phone: str
    business: str


def propose_incidents(now: datetime) -> int:
    """Propose an incident for each place and matter that enough customers complained about within the scheme's time
    (M-05); gives how many. Complaints of twice that time are looked at, in case nobody ran meanwhile.

    None where the same is proposed already. What an incident explains, while it lasts or until it ended, does not
    count, nor what came before somebody decided on the same proposal.
    """
    rule = current_version(settings.DEFAULT_SCHEME).document.options.incidents
    if rule is None:
        return 0
    proposed = 0
    for (place, matter), calls in _calls_since(now - 2 * rule.within.span, rule).items():
        if len(calls) < rule.count:
            continue
        key = f"{place}:{matter}"
        similar = enough(_unexplained(place, _undecided(key, calls)), rule.count, rule.within.span)
        if similar:
            proposed += _propose(key, place, matter, rule, similar, now)
    return proposed


def enough(calls: Sequence[Call], count: int, within: timedelta) -> list[Call]:
    """The first `count` calls of different customers, the last of them `within` that time after the first; none where
    there are not so many. `calls` are by time."""
    for index, first in enumerate(calls):
        found: dict[str, Call] = {}
        for call in calls[index:]:
            if call.at - first.at > within:
                break
            found.setdefault(call.phone, call)
            if len(found) == count:
                return list(found.values())
    return []


def tell_of_incidents(now: datetime, most: int) -> int:
    """Tell linked customers how it stands: where the expected end lies beyond what they were promised, and once the
    whole course was warned of (U-44, model 8); gives how many, at most `most`."""
    told = InterimReply.objects.filter(ticket=OuterRef("ticket"), at__gte=OuterRef("warn_at"))
    warned = StageClock.objects.filter(
        ~Exists(told), stage=Stage.TOTAL, outcome=Outcome.RUNNING, paused_at=None, warn_at__lte=now
    )
    breaks = Q(incident__expected_end_at__gt=now, complaint_detail__promised_at__lt=F("incident__expected_end_at"))
    waiting = Ticket.objects.filter(
        Q(pk__in=warned.values("ticket")) | breaks,
        status=Status.HANDLING,
        incident__status=IncidentStatus.OPEN,
        contact__phone__regex=r"^1[0-9]{10}$",
    )
    ids = list(waiting.order_by("pk").values_list("pk", flat=True)[:most])
    return perform_each(ids, linking.TELL, done="told of the incident", most=most, at=now)


def answer_incidents(most: int) -> int:
    """Answer and close the tickets of ended incidents, each in a transaction of its own; gives how many (up to `most`).

    One that cannot be answered stays open; its incident's record and its centre are told so once.
    """
    waiting = Ticket.objects.filter(status=Status.HANDLING, incident__status=IncidentStatus.ENDED)
    done = 0
    for pk, incident in waiting.order_by("pk").values_list("pk", "incident").iterator():
        if done == most:
            break
        try:
            perform(pk, linking.ANSWER, by=None)
        except Ticket.DoesNotExist:
            continue
        except Refused as refused:
            _leave(incident, pk, refused.message)
        except (OperationalError, InterfaceError):
            raise  # the database is away, no ticket is bad: the next run goes on
        except Exception:
            logger.exception("Ticket %s could not be answered with its incident", pk)
            _leave(incident, pk, _("Something unexpected happened; the operators find it in the log of the worker."))
        else:
            done += 1
    return done


def _calls_since(since: datetime, rule: IncidentRule) -> dict[tuple[int, str], list[Call]]:
    document = current_version(settings.DEFAULT_SCHEME).document
    rows = (
        Ticket.objects.published()
        .filter(kind=Kind.COMPLAINT, accepted_at__gte=since, incident=None, business_type__isnull=False)
        .exclude(status__in=sorted(ENDED))
        .order_by("accepted_at", "pk")
    )
    columns = ("pk", "accepted_at", "city", "province", "contact__phone", "business_type__code", f"{rule.matter}__code")
    found: dict[tuple[int, str], list[Call]] = defaultdict(list)
    for pk, at, city, province, phone, business, code in rows.values_list(*columns):
        place = city or province
        if place is not None and code:
            matter = document.category(rule.matter, code, rule.matter_level)
            found[place, matter].append(Call(pk, at, phone, business))
    return found


def _undecided(key: str, calls: list[Call]) -> list[Call]:
    """Those that came after somebody last decided on a proposal of the same."""
    decided = (IncidentAct.OPEN, IncidentAct.DISMISS)
    rows = IncidentEvent.objects.filter(incident__similar_key=key, act__in=decided).order_by("-at")
    last = rows.values_list("at", flat=True).first()
    return [call for call in calls if last is None or call.at > last]


def _unexplained(place: int, calls: list[Call]) -> list[Call]:
    """Those that no incident of the place explains, be it open or ended since they came."""
    if not calls:
        return []
    document = current_version(settings.DEFAULT_SCHEME).document
    above = Unit.objects.get(pk=place).ancestor_ids
    lasted = Q(status=IncidentStatus.OPEN) | Q(status=IncidentStatus.ENDED, ended_at__gte=calls[0].at)
    for incident in Incident.objects.filter(lasted, areas__in=above).distinct():
        codes = codes_below(document, list(incident.business_types.values_list("code", flat=True)))
        ended = incident.ended_at
        calls = [call for call in calls if call.business not in codes or (ended is not None and call.at > ended)]
    return calls


def _propose(key: str, place: int, matter: str, rule: IncidentRule, calls: Sequence[Call], now: datetime) -> int:
    """Write the proposal and tell who watches over the place; 0 where the same is proposed already."""
    area = Unit.objects.get(pk=place)
    label = current_version(settings.DEFAULT_SCHEME).document.label(rule.matter, matter)
    try:
        with transaction.atomic():
            incident = Incident.objects.create(
                title=f"{area.name} · {label}"[:100],
                status=IncidentStatus.PROPOSED,
                starts_at=calls[0].at,
                similar_key=key,
            )
            incident.areas.set([area])
            incident.business_types.set(_businesses({call.business for call in calls}))
            IncidentEvent.objects.create(
                incident=incident, act=IncidentAct.PROPOSE, at=now, data={"tickets": [call.ticket for call in calls]}
            )
            tell_all([_telling(NoticeKind.INCIDENT_PROPOSED, incident.pk, calls[-1].ticket, now)])
    except IntegrityError:  # the same was proposed meanwhile, or is still undecided
        return 0
    return 1


def _businesses(codes: set[str]) -> list[DictionaryEntry]:
    scheme = current_version(settings.DEFAULT_SCHEME).scheme_id
    return list(DictionaryEntry.objects.filter(scheme=scheme, dimension="business_type", code__in=codes))


@transaction.atomic
def _leave(incident_id: int, ticket_id: int, reason: str) -> None:
    """Say once that a ticket is left open, and why: in the incident's record and to the ticket's centre."""
    at = clock.now()
    row, is_new = IncidentEvent.objects.get_or_create(
        incident_id=incident_id,
        ticket_id=ticket_id,
        defaults={"act": IncidentAct.NOT_ANSWERED, "at": at, "note": reason[:400]},
    )
    if is_new:
        logger.warning("Ticket %s is left open: see step %s of incident %s", ticket_id, row.pk, incident_id)
        tell_all([_telling(NoticeKind.INCIDENT_LEFT, incident_id, ticket_id, at)])


def _telling(kind: NoticeKind, incident: int, ticket: int, now: datetime) -> Outbox:
    key = f"incident:{incident}:{kind}:{ticket}"
    data: dict[str, Any] = {"incident": incident}
    return Outbox(ticket_id=ticket, kind=kind, key=key, at=now, data=data)
