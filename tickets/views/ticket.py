"""The page of one ticket: everything about it, and what this user may do with it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from core import clock
from core.errors import Refused
from tickets import responsibilities, selectors, supervisions
from tickets.access_report import may_read
from tickets.clock_rows import clock_rows
from tickets.display import instant_words
from tickets.facts import facts_of
from tickets.forms import ActForm, Place, form_of
from tickets.forms.base import Situation
from tickets.forms.page import AttachmentForm, UnmaskForm
from tickets.models import Ticket
from tickets.models.report import ReportVerdict
from tickets.panels import Fact, Proposal, panels_of
from tickets.printing import forms_for
from tickets.remedies import remedy_rows
from tickets.scheme.entries import Contact as Access
from tickets.services.contact_access import ContactView, access_of, contact_view, note_looks, unmask
from tickets.services.extending import needs_interim
from tickets.services.reporting_up import level_proposed
from tickets.states import ORDER_UNANSWERED, Stage
from tickets.timeline import SHOWN, timeline_of
from tickets.views.not_now import not_now
from tickets.views.rating import link_to_show

if TYPE_CHECKING:
    from django.forms import Form

    from organization.models import User
    from tickets.actions import Action
    from tickets.models import StageClock, SupervisionOrder, WorkOrder
    from tickets.scheme.rules import ScriptField


@dataclass(frozen=True)
class Seen:
    """A ticket as one user sees it: its row, its orders, how far the user's roles reach."""

    ticket: Ticket
    user: User
    orders: list[WorkOrder]
    reach: selectors.Reach
    access: Access

    def situation(self, order: WorkOrder | None = None, supervision: SupervisionOrder | None = None) -> Situation:
        """What a form is about."""
        return Situation(self.ticket, self.user, clock.now(), self.access, order, supervision)


@dataclass(frozen=True)
class Button:
    """An act that the user may do now, on the ticket or an order: a link to its form, or where nothing is to be filled
    in a button to press."""

    action: Action
    form: type[ActForm]
    url: str
    version: int
    order: WorkOrder | None = None

    @property
    def is_end(self) -> bool:
        """Whether it ends the ticket otherwise than by an answer."""
        return self.form.place is Place.END


@dataclass
class OrderNode:
    """A work order in the tree, with its depth, its running clock, what it brought and what may be done with it."""

    order: WorkOrder
    depth: int
    clock: StageClock | None
    replies: list[dict[str, Any]]
    buttons: list[Button]
    menu: list[Button]


def seen_by(request: HttpRequest, number: str) -> Seen:
    """The ticket of the address. Raises Http404 outside the user's scope."""
    user: User = request.user  # type: ignore[assignment]
    try:
        ticket = selectors.ticket_for(user, number)
    except Ticket.DoesNotExist:
        raise Http404 from None
    orders = selectors.orders_for(ticket, user)
    reach = selectors.reach_of(ticket, user, orders)
    return Seen(ticket, user, orders, reach, access_of(ticket, reach))


def note_full_look(request: HttpRequest, seen: Seen) -> None:
    """Log that this page shows all contact data, where the user's roles let it."""
    if seen.access is Access.FULL:
        note_looks([seen.ticket.number], by=seen.user, request=request)


@require_safe
@login_required
@never_cache
def page(request: HttpRequest, number: str) -> HttpResponse:
    """The ticket page; that somebody sees all contact data by role is logged."""
    seen = seen_by(request, number)
    note_full_look(request, seen)
    return show(request, seen)


@require_POST
@login_required
@never_cache
def full_contact(request: HttpRequest, number: str) -> HttpResponse:
    """The page with all contact data, for this once and with a reason; the look is logged. Beside a form that is being
    filled in (`HX-Request`) only the part with the contact data, so that nothing typed is lost."""
    seen = seen_by(request, number)
    is_part = request.headers.get("HX-Request") == "true"
    form = UnmaskForm(request.POST)
    if form.is_valid():
        try:
            contact = unmask(ticket=seen.ticket, by=seen.user, request=request, **form.cleaned_data)
        except Refused as refused:
            form.add_error("reason", refused.message)
        else:
            return _part(request, seen, contact, form) if is_part else show(request, seen, contact=contact)
    if is_part:
        return _part(request, seen, contact_view(seen.ticket, seen.access), form, status=422)
    return show(request, seen, unmask_form=form, status=422)


def _part(request: HttpRequest, seen: Seen, contact: ContactView, form: UnmaskForm, status: int = 200) -> HttpResponse:
    context = {"ticket": seen.ticket, "contact": contact, "unmask_form": form, "is_part": True}
    return render(request, "ticket/_customer.html", context, status=status)


def show(
    request: HttpRequest,
    seen: Seen,
    *,
    contact: ContactView | None = None,
    unmask_form: Form | None = None,
    attachment_form: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the page, with contact data or a form other than the usual where given."""
    ticket = seen.ticket
    contact = contact or contact_view(ticket, seen.access)
    offers = selectors.available_actions(ticket, seen.user, seen.orders, seen.reach)
    clocks = selectors.clocks_of(ticket)
    records = selectors.records_of(ticket)
    show = request.GET.get("show", "")
    attachments = list(ticket.attachments.select_related("by"))
    events = selectors.events_of(ticket)
    buttons = buttons_for(seen, offers.ticket)
    granted = {button.action.name: button for button in buttons if button.form.place is Place.PANEL}
    panels = panels_of(ticket.kind)
    may = {act.name for act in offers.ticket}
    total = next((row for row in clocks if row.stopped_at is None and row.stage == Stage.TOTAL), None)
    nodes = order_tree(seen, offers, clocks, records)
    reports = selectors.reports_on(ticket)
    context = {
        "ticket": ticket,
        "pause": selectors.pause_of(ticket),
        "needs_interim": needs_interim(ticket, total, clock.now()),
        "interim_url": next((button.url for button in buttons if button.action.name == "interim_reply"), ""),
        "reclassify_url": next((button.url for button in buttons if button.action.name == "reclassify"), ""),
        "level_proposed": ticket.scheme_version.document.label("level", level_proposed(ticket, seen.orders)),
        "contact": contact,
        "facts": ticket_facts(ticket),
        "sections": panels.sections(ticket, clock.now()),
        "buttons": [button for button in buttons if button.form.place is Place.SIGHT],
        "menu": [button for button in buttons if button.form.place in (Place.MENU, Place.END)],
        "stage_clock": next((row for row in clocks if row.stopped_at is None and row.stage != Stage.TOTAL), None),
        "total_clock": total,
        "stopped_count": sum(row.stopped_at is not None for row in clocks),
        "clocks": clock_rows(clocks, ticket.scheme_version.document),
        "nodes": nodes,
        "not_now": not_now(seen, offers),
        "papers": [(form.code, form.title_for(ticket)) for form in forms_for(ticket, seen.orders)],
        "main": next((button for node in nodes for button in node.buttons if button.form.comes_first), None),
        "shown_parts": SHOWN,
        "show": show if show in SHOWN else "",
        "timeline": timeline_of(ticket, events, records, seen.orders, attachments, shows_contact=contact.is_full),
        "responsibilities": responsibilities.of_page(ticket),
        "responsibility_buttons": [button for button in buttons if button.form.place is Place.RESPONSIBILITY],
        "supervisions": supervision_nodes(seen, offers.ticket),
        "rating_url": link_to_show(request, ticket),
        "remedies": remedy_rows(ticket),
        "related": selectors.related_to(ticket, seen.user),
        "reports": reports,
        "returned_count": sum(report.verdict == ReportVerdict.RETURNED for report in reports),
        "attachments": attachments,
        "may_attach": "attach" in may,
        "downloads": panels.downloads({grant.role for grant in seen.reach.ticket}),
        "draft_url": reverse(panels.draft_page, args=[ticket.pk]) if panels.draft_page and "fill_in" in may else "",
        "attachment_form": attachment_form or AttachmentForm(),
        "unmask_form": unmask_form or UnmaskForm(),
        "may_read_access": may_read(seen.user),
        "proposals": [
            (proposal, granted[proposal.action], _to_confirm(seen, proposal, granted[proposal.action]))
            for proposal in (panels.proposals(ticket, clock.now()) if granted else ())
            if proposal.action in granted
        ],
    }
    return render(request, "ticket/page.html", context, status=status)


def _to_confirm(seen: Seen, proposal: Proposal, button: Button) -> ActForm | None:
    return button.form(situation=seen.situation()) if proposal.is_ready else None


def supervision_nodes(seen: Seen, acts: tuple[Action, ...]) -> list[tuple[SupervisionOrder, list[Button]]]:
    """The ticket's supervision orders, each with what may be done to it."""
    rows = supervisions.of_ticket(seen.ticket, seen.user)
    return [(row, buttons_for(seen, acts, supervision=row)) for row in rows]


def buttons_for(
    seen: Seen,
    acts: tuple[Action, ...],
    order: WorkOrder | None = None,
    supervision: SupervisionOrder | None = None,
) -> list[Button]:
    """The acts that have a form and make sense now, as buttons."""
    situation = seen.situation(order, supervision)
    found = []
    for act in acts:
        form = form_of(seen.ticket.kind, act.name, on_order=act.on_order)
        is_meant = form is not None and form.about_supervision == (supervision is not None)
        if form is None or not is_meant or not form.is_offered(situation):
            continue
        name = "ticket_action"
        address: dict[str, Any] = {"number": seen.ticket.number, "action": act.name}
        if order is not None:
            name, address["seq"] = "order_action", order.seq
        elif supervision is not None:
            name, address["supervision"] = "supervision_action", supervision.seq
        url = reverse(name, kwargs=address)
        found.append(Button(act, form, url, (order or seen.ticket).version, order))
    return found


def order_tree(
    seen: Seen, offers: selectors.Offers, clocks: list[StageClock], records: selectors.Records
) -> list[OrderNode]:
    """The work orders, each after the one it comes from; the running handle clock only while a result is owed."""
    running = {row.work_order_id: row for row in clocks if row.stopped_at is None and row.stage == Stage.HANDLE}
    children: dict[int | None, list[WorkOrder]] = {}
    for order in seen.orders:
        children.setdefault(order.parent_id, []).append(order)
    nodes: list[OrderNode] = []

    def add(order: WorkOrder, depth: int) -> None:
        buttons = buttons_for(seen, offers.orders.get(order.seq, ()), order)
        nodes.append(
            OrderNode(
                order=order,
                depth=min(depth, 3),
                clock=running.get(order.pk) if order.status in ORDER_UNANSWERED else None,
                replies=[row for row in records["reply"] if row["work_order__seq"] == order.seq],
                buttons=sorted(
                    (button for button in buttons if button.form.place is Place.SIGHT),
                    key=lambda button: not button.form.comes_first,
                ),
                menu=[button for button in buttons if button.form.place is not Place.SIGHT],
            )
        )
        for child in children.get(order.pk, ()):
            add(child, depth + 1)

    for top in children.get(None, ()):
        add(top, 0)
    return nodes


def ticket_facts(ticket: Ticket) -> list[Fact]:
    """What the customer complained about: classes, the questions of its script with their answers, the kind's own."""
    document = ticket.scheme_version.document
    script = document.script_for(facts_of(ticket))
    asked = script.fields if script else ()
    answers = [Fact(str(one.label), answer_words(one, ticket.extra.get(one.code))) for one in asked]
    return [*panels_of(ticket.kind).facts(ticket), *(fact for fact in answers if fact.text)]


def answer_words(asked: ScriptField, value: Any) -> str:
    """The answer to a question of a script, as people read it."""
    if value in (None, ""):
        return ""
    if asked.type == "boolean":
        return _("Yes") if value else _("No")
    if asked.type == "choice":
        return next((str(choice.label) for choice in asked.choices if choice.code == value), str(value))
    if asked.type == "datetime":
        try:
            return instant_words(clock.parse_instant(str(value)))
        except ValueError:
            return str(value)
    return str(value)
