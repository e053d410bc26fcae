"""Worker: the process that runs model-written SQL; started by path, never imported by the bench.

``python -I -S worker.py FD SETTINGS`` reads batches of items from the socket ``FD`` and answers
each item with one frame. It imports the standard library, apsw and its light siblings, shuts
itself in (``harden``), and from then on does nothing but read databases.
"""

from __future__ import annotations

import gc
import json
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
    sys.path.append(json.loads(sys.argv[2])["apsw"])

import apsw

from bench.execute import wire
from bench.execute.connection import StoppedClock
from bench.execute.harden import harden
from bench.execute.session import Session

HOLD = 0.001
"""Seconds for which finished answers may wait for the next ones; lost ones are only run again."""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypedDict

    from bench.execute.policy import Policy
    from bench.execute.session import Item

    class Settings(TypedDict):
        """What the supervisor says once, on the command line."""

        policy: dict[str, int]
        folders: list[str]
        parent: int
        slot: int
        apsw: str


def main(socket: int, settings: Settings) -> None:
    """Serve until the supervisor hangs up or memory ran out."""
    policy: Policy = types.SimpleNamespace(**settings["policy"])  # type: ignore[assignment] # same fields
    slot = mmap.mmap(settings["slot"], wire.SLOT_BYTES)
    clock = StoppedClock(policy.now)
    apsw.hard_heap_limit(policy.heap)
    layers = harden(policy.memory, settings["folders"], settings["parent"])
    _write(socket, wire.frame(wire.encode({"sandbox": layers, "modules": sorted(sys.modules)})))
    gc.set_threshold(50_000, 20, 100)
    session = Session(policy, clock.name)
    out, written = bytearray(), time.monotonic()
    for batch in _batches(socket):
        for item in batch:
            number = item["n"]

            def note(phase: int, number: int = number) -> None:
                wire.note(slot, number, phase, time.process_time_ns())

            out += wire.frame(_answer(session, item, note))
            if item is batch[-1] or session.spent or time.monotonic() - written > HOLD:
                _write(socket, out)
                out, written = bytearray(), time.monotonic()
            if session.spent:
                return


def _answer(session: Session, item: Item, note: Callable[[int], None]) -> str:
    """Answer an item; a fault of our own is told as such and ends this process."""
    try:
        return session.answer(item, note)
    except Exception as error:
        session.spent = True
        status = "memory" if isinstance(error, MemoryError) else "internal"
        told = [status, f"{type(error).__name__}: {error}"[:500], 0, 0, [], [], []]
        gold = None if item["g"] is None else [0, told]
        return wire.encode({"n": item["n"], "g": gold, "p": told, "e": {}, "bye": 1})


def _batches(socket: int) -> Iterator[list[Item]]:
    """Read batches, one to a frame, until the other side hangs up."""
    while head := _read(socket, wire.HEAD.size):
        yield json.loads(_read(socket, wire.HEAD.unpack(head)[0]))


def _read(socket: int, length: int) -> bytes:
    parts = []
    while length:
        part = os.read(socket, min(length, 65536))
        if not part:
            return b""
        parts.append(part)
        length -= len(part)
    return b"".join(parts)


def _write(socket: int, data: bytes | bytearray) -> None:
    while data:
        data = data[os.write(socket, data) :]


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(sys.argv[2]))
