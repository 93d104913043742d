"""Two hundred desks that each ask what is new every thirty seconds, against two web workers on PostgreSQL.

Told as the share of one core that the workers and their database sessions take, counted from /proc, so that a busy
machine does not change it. Somebody notes something on a ticket every two seconds meanwhile.
"""

from __future__ import annotations

import http.client
import json
import os
import queue
import random
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

DESKS, EVERY, SECONDS, CHANGE_EVERY = 200, 30.0, 90.0, 2.0
APPLICATION = "bench-desks"
TOKEN = "b" * 32  # what each desk says against forged requests, in its cookie and beside it
TICK = os.sysconf("SC_CLK_TCK")
# Who sits before what: of each hundred desks.
MIX = (
    (32, "agent", "/admin/complaints/complaint/add/"),
    (8, "agent", "/"),
    (16, "handler", "/desk/?pool=handle"),
    (14, "handler", "ticket"),
    (6, "handler", "/"),
    (8, "dispatcher", "/desk/?pool=dispatch"),
    (8, "dispatcher", "ticket"),
    (3, "dispatcher", "/"),
    (3, "supervisor", "/supervision/"),
    (2, "director", "/"),
)


@dataclass
class Desk:
    """One open page."""

    page: str
    cookie: str
    tag: str = ""
    digest: str = ""


def measure() -> None:
    """Print the share of one core and how often a page had to be renewed."""
    from django.db import connection

    if connection.vendor != "postgresql":
        print("The desks are measured on PostgreSQL: set DATABASE_URL.")
        return
    desks = _desks()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {"PGAPPNAME": APPLICATION}
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "-b", f"127.0.0.1:{port}", "-w", "2"]
    command += ["-k", "gthread", "--threads", "4", "--log-level", "warning"]
    with subprocess.Popen(command, env=environment) as server:
        try:
            _wait_for(port)
            _run(desks, port, EVERY)  # everybody arrives: caches and connections are warm
            before, start = _used(server.pid), time.monotonic()
            asked, renewed, faults = _run(desks, port, SECONDS)
            share = (_used(server.pid) - before) / (time.monotonic() - start)
        finally:
            server.terminate()
    told = f"{asked} questions, {renewed} pages renewed, {faults} faults"
    print(f"{DESKS} desks every {EVERY:.0f} s   {share:>6.1%} of one core   ({told})")


def _desks() -> list[Desk]:
    from django.contrib.auth import get_user_model
    from django.test import Client

    from tickets.models import Ticket

    chance = random.Random(1)  # noqa: S311 - which tickets are open
    desks = []
    for share, username, page in MIX:
        user = get_user_model().objects.get(username=username)
        numbers = list(Ticket.objects.visible_to(user).values_list("number", flat=True)[:200])
        for _number in range(share * DESKS // 100):
            client = Client(headers={"host": "localhost"})
            client.force_login(user)
            address = f"/desk/tickets/{chance.choice(numbers)}/" if page == "ticket" else page
            cookie = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items())
            desks.append(Desk(address, f"{cookie}; csrftoken={TOKEN}"))
    chance.shuffle(desks)
    return desks


def _run(desks: list[Desk], port: int, seconds: float) -> tuple[int, int, int]:
    """Let the desks ask for so many seconds, evenly spread; what they asked, renewed, and what went wrong."""
    waiting: queue.Queue[Desk | None] = queue.Queue()
    counts = {"asked": 0, "renewed": 0, "faults": 0}
    threads = [threading.Thread(target=_ask_all, args=(waiting, port, counts)) for _number in range(4)]
    threads.append(threading.Thread(target=_notes, args=(seconds,)))
    for thread in threads:
        thread.start()
    start = time.monotonic()
    for turn in range(int(seconds / EVERY * len(desks))):
        time.sleep(max(0.0, start + turn * EVERY / len(desks) - time.monotonic()))
        waiting.put(desks[turn % len(desks)])
    for _thread in threads[:-1]:
        waiting.put(None)
    for thread in threads:
        thread.join()
    return counts["asked"], counts["renewed"], counts["faults"]


def _ask_all(waiting: queue.Queue[Desk | None], port: int, counts: dict[str, int]) -> None:
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    while (desk := waiting.get()) is not None:
        headers = {"Host": "localhost", "Cookie": desk.cookie, "X-Background": "1", "X-CSRFToken": TOKEN}
        form = headers | {"Content-Type": "application/x-www-form-urlencoded"}
        server.request("POST", "/live/", urlencode({"page": desk.page, "tag": desk.tag}), form)
        answer = server.getresponse()
        body = answer.read()
        counts["asked"] += 1
        if answer.status == 200:
            found = json.loads(body)
            desk.tag, digest = found["tag"], found.get("digest", "")
            is_renewed = desk.digest not in ("", digest)
            desk.digest = digest
            if is_renewed:
                server.request("GET", desk.page, headers=headers)
                answer = server.getresponse()
                answer.read()
                counts["renewed"] += 1
        if answer.status not in (200, 204):
            counts["faults"] += 1


def _notes(seconds: float) -> None:
    """Somebody notes something on one ticket after the other, in a session that is not counted."""
    from django.contrib.auth import get_user_model
    from django.db import connection

    from tickets.models import Ticket
    from tickets.workflow import perform

    user = get_user_model().objects.get(username="dispatcher")
    ids = list(Ticket.objects.visible_to(user).exclude(status="draft").values_list("pk", flat=True)[:500])
    chance = random.Random(2)  # noqa: S311 - which ticket
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        perform(chance.choice(ids), "add_note", by=user, text="bench")
        time.sleep(CHANGE_EVERY)
    connection.close()


def _wait_for(port: int) -> None:
    for _attempt in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.2)


def _used(server: int) -> float:
    """CPU seconds of the server, its workers and their database sessions on this machine."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE application_name = %s", [APPLICATION])
        sessions = [pid for (pid,) in cursor.fetchall()]
    workers = [int(pid) for pid in Path(f"/proc/{server}/task/{server}/children").read_text().split()]
    return sum(_cpu(pid) for pid in (server, *workers, *sessions))


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:  # a session that the pool closed meanwhile
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICK
