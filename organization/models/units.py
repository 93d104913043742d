"""The unit tree: group, provinces, cities, counties, with departments, centres and channels as units of them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from simple_history.models import HistoricalRecords

from organization.querysets import UnitQuerySet


class Tier(models.TextChoices):
    """The level of a unit; a department or centre has the tier of the unit it belongs to."""

    GROUP = "group", pgettext_lazy("tier", "group")
    PROVINCE = "province", _("province")
    CITY = "city", _("city")
    COUNTY = "county", _("county")

    @property
    def rank(self) -> int:
        """0 for the group, rising downwards."""
        return list(Tier).index(self)


class Function(models.TextChoices):
    """What a unit does in the loop; a unit may have several (U-19 … U-23)."""

    CHANNEL = "channel", _("intake channel")
    COMPLAINT_CENTRE = "complaint_centre", _("complaint centre")
    REMOTE_UNIT = "remote_unit", _("remote processing unit")
    BUSINESS_OWNER = "business_owner", _("owner by business")
    TYPE_OWNER = "type_owner", _("owner by complaint type")
    ASSISTANT = "assistant", _("assisting department")
    GROUP_SERVICE = "group_service", _("group customer-service department")
    GROUP_CENTRE = "group_centre", _("group complaint centre")
    QUALITY = "quality", _("quality inspection")


class Unit(models.Model):
    """One place in the organisation.

    `path`, `province` and `city` are derived from `parent` and `tier`; only the services write them.
    """

    code = models.CharField(_("code"), max_length=32, unique=True)
    name = models.CharField(_("name"), max_length=64)
    parent = models.ForeignKey(
        "self", verbose_name=_("parent unit"), null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    # "/1/4/12/": the ids from the root down to the unit itself, so that a subtree is one prefix.
    path = models.CharField(_("path"), max_length=255, unique=True, editable=False)
    tier = models.CharField(_("tier"), max_length=16, choices=Tier.choices)
    province = models.ForeignKey(
        "self", verbose_name=_("province"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    city = models.ForeignKey(
        "self", verbose_name=_("city"), null=True, editable=False, on_delete=models.PROTECT, related_name="+"
    )
    manager = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=pgettext_lazy("of a unit", "manager"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="managed_units",
    )
    phone = models.CharField(_("phone"), max_length=32, blank=True)
    notification_address = models.CharField(_("notification address"), max_length=255, blank=True)
    is_active = models.BooleanField(_("in use"), default=True)

    objects = UnitQuerySet.as_manager()
    history = HistoricalRecords(excluded_fields=["path", "province", "city"])

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(condition=Q(tier__in=Tier.values), name="unit_tier_known"),
            models.CheckConstraint(condition=Q(parent__isnull=False) | Q(tier=Tier.GROUP), name="unit_root_is_group"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def depth(self) -> int:
        """How many units stand on the way from the root down to this one, itself included."""
        return self.path.count("/") - 1

    @property
    def ancestor_ids(self) -> tuple[int, ...]:
        """Ids from the root down to the unit itself."""
        return tuple(int(part) for part in self.path.strip("/").split("/"))

    def derive_place(self) -> None:
        """Set path, province and city of a unit that has its id from its parent, which is already placed."""
        above = self.parent
        rank = Tier(self.tier).rank
        self.path = f"{above.path if above else '/'}{self.pk}/"
        self.province = ((above and above.province) or self) if rank >= Tier.PROVINCE.rank else None
        self.city = ((above and above.city) or self) if rank >= Tier.CITY.rank else None

    def has_function(self, function: str) -> bool:
        """Whether the unit has the function (uses prefetched functions when there are any)."""
        return any(row.function == function for row in self.functions.all())


class UnitFunction(models.Model):
    """One function of one unit."""

    unit = models.ForeignKey(Unit, verbose_name=_("unit"), on_delete=models.CASCADE, related_name="functions")
    function = models.CharField(_("function"), max_length=32, choices=Function.choices)

    history = HistoricalRecords()

    class Meta:
        verbose_name = _("unit function")
        verbose_name_plural = _("unit functions")
        constraints = [
            models.UniqueConstraint(fields=["unit", "function"], name="unitfunction_once_per_unit"),
            models.CheckConstraint(condition=Q(function__in=Function.values), name="unitfunction_known"),
        ]

    def __str__(self) -> str:
        return str(Function(self.function).label)
