"""Real processes for tests: start them, wait for what they do, see that they are gone."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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


def running() -> dict[int, str]:
    """The command lines, by process id, of Celery processes that this pytest process started and that still live."""
    found = {}
    for folder in Path("/proc").iterdir():
        try:
            command = (folder / "cmdline").read_text().replace("\0", " ") if folder.name.isdigit() else ""
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue  # it ended while we looked
        if "celery" in command and NAME in command:
            found[int(folder.name)] = command
    return found


def kill_all() -> None:
    """SIGKILL to every worker and its children at once, as when the machine loses its power; returns when they died."""
    for process in running():
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    wait_for(lambda: not running(), seconds=30, what="The end of the killed processes")


def start_celery(*arguments: str, **environment: str) -> subprocess.Popen[bytes]:
    """A Celery process on the test database (unless the environment given says otherwise) and on this pytest process's
    own queue."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
        "DATABASE_URL": database_url(),
        **environment,
    }
    command = [str(Path(sys.executable).parent / "celery"), "--app", "config.celery", *arguments]
    return subprocess.Popen(command, cwd=BASE_DIR, env=environment)


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask it to end and wait until it has."""
    process.terminate()
    process.wait(timeout=60)


@contextmanager
def worker(name: str = "a") -> Iterator[subprocess.Popen[bytes]]:
    """A real worker with two children, as `make run` starts it; stopped when the block ends."""
    process = start_celery(*_worker_options(name))
    try:
        yield process
    finally:
        stop(process)


@contextmanager
def kept_worker(**environment: str) -> Iterator[None]:
    """A worker that is started again whenever it ends, as a service manager does it (docs/operating.md)."""
    stopping = threading.Event()

    def keep() -> None:
        process = start_celery(*_worker_options("kept"), **environment)
        while not stopping.wait(0.5):
            if process.poll() is not None:
                process = start_celery(*_worker_options("kept"), **environment)
        stop(process)

    keeper = threading.Thread(target=keep)
    keeper.start()
    try:
        yield
    finally:
        stopping.set()
        keeper.join(90)


@contextmanager
def beat(folder: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """A real beat that keeps its schedule file in `folder`; stopped when the block ends."""
    options = ("--schedule", str(folder / NAME), "--pidfile", "", "--loglevel", "warning")
    process = start_celery("beat", *options, **environment)
    try:
        yield process
    finally:
        stop(process)


def _worker_options(name: str) -> tuple[str, ...]:
    options = ("--concurrency", "2", "--without-gossip", "--without-mingle", "--loglevel", "warning")
    return ("worker", "--hostname", f"{NAME}-{name}@%h", *options)
