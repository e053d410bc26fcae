"""Verdicts: what a reply, or the death of a worker, means for an item.

Everything a worker decides by counting is final. What depends on the machine (a crash, a backstop in
seconds, an input/output error) is tried once more, alone, before it is believed.
"""

from __future__ import annotations

import signal
from collections import OrderedDict

from bench.execute.item import Task
from bench.execute.policy import Policy
from bench.execute.replies import Learnt, Reply
from bench.execute.wire import GOLD, MAX_GOLDS
from bench.types import Outcome, Status

OK = Status.OK
UNSURE = frozenset({Status.CRASH, Status.DB_IO, Status.INTERNAL})
MAX_BAD_GOLDS = 1024

TRIES, TRIES_OUTSIDE = 2, 5
"""Ends of its worker that a query is held responsible for: its own doing, or a kill that may be chance."""

_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP})
"""Signals that no query sends: the system's, when memory runs low, or a person's."""


class BadGolds:
    """Gold queries that took a worker down twice, with their outcome."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[str, str], Outcome] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def get(self, task: Task) -> Outcome | None:
        """Return the outcome of the task's gold if it is a bad one."""
        return self._known.get((task.database, task.gold or ""))

    def add(self, task: Task, verdict: Outcome) -> None:
        """Remember the task's gold."""
        self._known[task.database, task.gold or ""] = verdict
        if len(self._known) > MAX_BAD_GOLDS:
            self._known.popitem(last=False)


def settle_gold(task: Task, verdict: Outcome) -> None:
    """Give the gold its outcome; a prediction with the same text shares it."""
    if task.prediction == task.gold:
        task.outcome, task.prediction = verdict, None
    task.gold_outcome, task.gold = verdict, None


def read(task: Task, reply: Reply, golds: OrderedDict[int, Outcome]) -> bool:
    """Take a worker's answer over; tells whether the task must run again, alone.

    Raises:
        KeyError, ValueError: the reply is not what a worker sends for this task.
    """
    gold = task.gold_outcome if reply.gold is None else _gold(reply.gold, golds)
    prediction = reply.prediction.outcome() if reply.prediction else task.outcome
    if len(reply.equal) != len(task.comparisons):
        raise ValueError("another number of verdicts than of comparisons")
    if gold and prediction and gold.status is prediction.status is OK:
        task.equal, task.failed_on = reply.equal, reply.failed_on
    elif task.attempts == 0 and any(end and end.status in UNSURE for end in (gold, prediction)):
        task.attempts = 1
        return True
    elif gold and reply.failed_on:  # gold failed on a further database; a damaged one leaves no verdict
        task.failed_on = reply.failed_on
        if not gold.status.infra:
            task.equal = reply.equal
    task.gold_outcome, task.outcome = gold, prediction
    task.gold = task.prediction = None
    return False


def _gold(said: int | Learnt, golds: OrderedDict[int, Outcome]) -> Outcome:
    """Look a gold's outcome up by its number, or learn it with its number."""
    if isinstance(said, int):
        golds.move_to_end(said)
        return golds[said]
    golds[said.number] = learnt = said.told.outcome()
    if len(golds) > 2 * MAX_GOLDS:
        golds.popitem(last=False)
    return learnt


def explain(cause: str, code: int, policy: Policy) -> Outcome:
    """Say why a worker ended: a backstop that was met, a signal, or an exit of its own."""
    if cause == "cpu":
        return Outcome(Status.TIMEOUT, f"cpu: more than {policy.cpu_seconds:g} s for one query")
    if cause == "wall":
        return Outcome(Status.TIMEOUT, f"wall: no progress for {policy.wall_seconds:g} s")
    if code < 0:
        return Outcome(Status.CRASH, f"the worker was ended by {signal.Signals(-code).name}")
    return Outcome(Status.CRASH, f"the worker ended with exit code {code}")


def from_outside(cause: str, code: int) -> bool:
    """Tell whether a worker was ended by neither its query nor its supervisor."""
    return not cause and code < 0 and -code in _OUTSIDE


def blame(task: Task, phase: int, verdict: Outcome, bad_golds: BadGolds, *, outside: bool) -> bool:
    """Hold a task responsible for its worker's end; tells whether it must run again, alone.

    At first it is only tried again. After some ends the query at work gets the verdict, and the other
    one of the pair still has to run. An end from ``outside`` may have had nothing to do with the task.
    """
    task.attempts += 1
    if task.attempts < (TRIES_OUTSIDE if outside else TRIES):
        return True
    task.attempts = 0
    if phase == GOLD and task.gold is not None:
        if not outside:
            bad_golds.add(task, verdict)
        settle_gold(task, verdict)
    else:
        task.outcome, task.prediction = verdict, None
    return not task.done
