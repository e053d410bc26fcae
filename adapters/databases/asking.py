"""Asking: what the connections of all engines but SQLite share; runs inside the worker.

These engines count no operations, so a query has a time instead: 30 s stand for 10⁹ operations. The
engine is told of it where it can be, and a timer of this process rings a moment later, for a query may
undo what its engine was told. Whoever still runs then is ended from outside by the engine's own class.
"""

from __future__ import annotations

import signal
import time
from abc import ABC, abstractmethod
from itertools import chain, repeat

from adapters.databases.values import row
from bench.execute.query import FIRST, GROWTH, MOST
from bench.execute.text import COMMANDS as COMMANDS_OF_SQLITE
from bench.execute.text import QUERIES, first_word

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import ParamSpec, TypeVar

    from bench.execute.policy import Policy
    from bench.types import Row

    P = ParamSpec("P")
    T = TypeVar("T")

STEP_SECONDS = 30 / 10**9
"""Seconds for which one of SQLite's operations stands: what 10⁹ of them take in the median."""

GRACE = 0.5
"""Seconds after which the timer rings where the engine itself should have stopped the query."""

RINGS, RING = 20, 0.5
"""How often the timer rings, so that none is lost, and the seconds between; clients look up more often."""


PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds before a query whose session was ended begins again, and what they grow to, doubling."""


# fmt: off
COMMANDS = COMMANDS_OF_SQLITE | {
    "call", "checkpoint", "copy", "deallocate", "declare", "discard", "do", "execute", "export", "fetch",
    "force", "grant", "handler", "import", "install", "kill", "listen", "load", "lock", "merge", "move",
    "notify", "optimize", "prepare", "refresh", "rename", "reset", "revoke", "set", "shutdown", "start",
    "truncate", "unlisten", "use",
}
# fmt: on
"""Words that begin a statement that is not a query, in one of these engines at least."""


class Failed(Exception):  # noqa: N818 - a verdict, not a fault
    """How a query ended that has no rows: a status of ``bench.types.Status`` and the engine's words."""

    def __init__(self, status: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Ended(Failed):
    """A query whose session was ended by another one, or by itself."""

    def __init__(self, detail: str) -> None:
        super().__init__("crash", detail)


class Overdue(TimeoutError):  # noqa: N818 - as above
    """A query that took longer than it may."""


class Deadline:
    """A timer that ends a call into an engine, wherever it waits."""

    def __init__(self) -> None:
        self.rung = self._waiting = False
        self._seconds = self._began = 0.0
        self._left = 0

    def begin(self, seconds: float) -> None:
        """Start the timer."""
        self.rung, self._seconds, self._left = False, seconds, RINGS
        self._began = time.monotonic()
        signal.signal(signal.SIGALRM, self._ring)
        signal.setitimer(signal.ITIMER_REAL, seconds + GRACE)

    def end(self) -> None:
        """Stop the timer."""
        signal.setitimer(signal.ITIMER_REAL, 0)

    def wait(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call into the engine.

        Raises:
            Overdue: the call was not back in time; some engines end a query halfway and say that it is well.
        """
        try:
            self._waiting = True
            result = call(*args, **kwargs)
            if self.rung or time.monotonic() - self._began > self._seconds:
                raise self.overdue()
            return result
        except Exception as error:
            if self.rung and not isinstance(error, Overdue):
                raise self.overdue() from error
            raise
        finally:
            self._waiting = False

    def overdue(self) -> Overdue:
        """Say how long was allowed."""
        return Overdue(f"time: more than {self._seconds:g} s")

    def _ring(self, _number: int, _frame: object) -> None:
        self.rung = True
        self._left -= 1
        if self._left:
            signal.setitimer(signal.ITIMER_REAL, RING)
        if self._waiting:
            raise self.overdue()


class Asking(ABC):
    """A connection as ``bench.execute.guard.Connection`` describes it; each engine fills in its own ways."""

    queries: frozenset[str] = QUERIES
    """Words that a query of this engine may begin with."""

    takes_one = True
    dropped = False
    counted = True

    def __init__(self, place: str, policy: Policy) -> None:
        self.steps = self.statements = 0
        self.columns: tuple[str, ...] = ()
        self.explains = False
        self._place, self._policy = place, policy
        self._deadline = Deadline()

    @abstractmethod
    def begin(self, sql: str, seconds: float) -> Iterable[str]:
        """Begin a query, on a connection opened if need be; gives the names of its columns."""

    @abstractmethod
    def fetch(self, count: int) -> Sequence[Sequence[object]]:
        """Fetch that many further rows, fewer at the end."""

    @abstractmethod
    def finish(self, *, overdue: bool) -> None:
        """Let go of the query, and end it from outside where it is overdue."""

    @abstractmethod
    def close(self) -> None:
        """Let go of the database."""

    @abstractmethod
    def describe(self, error: Exception) -> Failed | None:
        """Say what an exception of the client means; ``None`` where it is none of the client's."""

    def rows(self, sql: str, steps: int) -> Iterator[Row]:
        """Begin a query that may take the time of ``steps`` operations.

        Raises:
            Failed: the text is no query, or the engine does not run it; also while rows are fetched.
            Overdue: it took longer, or does so while rows are fetched.
        """
        word = first_word(sql)
        self.statements, self.columns, self.explains = 0, (), word == "explain"
        if self.explains or not word:
            return iter(())
        if word in COMMANDS:
            raise Failed("forbidden", f"{word.upper()} is not a query")
        if word not in self.queries:
            raise Failed("error_syntax", f"{word} begins no query")
        first = self._begin(sql, steps * STEP_SECONDS)
        self.statements = int(bool(self.columns))
        return self._rows(first)

    def _begin(self, sql: str, seconds: float) -> Sequence[Sequence[object]]:
        """Begin a query and fetch its first rows.

        A query may end the sessions of others, which must not cost them their verdict. So one whose session
        was ended begins again, for as long as another query can last.
        """
        last, pause = time.monotonic() + seconds + GRACE, PAUSE
        while True:
            self._deadline.begin(seconds)
            try:
                self.columns = tuple(self._ask(self.begin, sql, seconds))
                return self._ask(self.fetch, FIRST)
            except Ended:
                self.end()
                if time.monotonic() > last:
                    raise
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    def _rows(self, some: Sequence[Sequence[object]]) -> Iterator[Row]:
        """Give the rows that were fetched, and fetch on."""
        asked = FIRST
        for size in chain((FIRST * GROWTH,), repeat(MOST)):
            yield from map(row, some)
            if len(some) < asked:
                return
            asked, some = size, self._ask(self.fetch, size)

    def _ask(self, call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return self._deadline.wait(call, *args, **kwargs)
        except (Failed, Overdue, MemoryError):
            raise
        except Exception as error:
            failed = self.describe(error)
            if failed is None:
                raise
            raise failed from error

    def end(self) -> None:
        """Let go of the query.

        Raises:
            Failed: it is overdue, and nobody could end it.
        """
        self._deadline.end()
        try:
            self.finish(overdue=self._deadline.rung)
        except Exception as error:
            raise Failed("db_io", f"the query could not be ended: {error}") from error

    def repaired_rows(self, sql: str, steps: int) -> Iterator[Row] | None:  # noqa: ARG002
        """Give nothing: these engines store no invalid text."""
        return None

    @staticmethod
    def is_undecodable(error: Exception) -> bool:  # noqa: ARG004
        """Deny it."""
        return False

    @staticmethod
    def status(error: Exception) -> str:
        """Name the status that an exception carries."""
        return error.status if isinstance(error, Failed) else "internal"
