"""Console: how a run looks while it goes on, on a terminal and in a pipe."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from bench.runner import Event, Listen

T = TypeVar("T")

PIPE_WIDTH = 200
"""Columns of a table that goes into a file or a pipe, where nothing says how wide a line may be."""

SECONDS_BETWEEN_LINES = 10.0

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)
if not out.is_terminal and "COLUMNS" not in os.environ:
    out.width = PIPE_WIDTH


@contextmanager
def watching(total: int) -> Iterator[Listen]:
    """Give a listener that shows the events of a run of ``total`` tasks.

    A terminal gets a bar for each running task; a pipe gets a line when a task begins, ends or
    fails, and one every ten seconds while it goes on.
    """
    if err.is_terminal:
        with _bars() as progress:
            yield _Bars(progress, total)
    else:
        yield _Lines(total)


def counting(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """Pass items on; a terminal gets a bar that counts them, which is gone at the end."""
    if not err.is_terminal:
        yield from items
        return
    with _bars(transient=True) as progress:
        bar = progress.add_task(what, total=total, note="")
        for item in items:
            yield item
            progress.advance(bar)


def _bars(*, transient: bool = False) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[note]}", style="dim"),
        console=err,
        transient=transient,
    )


class _Bars:
    """A bar for the whole run and one for each running task."""

    def __init__(self, progress: Progress, total: int) -> None:
        self.progress = progress
        self.whole = progress.add_task("all tasks", total=total, note="")
        self.bars: dict[str, TaskID] = {}

    def __call__(self, event: Event) -> None:
        if event.kind == "begin":
            self.bars[event.task] = self.progress.add_task(event.task, total=None, note="starting")
        elif event.kind == "progress":
            total = event.total or None
            self.progress.update(self.bars[event.task], completed=event.done, total=total, note=event.note)
        else:
            bar = self.bars.pop(event.task, None)
            if bar is not None:
                self.progress.remove_task(bar)
            self.progress.advance(self.whole)
            mark = {"end": "done", "fail": "FAILED", "drop": "not run"}[event.kind]
            self.progress.console.print(
                f"{mark:8} {event.task}{f': {event.note}' if event.note else ''}", markup=False
            )


class _Lines:
    """Plain lines, few enough for a log."""

    def __init__(self, total: int) -> None:
        self.total, self.ended = total, 0
        self.begun: dict[str, float] = {}
        self.said: dict[str, float] = {}

    def __call__(self, event: Event) -> None:
        if event.kind == "begin":
            self.begun[event.task] = time.monotonic()
            self._say("start", event.task)
        elif event.kind == "progress" and not event.total:
            self._say("", f"{event.task} {event.note}")
        elif event.kind == "progress":
            now = time.monotonic()
            if now - self.said.get(event.task, self.begun[event.task]) >= SECONDS_BETWEEN_LINES:
                self.said[event.task] = now
                self._say("", f"{event.task} {event.done}/{event.total} {event.note}")
        else:
            self.ended += 1
            seconds = time.monotonic() - self.begun.get(event.task, time.monotonic())
            mark = {"end": "done", "fail": "FAILED", "drop": "not run"}[event.kind]
            note = f": {event.note}" if event.note else f" in {seconds:.1f} s"
            self._say(mark, f"{event.task}{note} ({self.ended}/{self.total})")

    @staticmethod
    def _say(mark: str, text: str) -> None:
        err.print(f"{mark:8} {text}", markup=False)
