"""What a source of answers must offer: a model, a control, or predictions made elsewhere.

Importing this module, making an adapter and asking for its identity import no torch.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from bench.methods import Decoding, Tuning
from bench.types import Completion, Request


class Predictor(Protocol):
    """An opened model.

    Attributes:
        batch: how many requests it wants at once.
    """

    batch: int

    def complete(self, requests: Sequence[Request]) -> list[Completion]:
        """Answer ``requests``, in their order. How they are batched must not change an answer."""
        ...


class ModelAdapter(Protocol):
    """A kind of model source, registered in the group ``bench.models`` under its scheme.

    Attributes:
        trainable: whether its weights can be fitted.
        note: what a reader of its scores must know, or nothing.
    """

    trainable: bool
    note: str

    def __init__(self, source: str, revision: str | None) -> None:
        """Take what follows the scheme, such as ``medium`` of ``tiny:medium``.

        Raises:
            BenchError: there is no such source.
        """
        ...

    def identity(self) -> Mapping[str, str]:
        """Return what enters keys: everything about the source that can change answers."""
        ...

    def base(self) -> str:
        """Return what ``from_pretrained`` reads; only for trainable sources."""
        ...

    def open(
        self, fit: Path | None, tuning: Tuning, decoding: Decoding, *, threads: int, seed: int
    ) -> Predictor:
        """Load the model, with what ``fit`` holds when there is one. May import torch.

        Raises:
            BenchError: weights are missing or damaged, or cannot be combined.
        """
        ...
