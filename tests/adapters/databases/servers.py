"""Real servers for tests: in a temporary folder, on loopback, under an unprivileged account, and ended."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

PATIENCE = 60
MEMORY = 4 * 2**30
"""Address space of a server in bytes: what a query that wants all memory is given."""


@dataclass(frozen=True)
class Server:
    """A server that answers: its owner may do everything, ``bench`` may read."""

    scheme: str
    port: int
    folder: Path
    pid: int

    def url(self, database: str = "{db_id}", user: str = "bench") -> str:
        return f"{self.scheme}://{user}@127.0.0.1:{self.port}/{database}"

    @property
    def owner(self) -> str:
        return self.url(user="owner")


def postgres_programs() -> Path | None:
    """Find the newest PostgreSQL that Debian has installed."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[4]))
    return found[-1].parent if found else None


@contextmanager
def postgres(folder: Path) -> Iterator[Server]:
    programs, port = postgres_programs(), _free_port()
    assert programs is not None
    data = _given(folder / "data", "postgres")
    made = [programs / "initdb", "-D", data, "-U", "owner", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    _run(made, "postgres")
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "fsync": "off",
        "shared_buffers": "64MB",
        "temp_file_limit": "256MB",
        "max_connections": "30",
        "autovacuum": "off",
    }
    options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    with _running([programs / "postgres", "-D", data, *options], "postgres", folder, port) as pid:
        server = Server("postgresql", port, folder, pid)
        import psycopg

        connect = partial(psycopg.connect, server.url("postgres", "owner"), autocommit=True)
        with _soon(connect, psycopg.OperationalError) as link:
            link.execute("CREATE ROLE bench LOGIN")
        yield server


@contextmanager
def mariadb(folder: Path) -> Iterator[Server]:
    port, data = _free_port(), _given(folder / "data", "mysql")
    common = ["--no-defaults", f"--datadir={data}", "--auth-root-authentication-method=normal"]
    _run(["mariadb-install-db", *common, "--skip-test-db"], "mysql")
    settings = {
        "port": port,
        "bind-address": "127.0.0.1",
        "socket": folder / "socket",
        "pid-file": folder / "pid",
        "lower-case-table-names": 1,
        "innodb-buffer-pool-size": "64M",
        "innodb-flush-log-at-trx-commit": 0,
        "skip-name-resolve": 1,
        "tmp-disk-table-size": "256M",
    }
    options = [f"--{name}={value}" for name, value in settings.items()]
    _given(folder, "mysql")
    with _running(["mariadbd", "--no-defaults", f"--datadir={data}", *options], "mysql", folder, port) as pid:
        server = Server("mysql", port, folder, pid)
        import pymysql

        connect = partial(pymysql.connect, host="127.0.0.1", port=port, user="root")
        with _soon(connect, pymysql.OperationalError) as link, link.cursor() as cursor:
            cursor.execute("CREATE USER owner@'127.0.0.1'")
            cursor.execute("GRANT ALL ON *.* TO owner@'127.0.0.1' WITH GRANT OPTION")
            cursor.execute("CREATE USER bench@'127.0.0.1'")
        yield server


def mariadb_programs() -> str | None:
    return shutil.which("mariadbd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def _account(name: str) -> dict[str, object]:
    """Say under whom to run: servers refuse to be root, and anyone else may only be himself."""
    if os.getuid() != 0:
        return {}
    entry = pwd.getpwnam(name)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _given(folder: Path, name: str) -> Path:
    """Make a folder that the server's account owns."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if account := _account(name):
        os.chown(folder, account["user"], account["group"])
    return folder


def _run(words: Sequence[object], name: str) -> None:
    subprocess.run([str(word) for word in words], check=True, capture_output=True, **_account(name))


@contextmanager
def _running(words: Sequence[object], name: str, folder: Path, port: int) -> Iterator[int]:
    """Start a server, wait until it takes connections, and end it after."""
    path = f"{os.environ.get('PATH', '')}:/usr/sbin"
    limited = ["prlimit", f"--as={MEMORY}", "--core=0", *map(str, words)]
    with (folder / "log").open("wb") as log:
        child = subprocess.Popen(
            limited,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            env={"PATH": path, "TZ": "UTC"},
            **_account(name),
        )
    try:
        _await(child, port, folder / "log")
        yield child.pid
    finally:
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _soon(connect: Callable[[], Any], not_yet: type[Exception]) -> Any:
    """Connect to a server that takes connections and may refuse them until it is ready."""
    for _ in range(PATIENCE * 5):
        try:
            return connect()
        except not_yet:
            time.sleep(0.2)
    return connect()


def _await(child: subprocess.Popen[bytes], port: int, log: Path) -> None:
    for _ in range(PATIENCE * 10):
        if child.poll() is not None:
            break
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start:\n{log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
