"""Fields that only the forms of appeals have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.utils.translation import gettext as _

from appeals.models import AppealDetail
from tickets.display import instant_words
from tickets.models import Attachment
from tickets.models.attachment import AttachmentPurpose

if TYPE_CHECKING:
    from tickets.forms import ActForm, Situation
    from tickets.models import Ticket


def detail_of(situation: Situation) -> AppealDetail:
    """What only the appeal has, loaded with the ticket."""
    detail: AppealDetail = situation.ticket.appeal_detail
    return detail


class DocumentField(forms.ModelChoiceField):
    """One of the files of the ticket that were attached for a purpose; cleans to the attachment."""

    def __init__(self, **options: Any) -> None:
        super().__init__(Attachment.objects.none(), empty_label="—", **options)

    def label_from_instance(self, obj: Any) -> str:
        """The file's name and when it came."""
        return f"{obj.name} · {instant_words(obj.at)}"


def offer_documents(form: ActForm, ticket: Ticket, *purposes: AttachmentPurpose) -> None:
    """Offer the ticket's files of these purposes (none named: all) in the field `document`, the latest chosen; where
    there is none, say what to do."""
    field = cast("DocumentField", form.fields["document"])
    rows = ticket.attachments.filter(purpose__in=purposes) if purposes else ticket.attachments.all()
    field.queryset = rows
    field.initial = rows.last()
    if field.initial is None:
        named = _(", ").join(str(purpose.label) for purpose in purposes)
        words = _("Attach the file on the ticket's page first, with the purpose “%(purpose)s”.") % {"purpose": named}
        field.help_text = words if purposes else _("Attach the file on the ticket's page first.")
