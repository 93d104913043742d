"""A complaint on its way, from the channel that takes it on."""

from __future__ import annotations

from dataclasses import dataclass

from complaints.services.intake import Matter, take
from demo.life import Life
from demo.matters import AT_THE_HALL, WRITTEN
from organization.roles import Role
from tickets.models.attachment import AttachmentPurpose


@dataclass
class ComplaintLife(Life):
    """A complaint and the people around it; `repeat_of` is the same customer's of the same matter before."""

    repeat_of: ComplaintLife | None = None

    def take(self) -> None:
        """The customer is heard: a draft, with the signed record where the channel cannot record (U-34)."""
        case, entries = self.case, self.world.entries
        agent = self.one_of(Role.AGENT, self.channel_unit)
        channel = case.channel if self.channel_unit == case.city.hall or case.channel not in AT_THE_HALL else "hotline"
        self.ticket = take(
            by=agent,
            customer=case.customer,
            home=case.city.unit,
            unit=self.channel_unit,
            repeat_of=self.repeat_of.ticket if self.repeat_of else None,
            matter=Matter(
                channel=entries["channel", channel],
                summary=case.summary,
                description=case.description,
                request_type=case.matter.get("request", "complaint"),
                business_type=entries["business_type", case.matter["business"]],
                complaint_type=entries["complaint_type", case.matter["type"]],
                is_written=channel in WRITTEN,
                is_urgent=case.matter.get("urgent", False),
                is_critical=self.rng.random() < 0.02,
                extra=case.extra,
                recording_ref=f"R{self.rng.randrange(10**10):010}" if "hotline" in channel else "",
                complained_unit=case.city.hall if case.matter.get("complained") else None,
            ),
        )
        self.dispatcher = self.one_of(Role.DISPATCHER, self.centre)
        if not self.world.version.document.records(channel):
            self.attach(AttachmentPurpose.SIGNATURE, "客户签字记录.png", agent)
