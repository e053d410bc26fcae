"""Runner: the plan of a suite as a graph of tasks, handed to a launcher.

A fit is a task and a cell's answers are a task; a fit waits for its teacher's, and answers wait for
their fit. A task that fails takes down only what needs it. Failures are never kept: the next run
tries again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import Literal, Protocol, TypeAlias, cast

from bench import stages
from bench.errors import ConfigError
from bench.plan import Bound, Plan, Stage
from bench.provenance import cores
from bench.registry import find
from bench.store import Store
from bench.suite import Cell, Suite
from bench.types import Report

CACHES = ("use", "only", "missing", "ignore")


@dataclass(frozen=True, slots=True)
class Options:
    """What a run is asked to do.

    Attributes:
        stage: the last stage wanted; all of them for ``None``.
        cache: what of the store is taken as done: ``use`` all of it; ``only`` all of it, doing
            nothing; ``missing`` also leaves cells alone that have a score by other rules or limits;
            ``ignore`` nothing, doing everything again.
        jobs: tasks at a time; by default one for each core, or one where a GPU is shared.
        threads: torch threads of a task; another number gives other bits.
        launcher: the name of the adapter that runs tasks.
        command: the command line, for provenance.
        require_sandbox: whether to refuse to run SQL where a layer of the sandbox is absent.
    """

    stage: str | None = None
    cache: str = "use"
    jobs: int | None = None
    threads: int = 1
    launcher: str = "local"
    command: str = ""
    require_sandbox: bool = False

    @property
    def at_a_time(self) -> int:
        """Give the number of tasks that run together."""
        return self.jobs or (1 if shutil.which("nvidia-smi") else cores())


@dataclass(frozen=True, slots=True)
class Task:
    """A unit of work that a launcher may run in another process, or on another machine.

    Attributes:
        needs: the tasks that must end well first.
        heavy: whether it loads a model, so that importing the libraries for it beforehand pays.
    """

    name: str
    stages: tuple[Stage, ...]
    suite: Suite
    store: Store
    cell: Cell
    limit: int | None = None
    threads: int = 1
    workers: int | None = None
    require_sandbox: bool = False
    command: str = ""
    needs: tuple[str, ...] = ()
    heavy: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    """News of a task: begun, some way on, ended well, failed, or not begun because a need failed."""

    task: str
    kind: Literal["begin", "progress", "end", "fail", "drop"]
    done: int = 0
    total: int = 0
    note: str = ""


Listen: TypeAlias = Callable[[Event], None]


class Launcher(Protocol):
    """Runs tasks in an order that respects their needs."""

    def run(self, tasks: Sequence[Task], perform: Callable[[Task, Report], None], listen: Listen) -> None:
        """Run all tasks that can be run; tell ``listen`` how each fared."""
        ...


@dataclass(slots=True)
class Outcomes:
    """How the tasks of a run fared."""

    failed: dict[str, str] = field(default_factory=dict)
    dropped: dict[str, str] = field(default_factory=dict)

    def note(self, event: Event) -> None:
        """Remember a failure."""
        if event.kind == "fail":
            self.failed[event.task] = event.note
        elif event.kind == "drop":
            self.dropped[event.task] = event.note


def perform(task: Task, report: Report) -> None:
    """Do a task's stages, in this process.

    Raises:
        BenchError: a stage could not be done.
    """
    plan = Plan(task.suite, task.store, limit=task.limit)
    bound = plan.bind(task.cell)
    if "fit" in task.stages:
        stages.fit(plan, bound, report, threads=task.threads, command=task.command)
    if "predict" in task.stages:
        stages.predict(plan, bound, report, threads=task.threads, command=task.command)
    if "judge" in task.stages or "score" in task.stages:
        stages.judge_cell(plan, bound, report, workers=task.workers, require_sandbox=task.require_sandbox)


def run(plan: Plan, options: Options, todo: Sequence[Task], listen: Listen) -> Outcomes:
    """Run tasks through the launcher that the options name.

    Raises:
        StoreError: the store cannot be used.
    """
    outcomes = Outcomes()

    def hear(event: Event) -> None:
        outcomes.note(event)
        listen(event)

    make = cast("Callable[[int], Launcher]", find("launchers", options.launcher, where="--launcher"))
    launcher = make(options.at_a_time)
    if any(task.heavy for task in todo) and find_spec("torch") is None:
        raise ConfigError(
            "this suite fits or asks models, and torch is not installed",
            where=plan.suite.name,
            todo="pip install 'text2sql-bench[train]'",
        )
    if options.cache == "ignore":
        for bound in plan.cells:
            for step in stages.until(options.stage):
                stages.forget(bound, step)
    launcher.run(todo, perform, hear)
    return outcomes


def tasks(plan: Plan, options: Options) -> list[Task]:
    """List what there is to do, what is needed before what needs it."""
    if options.cache == "only":
        return []
    wanted = stages.until(options.stage)
    found: dict[str, Task] = {}
    for bound in plan.cells:
        if options.cache == "missing" and any(bound.predictions.glob("judged-*/score.json")):
            continue
        _add_fit(found, plan, bound, options)
        answers = tuple(
            step for step in wanted if step != "fit" and (options.cache == "ignore" or not bound.done(step))
        )
        if answers:
            _add(found, plan, bound, options, bound.cell.slug, answers, _fit_name(bound))
    return list(found.values())


def _add_fit(found: dict[str, Task], plan: Plan, bound: Bound, options: Options) -> None:
    """Add the fit of a cell, and before it the fit of its teacher, if they are to be done."""
    if bound.fit is None or (options.cache != "ignore" and bound.done("fit")):
        return
    if bound.teacher is not None:
        _add_fit(found, plan, bound.teacher, options)
    need = _fit_name(bound.teacher) if bound.teacher else ""
    _add(found, plan, bound, options, _fit_name(bound), ("fit",), need)


def _add(
    found: dict[str, Task],
    plan: Plan,
    bound: Bound,
    options: Options,
    name: str,
    steps: tuple[Stage, ...],
    need: str,
) -> None:
    task = Task(
        name=name,
        stages=steps,
        suite=plan.suite,
        store=plan.store,
        cell=bound.cell,
        limit=plan.limit,
        threads=options.threads,
        workers=max(1, cores() // options.at_a_time),
        require_sandbox=options.require_sandbox,
        command=options.command,
        needs=(need,) if need in found else (),
        heavy=bound.adapter.trainable and bool({"fit", "predict"} & set(steps)),
    )
    found.setdefault(name, task)


def _fit_name(bound: Bound) -> str:
    return f"fit {bound.cell.fit_slug}"
