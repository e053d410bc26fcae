"""Local: tasks in processes of this machine, several at a time.

Each task gets a process of its own, so that its peak memory is its own and a crash takes nobody
along. Where the system allows it the processes are forked from a server that has imported the
heavy libraries once and has never used them.
"""

from __future__ import annotations

import multiprocessing
import signal
import sys
import traceback
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from bench.errors import BenchError
from bench.runner import Event, Listen, Task
from bench.types import Report

Perform = Callable[[Task, Report], None]


@dataclass(frozen=True, slots=True)
class _Running:
    task: Task
    process: BaseProcess
    news: Connection


class Local:
    """Runs tasks on this machine."""

    def __init__(self, jobs: int = 1) -> None:
        """Choose how many tasks run at a time."""
        self.jobs = jobs

    def run(self, tasks: Sequence[Task], perform: Perform, listen: Listen) -> None:
        """Run tasks as their needs allow; a task whose need failed is dropped and named."""
        waiting = {task.name: task for task in tasks}
        ended: set[str] = set()
        lost: dict[str, str] = {}
        running: dict[int, _Running] = {}
        context = _context(tasks)
        try:
            while waiting or running:
                for task in _drop(waiting, lost, listen):
                    del waiting[task.name]
                ready = [task for task in waiting.values() if _met(task, waiting, running)]
                for task in ready[: self.jobs - len(running)]:
                    del waiting[task.name]
                    started = _start(context, task, perform)
                    running[started.news.fileno()] = started
                    listen(Event(task.name, "begin"))
                for news in wait([item.news for item in running.values()]):
                    key = news.fileno()  # type: ignore[union-attr]
                    if not _hear(running[key], listen, ended, lost):
                        running.pop(key)
        finally:
            for item in running.values():
                item.process.kill()
                item.process.join()


def _drop(waiting: dict[str, Task], lost: dict[str, str], listen: Listen) -> list[Task]:
    """Find tasks that need a lost one, and say so."""
    dropped: list[Task] = []
    while True:
        found = next(
            (task for task in waiting.values() if task not in dropped and set(task.needs) & lost.keys()), None
        )
        if found is None:
            return dropped
        need = next(need for need in found.needs if need in lost)
        lost[found.name] = f"it needs '{need}', which failed"
        listen(Event(found.name, "drop", note=lost[found.name]))
        dropped.append(found)


def _met(task: Task, waiting: dict[str, Task], running: dict[int, _Running]) -> bool:
    busy = waiting.keys() | {item.task.name for item in running.values()}
    return not set(task.needs) & (busy - {task.name})


def _context(tasks: Sequence[Task]) -> BaseContext:
    """Choose how processes start, importing the heavy libraries beforehand if a task wants them."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    if any(task.heavy for task in tasks) and find_spec("torch"):
        context.set_forkserver_preload(["adapters.launchers.warm"])
    return context


def _start(context: BaseContext, task: Task, perform: Perform) -> _Running:
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(task, perform, theirs), name=task.name)  # type: ignore[attr-defined]
    process.start()
    theirs.close()
    return _Running(task, process, ours)


def _hear(item: _Running, listen: Listen, ended: set[str], lost: dict[str, str]) -> bool:
    """Take one piece of news; say whether more may come."""
    try:
        event: Event = item.news.recv()
    except EOFError:
        item.process.join()
        name = item.task.name
        if name not in ended and name not in lost:
            lost[name] = _death(item.process.exitcode)
            listen(Event(name, "fail", note=lost[name]))
        item.news.close()
        return False
    if event.kind == "end":
        ended.add(event.task)
    elif event.kind == "fail":
        lost[event.task] = event.note
    listen(event)
    return True


def _death(code: int | None) -> str:
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        advice = ": probably out of memory" if name == "SIGKILL" else ""
        return f"its process was ended by {name}{advice}; what it had written is kept"
    return f"its process ended with code {code}"


def _child(task: Task, perform: Perform, news: Connection) -> None:
    """Do a task and tell how it went; Ctrl-C is the parent's business."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _die_with_parent()

    def report(done: int, total: int, note: str) -> None:
        news.send(Event(task.name, "progress", done, total, note))

    try:
        perform(task, report)
    except BenchError as error:
        news.send(Event(task.name, "fail", note=str(error)))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        news.send(Event(task.name, "fail", note=f"{where}{error.strerror or error}"))
    except Exception:
        news.send(Event(task.name, "fail", note=traceback.format_exc()))
    else:
        news.send(Event(task.name, "end"))
    news.close()


def _die_with_parent() -> None:
    """Ask Linux to kill this process when its parent goes, so that a killed run leaves none behind."""
    if sys.platform != "linux":
        return
    import ctypes

    pr_set_pdeathsig = 1
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGKILL)
