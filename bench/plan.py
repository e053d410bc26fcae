"""Plan: a suite's cells bound to their data, weights, keys and folders, and what of them is done.

Nothing is computed here and torch is never imported: keys follow from values, and status follows
from the files in the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Literal, cast

from bench.errors import BenchError, ConfigError, near
from bench.execute import ENGINE
from bench.execute.policy import named
from bench.generate.protocol import ModelAdapter
from bench.identity import digest, fit_key, judge_key, predict_key
from bench.judge.rate import rated
from bench.judge.rules import metrics, versioned
from bench.methods import NoTuning, Sft
from bench.prompts import Prompter, Tokenizer, prompt_id, refuse_asked
from bench.registry import find
from bench.sets import loaded
from bench.store import Store
from bench.suite import Cell, MethodSpec, ModelSpec, Suite
from bench.train.lengths import Texts, written
from bench.types import Dataset

Stage = Literal["fit", "predict", "judge", "score"]
STAGES: tuple[Stage, ...] = ("fit", "predict", "judge", "score")


@dataclass(frozen=True, slots=True)
class Bound:
    """A cell with everything that its stages read and where they write.

    Attributes:
        fit: the folder of its weights, ``None`` for a method that trains nothing.
        teacher: the bound cell whose fit teaches this one.
        metrics: names of what is judged, the headline first.
    """

    cell: Cell
    model: ModelSpec
    method: MethodSpec
    adapter: ModelAdapter
    dataset: Dataset
    fit_key: str | None
    fit: Path | None
    teacher: Bound | None
    predict_key: str
    predictions: Path
    metrics: tuple[str, ...]
    judged: Path

    def done(self, stage: Stage) -> bool:
        """Say whether a stage has left its last file."""
        if stage == "fit":
            return self.fit is None or (self.fit / "fit.json").exists()
        if stage == "predict":
            return (self.predictions / "predicted.json").exists()
        return (self.judged / "score.json").exists()

    @property
    def state(self) -> str:
        """Say in a word or two how far the cell is."""
        if self.done("score"):
            return "done"
        if self.done("predict"):
            return "to judge"
        if (self.predictions / "predictions.jsonl").exists():
            return "to predict (begun)"
        if self.done("fit"):
            return "to predict"
        begun = self.fit is not None and self.fit.exists()
        return "to fit (begun)" if begun else "to fit"


class Plan:
    """The cells of a suite in the order of its grid, bound on first use."""

    def __init__(
        self, suite: Suite, store: Store, *, limit: int | None = None, cells: str | None = None
    ) -> None:
        """Bind nothing yet.

        Args:
            suite: a checked suite.
            store: where results are kept.
            limit: ask only this many examples of each data set; such answers get keys of their own.
            cells: plan only cells whose slug matches this pattern, where ``*`` stands for anything.
        """
        self.suite, self.store, self.limit, self.pattern = suite, store, limit, cells or "*"
        self._bound: dict[Cell, Bound] = {}
        self._datasets: dict[tuple[str, str], Dataset] = {}
        self._asked: dict[str, Dataset] = {}
        self._written: dict[str, Texts] = {}
        self._prompters: dict[tuple[object, ...], Prompter] = {}

    @cached_property
    def wanted(self) -> tuple[Cell, ...]:
        """All cells that match and are not skipped.

        Raises:
            ConfigError: the pattern matches no cell.
        """
        everything = self.suite.cells()
        chosen = [cell for cell in everything if fnmatchcase(cell.slug, self.pattern)]
        if not chosen:
            raise ConfigError(
                f"no cell is called '{self.pattern}'",
                where="--cell",
                todo=near(self.pattern, [cell.slug for cell in everything]),
            )
        return tuple(chosen)

    @cached_property
    def cells(self) -> tuple[Bound, ...]:
        """The wanted cells, bound.

        Raises:
            BenchError: the model, data or rules of one cannot be found, or the suite expects something
                of a metric that none has.
        """
        bound = tuple(self.bind(cell) for cell in self.wanted)
        _check_expectations(self.suite, bound)
        return bound

    def bind(self, cell: Cell) -> Bound:
        """Bind one cell, and the cells that teach it.

        Raises:
            BenchError: its model, data or rules cannot be found.
        """
        if cell not in self._bound:
            self._bound[cell] = self._bind(cell)
        return self._bound[cell]

    def dataset(self, name: str, split: str) -> Dataset:
        """Load a split of a declared data set, once."""
        if (name, split) not in self._datasets:
            spec = self.suite.datasets[name]
            root = (self.suite.folder / spec.root).resolve() if spec.root else None
            with asked_by(self.suite.place(f"datasets.{name}")):
                self._datasets[name, split] = loaded(spec.source, split, root)
        return self._datasets[name, split]

    def asked(self, name: str) -> Dataset:
        """Load what a declared data set asks, rated, once; what is only learnt from needs no rating."""
        if name not in self._asked:
            whole = rated(self.dataset(name, self.suite.datasets[name].split))
            self._asked[name] = _limited(whole, self.limit)
        return self._asked[name]

    def training_split(self, cell: Cell) -> Dataset:
        """Load what a cell's method learns from.

        Raises:
            DataError: the split is empty.
        """
        return self.dataset(*self.suite.learnt_from(cell.dataset))

    def written(self, cell: Cell) -> Texts:
        """Write some prompts of what a cell learns from, once for all cells that learn from it.

        Raises:
            BenchError: a database cannot be read.
        """
        learnt = self.training_split(cell)
        if learnt.fingerprint not in self._written:
            self._written[learnt.fingerprint] = written(learnt, self.suite.prompt)
        return self._written[learnt.fingerprint]

    def prompter(self, bound: Bound, tokenizer: Tokenizer | None = None) -> Prompter:
        """Return what writes the prompts that a cell is asked by."""
        key = bound.dataset.fingerprint, bound.cell.dataset, bound.cell.seed, tokenizer
        if key not in self._prompters:  # cells that differ in model and method share what was read
            pool = self._pool(bound.cell, bound.dataset)
            self._prompters[key] = Prompter(
                self.suite.prompt, bound.dataset, tokenizer=tokenizer, pool=pool, seed=bound.cell.seed
            )
        return self._prompters[key]

    def _pool(self, cell: Cell, asked: Dataset) -> Dataset | None:
        """Load what few-shot examples are taken from, if there are any."""
        if self.suite.prompt.shots is None:
            return None
        pool = self.training_split(cell)
        refuse_asked(pool, asked, where=self.suite.place(f"datasets.{cell.dataset}.train"))
        return pool

    def _bind(self, cell: Cell) -> Bound:
        model, method = self.suite.models[cell.model], self.suite.methods[cell.method]
        with asked_by(self.suite.place(f"models.{cell.model}.source")):
            adapter = _adapter(model, self.suite.folder)
        asked = self.asked(cell.dataset)
        pool = self._pool(cell, asked)
        prompt = prompt_id(self.suite.prompt, pool.fingerprint if pool else "")
        teacher_cell = self.suite.teacher(cell)
        teacher = self.bind(teacher_cell) if teacher_cell else None
        trained = self._fit_key(cell, adapter, teacher, prompt)
        weights: Mapping[str, str] = {"fit": trained} if trained else adapter.identity()
        predicted = predict_key(
            weights=weights,
            prompt=prompt,
            decoding=self.suite.decoding,
            data=asked.fingerprint,
            seed=cell.seed,
        )
        names = metrics(self.suite.judge.rules, asked.rules, where=self.suite.place("judge.rules"))
        judged = judge_key(
            predictions=predicted,
            rules=versioned(names),
            policy=named(self.suite.judge.policy, where=self.suite.place("judge.policy")).id,
            engine=self.suite.datasets[cell.dataset].engine or ENGINE,
        )
        return Bound(
            cell=cell,
            model=model,
            method=method,
            adapter=adapter,
            dataset=asked,
            fit_key=trained,
            fit=self.store.fit_folder(cell.fit_slug, trained) if trained else None,
            teacher=teacher,
            predict_key=predicted,
            predictions=self.store.cell_folder(cell.slug, predicted),
            metrics=names,
            judged=self.store.judged_folder(cell.slug, predicted, judged),
        )

    def _fit_key(self, cell: Cell, adapter: ModelAdapter, teacher: Bound | None, prompt: str) -> str | None:
        method = self.suite.methods[cell.method]
        if isinstance(method.tuning, NoTuning) or method.training is None:
            return None
        if not adapter.trainable:
            raise ConfigError(
                f"the model '{cell.model}' cannot be trained",
                where=self.suite.place(f"methods.{cell.method}"),
                todo='give it a method with tuning = "none", or leave the pair out with [[skip]]',
            )
        return fit_key(
            base=adapter.identity(),
            tuning=method.tuning,
            objective=method.objective or Sft(),
            training=method.training,
            prompt=prompt,
            data=self.training_split(cell).fingerprint,
            seed=cell.seed,
            teacher=teacher.fit_key if teacher else None,
        )


def _adapter(model: ModelSpec, folder: Path) -> ModelAdapter:
    """Make what answers; a source that is a file starts at ``folder``, that of the suite."""
    kind = cast("Callable[..., ModelAdapter]", find("models", model.scheme))
    of_file = getattr(kind, "of_file", False)
    source = str(folder / Path(model.name).expanduser()) if of_file else model.name
    if model.trust_remote_code:
        return kind(source, model.revision, trust_remote_code=True)
    return kind(source, model.revision)


@contextmanager
def asked_by(place: str) -> Iterator[None]:
    """Name the key of the suite that asked for what an adapter has not."""
    try:
        yield
    except BenchError as error:
        where = f"{place}: {error.where}" if error.where else place
        raise type(error)(error.what, where=where, todo=error.todo) from error


def _limited(dataset: Dataset, limit: int | None) -> Dataset:
    if limit is None or limit >= len(dataset.examples):
        return dataset
    return replace(
        dataset,
        examples=dataset.examples[:limit],
        fingerprint=digest({"data": dataset.fingerprint, "limit": limit}),
    )


def _check_expectations(suite: Suite, cells: tuple[Bound, ...]) -> None:
    """Refuse, before anything runs, to expect something of a metric or a level that is not there."""
    metrics_there = {metric for bound in cells for metric in bound.metrics}
    levels_there = {"all", *(level for bound in cells for level in bound.dataset.levels)}
    for number, expected in enumerate(suite.expect):
        for key, value, known in (
            ("metric", expected.metric, metrics_there),
            ("level", expected.level, levels_there),
        ):
            if value not in known:
                raise ConfigError(
                    f"unknown {key} '{value}'",
                    where=suite.place(f"expect[{number}].{key}"),
                    todo=near(value, known),
                )
