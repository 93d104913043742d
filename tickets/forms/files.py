"""Taking a file away from a ticket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext_lazy

from tickets.display import instant_words
from tickets.forms.base import Place, ReasonForm
from tickets.models import Attachment

if TYPE_CHECKING:
    from tickets.forms.base import Situation


class FileField(forms.ModelChoiceField):
    """One of the files of the ticket; cleans to the attachment."""

    def label_from_instance(self, obj: Any) -> str:
        """What the file is for, its name and when it came."""
        return f"{obj.get_purpose_display()} · {obj.name} · {instant_words(obj.at)}"


class RemoveAttachmentForm(ReasonForm):
    """A file that should not be there, such as one of another customer."""

    intro = gettext_lazy("The file is gone for good. Its purpose and its hash stay in the course of the ticket.")
    place = Place.END
    field_order = ("attachment", "reason")

    attachment = FileField(Attachment.objects.none(), label=gettext_lazy("File"), empty_label="—")

    @classmethod
    def is_offered(cls, situation: Situation) -> bool:
        """Where there is a file."""
        return situation.ticket.attachments.exists()

    def prepare(self) -> None:
        """Offer the files of this ticket."""
        cast(
            "forms.ModelChoiceField[Attachment]", self.fields["attachment"]
        ).queryset = self.situation.ticket.attachments.all()

    def act_data(self) -> dict[str, Any]:
        """The file by its id."""
        data = super().act_data()
        return data | {"attachment": data["attachment"].pk}
