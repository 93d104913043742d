"""The search over many tickets, as ratios against `auth`: fifty rows of seventeen columns through the ORM and a
template, for a user with a session (design, Performance).

PostgreSQL only: the tickets are made by set-based SQL, in one transaction that is rolled back.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.template import Context, Engine
from django.urls import path

if TYPE_CHECKING:
    from django.http import HttpRequest

TICKETS = 200_000
PEOPLE = ("dispatcher", "manager")
# What is typed: how often it is there, and the tickets that have it, by their place.
ASKED = {
    "rare": ("稀罕", "nth % 20000 = 7"),
    "common (27 %)": ("宽带", "nth % 100 < 27"),
    "two common words": ("宽带 断网", "nth % 100 BETWEEN 20 AND 60"),
    "a common phrase": ("国际漫游", "nth % 5 = 0"),
    "absent": ("子虚", "false"),
}
_WORDS = {"宽带": ("宽带",), "宽带 断网": ("断网",), "稀罕": ("稀罕",), "国际漫游": ("国际", "际漫", "漫游")}
_COLUMNS = (
    *("number", "kind", "status", "level", "summary", "priority", "round", "accepted_at", "changed_at", "next_due_at"),
    *("channel", "business_type", "complaint_type", "owner_unit", "province", "holder", "repeat_number"),
)
_CELLS = "".join(f"<td>{{{{ ticket.{name} }}}}</td>" for name in _COLUMNS)
_ROWS = Engine().from_string(f"<table>{{% for ticket in tickets %}}<tr>{_CELLS}</tr>{{% endfor %}}</table>")


@login_required
def _reference(request: HttpRequest) -> HttpResponse:
    from tickets.models import Ticket

    joined = ("channel", "business_type", "complaint_type", "owner_unit", "province", "holder")
    return HttpResponse(_ROWS.render(Context({"tickets": Ticket.objects.select_related(*joined).order_by("-id")[:50]})))


urlpatterns = [path("", _reference)]


def measure() -> None:
    """Make the tickets, print what each search costs, and take them back."""
    from django.contrib.auth import get_user_model
    from django.db import connection, transaction
    from django.test import Client, override_settings

    from scripts.bench import count_queries, median_ms

    if connection.vendor != "postgresql":
        print("The search is measured on PostgreSQL: set DATABASE_URL.")
        return
    with transaction.atomic():
        _make_tickets()
        for username in PEOPLE:
            client = Client(headers={"host": "localhost"})
            client.force_login(get_user_model().objects.get(username=username))
            with override_settings(ROOT_URLCONF=__name__):
                reference = median_ms(partial(client.get, "/"))
            print(f"auth, {TICKETS} tickets, {username:<12}{reference:>9.2f} ms")
            for name, (typed, _which) in ASKED.items():
                address = client.post("/desk/search/", {"q": typed}).headers["Location"]
                cost, queries = median_ms(partial(client.get, address)), count_queries(partial(client.get, address))
                print(f"  {name:<24}{cost:>9.2f} ms{cost / reference:>9.2f} × auth{queries:>5} queries")
        transaction.set_rollback(True)


def _make_tickets() -> None:
    """Copies of the tickets that are there, with texts of sixty random pairs of characters and the words asked for."""
    from django.db import connection

    from tickets.models import Contact, Ticket

    def copied(model: Any, **new: str) -> str:
        names = [str(field.column) for field in model._meta.concrete_fields]
        columns = ", ".join(f'"{name}"' for name in names)
        values = ", ".join(new.get(name, f'sample."{name}"') for name in names)
        table = model._meta.db_table
        key = model._meta.pk.column
        return (
            f"INSERT INTO {table} ({columns}) SELECT {values} FROM generate_series(1, {TICKETS}) nth"  # noqa: S608
            f" JOIN (SELECT *, row_number() OVER (ORDER BY {key}) - 1 AS place, count(*) OVER () AS count FROM {table}"
            f" WHERE {key} <= (SELECT last FROM bench_last)) sample ON place = nth % count"
        )

    known = " || ".join(
        f"CASE WHEN {which} THEN '{' '.join(_WORDS[typed])}' ELSE '' END || ' '"
        for typed, which in ASKED.values()
        if typed in _WORDS
    )
    pair = "chr(19968 + (random() * 2000)::int) || chr(19968 + (random() * 2000)::int)"
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE bench_last ON COMMIT DROP AS SELECT max(id) AS last FROM tickets_ticket")
        cursor.execute("SELECT last FROM bench_last")
        last = cursor.fetchone()[0]
        new_id = f"{last} + nth"
        cursor.execute(copied(Ticket, id=new_id, number="'BENCH' || nth", external_ref="NULL"))
        phone = "'139' || lpad(nth::text, 8, '0')"
        cursor.execute(copied(Contact, ticket_id=new_id, phone=phone, name="'客' || nth"))
        cursor.execute("DROP INDEX tickets_ticketsearch_tokens")
        cursor.execute(
            "INSERT INTO tickets_ticketsearch (ticket_id, words, places)"  # noqa: S608 - our own words
            f" SELECT {new_id}, array_to_tsvector(array_remove(string_to_array({known}, ' '), '')"
            f" || (SELECT array_agg({pair}) FROM generate_series(1, 60) WHERE nth > 0)),"
            " array_to_tsvector(ARRAY(SELECT DISTINCT place::text FROM unnest(ARRAY["
            " ticket.accepting_unit_id, ticket.owner_unit_id, ticket.province_id, ticket.city_id]) place"
            " WHERE place IS NOT NULL))"
            f" FROM generate_series(1, {TICKETS}) nth JOIN tickets_ticket ticket ON ticket.id = {new_id}"
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # an index is made of a table without pending checks
        cursor.execute("CREATE INDEX tickets_ticketsearch_tokens ON tickets_ticketsearch USING gin (words, places)")
        for table in ("tickets_ticket", "tickets_contact", "tickets_ticketsearch"):
            cursor.execute(f"ANALYZE {table}")
