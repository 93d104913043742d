"""`make bench`: what the pages cost, as ratios against raw SQL in the same run.

Absolute times do not travel between machines, ratios do. Reads the database that DATABASE_URL names, which needs demo
data (`make run` or `make loaddemo`); changes nothing in it but log-ins, and notes that the desks hear of.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from functools import partial

from scripts import bench_desks, bench_sweep

ROUNDS = 30
WARM_UP = 3
USERNAME = "dispatcher"


def main() -> int:
    """Measure and print a table. Returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    os.environ["DEBUG"] = "0"
    import django

    django.setup()

    from django.contrib.auth import get_user_model
    from django.test import Client

    from scripts import bench_search
    from tickets.models import Ticket

    user = get_user_model().objects.filter(username=USERNAME).first()
    if user is None:
        print("There is no demo data. Load some first: make loaddemo TICKETS=10000")
        return 1
    ticket = Ticket.objects.visible_to(user).order_by("-id").first()
    client = Client(headers={"host": "localhost"})
    client.force_login(user)
    pages = {"workbench": "/", "pool": "/desk/", "admin list": "/admin/complaints/complaint/"}
    if ticket:
        pages["ticket"] = f"/desk/tickets/{ticket.number}/"

    reference = median_ms(raw_sql)
    print(f"{'raw SQL, 50 rows':<20}{reference:>9.2f} ms{1:>9.1f} ×")
    for name, address in pages.items():
        status = client.get(address).status_code
        if status != 200:
            print(f"{name:<20}  answered {status}: {address}")
            continue
        cost = median_ms(partial(client.get, address))
        queries = count_queries(partial(client.get, address))
        print(f"{name:<20}{cost:>9.2f} ms{cost / reference:>9.1f} ×{queries:>5} queries")
    bench_search.measure()
    bench_sweep.measure()
    bench_desks.measure()
    return 0


def raw_sql() -> str:
    """The reference: the newest 50 tickets, fetched and joined into one string."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM tickets_ticket ORDER BY id DESC LIMIT 50")
        return "".join(str(row) for row in cursor.fetchall())


def median_ms(act: Callable[[], object]) -> float:
    """The median duration of an act in milliseconds, warm."""
    times = []
    for _ in range(WARM_UP + ROUNDS):
        start = time.perf_counter()
        act()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times[WARM_UP:])


def count_queries(act: Callable[[], object]) -> int:
    """How many queries an act makes."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)


if __name__ == "__main__":
    sys.exit(main())
