"""The list of the monitor: what is in flight, what is due first in front, as its address narrows it down."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import django_filters
from django import forms
from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from core.picks import Pick
from tickets.filters import business_tree
from tickets.lists import PAGE_SIZE, Page, turned_to
from tickets.models import SupervisionOrder, SupervisionTrigger, Ticket
from tickets.models.supervision import SUPERVISION_OPEN, Trigger
from tickets.monitor import Lateness
from tickets.scheme.entries import Contact as Access
from tickets.services.contact_access import ContactView, contact_view, former_contact
from tickets.states import ORDER_UNANSWERED, Grade, Stage

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.models import StageClock
    from tickets.monitor import Watch
    from tickets.scheme import SchemeDocument

_ANY = _("any")


class MonitorFilter(django_filters.FilterSet):
    """What the list of the monitor can be narrowed down to. Lateness, stage and person speak of the same clock."""

    lateness = django_filters.ChoiceFilter(
        method="by_clock", choices=Lateness.choices, label=_("Lateness"), empty_label=_ANY
    )
    stage = django_filters.ChoiceFilter(method="by_clock", choices=Stage.choices, label=_("Stage"), empty_label=_ANY)
    person = django_filters.NumberFilter(
        method="by_clock", widget=forms.HiddenInput, min_value=1, max_value=2**31, decimal_places=0
    )
    business_type = django_filters.ChoiceFilter(
        field_name="business_type__code", label=_("Business"), empty_label=_ANY, widget=Pick
    )
    priority = django_filters.ChoiceFilter(
        choices=[(number, f"P{number}") for number in range(1, 5)], label=_("Priority"), empty_label=_ANY
    )
    level = django_filters.ChoiceFilter(label=_("Level"), empty_label=_ANY)
    supervised = django_filters.BooleanFilter(
        method="by_supervision", label=_("Supervision open"), widget=forms.CheckboxInput
    )
    to_assign = django_filters.BooleanFilter(
        method="by_assignment", label=_("To assign bindingly"), widget=forms.CheckboxInput
    )

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, *args: Any, document: SchemeDocument, watch: Watch, **kwargs: Any) -> None:
        super().__init__(*args, queryset=Ticket.objects.none(), **kwargs)
        self.watch = watch
        self.filters["level"].extra["choices"] = [
            (entry.code, str(entry.label)) for entry in document.all_entries("level")
        ]
        self.filters["business_type"].extra["choices"] = business_tree(document)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The tickets that fit."""
        return super().filter_queryset(self.narrowed.tickets(self.form.cleaned_data.get("lateness") or ""))

    @property
    def narrowed(self) -> Watch:
        """The clocks in question; what cannot be does not narrow them down."""
        self.form.is_valid()  # what was asked for is there from now on
        asked = self.form.cleaned_data
        person = asked.get("person")
        return replace(self.watch, stage=asked.get("stage") or "", person=None if person is None else int(person))

    def by_clock(self, queryset: QuerySet[Any], name: str, value: Any) -> QuerySet[Any]:
        """These say which clocks are in question: `filter_queryset` asks for all of them together."""
        return queryset

    def by_supervision(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Tickets with a supervision order that is not answered."""
        orders = SupervisionOrder.objects.filter(ticket=OuterRef("pk"), status__in=SUPERVISION_OPEN)
        return queryset.filter(Exists(orders)) if value else queryset

    def by_assignment(self, queryset: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        """Tickets that bounced too often and wait for the supervisor."""
        return queryset.filter(needs_assignment=True) if value else queryset


@dataclass(frozen=True)
class InFlight:
    """A ticket in flight, the clock that makes it as late as it is, its contact data as masked in lists, its highest
    open supervision order, and when it was chased last."""

    ticket: Ticket
    clock: StageClock
    contact: ContactView
    supervision: SupervisionOrder | None
    chased_at: datetime | None

    @property
    def to_reassign(self) -> int | None:
        """The number of the work order that can be given to somebody else."""
        order = self.clock.work_order
        return order.seq if order is not None and order.status in ORDER_UNANSWERED else None


def page_of(
    narrowed: MonitorFilter, *, before: str | None = None, after: str | None = None, size: int = PAGE_SIZE
) -> Page[InFlight]:
    """One page of what is in flight, by when it is due next."""
    chases = SupervisionTrigger.objects.filter(supervision__ticket=OuterRef("pk"), trigger=Trigger.CHASE)
    clocks = narrowed.narrowed.clocks().select_related("unit", "user", "work_order")
    rows = (
        narrowed.qs.select_related("business_type", "contact")
        .annotate(sorted_by=F("next_due_at"), chased_at=Subquery(chases.order_by("-at").values("at")[:1]))
        .alias(due=F("next_due_at"))
        .prefetch_related(
            "scheme_version",
            former_contact(),
            Prefetch("clocks", clocks.order_by("due_at", "pk"), to_attr="watched"),
            Prefetch(
                "supervisions", SupervisionOrder.objects.filter(status__in=SUPERVISION_OPEN), to_attr="supervised"
            ),
        )
    )
    page = turned_to(rows, before=before, after=after, size=size)
    return replace(page, rows=[_row(ticket) for ticket in page.rows])


def _row(ticket: Any) -> InFlight:
    return InFlight(
        ticket=ticket,
        clock=min(ticket.watched, key=lambda row: row.paused_at is not None),
        contact=contact_view(ticket, Access.MASKED),
        supervision=max(ticket.supervised, key=lambda row: Grade(row.grade).rank, default=None),
        chased_at=ticket.chased_at,
    )
