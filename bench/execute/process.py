"""Process: one worker as the supervisor sees it: start, talk without blocking, watch, kill."""

from __future__ import annotations

import json
import marshal
import mmap
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections import OrderedDict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

import apsw

from bench.execute import replies, wire
from bench.execute.engines import ENGINES, Program
from bench.execute.item import Task
from bench.execute.policy import Policy
from bench.types import Outcome

PROGRAM = Path(__file__).with_name("worker.py")
PACKAGES = str(Path(apsw.__file__).parent.parent)
"""Where a worker finds the one package that it imports."""

FEWEST, FIRST, MOST = 2, 8, 32
"""Batches that may wait in a worker: in one that is slow, in a new one, and in one that is quick."""

QUICK, SLOW = 0.01, 0.1
"""Seconds for half of what may wait: below it may be more, above it has to be less."""


class Process:
    """A worker process and what it was given to do.

    Attributes:
        outstanding: items sent and not answered, in the order sent.
        sandbox: layers on or absent; ``None`` until the worker has said so.
        retiring: whether it announced that it is going to end.
        alone: whether it works on an item that must not share its process.
        golds: outcomes of the gold queries that it has told, by its own numbers.
    """

    def __init__(self, policy: Policy, engine: Program, folders: Iterable[str], batch: int) -> None:
        self.folders = frozenset(folders)
        self.outstanding: dict[int, Task] = {}
        self.sandbox: dict[str, bool] | None = None
        self.modules: tuple[str, ...] = ()
        self.retiring = self.alone = False
        self.database = ""
        self.stalled = 0.0
        self.golds: OrderedDict[int, Outcome] = OrderedDict()
        self._policy, self._engine, self._batch = policy, engine, batch
        self._most, self._given = FIRST * batch, time.monotonic()
        self._out, self._in = bytearray(), bytearray()
        slot = _memory(wire.SLOT_BYTES)
        self._slot = mmap.mmap(slot, wire.SLOT_BYTES)
        self._seen = (0, 0, 0), 0
        self._since, self._waited = 0, 0.0
        self._timed = engine.name not in ENGINES
        self.socket, theirs = socket.socketpair()
        try:
            self._child = self._start(theirs.fileno(), slot)
        finally:
            theirs.close()
            os.close(slot)
        self.socket.setblocking(False)

    def _start(self, theirs: int, slot: int) -> subprocess.Popen[bytes]:
        settings = {
            "policy": asdict(self._policy),
            "folders": [*sorted(self.folders), *self._engine.files],
            "calls": self._engine.calls,
            "parent": os.getpid(),
            "slot": slot,
            "packages": PACKAGES,
            "engine": self._engine.name,
        }
        known = {name: os.environ[name] for name in self._engine.environment if name in os.environ}
        return (
            _starter(os.getpid())
            .submit(
                subprocess.Popen,
                [sys.executable, "-I", "-S", str(PROGRAM), str(theirs), json.dumps(settings)],
                env={**known, "TZ": "UTC", "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=(theirs, slot),
                start_new_session=True,
            )
            .result()
        )

    @property
    def pid(self) -> int:
        """The worker's process id."""
        return self._child.pid

    @property
    def room(self) -> int:
        """How many items it may get now: none before half of what may wait in it is done."""
        room = self._most - len(self.outstanding)
        return room if 2 * room >= self._most else 0

    def _adapt(self) -> None:
        """Let more items wait in a quick worker, which spares it waking; a slow one must not hoard them."""
        took, self._given = time.monotonic() - self._given, time.monotonic()
        if took < QUICK:
            self._most = min(2 * self._most, MOST * self._batch)
        elif took > SLOW:
            self._most = max(self._most // 2, FEWEST * self._batch)

    def send(self, tasks: list[Task]) -> None:
        """Queue tasks of one database, in batches, and write what the socket takes at once."""
        self._adapt()
        self.outstanding.update([(task.number, task) for task in tasks])
        for at in range(0, len(tasks), self._batch):
            items = [task.request() for task in tasks[at : at + self._batch]]
            self._out += wire.frame(marshal.dumps((tasks[0].database, items)))
        self.flush()

    @property
    def writing(self) -> bool:
        """Whether there is output that the socket did not take yet."""
        return bool(self._out)

    def flush(self) -> None:
        """Write on, without ever waiting; a worker that is gone shows when it is read from."""
        try:
            while self._out:
                del self._out[: self.socket.send(self._out)]
        except BlockingIOError:
            return
        except OSError:
            self._out.clear()

    def receive(self) -> tuple[list[replies.Reply], bool]:
        """Read the replies that are there, and whether the worker may still send more."""
        alive = True
        try:
            while part := self.socket.recv(65536):
                self._in += part
                if len(part) < 65536:
                    break
            else:
                alive = False
        except BlockingIOError:
            pass
        except OSError:
            alive = False
        found: list[replies.Reply] = []
        try:
            for frame in wire.frames(self._in):
                if self.sandbox is None:
                    self._greeted(replies.read_greeting(frame))
                    continue
                answers = replies.read_answers(frame)
                self.retiring = answers.retiring
                found += answers.replies
        except (ValueError, replies.Malformed):
            alive = False
        self.stalled = 0.0
        return found, alive

    def _greeted(self, greeting: replies.Greeting) -> None:
        self.sandbox, self.modules = greeting.sandbox, greeting.modules

    def overdue(self, waited: float) -> str:
        """Say which backstop the item at work has met: ``"cpu"``, ``"wall"`` or neither (empty).

        A worker that other programs keep from the processor is not stuck: the wall counts only while
        its own clock stands still. Where queries have a time in place of operations it counts always: an
        engine may wait in naps, each of which moves the clock.
        """
        noted, cpu_ns = wire.noted(self._slot), self._cpu_ns()
        self.stalled = self.stalled + min(waited, 1.0) if (noted, cpu_ns) == self._seen else 0.0
        if noted != self._seen[0]:
            self._since, self._waited = cpu_ns, 0.0
        self._seen = noted, cpu_ns
        self._waited += min(waited, 1.0)
        if (self._waited if self._timed else self.stalled) > self._policy.wall_seconds:
            return "wall"
        if noted[0] in self.outstanding and cpu_ns - self._since > self._policy.cpu_seconds * 1e9:
            return "cpu"
        return ""

    def _cpu_ns(self) -> int:
        """Read the CPU time of the worker; 0 where the system does not tell."""
        if not sys.platform.startswith("linux"):
            return 0
        try:
            return time.clock_gettime_ns((~self.pid << 3) | 2)
        except OSError:
            return 0

    @property
    def gone(self) -> bool:
        """Whether the process has ended already, whatever it still had to say."""
        return self._child.poll() is not None

    def guilty(self) -> tuple[Task | None, int]:
        """Name the item at work and its phase; ``None`` where it was at work on none."""
        item, phase, _ = wire.noted(self._slot)
        return self.outstanding.get(item), phase

    def end(self) -> tuple[int, str]:
        """Kill the process; gives its exit code, negative for a signal, and its last words."""
        self._child.kill()
        code = self._child.wait()
        stderr = self._child.stderr
        words = stderr.read().decode(errors="replace") if stderr else ""
        self._let_go()
        return code, words.strip()[-2000:]

    def leave(self) -> None:
        """Let go of a process that belongs to the parent of this one."""
        self._child.returncode = 0  # nobody here may wait for it
        self._let_go()

    def _let_go(self) -> None:
        if self._child.stderr:
            self._child.stderr.close()
        self.socket.close()
        self._slot.close()


@lru_cache(maxsize=1)
def _starter(pid: int) -> ThreadPoolExecutor:  # noqa: ARG001 - a child that is forked needs one of its own
    """Make the thread that starts every worker: Linux ends a worker with the thread that started it."""
    return ThreadPoolExecutor(1, "workers")


def _memory(size: int) -> int:
    """Make a small piece of memory that two processes can share; gives its descriptor."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("slot", 0)
    else:
        handle, path = tempfile.mkstemp()
        os.unlink(path)  # noqa: PTH108 - the name is not needed, the file is
    os.ftruncate(handle, size)
    return handle
