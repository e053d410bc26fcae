"""Protocol: what an adapter of data sets is, and how it says that a split is not there."""

from __future__ import annotations

from typing import Protocol

from bench.errors import DataError
from bench.types import Dataset


class AbsentError(DataError):
    """A folder is not this data set's, or does not hold the split that was asked for."""


class SetAdapter(Protocol):
    """What an entry point of ``bench.datasets`` gives, once it is called with a folder or ``None``."""

    name: str
    title: str
    licence: str
    levels: tuple[str, ...]
    rules: tuple[str, ...]
    synthetic: bool
    splits: tuple[str, ...]

    def load(self, split: str) -> Dataset:
        """Load one split.

        Raises:
            AbsentError: the folder does not hold it.
            BenchError: there is no such split, or a file is damaged.
        """
