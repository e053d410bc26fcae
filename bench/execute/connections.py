"""Connections: the databases that a worker has open, and the one that it works on."""

from __future__ import annotations

import os
from collections import OrderedDict
from stat import S_ISREG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from bench.execute.guard import Connection
    from bench.execute.policy import Policy

    File = tuple[str, int, int, int]
    """Path, size, time of the last change, and inode: a file as it was looked at."""

MAX_OPEN = 64


class EmptyFile(Exception):  # noqa: N818 - a state of a file
    """A database without a byte."""


class Connections:
    """Open databases, those not used for longest closed first; a file that was replaced is opened anew.

    Attributes:
        path: the database at work.
        counted: whether operations of queries on it are to be counted.
    """

    def __init__(self, policy: Policy, engine: type[Connection]) -> None:
        self.path, self.counted = "", True
        self._policy, self._engine = policy, engine
        self._file: File | None = None
        self._current: Connection | None = None
        self._open: OrderedDict[str, tuple[Connection, File]] = OrderedDict()

    def turn_to(self, path: str, *, counted: bool = True) -> None:
        """Begin to work on a database; its file is looked at anew."""
        self.path, self._file, self._current = path, None, None
        self.counted = counted

    def file(self) -> File:
        """Look at the file, once since it was turned to.

        Raises:
            EmptyFile: SQLite would take it for a database.
            OSError: it cannot be looked at.
        """
        if self._file is None:
            self._file = _look_at(self.path)
        return self._file

    def current(self) -> Connection:
        """Return the database at work, opened.

        Raises:
            EmptyFile: it has no byte.
            OSError: it cannot be looked at.
            Exception: the engine's own, where it is no database.
        """
        if self._current is None:
            self._current = self._find(self.file())
            self._current.counted = self.counted
        return self._current

    def _find(self, file: File) -> Connection:
        path = self.path
        if path in self._open:
            connection, then = self._open[path]
            if then == file:
                self._open.move_to_end(path)
                return connection
            del self._open[path]
            connection.close()
        while len(self._open) >= MAX_OPEN:
            self._open.popitem(last=False)[1][0].close()
        connection = self._engine(path, self._policy)
        self._open[path] = connection, file
        return connection

    def close(self) -> None:
        """Close every database; the one at work is opened again when it is asked for."""
        for connection, _ in self._open.values():
            connection.close()
        self._open.clear()
        self._current = None


def _look_at(path: str) -> File:
    if "://" in path:
        return path, 0, 0, 0  # a server does not say when its databases change
    stat = os.stat(path)  # noqa: PTH116 - pathlib is not loaded here
    if not S_ISREG(stat.st_mode):
        raise OSError(0, "a folder, a pipe or a device, and not a database")
    if stat.st_size == 0:
        raise EmptyFile
    return path, stat.st_size, stat.st_mtime_ns, stat.st_ino
