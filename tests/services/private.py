"""Servers of a test's own, on free ports, that it may stop and start again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from tests.services.processes import wait_for


def free_port() -> int:
    """A port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class PrivateRedis:
    """A Redis without persistence: what it held is lost when it stops."""

    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it is."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ("--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--loglevel", "warning")
        self.process = subprocess.Popen(["redis-server", "--port", str(self.port), *options], stdout=subprocess.DEVNULL)
        wait_for(self._answers, seconds=20, what="The start of Redis")

    def stop(self) -> None:
        """Kill it: no good-bye to its clients."""
        assert self.process
        self.process.kill()
        self.process.wait(timeout=20)

    def _answers(self) -> bool:
        try:
            with redis.Redis(port=self.port) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False


@dataclass
class PrivatePostgres:
    """A PostgreSQL cluster with one empty database."""

    port: int
    folder: Path

    @property
    def url(self) -> str:
        """Where it is."""
        return f"postgres://postgres@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make the cluster. PostgreSQL refuses to run as root: then its own user does it."""
        if os.getuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync")

    def start(self) -> None:
        """Start it and wait until it answers."""
        listening = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
        self._run("pg_ctl", "start", "--wait", "--options", listening, "--log", str(self.folder / "log"))

    def stop(self) -> None:
        """Stop it at once, whatever its clients are doing."""
        self._run("pg_ctl", "stop", "--wait", "--mode=immediate")

    def _run(self, program: str, *arguments: str) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))[-1]
        prefix = ("runuser", "-u", "postgres", "--") if os.getuid() == 0 else ()
        command = [*prefix, str(found), "--pgdata", str(self.folder / "data"), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/tmp")  # noqa: S108 - readable by both users

    def count(self, query: str) -> int:
        """The number that a query gives."""
        with psycopg.connect(self.url) as connection:
            row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])


@contextmanager
def private_redis() -> Iterator[PrivateRedis]:
    """A Redis that runs; stopped when the block ends."""
    server = PrivateRedis(free_port())
    server.start()
    try:
        yield server
    finally:
        server.stop()


@contextmanager
def private_postgres() -> Iterator[PrivatePostgres]:
    """A PostgreSQL that runs; stopped and removed when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="bihuan-postgres-"))
    server = PrivatePostgres(free_port(), folder)
    try:
        server.make()
        server.start()
        yield server
    finally:
        with suppress(subprocess.CalledProcessError):  # a test that failed may have left it stopped
            server.stop()
        shutil.rmtree(folder)
