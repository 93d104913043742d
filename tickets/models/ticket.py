"""The one table of tickets: whatever lists, clocks, scope or KPIs read (ADR 0001)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import FSMField

from organization.models import Unit
from tickets.querysets import TicketQuerySet
from tickets.states import CLOSED, CLOSES_UNANSWERED, ENDED, STATES_OF, WITH_ORDERS, ClosureCode, Kind, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from tickets.actions import Step

# Lists are sorted by the next due time over a NOT NULL column; a ticket without a running clock comes last.
NOTHING_DUE = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
DESCRIPTION_LIMIT = 4000

ProxyT = TypeVar("ProxyT", bound="Ticket")
_PROXIES: dict[str, type[Ticket]] = {}


class CustomerTier(models.TextChoices):
    ORDINARY = "ordinary", _("Ordinary")
    VIP = "vip", _("VIP")
    GROUP = "group", _("Group customer")


class Substantiated(models.TextChoices):
    YES = "yes", _("Substantiated")
    NO = "no", _("Not substantiated")
    OPEN = "open", _("Not yet judged")


def _actor(related_name: str = "+", **options: Any) -> Any:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name=related_name, **options)


def _maybe_actor() -> Any:
    # People are never deleted and nothing is searched by who closed it: no index to keep up on each write.
    return _actor(null=True, blank=True, db_index=False)


def _state_of_kind() -> Q:
    """A ticket is in a state that its kind knows (model 3)."""
    condition = Q()
    for kind, states in STATES_OF.items():
        condition |= Q(kind=kind, status__in=sorted(states))
    return condition


class Ticket(models.Model):
    """One tracked case (工单) of any kind.

    Rows load as the proxy of their kind, so that a transition of that kind can run. Only `workflow` writes here.
    """

    number = models.CharField(_("number"), max_length=24, unique=True)
    kind = models.CharField(_("kind"), max_length=16, choices=Kind.choices)
    status = FSMField(_("state"), max_length=32, choices=Status.choices, default=Status.DRAFT, protected=True)
    version = models.PositiveIntegerField(default=1)
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    scheme_version = models.ForeignKey("tickets.SchemeVersion", models.PROTECT, related_name="+", db_index=False)

    request_type = models.CharField(_("request type"), max_length=32, default="complaint")
    level = models.CharField(_("level"), max_length=32)
    channel = models.ForeignKey("tickets.DictionaryEntry", models.PROTECT, related_name="+", verbose_name=_("channel"))
    business_type = models.ForeignKey(
        "tickets.DictionaryEntry", models.PROTECT, null=True, related_name="+", verbose_name=_("business type")
    )
    complaint_type = models.ForeignKey(
        "tickets.DictionaryEntry", models.PROTECT, null=True, related_name="+", verbose_name=_("complaint type")
    )
    cause = models.ForeignKey(
        "tickets.DictionaryEntry", models.PROTECT, null=True, related_name="+", verbose_name=_("cause")
    )
    summary = models.CharField(_("summary"), max_length=100)
    description = models.TextField(_("what the customer says"), max_length=DESCRIPTION_LIMIT)
    is_written = models.BooleanField(pgettext_lazy("complaint", "written"), default=False)
    extra = models.JSONField(_("script fields"), default=dict, blank=True)

    customer_tier = models.CharField(
        _("customer tier"), max_length=16, choices=CustomerTier.choices, default=CustomerTier.ORDINARY
    )
    customer_brand = models.CharField(_("brand"), max_length=32, blank=True)

    accepting_unit = models.ForeignKey(
        Unit, models.PROTECT, db_index=False, related_name="+", verbose_name=_("accepting unit")
    )
    owner_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("owner unit"))
    province = models.ForeignKey(
        Unit, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("province")
    )
    city = models.ForeignKey(Unit, models.PROTECT, null=True, db_index=False, related_name="+", verbose_name=_("city"))
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="held_tickets", verbose_name=_("holder")
    )
    complained_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit complained about")
    )
    complained_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("person complained about"),
    )
    substantiated = models.CharField(
        _("substantiated"), max_length=8, choices=Substantiated.choices, default=Substantiated.OPEN
    )

    priority = models.PositiveSmallIntegerField(_("priority"), default=4)
    priority_reasons = models.JSONField(_("reasons for the priority"), default=list)
    is_critical = models.BooleanField(_("critical (media, court, regulator)"), default=False)
    is_urgent = models.BooleanField(_("urgent (basic service cut)"), default=False)
    is_widespread = models.BooleanField(_("widespread (many customers)"), default=False)
    repeat_number = models.PositiveSmallIntegerField(_("repeat"), default=0)

    accepted_at = models.DateTimeField(_("accepted at"))
    accepted_by = _actor(related_name="accepted_tickets", verbose_name=_("accepted by"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    submitted_by = _maybe_actor()
    dispatched_at = models.DateTimeField(_("first dispatched at"), null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = _maybe_actor()
    closure_code = models.CharField(_("closure code"), max_length=16, choices=ClosureCode.choices, blank=True)
    archived_at = models.DateTimeField(_("archived at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = _maybe_actor()
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="merged_tickets")

    # While the ticket is handled, the mass incident that stands for its work order; afterwards what it was part of.
    incident = models.ForeignKey(
        "tickets.Incident",
        models.PROTECT,
        null=True,
        db_index=False,
        related_name="tickets",
        verbose_name=_("mass incident"),
    )

    bounce_count = models.PositiveSmallIntegerField(_("bounces"), default=0)
    needs_assignment = models.BooleanField(_("before the supervisor"), default=False)
    contact_count = models.PositiveSmallIntegerField(_("further contacts"), default=0)

    is_paused = models.BooleanField(_("paused"), default=False)
    next_due_at = models.DateTimeField(_("next due"), default=NOTHING_DUE)
    quiet_from = models.DateTimeField(_("nothing due since"), null=True)
    changed_at = models.DateTimeField(_("changed at"))

    external_source = models.CharField(max_length=32, blank=True)
    external_ref = models.CharField(_("external reference"), max_length=64, null=True, blank=True)  # noqa: DJ001 - NULLs never collide

    # Written by an import that is not finished: nobody sees it yet (tickets.services.publishing).
    is_held_back = models.BooleanField(default=False)

    event_count = models.PositiveIntegerField(default=0)
    last_event_hash = models.CharField(max_length=64, blank=True)

    rating_token = ""  # never stored: the secret of the customer's link, from the closing until somebody is shown it

    objects: ClassVar[TicketQuerySet] = TicketQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["province", "status", "next_due_at", "id"], name="ticket_pool_province"),
            models.Index(fields=["city", "status", "next_due_at", "id"], name="ticket_pool_city"),
            models.Index(fields=["accepting_unit", "status", "next_due_at", "id"], name="ticket_pool_accepting"),
            models.Index(fields=["status", "next_due_at", "id"], name="ticket_pool_status"),
            models.Index(fields=["status", "-id"], name="ticket_admin_list"),
            models.Index(fields=["next_due_at", "id"], name="ticket_by_due"),
            models.Index(fields=["accepted_at"], name="ticket_accepted"),
            models.Index(fields=["incident", "status"], condition=Q(incident__isnull=False), name="ticket_of_incident"),
            models.Index(fields=["quiet_from"], condition=Q(quiet_from__isnull=False), name="ticket_to_archive"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(priority__range=(1, 4)), name="ticket_priority_range"),
            models.CheckConstraint(condition=Q(round__gte=1), name="ticket_round_positive"),
            models.CheckConstraint(
                condition=Q(submitted_at__isnull=True, submitted_by__isnull=True)
                | Q(submitted_at__isnull=False, submitted_by__isnull=False),
                name="ticket_submitted_pair",
            ),
            models.CheckConstraint(
                condition=(
                    Q(status__in=sorted(CLOSED), closed_at__isnull=False, closed_by__isnull=False)
                    & (~Q(closure_code="") | Q(kind__in=sorted(CLOSES_UNANSWERED)))
                )
                | (~Q(status__in=sorted(CLOSED)) & Q(closed_at__isnull=True, closed_by__isnull=True, closure_code="")),
                name="ticket_closed_complete",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.ARCHIVED, archived_at__isnull=False)
                | (~Q(status=Status.ARCHIVED) & Q(archived_at__isnull=True)),
                name="ticket_archived_at",
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(ENDED), ended_at__isnull=False, ended_by__isnull=False)
                | (~Q(status__in=sorted(ENDED)) & Q(ended_at__isnull=True, ended_by__isnull=True)),
                name="ticket_ended_complete",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.MERGED, merged_into__isnull=False)
                | (~Q(status=Status.MERGED) & Q(merged_into__isnull=True)),
                name="ticket_merged_into",
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted({Status.DRAFT, *CLOSED, *ENDED})) | Q(submitted_at__isnull=False),
                name="ticket_open_was_submitted",
            ),
            models.CheckConstraint(
                condition=Q(incident__isnull=True) | Q(status__in=sorted(WITH_ORDERS | CLOSED)),
                name="ticket_incident_while_handled",
            ),
            models.CheckConstraint(condition=_state_of_kind(), name="ticket_state_of_kind"),
            models.UniqueConstraint(fields=["external_source", "external_ref"], name="ticket_external_ref_once"),
        ]

    def __str__(self) -> str:
        return self.number

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **options: Any) -> Self:
        """Load a row as the proxy of its kind (ADR 0001)."""
        if cls is Ticket:
            kind = dict(zip(field_names, values, strict=False)).get("kind")
            proxy = _PROXIES.get(kind) if isinstance(kind, str) else None
            if proxy is not None:
                return proxy.from_db(db, field_names, values, **options)  # type: ignore[return-value]
        return super().from_db(db, field_names, values, **options)

    def refresh_from_db(self, *args: Any, **kwargs: Any) -> None:
        """Reload; the protected state is dropped first, because assigning over it is refused."""
        fields = kwargs.get("fields") or (args[1] if len(args) > 1 else None)
        if fields is None or "status" in fields:
            self.__dict__.pop("status", None)
        super().refresh_from_db(*args, **kwargs)

    def close(self, step: Step, code: str) -> None:
        """Set what closing sets; for the transitions of the kinds."""
        self.closed_at, self.closed_by, self.closure_code = step.at, step.by, code

    def end(self, step: Step) -> None:
        """Set what an ending without an answer sets, likewise."""
        self.ended_at, self.ended_by = step.at, step.by
        self.incident = None
        if self.submitted_at is None:
            self.holder = None

    @property
    def is_open(self) -> bool:
        return self.status not in CLOSED and self.status not in ENDED


class KindManager(models.Manager[ProxyT]):
    """Keeps a proxy to the rows of its own kind."""

    def get_queryset(self) -> TicketQuerySet:
        return TicketQuerySet(self.model, using=self._db).filter(kind=kind_of(self.model))


def proxy_of(kind: Kind) -> Callable[[type[ProxyT]], type[ProxyT]]:
    """Register the proxy class that rows of `kind` load as."""

    def register(proxy: type[ProxyT]) -> type[ProxyT]:
        _PROXIES[kind.value] = proxy
        return proxy

    return register


def kind_of(proxy: type[Ticket]) -> Kind:
    """The kind whose rows load as `proxy`; StopIteration when it is none."""
    return next(Kind(kind) for kind, known in _PROXIES.items() if known is proxy)
