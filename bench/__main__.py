"""``bench`` and ``python -m bench``: Ctrl-C ends it with one line, from the first moment to the last."""

from __future__ import annotations

import signal
import sys
import time
from types import FrameType

from bench.errors import INTERRUPTED

ONE_PRESS = 1.0
"""Seconds in which Ctrl-C counts once: whoever presses it again does not disturb what ends."""


class Interrupt:
    """Answers to Ctrl-C as Python does, once in a while."""

    def __init__(self) -> None:
        self._heard = -ONE_PRESS

    def __call__(self, _number: int, _frame: FrameType | None) -> None:
        """Interrupt what runs.

        Raises:
            KeyboardInterrupt: unless it was raised a moment ago.
        """
        now = time.monotonic()
        if now - self._heard >= ONE_PRESS:
            self._heard = now
            raise KeyboardInterrupt


def main() -> None:
    """Run the command line; importing it takes long enough to be interrupted."""
    heeds = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heeds:
        signal.signal(signal.SIGINT, Interrupt())
    try:
        from bench import cli

        cli.main()
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
    finally:
        if heeds:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # while Python itself ends


if __name__ == "__main__":
    main()
