"""Forms from the draft to the units: submitting, dispatching, rejecting results (U-36…U-38)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from organization.models import Unit
from tickets.display import due_words
from tickets.forms import ActForm, ClickForm, Place, ReasonForm, Situation
from tickets.forms.fields import UnitField, plain_choices, text_field
from tickets.forms.order_rows import OrdersForm
from tickets.forms.orders import offer_units
from tickets.models import Ticket
from tickets.selectors import proposed_unit
from tickets.states import OrderRole


class SubmitForm(ClickForm):
    """Handing the complaint to the centre."""


class DeclineForm(ReasonForm):
    """Not accepting a complaint, where the scheme knows that."""

    place = Place.END

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only where the scheme lets it."""
        return situation.scheme.options.allow_decline


class DispatchForm(OrdersForm):
    """Sending the ticket to units: a proposal to confirm (U-28, U-37, U-38)."""

    needs_orders = True

    level = forms.ChoiceField(label=gettext_lazy("Level"))

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Not while the supervisor has to assign it, nor while a mass incident stands for the order."""
        return not situation.ticket.needs_assignment and situation.ticket.incident_id is None

    def prepare(self) -> None:
        """Propose unit, level and demand; where the level changes, say what the customer was promised before."""
        super().prepare()
        ticket = self.situation.ticket
        levels, level = plain_choices(self.situation.scheme, "level"), proposed_level(ticket, self.proposed)
        self.offer("level", levels, level)
        if level != ticket.level:
            self.fields["level"].help_text = promised_before(ticket)

    def proposal(self) -> tuple[Unit | None, str]:
        """What routing says, for the first dispatch; further orders are for the dispatcher to choose."""
        ticket = self.situation.ticket
        self.proposed = proposed_unit(ticket) if ticket.dispatched_at is None else None
        demand = _("Please verify, settle it and give wording for the customer: %(summary)s")
        return self.proposed, demand % {"summary": ticket.summary}


class AssignForm(ActForm):
    """The supervisor's binding assignment after too many bounces (model 5)."""

    intro = gettext_lazy("The unit can neither return nor pass on this order. Open orders are recalled.")

    unit = UnitField(label=gettext_lazy("Unit"))
    demand = text_field(gettext_lazy("What is asked"), rows=3)

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Only for what bounced too often."""
        return situation.ticket.needs_assignment

    def prepare(self) -> None:
        """Offer the units that handle orders."""
        offer_units(self, "unit")


class SendBackForm(ReasonForm):
    """Incomplete: back to the channel."""

    intro = gettext_lazy("The agent who took the complaint completes it and submits it again.")


class ReturnInstructionForm(ReasonForm):
    """Back without an instruction."""


class AgainForm(OrdersForm):
    """The result does not do: back to the unit that leads, or to others; with none named, for dispatch."""

    intro = gettext_lazy("Without a unit the ticket waits for dispatch again.")

    note = text_field(gettext_lazy("What is missing"), rows=3)

    def prepare(self) -> None:
        """No rows where the supervisor has to assign it (model 5); who named units all the same is told so."""
        if self.is_bound or not self.situation.ticket.needs_assignment:
            super().prepare()

    def proposal(self) -> tuple[Unit | None, str]:
        """The unit whose result it was."""
        accepted = self.situation.ticket.work_orders.filter(parent=None, role=OrderRole.LEAD, is_superseded=False)
        last = accepted.select_related("unit").order_by("seq").last()
        return (last.unit if last else None), ""

    def act_data(self) -> dict[str, Any]:
        """What is missing is asked of the units, where nothing else is."""
        data = super().act_data()
        for row in data["orders"]:
            row["demand"] = row["demand"] or data["note"][:2000]
        return data


class RejectResultForm(AgainForm):
    """The centre is not content with the collected result."""

    place = Place.SIGHT


class RefuseClearanceForm(AgainForm):
    """The closing is not cleared."""


class ReworkForm(AgainForm):
    """A new round after a bad revisit (再处理, U-46)."""

    intro = gettext_lazy("A new round with its own times. Without a unit the ticket waits for dispatch again.")
    note = None  # type: ignore[assignment]
    reason = text_field(gettext_lazy("What was handled improperly"), limit=500, rows=3)

    def act_data(self) -> dict[str, Any]:
        """The reason is asked of the units, where nothing else is."""
        data = OrdersForm.act_data(self)
        for row in data["orders"]:
            row["demand"] = row["demand"] or data["reason"]
        return data


class UnarchiveForm(ReasonForm):
    """Taking a ticket out of the archive."""


def promised_before(ticket: Ticket) -> str:
    """What the customer was told when the ticket had the level that it has; empty where nothing was promised."""
    promised = ticket.complaint_detail.promised_at
    if promised is None:
        return ""
    level = ticket.scheme_version.document.label("level", ticket.level)
    words = _("Was %(level)s: the customer was promised an answer by %(when)s. That stands until an interim reply.")
    return words % {"level": level, "when": due_words(promised)}


def proposed_level(ticket: Ticket, unit: Unit | None) -> str:
    """The level to propose when a ticket goes to a unit: one that was taken at the first level rises with whom it
    needs, a department of its place or somebody beyond (U-28)."""
    levels = ticket.scheme_version.document.options.level_proposals
    if ticket.level != levels.start:
        return ticket.level
    beyond = unit is not None and unit.province_id != ticket.province_id
    return levels.group if beyond else levels.department
