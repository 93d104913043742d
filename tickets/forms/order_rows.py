"""Rows of work orders in a form: who leads, who assists, what is asked of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tickets.forms.base import ActForm
from tickets.forms.fields import UnitField, text_field, units_to_handle
from tickets.states import OrderRole

if TYPE_CHECKING:
    from organization.models import Unit

ROWS = 4


@dataclass(frozen=True)
class Row:
    """The fields of one row as they are shown."""

    unit: forms.BoundField
    role: forms.BoundField
    demand: forms.BoundField


class OrdersForm(ActForm):
    """A form with up to four work orders, the first leading unless said otherwise."""

    template = "ticket/_orders_form.html"
    needs_orders: ClassVar[bool] = False

    def prepare(self) -> None:
        """Add the rows; `proposal` fills the first."""
        place, units = self.situation.ticket.province_id, units_to_handle()
        for index in range(ROWS):
            part = OrderRole.ASSIST if index else OrderRole.LEAD
            self.fields[f"unit_{index}"] = UnitField(units, first=place, label=_("Unit"), required=False)
            self.fields[f"role_{index}"] = forms.ChoiceField(
                label=_("Part"), choices=OrderRole.choices, initial=part, required=False
            )
            self.fields[f"demand_{index}"] = text_field(_("What is asked"), required=False, rows=2)
        unit, demand = self.proposal()
        self.fields["unit_0"].initial = unit.pk if unit else None
        self.fields["demand_0"].initial = demand

    def proposal(self) -> tuple[Unit | None, str]:
        """The unit that should lead, and what is asked of it."""
        return None, ""

    def rows(self) -> list[Row]:
        """The rows as they are shown."""
        if "unit_0" not in self.fields:
            return []
        return [Row(self[f"unit_{index}"], self[f"role_{index}"], self[f"demand_{index}"]) for index in range(ROWS)]

    def more_is_open(self) -> bool:
        """Whether a row beyond the first is in use."""
        return any(row.unit.value() or row.demand.value() or row.unit.errors for row in self.rows()[1:])

    def shown_fields(self) -> list[forms.BoundField]:
        """The fields that stand outside the rows."""
        return [
            field for field in super().shown_fields() if field.name.rstrip("0123") not in ("unit_", "role_", "demand_")
        ]

    def clean(self) -> dict[str, Any]:
        """A unit has one order; something asked needs a unit; somebody leads."""
        data = super().clean() or {}
        named: list[Unit] = []
        for index in range(ROWS):
            unit, demand = data.get(f"unit_{index}"), data.get(f"demand_{index}")
            if unit is not None and unit in named:
                self.add_error(f"unit_{index}", _("This unit is named twice. Give it one order."))
            elif unit is not None:
                named.append(unit)
            elif demand and index and f"unit_{index}" not in self.errors:
                self.add_error(f"unit_{index}", _("Choose the unit that this is asked of."))
        if self.needs_orders and not named and "unit_0" not in self.errors:
            self.add_error("unit_0", ValidationError(_("Name the unit that leads."), code="no_lead"))
        return data

    def act_data(self) -> dict[str, Any]:
        """The rows that name a unit as `orders`, beside the other fields."""
        values = super().act_data()
        names = ("unit", "role", "demand")
        rows = [{name: values.pop(f"{name}_{index}", None) for name in names} for index in range(ROWS)]
        return values | {"orders": [row for row in rows if row["unit"] is not None]}
