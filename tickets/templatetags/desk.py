"""Chips, times and the header: the parts that every page shows the same way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from core import clock
from core.look import AUTO, DARK, LIGHT, chosen_look
from organization.grants import grants_of
from organization.roles import ADMIN_PERMISSIONS
from tickets import desk_views, display, phones, supervisions
from tickets.access_report import may_count
from tickets.clock_rows import clock_hint
from tickets.domain.priority import REPEAT, Flag
from tickets.monitor import may_monitor
from tickets.pools import pools_of

if TYPE_CHECKING:
    from datetime import datetime

    from tickets.models import Incident, StageClock, SupervisionOrder, Ticket, WorkOrder

register = template.Library()

register.filter("instant", display.instant_words)
register.filter("due", display.due_words)
register.filter("day", clock.local_day)
register.filter("masked_phone", phones.masked_phone)
register.filter("view_address", desk_views.address_of)
register.filter("masked_name", phones.masked_name)


@register.simple_tag
def state_chip(item: Ticket | WorkOrder | SupervisionOrder) -> SafeString:
    """The state of a ticket, a work order or a supervision order."""
    tone = display.TONES.get(item.status, "ended")
    return format_html('<span class="chip {}">{}</span>', tone, item.get_status_display())


@register.simple_tag
def incident_chip(incident: Incident) -> SafeString:
    """The state of a mass incident."""
    return format_html(
        '<span class="chip {}">{}</span>', display.INCIDENT_TONES[incident.status], incident.get_status_display()
    )


@register.simple_tag
def priority_chip(ticket: Ticket) -> SafeString:
    """P1 … P4 with the reasons on hover."""
    return format_html(
        '<span class="priority p{}" title="{}">P{}</span>', ticket.priority, priority_reasons(ticket), ticket.priority
    )


def priority_reasons(ticket: Ticket) -> str:
    """Why a ticket has its priority, in words."""
    names = {
        Flag.GRAVITY: _("critical (media, court, regulator)"),
        Flag.URGENCY: _("urgent (basic service cut)"),
        Flag.BREADTH: _("widespread (many customers)"),
        Flag.IMPORTANCE: _("important customer (VIP or group)"),
        REPEAT: _("repeat complaint"),
    }
    reasons = [
        _("by hand: %(reason)s") % {"reason": reason["by_hand"]}
        if isinstance(reason, dict)
        else str(names.get(reason, reason))
        for reason in ticket.priority_reasons
    ]
    return _(", ").join(reasons) if reasons else _("no reason for a higher priority")


@register.simple_tag
def level_label(ticket: Ticket) -> str:
    """The ticket's level as its scheme calls it."""
    return ticket.scheme_version.document.label("level", ticket.level)


@register.simple_tag
def badges(ticket: Ticket) -> SafeString:
    """What makes a ticket special: a mass incident, a repeat, a further round, the customer urging, bounces."""
    shown = [
        (ticket.incident_id or 0, _("Mass incident"), "loud"),
        (ticket.repeat_number, _("Repeat %(count)d"), "loud"),
        (ticket.round - 1, _("Rework %(count)d"), "loud"),
        (ticket.contact_count, _("Called again %(count)d"), ""),
        (ticket.bounce_count, _("Bounced %(count)d"), ""),
    ]
    return format_html_join(
        " ",
        '<span class="badge {}">{}</span>',
        ((tone, words % {"count": count}) for count, words, tone in shown if count),
    )


@register.simple_tag
def remaining(row: StageClock | None, ticket: Ticket) -> SafeString:
    """The remaining time of a ticket's running clock: words and a bar; due time, limit and rule on hover."""
    if row is None:
        return format_html('<span class="remaining none">{}</span>', _("No time limit"))
    left = display.remaining_of(row, clock.now())
    return format_html(
        '<span class="remaining {}" title="{}"{}><span class="words">{}</span> <span class="stage">{}</span>'
        '<progress max="100" value="{}" aria-hidden="true"></progress></span>',
        left.tone,
        clock_hint(row, ticket.scheme_version.document),
        "" if row.paused_at else _ticking(row.started_at, row.warn_at, row.due_at),
        left.words,
        row.get_stage_display(),
        left.percent,
    )


def _ticking(start: datetime, near_from: datetime, due: datetime) -> SafeString:
    """What `live.js` needs to count on by itself."""
    instants = [int(instant.timestamp()) for instant in (start, near_from, due)]
    return format_html(' data-start="{}" data-near="{}" data-due="{}"', *instants)


@register.simple_tag
def reply_remaining(row: SupervisionOrder) -> SafeString:
    """What is left for the answer to a supervision order: words and a bar; until when on hover."""
    left = supervisions.reply_left(row, clock.now())
    return format_html(
        '<span class="remaining {}" title="{}"><span class="words">{}</span> '
        '<progress max="100" value="{}" aria-hidden="true"></progress></span>',
        left.tone,
        _("answer by %(when)s") % {"when": display.due_words(row.reply_due_at)},
        left.words,
        left.percent,
    )


@register.inclusion_tag("_partials/topbar.html", takes_context=True)
def topbar(context: dict[str, Any]) -> dict[str, Any]:
    """The header of every page, the admin's included."""
    request = context["request"]
    grants = grants_of(request.user)
    return {
        "user": request.user,
        "permissions": frozenset().union(*(ADMIN_PERMISSIONS[grant.role] for grant in grants)),
        "path": request.path,
        "here": request.get_full_path(),
        "idle_seconds": settings.SESSION_IDLE_SECONDS,
        "csrf_token": context.get("csrf_token"),
        "has_desk": bool(pools_of(request.user)),
        "may_monitor": may_monitor(request.user),
        "may_count_access": may_count(request.user),
        "role_names": list(dict.fromkeys(grant.role.label for grant in grants)),
        "look": chosen_look(request),
        "looks": [(AUTO, _("As the device")), (LIGHT, _("Light")), (DARK, _("Dark"))],
        "roles_in_units": [f"{grant.role.label} · {grant.unit}" for grant in grants],
        "time_words": display.words_for_scripts(clock.now()),
        "other_languages": [
            (code, get_language_info(code)["name_local"])
            for code, _name in settings.LANGUAGES
            if code != get_language()
        ],
    }
