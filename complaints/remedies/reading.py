"""The use of authorities (U-48): what was granted in a period, by unit, role and kind."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import Count, F, Q, Sum

from core.clock import SHANGHAI
from tickets.models import Remedy, Ticket
from tickets.remedies import remedy_words, role_label

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from organization.models import User
    from tickets.scheme import SchemeDocument


@dataclass(frozen=True)
class Use:
    """What was granted of one kind on the authority of one role in one unit."""

    unit: str
    role: str
    kind: str
    count: int
    asked: int  # of these, how many somebody else had asked for
    total: str


def granted_in(user: User, first: dt.date, last: dt.date) -> QuerySet[Remedy]:
    """The remedies granted from the first to the last Shanghai day on tickets that the user sees, the latest first;
    those taken back too, marked as such."""
    begin = dt.datetime.combine(first, dt.time.min, tzinfo=SHANGHAI)
    end = dt.datetime.combine(last, dt.time.min, tzinfo=SHANGHAI) + dt.timedelta(days=1)
    return (
        Remedy.objects.filter(decision="approved", decided_at__gte=begin, decided_at__lt=end)
        .filter(ticket__in=Ticket.objects.visible_to(user).values("pk"))
        .order_by("-decided_at", "-pk")
    )


def use_of(rows: QuerySet[Remedy], document: SchemeDocument) -> list[Use]:
    """The same added up, without what was taken back."""
    grouped = (
        rows.filter(taken_back_at=None)
        .order_by("granted_in__path", "granted_as", "kind")
        .values("granted_in__name", "granted_as", "kind")
        .annotate(count=Count("pk"), asked=Count("pk", filter=~Q(asked_by=F("decided_by"))), total=Sum("amount"))
    )
    return [
        Use(
            unit=row["granted_in__name"] or "",
            role=role_label(row["granted_as"]),
            kind=document.label("remedy", row["kind"]),
            count=row["count"],
            asked=row["asked"],
            total=remedy_words(document, row["kind"], Decimal(row["total"])),
        )
        for row in grouped
    ]
