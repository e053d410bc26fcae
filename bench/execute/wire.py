"""Wire: what the supervisor and a worker exchange, frames and one shared slot.

Both sides import this file, the worker without the rest of the package: standard library only.
A frame is a little-endian u32 length and that many bytes: Python's marshal to a worker, which may trust
the supervisor, and JSON from it, which may not be trusted. The slot is shared memory in which a worker
notes what it is doing, so that whoever has to kill it can name the guilty query.

To a worker go batches: a database, and items of it as ``bench.execute.item.Task.request`` writes them.
From it come first its sandbox and its modules, then answers, as ``bench.execute.replies`` reads them.
"""

from __future__ import annotations

import json
import struct
from itertools import count

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from mmap import mmap

HEAD = struct.Struct("<I")
SLOT = struct.Struct("<QQQ")
SLOT_BYTES = 4096
MAX_REPLY = 2**25
"""Bytes; a longer frame from a worker is treated as a crash."""

GOLD, PREDICTION = 1, 2

MAX_GOLDS = 4096
"""Gold results that a worker keeps at most; the supervisor remembers twice as many outcomes."""

encode = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode


def frame(data: bytes) -> bytes:
    """Put the length in front of a JSON text."""
    return HEAD.pack(len(data)) + data


def frames(buffer: bytearray) -> Iterator[bytes]:
    """Take every complete frame off the front of ``buffer``.

    Raises:
        ValueError: a frame announces more than ``MAX_REPLY`` bytes.
    """
    start = 0
    try:
        while len(buffer) - start >= HEAD.size:
            (length,) = HEAD.unpack_from(buffer, start)
            if length > MAX_REPLY:
                raise ValueError(f"a frame of {length} bytes")
            if len(buffer) - start - HEAD.size < length:
                return
            start += HEAD.size + length
            yield bytes(buffer[start - length : start])
    finally:
        del buffer[:start]


class Desk:
    """Where a worker shows what it is at: an item, its gold or its prediction, and how many turns it took."""

    def __init__(self, slot: mmap) -> None:
        self._slot, self._turns = slot, count(1)

    def note(self, item: int, phase: int) -> None:
        """Show that work on a query begins."""
        SLOT.pack_into(self._slot, 0, item, phase, next(self._turns))


def noted(slot: mmap) -> tuple[int, int, int]:
    """Read item, phase and turn."""
    item, phase, turn = SLOT.unpack_from(slot, 0)
    return item, phase, turn
