"""The form in which a person chooses how notices come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _

from tickets.models.outbox import Channel
from tickets.notice_choices import CHOSEN, PERSONAL, address_of, choices_of, is_locked, wants
from tickets.notice_words import SENTENCES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from organization.models import User


@dataclass(frozen=True)
class Line:
    """One kind: what it says, and a box for each way."""

    label: str
    sentence: str
    boxes: list[forms.BoundField]


class NoticeChoiceForm(forms.Form):
    """A box for each kind and way; fixed where it is mandatory, and where the person has no such address."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = choices_of([user]).get(user.pk, {})
        self.reachable = {channel: bool(address_of(user, channel)) for channel in PERSONAL}
        for kind in CHOSEN:
            for channel in PERSONAL:
                self.fields[_name(kind, channel)] = forms.BooleanField(
                    label=f"{kind.label} · {channel.label}",
                    required=False,
                    initial=wants(kind, channel, chosen) and self.reachable[channel],
                    disabled=is_locked(kind, channel) or not self.reachable[channel],
                )

    def lines(self) -> Iterator[Line]:
        """The kinds in their order."""
        for kind in CHOSEN:
            boxes = [self[_name(kind, channel)] for channel in PERSONAL]
            yield Line(str(kind.label), str(SENTENCES[kind]), boxes)

    def unreachable(self) -> list[str]:
        """Why a way is closed, in words."""
        why = {
            Channel.EMAIL: _("No e-mail: your account has no address, or this site sends no mail."),
            Channel.SMS: _("No text messages: your account has no mobile number, or this site sends none."),
        }
        return [why[channel] for channel in PERSONAL if not self.reachable[channel]]

    @property
    def wanted(self) -> dict[tuple[str, str], bool]:
        """What the person may choose and chose, by (kind, channel)."""
        return {
            (kind, channel): self.cleaned_data[_name(kind, channel)]
            for kind in CHOSEN
            for channel in PERSONAL
            if not self.fields[_name(kind, channel)].disabled
        }


def _name(kind: str, channel: str) -> str:
    return f"{kind}-{channel}"
