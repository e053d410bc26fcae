"""Preview: what lies ahead of each cell of a plan: questions, steps, weights; and what is missing.

Nothing is guessed from the name of a model: what its weights need in memory and time is unknown until
they are here.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.errors import DataError
from bench.generate.protocol import ModelAdapter
from bench.plan import Bound, Plan
from bench.suite import Cell
from bench.train.schedule import steps

MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Ahead:
    """What lies ahead of one cell.

    Attributes:
        bound: the cell with its data and keys, ``None`` where something is missing.
        steps: optimiser steps of its fit, ``None`` where nothing is trained or data are missing.
        weights: bytes of its base on this disk, ``None`` where it is not here or needs none.
        source: the base that is not here, or nothing.
    """

    cell: Cell
    method: str
    bound: Bound | None = None
    steps: int | None = None
    weights: int | None = None
    source: str = ""

    @property
    def questions(self) -> int | None:
        """How many questions it is asked."""
        return len(self.bound.dataset.examples) if self.bound else None

    @property
    def state(self) -> str:
        """Say in a word or two how far it is."""
        return self.bound.state if self.bound else MISSING


@dataclass(frozen=True, slots=True)
class Preview:
    """All cells of a plan, and what is missing with the cells that need it."""

    cells: tuple[Ahead, ...]
    missing: Mapping[str, tuple[str, ...]]


def preview(plan: Plan) -> Preview:
    """Look at every cell that is wanted, without stopping at data that are not here.

    Raises:
        BenchError: the suite says something that cannot be meant.
    """
    cells: list[Ahead] = []
    missing: dict[str, tuple[str, ...]] = {}
    for cell in plan.wanted:
        try:
            cells.append(_ahead(plan, plan.bind(cell)))
        except DataError as error:
            missing[str(error)] = (*missing.get(str(error), ()), cell.slug)
            cells.append(Ahead(cell, plan.suite.methods[cell.method].in_words()))
    if not missing:
        assert plan.cells  # what is expected of them is checked too
    return Preview(tuple(cells), missing)


def _ahead(plan: Plan, bound: Bound) -> Ahead:
    training, length = bound.method.training, None
    if training is not None:
        learnt = len(plan.training_split(bound.cell).examples)
        length = steps(training, min(learnt, training.examples or learnt))
    here = weights_here(bound.adapter)
    source = bound.model.source if bound.adapter.trainable and here is None else ""
    return Ahead(bound.cell, bound.method.in_words(), bound, length, here, source)


def weights_here(adapter: ModelAdapter) -> int | None:
    """Return the bytes of a base's weights on this disk: in its folder, or in the hub's cache."""
    if not adapter.trainable:
        return None
    folder = Path(adapter.base())
    if not folder.is_dir():
        folder = _hub_cache() / f"models--{adapter.base().replace('/', '--')}" / "snapshots"
    newest = max(folder.glob("**/*.safetensors"), key=lambda path: path.stat().st_mtime, default=None)
    return sum(path.stat().st_size for path in newest.parent.glob("*.safetensors")) if newest else None


def _hub_cache() -> Path:
    home = os.environ.get("HF_HOME", "~/.cache/huggingface")
    return Path(os.environ.get("HF_HUB_CACHE", f"{home}/hub")).expanduser()
