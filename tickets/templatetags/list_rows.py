"""The cells of a list: made here and not by a template, which would take several times as long for fifty rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from tickets import display
from tickets.templatetags.desk import badges, level_label, priority_chip, remaining, state_chip

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tickets.columns import Column
    from tickets.lists import Row

register = template.Library()


@register.simple_tag
def cells(row: Row, columns: Sequence[Column]) -> SafeString:
    """The cells of a row, one for each column."""
    return format_html_join("", "{}", ((CELLS[column.code](row),) for column in columns))


def _plain(code: str, text: object, title: object = "") -> SafeString:
    shown = str(text) if text else "—"
    return format_html('<td class="c-{}" title="{}">{}</td>', code, title or shown, shown)


def _number(row: Row) -> SafeString:
    number = row.ticket.number
    link = '<td class="c-number"><a class="number" href="{}">{}</a></td>'
    return format_html(link, reverse("ticket", args=[number]), number)


def _summary(row: Row) -> SafeString:
    summary = row.contact.conceal(row.ticket.summary)
    cell = '<td class="c-summary"><div class="summary" title="{}">{}{}</div></td>'
    return format_html(cell, summary, badges(row.ticket), summary)


def _customer(row: Row) -> SafeString:
    cell = '<td class="c-customer">{} <span class="number{}">{}</span></td>'
    return format_html(cell, row.contact.name or "—", "" if row.contact.is_full else " muted", row.contact.phone)


def _unit(row: Row) -> SafeString:
    assignee = row.order.assignee if row.order else None
    return _plain("unit", f"{assignee} · {row.unit}" if assignee else row.unit, row.unit)


def _due(row: Row) -> SafeString:
    is_running = row.clock is not None and row.clock.paused_at is None
    return _plain("due", display.due_words(row.clock.due_at) if row.clock is not None and is_running else "")


CELLS: dict[str, Callable[[Row], SafeString]] = {
    "number": _number,
    "priority": lambda row: format_html('<td class="c-priority">{}</td>', priority_chip(row.ticket)),
    "state": lambda row: format_html('<td class="c-state">{}</td>', state_chip(row.order or row.ticket)),
    "level": lambda row: _plain("level", level_label(row.ticket)),
    "business": lambda row: _plain("business", row.ticket.business_type, row.ticket.complaint_type),
    "summary": _summary,
    "customer": _customer,
    "unit": _unit,
    "time": lambda row: format_html('<td class="c-time">{}</td>', remaining(row.clock, row.ticket)),
    "category": lambda row: _plain("category", row.ticket.complaint_type),
    "channel": lambda row: _plain("channel", row.ticket.channel),
    "accepted": lambda row: _plain("accepted", display.instant_words(row.ticket.accepted_at)),
    "due": _due,
    "holder": lambda row: _plain("holder", row.order.assignee if row.order else row.ticket.holder),
    "place": lambda row: _plain("place", row.ticket.city or row.ticket.province),
}
