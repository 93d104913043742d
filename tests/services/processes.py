"""Real processes for tests: start them, wait for what they do, see that they are gone."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from config.env import BASE_DIR


def wait_for(condition: Callable[[], object], *, seconds: float, what: str) -> None:
    """Poll until the condition holds; fail the test after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} seconds"
        time.sleep(0.1)


def database_url() -> str:
    """The URL of the test database that this pytest process uses, for other processes."""
    options = connection.settings_dict
    login = f"{options['USER']}:{options['PASSWORD']}" if options["PASSWORD"] else options["USER"]
    return f"postgres://{login}@{options['HOST']}:{options['PORT'] or 5432}/{options['NAME']}"


NAME = f"test-{os.getpid()}"  # in the command line of every process started here


def running() -> list[str]:
    """The command lines of Celery processes that this pytest process started and that still live."""
    found = []
    for folder in Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_text().replace("\0", " ") if folder.name.isdigit() else ""
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it ended while we looked
        if "celery" in command and NAME in command:
            found.append(command)
    return found


@contextmanager
def celery(*arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Celery process on the test database and this pytest process's own queue; stopped when the block ends."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test", "DATABASE_URL": database_url()}
    command = [str(Path(sys.executable).parent / "celery"), "--app", "config.celery", *arguments]
    process = subprocess.Popen(command, cwd=BASE_DIR, env=environment)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A real worker with two children, as `make run` starts it."""
    options = ("--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "warning")
    with celery("worker", "--hostname", f"{NAME}@%h", *options) as process:
        yield process


@contextmanager
def beat(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A real beat that keeps its schedule file in `folder`."""
    with celery("beat", "--schedule", str(folder / NAME), "--pidfile", "", "--loglevel", "warning") as process:
        yield process
