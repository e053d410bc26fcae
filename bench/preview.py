"""Preview: what lies ahead of each cell of a plan: questions, steps, memory, time; and what is missing.

What a model needs follows from its weights where they are here, else from the settings that its authors
published; where neither can be had it is unknown, for nothing is guessed from a name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec

from bench.errors import BenchError, DataError
from bench.generate.protocol import ModelAdapter
from bench.methods import Sft
from bench.plan import Bound, Plan, asked_by
from bench.suite import Cell
from bench.train import shapes
from bench.train.estimate import Estimate, Work, estimate
from bench.train.lengths import sampled
from bench.train.refuse import refuse
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
        estimate: what its fit will need, ``None`` where that is done, unknown, or there is none.
        refused: why its fit would not be begun on this device, if that is so.
    """

    cell: Cell
    method: str
    bound: Bound | None = None
    steps: int | None = None
    weights: int | None = None
    source: str = ""
    estimate: Estimate | None = None
    refused: BenchError | None = None

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
    length = _steps(plan, bound) if bound.method.training is not None else None
    here = weights_here(bound.adapter)
    source = bound.model.source if bound.adapter.trainable and here is None else ""
    work = None if bound.done("fit") else _work(plan, bound)
    return Ahead(
        bound.cell,
        bound.method.in_words(),
        bound,
        length,
        here,
        source,
        _foreseen(work) if work else None,
        _refusal(plan, bound, work) if work else None,
    )


def refuse_early(plan: Plan) -> None:
    """Refuse, before the first fit begins, what a later one would fail at.

    Raises:
        BenchError: names the method.
    """
    for bound in plan.cells:
        work = None if bound.done("fit") else _work(plan, bound)
        if work and (refused := _refusal(plan, bound, work)):
            raise refused


def _refusal(plan: Plan, bound: Bound, work: Work) -> BenchError | None:
    """Say why a fit would not be begun on this device, if that is so."""
    from bench.train.probe import measure

    try:
        with asked_by(plan.suite.place(f"methods.{bound.cell.method}")):
            refuse(work, measure())
    except BenchError as error:
        return error
    return None


def _foreseen(work: Work) -> Estimate:
    """Estimate what a fit will need."""
    from bench.train.probe import measure

    return estimate(work, measure(half=work.training.precision == "bf16"))


def _work(plan: Plan, bound: Bound) -> Work | None:
    """Describe a fit by shapes and lengths, if those are known and torch is there to measure the device."""
    training, objective = bound.method.training, bound.method.objective or Sft()
    if training is None or find_spec("torch") is None:
        return None
    base, taught = bound.adapter.base(), bound.teacher is not None and not type(objective).of_text
    student, teacher = shapes.read(base, bound.model.revision), None
    if taught and bound.teacher is not None:
        teacher = shapes.read(bound.teacher.adapter.base(), bound.teacher.model.revision)
    learnt = plan.training_split(bound.cell)
    if not learnt.examples:
        raise DataError("the training split is empty", where=f"{learnt.name} {learnt.split}")
    lengths = sampled(plan.written(bound.cell), plan.suite.prompt, training, shapes.here(base))
    if student is None or (taught and teacher is None):
        return None
    return Work(student, bound.method.tuning, objective, training, _steps(plan, bound), lengths, teacher)


def _steps(plan: Plan, bound: Bound) -> int:
    """Count the optimiser steps of a fit."""
    assert bound.method.training is not None
    learnt = len(plan.training_split(bound.cell).examples)
    return steps(bound.method.training, min(learnt, bound.method.training.examples or learnt))


def weights_here(adapter: ModelAdapter) -> int | None:
    """Return the bytes of a base's weights on this disk: in its folder, or in the hub's cache."""
    if not adapter.trainable:
        return None
    folder = shapes.here(adapter.base())
    return sum(path.stat().st_size for path in folder.glob("*.safetensors")) if folder else None
