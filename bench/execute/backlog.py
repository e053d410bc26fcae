"""Backlog: the items that wait for a worker, one queue per database."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from bench.execute.item import Task


class Backlog:
    """Waiting items by database, and those that must run with nothing beside them."""

    def __init__(self) -> None:
        self.alone: deque[Task] = deque()
        self._queues: dict[str, deque[Task]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count + len(self.alone)

    def add(self, task: Task) -> None:
        """Put an item at the end of its database's queue."""
        queue = self._queues.get(task.database)
        if queue is None:
            queue = self._queues[task.database] = deque()
        queue.append(task)
        self._count += 1

    def put_back(self, tasks: Iterable[Task]) -> None:
        """Put items back at the front, in their order."""
        for task in reversed(list(tasks)):
            self._queues.setdefault(task.database, deque()).appendleft(task)
            self._count += 1

    def choose(self, own: str, taken: set[str]) -> str | None:
        """Choose a database for a worker: its own, else one nobody has, else the longest queue."""
        if own in self._queues or not self._queues:
            return own if own in self._queues else None
        for database in self._queues:
            if database not in taken:
                return database
        return max(self._queues, key=lambda database: len(self._queues[database]))

    def take(self, database: str, count: int) -> list[Task]:
        """Take up to ``count`` items of a database."""
        queue = self._queues[database]
        tasks = [queue.popleft() for _ in range(min(count, len(queue)))]
        if not queue:
            del self._queues[database]
        self._count -= len(tasks)
        return tasks

    def folders(self) -> set[str]:
        """Name the folders of all waiting items."""
        first = [queue[0].folder for queue in self._queues.values()]
        return {*first, *(task.folder for task in self.alone)}

    def clear(self) -> None:
        """Forget everything."""
        self.alone.clear()
        self._queues.clear()
        self._count = 0
