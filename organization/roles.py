"""The roles and the admin permissions that follow from them (permissions.md).

What a role may do to a ticket is decided by the ticket's scope and the action; this table only opens admin pages.
Nobody gets a delete permission.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a membership lets a user do, within its unit and below."""

    AGENT = "agent", _("intake agent")
    DISPATCHER = "dispatcher", _("dispatcher")
    HANDLER = "handler", _("handler")
    DIRECTOR = "director", _("director")
    APPROVER = "approver", _("approver")
    REVISITOR = "revisitor", _("revisitor")
    SUPERVISOR = "supervisor", _("supervisor")
    QUALITY_CHECKER = "quality_checker", _("quality checker")
    ESCALATION_OFFICER = "escalation_officer", _("escalation officer")
    APPEAL_OFFICER = "appeal_officer", _("appeal officer")
    LIAISON = "liaison", _("liaison officer")
    MANAGER = "manager", _("manager")
    ADMINISTRATOR = "administrator", _("administrator")


# Who works in the group's complaint centre, and is told what the group must know at once (U-09).
GROUP_CENTRE_ROLE = Role.ESCALATION_OFFICER


def _permissions(app_label: str, models_: str, *verbs: str) -> frozenset[str]:
    return frozenset(f"{app_label}.{verb}_{model}" for model in models_.split() for verb in verbs)


_TAKES_COMPLAINTS = _permissions("complaints", "complaint", "add", "change", "view") | _permissions(
    "complaints", "importbatch", "add", "view"
)
_READS_COMPLAINTS = _permissions("complaints", "complaint", "view")

ADMIN_PERMISSIONS: dict[Role, frozenset[str]] = {role: frozenset() for role in Role} | {
    Role.AGENT: _TAKES_COMPLAINTS,
    Role.DISPATCHER: _TAKES_COMPLAINTS,
    Role.ESCALATION_OFFICER: _permissions("escalations", "escalation", "add"),
    Role.APPEAL_OFFICER: _permissions("appeals", "appeal", "add"),
    Role.SUPERVISOR: _READS_COMPLAINTS,
    Role.QUALITY_CHECKER: _READS_COMPLAINTS,
    Role.MANAGER: _READS_COMPLAINTS,
    Role.ADMINISTRATOR: (
        _permissions("organization", "unit user membership absence liaisonterm", "add", "change", "view")
        | _permissions("tickets", "workdayoverride", "add", "change", "view")
        # A scheme version is an immutable document and its entries come with it: `load_scheme` writes them.
        | _permissions("tickets", "scheme schemeversion dictionaryentry message", "view")
        | _permissions("core", "accesslog", "view")
    ),
}
