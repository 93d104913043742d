"""A mass incident (群障, M-05): one fault that many customers complain about, and the record of what happened to it."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.append_only import AppendOnly
from organization.grants import grants_of
from organization.models import Unit, User
from organization.roles import Role
from tickets.querysets import NOTHING


class IncidentStatus(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("incident", "Proposed")
    OPEN = "open", pgettext_lazy("incident", "Open")
    ENDED = "ended", pgettext_lazy("incident", "Ended")
    DISMISSED = "dismissed", pgettext_lazy("incident", "Dismissed")


class IncidentAct(models.TextChoices):
    """What happens to an incident."""

    PROPOSE = "propose", pgettext_lazy("incident", "Proposed by the system")
    OPEN = "open", pgettext_lazy("incident", "Open the incident")
    DISMISS = "dismiss", pgettext_lazy("incident", "Dismiss the proposal")
    CHANGE = "change", pgettext_lazy("incident", "Change the incident")
    END = "end", pgettext_lazy("incident", "End the incident")
    NOT_ANSWERED = "not_answered", pgettext_lazy("incident", "Could not be answered together")


# Who watches over a place, and so opens and ends incidents there.
MANAGERS = frozenset({Role.DISPATCHER, Role.SUPERVISOR})


class IncidentQuerySet(models.QuerySet[Any]):
    """Incidents."""

    def visible_to(self, user: User) -> Self:
        """Those of the places that the user works in or for; who only configures the system sees none."""
        return self._in_places(_around(place) for place in _places(user, frozenset(Role) - {Role.ADMINISTRATOR}))

    def managed_by(self, user: User) -> Self:
        """Those of them whose every area lies in a place that the user watches over."""
        places = [Q(path__startswith=place.path) for place in _places(user, MANAGERS)]
        within = NOTHING
        for condition in places:
            within |= condition
        areas = Unit.objects.filter(incidents=OuterRef("pk"))
        return self.filter(Exists(areas)).exclude(Exists(areas.exclude(within)))

    def _in_places(self, conditions: Any) -> Self:
        around = NOTHING
        for condition in conditions:
            around |= condition
        return self.filter(Exists(Unit.objects.filter(around, incidents=OuterRef("pk"))))


def _around(place: Unit) -> Q:
    return Q(path__startswith=place.path) | Q(pk__in=place.ancestor_ids)


def _places(user: User, roles: frozenset[Role]) -> list[Unit]:
    """The city or province of each unit in which the user has one of the roles; for a unit of the group all of it."""
    units = [grant.unit for grant in grants_of(user) if grant.role in roles]
    roots = {unit.ancestor_ids[0] for unit in units if unit.province_id is None}
    known = {place for unit in units if (place := unit.city_id or unit.province_id) is not None}
    return list(Unit.objects.filter(pk__in=known | roots))


class Incident(models.Model):
    """One fault in some areas that concerns some businesses. Only `complaints.incidents` writes here.

    Tickets point to it; while it lasts it stands for their work order. `similar_key` names what a proposal is about, so
    that the same is not proposed twice at once.
    """

    title = models.CharField(_("what happened"), max_length=100)
    status = models.CharField(_("state"), max_length=16, choices=IncidentStatus.choices)
    areas = models.ManyToManyField(Unit, related_name="incidents", verbose_name=_("areas"))
    business_types = models.ManyToManyField(
        "tickets.DictionaryEntry", related_name="+", verbose_name=_("business types")
    )
    starts_at = models.DateTimeField(_("since"))
    expected_end_at = models.DateTimeField(_("expected end"), null=True)
    script = models.TextField(_("wording for the customer"), max_length=1000, blank=True)
    similar_key = models.CharField(max_length=100, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("opened by")
    )
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    cause = models.TextField(_("cause"), max_length=1000, blank=True)
    answer = models.TextField(_("answer to the customers"), max_length=2000, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[IncidentQuerySet] = IncidentQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("mass incident")
        verbose_name_plural = _("mass incidents")
        ordering = ("-id",)
        indexes = [models.Index(fields=["status", "-id"], name="incident_list")]
        constraints = [
            models.UniqueConstraint(
                fields=["similar_key"], condition=Q(status="proposed"), name="incident_proposed_once"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["open", "ended"])
                | (Q(opened_at__isnull=False, expected_end_at__isnull=False) & ~Q(script="")),
                name="incident_open_complete",
            ),
            models.CheckConstraint(
                condition=(Q(status="ended", ended_at__isnull=False, ended_by__isnull=False) & ~Q(answer=""))
                | (~Q(status="ended") & Q(ended_at__isnull=True, ended_by__isnull=True, answer="")),
                name="incident_ended_complete",
            ),
            models.CheckConstraint(
                condition=Q(expected_end_at__isnull=True) | Q(expected_end_at__gt=F("starts_at")),
                name="incident_forward",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether tickets can be linked to it."""
        return self.status == IncidentStatus.OPEN


class IncidentEvent(AppendOnly):
    """One step of an incident: who, when, what, why. Rows are never changed or deleted.

    `ticket` is the one that could not be answered together with the others, once for each.
    """

    incident = models.ForeignKey(Incident, models.PROTECT, related_name="events")
    act = models.CharField(max_length=16, choices=IncidentAct.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=400, blank=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    ticket = models.ForeignKey("tickets.Ticket", models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("step of a mass incident")
        verbose_name_plural = _("steps of mass incidents")
        ordering = ("incident_id", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "ticket"], condition=Q(ticket__isnull=False), name="incident_fault_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.act} of incident {self.incident_id}"
