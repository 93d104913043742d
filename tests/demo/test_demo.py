"""Demo data: believable, deterministic, and held to the same rules as any other tickets."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Callable
from io import StringIO
from random import Random
from typing import Any

import phonenumbers
import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.core.management.color import no_style
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Count, F, Model
from pytest_django import Settings

from complaints.services.intake import Matter, take
from core import clock
from demo import bulk, courses, organization, story, watching
from demo.matters import draw_case, texts
from demo.recording import MODELS
from organization.models import Membership, Unit, User
from organization.roles import Role
from tests.factories.organization import build_operator
from tests.factories.tickets import load_unicom
from tickets import consistency
from tickets.domain.rules import Facts
from tickets.models import (
    Contact,
    DictionaryEntry,
    Outbox,
    StageClock,
    SupervisionOrder,
    Ticket,
    TicketEvent,
    WorkOrder,
)
from tickets.models.supervision import SupervisionStatus
from tickets.phones import normalise_phone, normalise_service_number
from tickets.pools import counts_of, pools_of
from tickets.services.intake import Customer
from tickets.states import Kind, OrderStatus, Outcome, Status

pytestmark = pytest.mark.django_db
UNTIL = "2026-11-23 15:00"
SHOWN_IN = {
    Kind.COMPLAINT: {
        Status.DRAFT,
        Status.PENDING_DISPATCH,
        Status.HANDLING,
        Status.PENDING_INSTRUCTION,
        Status.PENDING_ANSWER,
        Status.PENDING_SCREENING,
        Status.PENDING_CLEARANCE,
        Status.CLOSED,
    },
    Kind.ESCALATION: {
        Status.DRAFT,
        Status.PENDING_DISPATCH,
        Status.PENDING_SIGN,
        Status.HANDLING,
        Status.PENDING_REVIEW,
        Status.PENDING_REVISIT,
        Status.PENDING_SCREENING,
        Status.CLOSED,
    },
    Kind.APPEAL: {
        Status.RECEIVED,
        Status.PENDING_SIGN,
        Status.HANDLING,
        Status.PENDING_REVIEW,
        Status.PENDING_REPLY,
        Status.REPLIED,
        Status.REVISITED,
        Status.CONCLUDED,
    },
}
# The pools in which somebody finds work, by the log-in.
WORK = {
    "escalation_officer": "dispatch reports revisit screening promises responsibility drafts hand_overs",
    "appeal_officer": "dispatch reports regulator revisit conclusion promises responsibility documents hand_overs",
    "liaison": "province_sign province_handle returns replies",
    "liaison2": "province_sign province_handle replies promises",
    "dispatcher": "dispatch province_send answer screening",
    "dispatcher2": "dispatch province_send answer screening",
    "supervisor": "assignment responsibility",
}
# Salted, or random on purpose: nobody may guess where a file lies.
DIFFERS_EACH_TIME = {("User", "password"), ("Attachment", "file")}


class Undo(Exception):
    """Takes back what a test has loaded."""


@pytest.fixture(autouse=True)
def _demonstration(settings: Settings) -> None:
    settings.DEMO = True


@pytest.fixture
def _few_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short recording: what is copied need not be varied here."""
    monkeypatch.setattr(bulk, "RECORDED", 12)
    monkeypatch.setattr("demo.loading.PLAYED", 40)


def load(tickets: int, **options: Any) -> str:
    """Run the command; gives what it says."""
    out = StringIO()
    call_command("load_demo", tickets=tickets, until=UNTIL, stdout=out, **options)
    return out.getvalue()


def digest() -> str:
    """A digest of every row of the demonstration."""
    models: tuple[type[Model], ...] = (Unit, User, Membership, *MODELS)
    text = hashlib.sha256()
    for model in models:
        names = [column.attname for column in model._meta.concrete_fields]
        names = [name for name in names if (model.__name__, name) not in DIFFERS_EACH_TIME]
        for row in model._default_manager.order_by("pk").values_list(*names):
            text.update(json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode())
    return text.hexdigest()


def taken_back(work: Callable[[], str]) -> str:
    """What `work` gives, with the database as empty afterwards as it was before."""
    found = ""
    _count_from_the_rows()  # PostgreSQL's sequences keep what earlier tests took and rolled back
    try:
        with transaction.atomic():
            found = work()
            raise Undo
    except Undo:
        _count_from_the_rows()
    return found


def _count_from_the_rows() -> None:
    """Let every table count on from its last row."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), apps.get_models()):
            cursor.execute(statement)


def after_loading(tickets: int, **options: Any) -> str:
    """Load, and give the digest."""
    load(tickets, **options)
    return digest()


def take_one(at: dt.datetime) -> None:
    """Take one more complaint through the write path, like an agent."""
    hotline = Unit.objects.get(code="P-JS-HOTLINE")
    channel = DictionaryEntry.objects.get(dimension="channel", code="hotline")
    matter = Matter(channel=channel, summary="咨询", description="咨询")
    customer = Customer(name="王芳", phone="16312345678")
    take(by=User.objects.get(username="agent"), unit=hotline, customer=customer, matter=matter, at=at)


def test_the_same_call_gives_the_same_rows() -> None:
    load_unicom()
    first = taken_back(lambda: after_loading(6, seed=7))
    assert taken_back(lambda: after_loading(6, seed=7)) == first
    assert taken_back(lambda: after_loading(6, seed=8)) != first


@pytest.mark.usefixtures("_few_recorded")
def test_many_tickets_are_the_same_each_time_and_contradict_nothing() -> None:
    load_unicom()
    first = taken_back(lambda: after_loading(150, seed=3))
    assert after_loading(150, seed=3) == first
    assert Ticket.objects.count() == 150
    assert list(consistency.faults()) == []
    call_command("verify_log", files=True, stdout=StringIO())
    accepted = list(Ticket.objects.order_by("pk").values_list("accepted_at", flat=True))
    assert accepted == sorted(accepted)
    assert not TicketEvent.objects.filter(at__gt=clock.parse_instant(UNTIL)).exists()
    customers = Contact.objects.values("phone").distinct().count()
    assert customers > 100, "copies have customers of their own"
    take_one(clock.parse_instant(UNTIL))
    assert Ticket.objects.count() == 151, "the tables count on where the copies end"


def test_every_role_finds_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tickets that wait on purpose wait where they should, in the provinces that somebody can log in to."""
    load_unicom()
    monkeypatch.setattr(story, "SHARE_SHOWN", 1)
    load(len(story.waiting_places()), seed=1)
    assert list(consistency.faults()) == []
    call_command("verify_log", files=True, stdout=StringIO())
    present = {kind: set(Ticket.objects.filter(kind=kind).values_list("status", flat=True)) for kind in Kind}
    for kind, states in SHOWN_IN.items():
        assert present[kind] >= states
    assert set(WorkOrder.objects.values_list("status", flat=True)) >= {
        OrderStatus.SENT,
        OrderStatus.HANDLING,
        OrderStatus.PENDING_REVIEW,
        OrderStatus.REPLIED,
    }
    assert Ticket.objects.filter(needs_assignment=True).exists()
    own = WorkOrder.objects.filter(unit__code="P-JS-FIXED", assignee__username="handler")
    assert own.filter(status=OrderStatus.HANDLING).exists()
    for username, expected in WORK.items():
        user = User.objects.get(username=username)
        found = {row.pool.code for row in counts_of(user, pools_of(user), clock.parse_instant(UNTIL)) if row.count}
        assert found >= set(expected.split()), username


def test_shares_are_believable() -> None:
    """Of the courses that are drawn: first-contact resolution, repeats, returns and rework as an operator has them."""
    total = sum(weight for weight, *_rest in courses.COMPLAINTS)
    share = {course.__name__: weight / total for weight, course, _needs in courses.COMPLAINTS}
    assert 0.2 < share["on_the_spot"] + share["by_the_centre"] < 0.35
    assert 0.05 < share["returned"] + share["return_refused"] + share["bounced"] < 0.08
    assert 0.02 < share["reworked"] < 0.04
    assert 0.06 < story.SHARE_REPEATED < 0.1
    assert 0.05 < story.SHARE_LATE < 0.08
    assert story.SHARE_APPEALED < story.SHARE_ESCALATED < 0.05


def test_a_played_month_has_stops_in_time_and_late_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    load_unicom()
    monkeypatch.setattr(story, "SHARE_LATE", 1)
    load(14, seed=2)
    outcomes = dict(StageClock.objects.values_list("outcome").annotate(rows=Count("pk")))
    assert outcomes[Outcome.BREACHED] > 3
    assert outcomes[Outcome.MET] > outcomes[Outcome.BREACHED]
    assert list(consistency.faults()) == []
    # What was late was supervised (model 6), most of it answered and judged, and nobody is told of it any more.
    late = StageClock.objects.filter(outcome=Outcome.BREACHED, stopped_at__gt=F("due_at") + watching.PACE)
    assert all(row.alerts.filter(threshold=1).exists() for row in late)
    states = set(SupervisionOrder.objects.values_list("status", flat=True))
    assert states >= {SupervisionStatus.REPLIED, SupervisionStatus.JUDGED}
    assert not Outbox.objects.exists()


def test_one_log_in_per_role_and_province() -> None:
    """interfaces.md: named after the role, with the published password; nobody else can log in."""
    load_unicom()
    load(1)
    people = {user.username: user for user in User.objects.all()}
    for role in Role:
        assert people[role.value].check_password("demo-bihuan")
        assert people[role.value].memberships.filter(role=role).exists()
    group_roles = {Role.ESCALATION_OFFICER, Role.APPEAL_OFFICER, Role.ADMINISTRATOR}
    for role in set(Role) - group_roles:
        assert people[f"{role}2"].check_password("demo-bihuan")
        provinces = {people[name].memberships.earliest("pk").unit.province_id for name in (role.value, f"{role}2")}
        assert len(provinces) == 2
    able = [name for name, user in people.items() if user.has_usable_password()]
    assert len(able) == 2 * len(Role) - len(group_roles)
    assert 55 <= len(people) <= 70
    assert len({user.name for user in people.values()}) == len(people)


def test_only_for_a_demonstration(settings: Settings) -> None:
    settings.DEMO = False
    load_unicom()
    with pytest.raises(CommandError, match="DEMO=1"):
        load(5)
    assert not User.objects.exists()


def test_not_into_other_data() -> None:
    load_unicom()
    load(3)
    before = digest()
    assert load(3)  # nothing to do
    with pytest.raises(CommandError, match="3"):
        load(5)
    assert digest() == before


def test_not_into_another_organisation() -> None:
    load_unicom()
    Unit.objects.filter(pk=build_operator().group.pk).update(code="ANOTHER")
    with pytest.raises(CommandError):
        load(3)


def test_without_a_scheme() -> None:
    with pytest.raises(CommandError, match="unicom"):
        load(3)
    assert not Unit.objects.exists()


@pytest.mark.parametrize("options", [{"tickets": 0}, {"tickets": 3, "until": "tomorrow"}])
def test_nonsense_is_refused_in_words(options: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        call_command("load_demo", **options)


@pytest.fixture
def provinces() -> tuple[organization.Province, ...]:
    """The provinces of the operator, freshly built."""
    return organization.build().provinces


def test_what_customers_say_fits_the_scheme(provinces: tuple[organization.Province, ...]) -> None:
    """Codes are those of the scheme, and the fields that Q-01 … Q-06 ask for are filled in."""
    document = load_unicom().document
    came = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
    for matter in texts()["matters"]:
        assert document.entry("business_type", matter["business"]), matter
        assert document.entry("complaint_type", matter["type"]), matter
        for cause in matter["cause"]:
            found = document.entry("cause", cause)
            assert found is not None
            assert found.level == 4, cause
        case = draw_case(Random(1), provinces, came, complaint_type=matter["type"])
        facts = Facts(
            kind=Kind.COMPLAINT,
            request_type="complaint",
            level="general",
            channel="hotline",
            business_type=case.matter["business"],
            complaint_type=case.matter["type"],
        )
        script = document.script_for(facts)
        for field in script.fields if script else ():
            if field.required:
                assert case.extra.get(field.code) not in (None, ""), f"{matter['type']}: {field.code}"
            if field.choices and case.extra.get(field.code):
                assert case.extra[field.code] in {choice.code for choice in field.choices}, field.code
        assert "{" not in case.summary + case.description
        assert len(case.summary) <= 100


def test_customers_numbers_belong_to_nobody(provinces: tuple[organization.Province, ...]) -> None:
    rng = Random(5)
    for _time in range(40):
        customer = draw_case(rng, provinces, dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)).customer
        assert normalise_phone(customer.phone) == customer.phone
        assert normalise_service_number(customer.service_number) == customer.service_number
        assert not phonenumbers.is_valid_number(phonenumbers.parse(customer.phone, "CN"))
