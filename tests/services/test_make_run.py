"""`make run` from a fresh copy: one address, demo log-ins, data kept, and no process left behind."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from config.env import BASE_DIR
from tests.services.processes import wait_for

pytestmark = pytest.mark.services

LEFT_BEHIND = shutil.ignore_patterns("var", ".git", "__pycache__", ".*_cache", ".venv", ".hypothesis", "tests")
OUTSIDE = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project without data; it borrows the installed environment."""
    folder = tmp_path_factory.mktemp("bihuan") / "project"
    shutil.copytree(BASE_DIR, folder, ignore=LEFT_BEHIND)
    (folder / ".venv").symlink_to(BASE_DIR / ".venv")
    return folder


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def make_run(project: Path, port: int) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """`make run` in a session of its own; yields the process and the file of its output."""
    environment = {name: value for name, value in os.environ.items() if name not in OUTSIDE}
    output = project / f"output-{time.monotonic_ns()}.txt"
    with output.open("wb") as stream:
        process = subprocess.Popen(
            ["make", "run", f"PORT={port}"],
            cwd=project,
            env=environment,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield process, output
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=60)


def processes_of(project: Path) -> list[str]:
    """The command lines of living processes whose working directory is the copied project."""
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                if (folder / "cwd").resolve() == project:
                    found.append((folder / "cmdline").read_text().replace("\0", " "))
            except (FileNotFoundError, ProcessLookupError, PermissionError):
                continue  # it ended while we looked
    return [command for command in found if command]


def test_run_prints_address_and_logins_keeps_data_and_leaves_nothing_behind(project: Path) -> None:
    port = free_port()
    with make_run(project, port) as (process, output):
        wait_for(lambda: "Ctrl-C" in output.read_text(), seconds=300, what="The first start")
        text = output.read_text()
        assert f"http://127.0.0.1:{port}/" in text
        assert "demo-bihuan" in text
        assert re.search(r"^ +agent2 ", text, re.M)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/") as answer:
            assert answer.status == 200
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz") as answer:
            assert answer.status == 200
        assert len(processes_of(project)) >= 4
        os.killpg(process.pid, signal.SIGINT)  # what Ctrl-C in a terminal does: the whole foreground group
        process.wait(timeout=60)
    assert processes_of(project) == []

    started = time.monotonic()
    with make_run(project, port) as (process, output):
        wait_for(lambda: "Ctrl-C" in output.read_text(), seconds=60, what="The second start")
        assert time.monotonic() - started < 60
        assert "Loading" not in output.read_text()
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)
    assert processes_of(project) == []


def test_a_taken_port_is_named(project: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with make_run(project, port) as (process, output):
            assert process.wait(timeout=60) != 0
    assert f"Port {port} on 127.0.0.1 is taken" in output.read_text()
    assert processes_of(project) == []
