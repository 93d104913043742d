"""`make run`: prepare the database, then run web, worker and beat of the Procfile as one, until Ctrl-C.

Each process leads a process group of its own, so that Ctrl-C reaches this script alone and it can stop them in order:
a polite signal first (gunicorn finishes requests, Celery its tasks), the whole group after STOP_SECONDS.
"""

import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from types import FrameType

ROOT = Path(__file__).resolve().parent.parent
HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "8000"))
DEMO_TICKETS = 300
START_SECONDS = 60
STOP_SECONDS = 20

stopping = 0


def main() -> int:
    """Run until told to stop. Returns the exit code."""
    os.chdir(ROOT)
    set_environment()
    if not is_free(HOST, PORT):
        print(f"Port {PORT} on {HOST} is taken. Stop what uses it, or choose another: make run PORT={PORT + 1}")
        return 1
    accounts = prepare()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, ask_to_stop)
    processes = {name: start(command) for name, command in read_procfile().items()}
    try:
        if wait_until_up(processes):
            greet(accounts)
        elif not stopping and not first_dead(processes):
            print(f"The web process has not answered for {START_SECONDS} seconds; it may still come up.", flush=True)
        dead = wait(processes)
    finally:
        stop(processes)
    if dead:
        print(f"{dead} ended by itself; everything else was stopped. Its last words are above.")
        return 1
    print("Stopped. The data is kept in var/.")
    return 0


def set_environment() -> None:
    """What `make run` means by default; anything already set in the environment stays."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.dev")
    os.environ.setdefault("DEMO", "1")
    os.environ.setdefault("DEBUG", "0")
    is_local = HOST in ("127.0.0.1", "localhost", "::1")
    os.environ.setdefault("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]" if is_local else "*")
    os.environ.update(HOST=f"[{HOST}]" if ":" in HOST else HOST, PORT=str(PORT))
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"


def is_free(host: str, port: int) -> bool:
    """Whether a server could listen there now."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True


def prepare() -> list[tuple[str, str]]:
    """Migrate, load scheme, roles and (once) demo data. Returns the demo log-ins: user name and person's name."""
    import django

    django.setup()

    from django.apps import apps
    from django.core.management import call_command
    from django.db import connections, transaction

    print("Preparing the database …", flush=True)
    call_command("migrate", verbosity=0)
    call_command("load_scheme", "unicom")
    call_command("sync_roles")
    demo = os.environ["DEMO"] == "1"
    if demo and not apps.get_model("tickets", "Ticket").objects.exists():
        print(f"Loading {DEMO_TICKETS} demo tickets …", flush=True)
        with transaction.atomic():  # an interrupted first start leaves nothing half loaded
            call_command("load_demo", tickets=DEMO_TICKETS, seed=1)
    accounts = demo_accounts() if demo else []
    connections.close_all()
    return accounts


def demo_accounts() -> list[tuple[str, str]]:
    """One log-in per role, named after it, and the agent of another province."""
    from django.contrib.auth import get_user_model

    from organization.roles import Role

    names = [*Role.values, "agent2"]
    people = {user.get_username(): str(user) for user in get_user_model().objects.filter(username__in=names)}
    return [(name, people[name]) for name in names if name in people]


def read_procfile() -> dict[str, list[str]]:
    """The commands of the Procfile by process name, with $HOST and $PORT filled in."""
    lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
    pairs = (line.split(":", 1) for line in lines if line.strip())
    return {name: shlex.split(os.path.expandvars(command)) for name, command in pairs}


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start one process as the leader of its own process group."""
    return subprocess.Popen(command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)


def ask_to_stop(number: int, frame: FrameType | None) -> None:
    """Signal handler: note the wish; the main loop stops everything, at once when asked twice."""
    global stopping
    stopping += 1


def first_dead(processes: dict[str, subprocess.Popen[bytes]]) -> str | None:
    """The name of a process that has ended, if one has."""
    return next((name for name, process in processes.items() if process.poll() is not None), None)


def wait_until_up(processes: dict[str, subprocess.Popen[bytes]]) -> bool:
    """Wait for the first answer of the web process. False when it does not come, or stopping was asked for."""
    host = {"0.0.0.0": "127.0.0.1", "[::]": "[::1]"}.get(os.environ["HOST"], os.environ["HOST"])  # noqa: S104
    deadline = time.monotonic() + START_SECONDS
    while not stopping and not first_dead(processes) and time.monotonic() < deadline:
        with (
            suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"http://{host}:{PORT}/healthz", timeout=2),
        ):
            return True
        time.sleep(0.2)
    return False


def greet(accounts: list[tuple[str, str]]) -> None:
    """Print the address and the demo log-ins."""
    print(f"\n  Bihuan 闭环  http://{os.environ['HOST']}:{PORT}/\n")
    if accounts:
        from django.conf import settings

        print(f"  Demo log-ins, password {settings.DEMO_PASSWORD}:")
        width = max(len(name) for name, _ in accounts)
        for name, person in accounts:
            print(f"    {name:<{width}}  {person}")
    print("\n  Ctrl-C stops everything.\n", flush=True)


def wait(processes: dict[str, subprocess.Popen[bytes]]) -> str | None:
    """Wait until stopping is asked for (None) or a process ends (its name)."""
    while not stopping:
        if dead := first_dead(processes):
            return dead
        time.sleep(0.2)
    return None


def stop(processes: dict[str, subprocess.Popen[bytes]]) -> None:
    """Stop every process politely, then whatever is left of each group by force."""
    asked = stopping
    for process in processes.values():
        with suppress(ProcessLookupError):
            process.terminate()
    deadline = time.monotonic() + STOP_SECONDS
    while any(process.poll() is None for process in processes.values()):
        if time.monotonic() > deadline or stopping > asked:
            break
        time.sleep(0.1)
    for process in processes.values():
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
    sys.exit(130)
