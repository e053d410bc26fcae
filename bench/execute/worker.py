"""Worker: the process that runs model-written SQL; started by path, never imported by the bench.

``python -I -S worker.py FD SETTINGS`` reads batches of items from the socket ``FD`` and answers
them in their order. It imports the standard library, its engine and its light siblings, shuts
itself in (``harden``), and from then on does nothing but read databases.
"""

from __future__ import annotations

import gc
import importlib
import json
import marshal
import mmap
import os
import sys
import time
import types

if __name__ == "__main__":
    # Stand-ins for the parent packages: their own ``__init__`` would load the whole bench.
    _here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - pathlib loads slowly
    for _name, _path in (("bench", os.path.dirname(_here)), ("bench.execute", _here)):  # noqa: PTH120
        sys.modules[_name] = types.ModuleType(_name)
        sys.modules[_name].__path__ = [_path]
    sys.path += [json.loads(sys.argv[2])["packages"], os.path.dirname(os.path.dirname(_here))]  # noqa: PTH120

from bench.execute import wire
from bench.execute.golds import Gold
from bench.execute.harden import harden
from bench.execute.query import Result
from bench.execute.session import Session
from bench.execute.show import show

HOLD = 0.005
"""Seconds for which finished answers may wait for the next ones; lost ones are only run again."""

READ = 2**18
"""Bytes read from the supervisor at most at once."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypedDict

    from bench.execute.guard import Connection
    from bench.execute.policy import Policy
    from bench.execute.session import Answer, Item

    class Settings(TypedDict):
        """What the supervisor says once, on the command line."""

        policy: dict[str, int]
        folders: list[str]
        calls: list[str]
        parent: int
        slot: int
        packages: str
        engine: str


def main(socket: int, settings: Settings) -> None:
    """Serve until the supervisor hangs up or memory ran out."""
    policy: Policy = types.SimpleNamespace(**settings["policy"])  # type: ignore[assignment] # same fields
    engine = _engine(settings["engine"])
    desk = wire.Desk(mmap.mmap(settings["slot"], wire.SLOT_BYTES))
    layers = harden(policy.memory, settings["folders"], settings["parent"], settings["calls"])
    _write(socket, [layers, sorted(sys.modules)])
    gc.set_threshold(50_000, 20, 100)
    session = Session(policy, engine, desk.note)
    answers: list[Answer] = []
    due = time.monotonic() + HOLD
    for database, items, more in _batches(socket):
        session.turn_to(database)
        for item in items:
            try:
                answers.append(session.answer(item))
            except Exception as error:
                session.spent = True
                answers.append(_fault(item, error))
            if session.spent or time.monotonic() > due:
                _tell(socket, session.spent, answers)
                answers, due = [], time.monotonic() + HOLD
            if session.spent:
                return
        if not more:
            _tell(socket, False, answers)
            answers, due = [], time.monotonic() + HOLD


def _engine(name: str) -> type[Connection]:
    """Import the engine asked for and no other."""
    module, found, kind = name.partition(":")
    if found:
        adapted: type[Connection] = getattr(importlib.import_module(module), kind)
        return adapted
    if name == "stdlib":
        from bench.execute.stdlib_engine import Connection as Stdlib

        return Stdlib
    from bench.execute.apsw_engine import Connection as Apsw

    return Apsw


def _fault(item: Item, error: Exception) -> Answer:
    """Tell a fault of our own as such; it ends this process."""
    status = "memory" if isinstance(error, MemoryError) else "internal"
    fault = Result(status, f"{type(error).__name__}: {error}")
    number, gold, _, names, *_ = item
    return number, None if gold is None else Gold(fault), fault, [False] * len(names), ""


def _tell(socket: int, ends: bool, answers: list[Answer]) -> None:
    """Write answers; they are put into words together, which is quicker than one by one."""
    if answers:
        told = [
            (number, gold and gold.tell(), prediction and show(prediction), verdicts, failed)
            for number, gold, prediction, verdicts, failed in answers
        ]
        _write(socket, [ends, told])


def _batches(socket: int) -> Iterator[tuple[str, list[Item], bool]]:
    """Read batches until the other side hangs up; tells of each whether the next one is here already."""
    buffer = bytearray()
    while part := os.read(socket, READ):
        buffer += part
        end = _end_of_first(buffer)
        while end:
            database, items = marshal.loads(buffer[wire.HEAD.size : end])  # noqa: S302 - the supervisor's
            del buffer[:end]
            end = _end_of_first(buffer)
            yield database, items, end > 0


def _end_of_first(buffer: bytearray) -> int:
    """Find where the first frame ends; 0 if it is not whole."""
    if len(buffer) < wire.HEAD.size:
        return 0
    end: int = wire.HEAD.size + wire.HEAD.unpack_from(buffer)[0]
    return end if end <= len(buffer) else 0


def _write(socket: int, value: object) -> None:
    data = wire.frame(wire.encode(value).encode())
    while data:
        data = data[os.write(socket, data) :]


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
