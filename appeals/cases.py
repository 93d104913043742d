"""What an appeal is as a case of the regulator: where it came from, how it was judged (U-83, U-84, U-91)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CaseOrigin(models.TextChoices):
    """Who brought it, and how grave it is (U-84). What comes directly is no regulator's case (U-A7)."""

    FILED = "filed", _("Filed by the ministry")
    UNFILED = "unfiled", _("Unfiled, from the ministry")
    OTHER_BODY = "other_body", _("Another body")
    DIRECT = "direct", _("Directly by the customer")


class Verdict(models.TextChoices):
    """How it is concluded (U-91)."""

    COMPANY_LIABLE = "company_liable", _("The company is liable")
    PROPERLY_PRE_HANDLED = "properly_pre_handled", _("Properly handled before")
    CASE_WITHDRAWN = "case_withdrawn", _("Case withdrawn")
    USER_CAUSE = "user_cause", _("The customer's own cause")


class StatisticalMark(models.TextChoices):
    """How it counts (系统统计标识, U-07f): as a fault of the company, as an appeal only, or not at all."""

    FAULT = "fault", _("Counts as the company's fault")
    CASE = "case", _("Counts as an appeal, not as a fault")
    NOT_COUNTED = "not_counted", _("Not counted")


class ReplyMode(models.TextChoices):
    """How the regulator is answered (U-07c)."""

    PLATFORM = "platform", _("Regulator's platform")
    LETTER = "letter", _("Letter")
    FAX = "fax", _("Fax")
    EMAIL = "email", _("E-mail")


class FiledWith(models.TextChoices):
    """With whom the material of a key customer is filed (报备, U-81)."""

    SUPERIOR = "superior", pgettext_lazy("filed with", "The superior")
    REGULATOR = "regulator", pgettext_lazy("filed with", "The regulator")


def mark_of(verdict: str, origin: str) -> StatisticalMark:
    """How an appeal of this origin counts with this verdict: a withdrawn case and what came directly are not counted,
    and only the company's liability is its fault (U-91, U-A7)."""
    if origin == CaseOrigin.DIRECT or verdict == Verdict.CASE_WITHDRAWN:
        return StatisticalMark.NOT_COUNTED
    return StatisticalMark.FAULT if verdict == Verdict.COMPANY_LIABLE else StatisticalMark.CASE
