"""A suite: the declared question. TOML in, values out; reading it runs nothing.

A suite names models, methods and data sets, the grid of them to run, what to leave out and why,
and what is expected of the scores. Expanding it gives cells.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import Field, SerializeAsAny, ValidationInfo, field_validator, model_validator

from bench.errors import BenchError, ConfigError, at, near
from bench.methods import (
    Decoding,
    Distillation,
    NoTuning,
    Objective,
    PromptSpec,
    Record,
    Sft,
    Training,
    Tuning,
)
from bench.registry import find
from bench.words import noun


class ModelSpec(Record):
    """Base weights: ``scheme:name``, where the scheme is an adapter such as ``hf`` or ``tiny``."""

    later: ClassVar[frozenset[str]] = frozenset({"trust_remote_code"})

    source: str = Field(pattern=r"^[a-z0-9_]+:.+$")
    revision: str | None = None
    trust_remote_code: bool = False
    """Run the code that lies beside the weights, as Baichuan's and ChatGLM's does."""

    @model_validator(mode="after")
    def _pinned(self) -> ModelSpec:
        """Let no code run that somebody may still change; a folder is known by its content."""
        if not self.trust_remote_code:
            return self
        if self.scheme != "hf":
            raise ValueError("'trust_remote_code' is for the scheme 'hf'")
        if not self.name.startswith(("/", ".", "~")) and not re.fullmatch(
            "[0-9a-f]{40}", self.revision or ""
        ):
            raise ValueError(
                "'trust_remote_code' runs code from the hub: pin 'revision' to a whole commit of 40 digits"
            )
        return self

    @property
    def scheme(self) -> str:
        """Name the model adapter."""
        return self.source.partition(":")[0]

    @property
    def name(self) -> str:
        """Give what the adapter is asked for."""
        return self.source.partition(":")[2]


class MethodSpec(Record):
    """How a base is made to answer."""

    tuning: Tuning = NoTuning()
    objective: SerializeAsAny[Objective] | None = None
    training: Training | None = None
    title: str = ""

    @field_validator("objective", mode="before")
    @classmethod
    def _look_up(cls, value: object) -> object:
        """Find the record of the named objective and check its settings against it."""
        if value is None or isinstance(value, Objective):
            return value
        table: dict[str, Any] = {"name": value} if isinstance(value, str) else dict(value)  # type: ignore[call-overload]
        if "name" not in table:
            raise ValueError("an objective needs a 'name'")
        try:
            kind = find("objectives", str(table["name"]))
        except BenchError as error:
            raise ValueError(f"{error.what} ({error.todo})") from error
        known: list[str] = list(kind.model_fields)  # type: ignore[attr-defined]
        for key in table.keys() - set(known):
            raise ValueError(f"unknown key '{key}' ({near(key, known)})")
        return kind.model_validate_json(json.dumps(table))  # type: ignore[attr-defined]

    @model_validator(mode="after")
    def _complete(self) -> MethodSpec:
        if self.tuning.kind == "none":
            if self.objective is not None or self.training is not None:
                raise ValueError("tuning 'none' trains nothing: leave out 'objective' and 'training'")
        elif self.training is None:
            raise ValueError("needs 'training', with 'steps' or 'epochs'")
        return self

    def in_words(self) -> str:
        """Say tuning, objective and teacher in a few words."""
        if self.tuning.kind == "none":
            return "as it is"
        words = f"{self.tuning.kind}, {(self.objective or Sft()).name}"
        if isinstance(self.objective, Distillation):
            words += f" from {self.objective.teacher.model}/{self.objective.teacher.method}"
        return words


class DatasetSpec(Record):
    """A split to be asked and, for methods that train, the split to learn from."""

    source: str
    split: str = "dev"
    train: str = "train"
    """Split of this set, or ``name/split`` of another one of the suite."""
    root: str | None = None
    """Folder of a set that is not embedded; relative to the suite's file."""
    db: str | None = None
    """Address of its databases, if they are not SQLite files: ``postgresql://bench@localhost/{db_id}``."""
    engine: str | None = None
    """The engine behind ``db``, as in ``postgresql 15``: part of the key of its verdicts."""

    @model_validator(mode="after")
    def _engine_named(self) -> DatasetSpec:
        if (self.db is None) != (self.engine is None):
            raise ValueError(
                "'db' and 'engine' go together: engine = \"postgresql 15\" says which one answers"
            )
        return self


class Grid(Record):
    """A block of cells: the product of its lists. An empty list stands for all that is declared."""

    models: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()


class Pick(Record):
    """Selects cells; what is left out matches everything."""

    model: str | None = None
    method: str | None = None
    dataset: str | None = None
    seed: int | None = None

    def matches(self, cell: Cell) -> bool:
        """Say whether ``cell`` is selected."""
        wanted = (self.model, self.method, self.dataset, self.seed)
        return all(want is None or want == has for want, has in zip(wanted, cell.coordinates, strict=True))


class Skip(Pick):
    """Leaves cells out, and says why."""

    reason: str = Field(min_length=1)


class Expectation(Pick):
    """What a score must be: within bounds, or above another cell's by a margin."""

    metric: str
    level: str = "all"
    min: float | None = Field(None, ge=0, le=1)
    max: float | None = Field(None, ge=0, le=1)
    above: Pick | None = None
    margin: float = 0.0

    @model_validator(mode="after")
    def _says_something(self) -> Expectation:
        if self.min is None and self.max is None and self.above is None:
            raise ValueError("expects nothing: give 'min', 'max' or 'above'")
        return self


class Judging(Record):
    """Which rules decide, under which limits of execution."""

    rules: tuple[str, ...] = ()
    """Empty: the rules of the data set's official scripts, and exact match."""
    policy: str = "standard"


class Suite(Record):
    """A whole suite file."""

    name: str
    title: str
    notes: str = ""
    seeds: tuple[int, ...] = (0,)
    models: dict[str, ModelSpec]
    methods: dict[str, MethodSpec]
    datasets: dict[str, DatasetSpec]
    grid: tuple[Grid, ...] = (Grid(),)
    skip: tuple[Skip, ...] = ()
    expect: tuple[Expectation, ...] = ()
    prompt: PromptSpec = PromptSpec()
    decoding: Decoding = Decoding()
    judge: Judging = Judging()
    answers: bool = True
    """Whether its board has pages for answers and questions; without them it is far smaller."""
    compare: tuple[tuple[str, str], ...] = ()
    """Pairs of methods that it is about, the first against the second; its board shows them first."""
    folder: Path = Field(Path(), exclude=True)
    """Where the file lies: relative paths in it start here."""

    @field_validator("models", "methods", "datasets")
    @classmethod
    def _named_plainly(cls, value: dict[str, object], info: ValidationInfo) -> dict[str, object]:
        for name in value:
            if not name.replace("-", "").replace("_", "").replace(".", "").isalnum():
                raise ValueError(f"'{name}' names a folder: use letters, digits, '-', '_' and '.'")
        if not value:
            raise ValueError(f"declares no {info.field_name}")
        return value

    def place(self, key: str) -> str:
        """Name a key of the suite's file, for messages."""
        return at(self.folder / f"{self.name}.toml", key=key)

    def cells(self) -> list[Cell]:
        """Expand the grid, in the order of the file, without the cells that are skipped."""
        return [cell for cell in self.all_cells() if self.skip_reason(cell) is None]

    def all_cells(self) -> list[Cell]:
        """Expand the grid, each point once."""
        found: dict[Cell, None] = {}
        for block in self.grid:
            for seed in self.seeds:
                for model in block.models or self.models:
                    for method in block.methods or self.methods:
                        for dataset in block.datasets or self.datasets:
                            found[Cell(model, method, dataset, seed)] = None
        return list(found)

    def skip_reason(self, cell: Cell) -> str | None:
        """Say why a cell is left out, or ``None``."""
        return next((skip.reason for skip in self.skip if skip.matches(cell)), None)

    def learnt_from(self, dataset: str) -> tuple[str, str]:
        """Give the data set and the split that methods asked about ``dataset`` learn from."""
        name, _, split = self.datasets[dataset].train.rpartition("/")
        return name or dataset, split

    def teacher(self, cell: Cell) -> Cell | None:
        """Give the cell whose fit teaches ``cell``."""
        objective = self.methods[cell.method].objective
        if not isinstance(objective, Distillation):
            return None
        return Cell(objective.teacher.model, objective.teacher.method, cell.dataset, cell.seed)


@dataclass(frozen=True, slots=True)
class Cell:
    """One point of a grid."""

    model: str
    method: str
    dataset: str
    seed: int

    @property
    def coordinates(self) -> tuple[str, str, str, int]:
        """Give model, method, dataset and seed."""
        return self.model, self.method, self.dataset, self.seed

    @property
    def slug(self) -> str:
        """Name the cell readably; unique within its suite."""
        return f"{self.model}-{self.method}-{self.dataset}-s{self.seed}"

    @property
    def fit_slug(self) -> str:
        """Name the fit that the cell needs."""
        return f"{self.model}-{self.method}-s{self.seed}"


def check_references(suite: Suite, where: str) -> None:
    """Refuse names that nothing declares, teachers that are no cells, and circles of teachers.

    Raises:
        ConfigError: the first fault found, with near misses.
    """
    declared: dict[str, list[str]] = {
        "model": list(suite.models),
        "method": list(suite.methods),
        "dataset": list(suite.datasets),
    }
    for key, kind, name in _references(suite):
        if name not in declared[kind]:
            raise ConfigError(
                f"unknown {noun(kind)} '{name}'", where=at(where, key=key), todo=near(name, declared[kind])
            )
    cells = suite.cells()
    if not cells:
        raise ConfigError("every cell is skipped", where=at(where, key="skip"), todo="leave at least one in")
    for cell in cells:
        teacher = suite.teacher(cell)
        if teacher is not None and teacher not in cells:
            reason = suite.skip_reason(teacher) or "it is not in the grid"
            raise ConfigError(
                f"the teacher {teacher.slug} of {cell.slug} is not a cell of this suite ({reason})",
                where=at(where, key=f"methods.{cell.method}.objective.teacher"),
                todo="add it to a [[grid]] block, or name another teacher",
            )
        if teacher is not None and suite.methods[teacher.method].tuning.kind == "none":
            raise ConfigError(
                f"the teacher {teacher.slug} is not fitted: its method trains nothing",
                where=at(where, key=f"methods.{cell.method}.objective.teacher"),
                todo="name a method that trains",
            )
    _refuse_circles(suite, cells, where)


def teaching_order(suite: Suite, cells: list[Cell]) -> list[Cell]:
    """Order cells so that a teacher comes before whom it teaches.

    Raises:
        CycleError: there is no such order.
    """
    graph = {cell: ([teacher] if (teacher := suite.teacher(cell)) else []) for cell in cells}
    return list(TopologicalSorter(graph).static_order())


def _refuse_circles(suite: Suite, cells: list[Cell], where: str) -> None:
    try:
        teaching_order(suite, cells)
    except CycleError as error:
        circle = " → ".join(f"{cell.model}/{cell.method}" for cell in error.args[1])
        raise ConfigError(
            f"teachers go in a circle: {circle}", where=where, todo="break it at one of these methods"
        ) from error


def _references(suite: Suite) -> list[tuple[str, Literal["model", "method", "dataset"], str]]:
    """List every name used in the suite with the key that uses it."""
    found: list[tuple[str, Literal["model", "method", "dataset"], str]] = []
    for number, block in enumerate(suite.grid):
        found += [(f"grid[{number}].models", "model", name) for name in block.models]
        found += [(f"grid[{number}].methods", "method", name) for name in block.methods]
        found += [(f"grid[{number}].datasets", "dataset", name) for name in block.datasets]
    for number, pair in enumerate(suite.compare):
        found += [(f"compare[{number}]", "method", name) for name in pair]
    picks: list[tuple[str, Pick]] = [(f"skip[{number}]", pick) for number, pick in enumerate(suite.skip)]
    for number, expected in enumerate(suite.expect):
        picks.append((f"expect[{number}]", expected))
        if expected.above is not None:
            picks.append((f"expect[{number}].above", expected.above))
    for key, pick in picks:
        if pick.model is not None:
            found.append((f"{key}.model", "model", pick.model))
        if pick.method is not None:
            found.append((f"{key}.method", "method", pick.method))
        if pick.dataset is not None:
            found.append((f"{key}.dataset", "dataset", pick.dataset))
    for name in suite.datasets:
        found.append((f"datasets.{name}.train", "dataset", suite.learnt_from(name)[0]))
    for name, method in suite.methods.items():
        if isinstance(method.objective, Distillation):
            key = f"methods.{name}.objective.teacher"
            found.append((f"{key}.model", "model", method.objective.teacher.model))
            found.append((f"{key}.method", "method", method.objective.teacher.method))
    return found
