"""Pool: the supervisor that spreads queries over workers, and kills and replaces those that hang.

One thread, one selector, no callbacks: the loop turns while somebody waits for a result. Items are
sent in small batches of one database, a worker keeps to its database while there is work on it, and
whatever a worker does, the others go on and every item gets an outcome.
"""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from bench.errors import BenchError
from bench.execute import verdicts
from bench.execute.backlog import Backlog
from bench.execute.engines import Program
from bench.execute.item import Task
from bench.execute.policy import Policy
from bench.execute.process import Process
from bench.execute.wire import GOLD

WINDOW = 2048
"""Items read ahead; also what bounds memory."""

PATIENCE = 0.2
"""Seconds of reading after which what was read is sent off; longer than fast sources take for a window."""

TICK = 0.05
"""Seconds between two looks at the clocks of the workers."""

MAX_START_FAILURES, MAX_KILLED_AT_START = 3, 20
"""Processes that may end before they have said a word: by themselves, and killed from outside."""

MAX_UNEXPLAINED = 10
"""Workers in a row that may end between two items before the next item is held responsible."""

_Item = TypeVar("_Item")


def some(source: Iterable[_Item], most: int) -> Iterator[_Item]:
    """Read on for a while: up to ``most`` items, fewer from a slow source, none at its end only."""
    due = time.monotonic() + PATIENCE
    for item in islice(source, most):
        yield item
        if time.monotonic() > due:
            return


class Pool:
    """Up to ``size`` workers under one policy.

    Attributes:
        sandbox: layer → on or absent, as the workers say; empty before one has started.
        modules: what a worker had imported when it began.
        respawned: how many workers had to be replaced.
        bad_golds: gold queries that took a worker down twice; they are not tried again.
    """

    def __init__(
        self, policy: Policy, size: int, batch: int, *, engine: Program, require_sandbox: bool
    ) -> None:
        self.sandbox: dict[str, bool] = {}
        self.modules: tuple[str, ...] = ()
        self.respawned = 0
        self.bad_golds = verdicts.BadGolds()
        self._policy, self._engine, self._size, self._batch = policy, engine, size, batch
        self._require_sandbox = require_sandbox
        self._backlog = Backlog()
        self._workers: list[Process] = []
        self._folders: set[str] = set()
        self._selector = selectors.DefaultSelector()
        self._failures = self._unexplained = 0
        self._busy = self._closed = False
        self._looked = time.monotonic()

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers."""
        return [worker.pid for worker in self._workers]

    def serve(self, tasks: Iterator[Task]) -> Iterator[Task]:
        """Run tasks, at most ``WINDOW`` of them read ahead, and give them back in their order."""
        if self._busy:
            raise RuntimeError("an executor judges one stream at a time: finish or close the first one")
        self._busy = True
        waiting: deque[Task] = deque()
        try:
            while True:
                self._refuse_if_closed()
                fresh = list(some(tasks, WINDOW - len(waiting)))
                self._accept(fresh)
                waiting.extend(fresh)
                if not waiting:
                    return
                if not waiting[0].done:
                    self._dispatch()
                    self._turn()
                while waiting and waiting[0].done:
                    yield waiting.popleft()
        finally:
            self._busy = False
            self._abandon()

    def _accept(self, tasks: list[Task]) -> None:
        """Queue tasks, but for those that are queued already or have nothing to run."""
        for task in tasks:
            if not task.queued:
                task.queued = True
                if not task.done:
                    self._backlog.add(task)

    def start(self) -> None:
        """Start one worker and wait until it says which layers protect it."""
        self._refuse_if_closed()
        if not self._workers:
            self._spawn()
        while not self.sandbox:
            self._turn()

    def close(self) -> None:
        """End every worker, for good."""
        self._closed = True
        for worker in list(self._workers):
            self._drop(worker)
        self._selector.close()

    def leave(self) -> None:
        """Let go of the workers in a child of the process that they belong to, and leave them as they are."""
        self._closed = True
        self._selector.close()
        for worker in self._workers:
            worker.leave()
        self._workers.clear()

    def _refuse_if_closed(self) -> None:
        if self._closed:
            raise RuntimeError("the executor is closed, or this stream belongs to the parent process")

    def _abandon(self) -> None:
        """Forget what nobody waits for any more."""
        self._backlog.clear()
        for worker in list(self._workers):
            if worker.outstanding:
                self._drop(worker)

    def _drop(self, worker: Process) -> tuple[int, str]:
        self._workers.remove(worker)
        self._selector.unregister(worker.socket)
        return worker.end()

    def _spawn(self) -> Process:
        self._folders |= self._backlog.folders()
        worker = Process(self._policy, self._engine, self._folders, self._batch)
        self._workers.append(worker)
        self._selector.register(worker.socket, selectors.EVENT_READ, worker)
        return worker

    # ------------------------------------------------------------------ giving out work

    def _dispatch(self) -> None:
        """Top up every worker that runs low, and start more workers while there is work for them."""
        for worker in list(self._workers):
            self._top_up(worker)
        while len(self._backlog) and len(self._workers) < self._size:
            if any(not worker.outstanding for worker in self._workers):
                return
            self._top_up(self._spawn())

    def _top_up(self, worker: Process) -> None:
        room = worker.room
        if worker.retiring or worker.alone or not room:
            return
        backlog = self._backlog
        if backlog.alone:
            if not worker.outstanding:
                self._give(worker, [backlog.alone[0]], alone=True)
            return
        taken = {other.database for other in self._workers if other is not worker}
        database = backlog.choose(worker.database, taken)
        if database is None:
            return
        fair = -(-len(backlog) // (2 * self._size))
        tasks = backlog.take(database, max(1, min(room, fair)))
        if tasks[0].folder in worker.folders:
            self._give(worker, tasks, alone=False)
            return
        backlog.put_back(tasks)
        if not worker.outstanding:
            self._drop(worker)
            self._spawn()
            self._top_up(self._workers[-1])

    def _give(self, worker: Process, tasks: list[Task], *, alone: bool) -> None:
        if alone:
            if worker.gone or tasks[0].folder not in worker.folders:
                self._drop(worker)
                worker = self._spawn()
            self._backlog.alone.popleft()
        if self.bad_golds:
            for task in tasks:
                if known := self.bad_golds.get(task):
                    verdicts.settle_gold(task, known)
            tasks = [task for task in tasks if not task.done]
            if not tasks:
                return
        worker.alone, worker.database = alone, tasks[0].database
        worker.send(tasks)
        self._listen(worker)

    def _listen(self, worker: Process) -> None:
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if worker.writing else 0)
        if self._selector.get_key(worker.socket).events != events:
            self._selector.modify(worker.socket, events, worker)

    # ------------------------------------------------------------------ taking in results

    def _turn(self) -> None:
        """Wait for a worker, read what there is, and look at the clocks."""
        for key, events in self._selector.select(TICK):
            worker: Process = key.data
            if events & selectors.EVENT_WRITE:
                worker.flush()
                self._listen(worker)
            if events & selectors.EVENT_READ:
                self._hear(worker)
        now = time.monotonic()
        if now - self._looked < TICK:
            return
        for worker in list(self._workers):
            cause = worker.overdue(now - self._looked) if worker.outstanding or not worker.sandbox else ""
            if cause:
                self._bury(worker, cause)
        self._looked = now

    def _hear(self, worker: Process) -> None:
        new = worker.sandbox is None
        replies, alive = worker.receive()
        if new and worker.sandbox is not None:
            self._greet(worker.sandbox, worker.modules)
        if replies:
            self._unexplained = 0
        for reply in replies:
            try:
                task = worker.outstanding.pop(reply.number)
                again = verdicts.read(task, reply, worker.golds)
            except (KeyError, ValueError):
                alive = False
                break
            worker.alone = False
            if again:
                self._backlog.alone.append(task)
        if not alive:
            self._bury(worker, "")

    def _greet(self, sandbox: dict[str, bool], modules: tuple[str, ...]) -> None:
        self.sandbox, self.modules = sandbox, modules
        self._failures = 0
        absent = [layer for layer, on in self.sandbox.items() if not on]
        if absent and self._require_sandbox:
            self.close()
            raise BenchError(
                f"the sandbox lacks {', '.join(absent)} on this system",
                todo="run on Linux 5.13 or newer on x86-64, or do without the demand for a full sandbox",
            )

    def _bury(self, worker: Process, cause: str) -> None:
        """End a worker that hangs or is gone, and see to the items it had."""
        task, phase = self._guilty(worker)
        code, words = self._drop(worker)
        self.respawned += 1
        outside = verdicts.from_outside(cause, code)
        if worker.sandbox is None:
            self._failures += 1
            if self._failures >= (MAX_KILLED_AT_START if outside else MAX_START_FAILURES):
                raise BenchError(
                    "the process that runs SQL does not start", todo=words or f"exit code {code}"
                )
        elif task and not worker.retiring:
            del worker.outstanding[task.number]
            verdict = verdicts.explain(cause, code, self._policy)
            if verdicts.blame(task, phase, verdict, self.bad_golds, outside=outside):
                self._backlog.alone.append(task)
        self._backlog.put_back(worker.outstanding.values())

    def _guilty(self, worker: Process) -> tuple[Task | None, int]:
        """Name the item that a worker ended at: after many ends between items, the one that was next."""
        task, phase = worker.guilty()
        if task or not worker.outstanding:
            return task, phase
        self._unexplained += 1
        if self._unexplained <= MAX_UNEXPLAINED:
            return None, phase
        return next(iter(worker.outstanding.values())), GOLD
