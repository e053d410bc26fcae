"""Port: a data set's databases and gold queries → another engine, and what of it keeps its meaning.

Databases are copied with the types of their values. Each gold query is written in the other language, and
both are run: a gold is kept if it finds the same bag of rows there. A key is copied if all rows keep it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Protocol, cast

from bench.console import out
from bench.errors import ConfigError
from bench.execute import Executor, Policy, Query
from bench.execute.compare import bag, strict
from bench.execute.live import NAME, Live, is_address
from bench.execute.policy import STANDARD
from bench.registry import find
from bench.sql.transpile import transpile
from bench.store import write_lines
from bench.types import Dataset, Example, Outcome, Status
from bench.words import count

ROWS = 5000
"""Rows of a result that are compared; longer results are not."""

KEPT, ROUNDED, DIFFERENT, FAILED = "the same rows", "the same but for rounding", "other rows", "an error"
UNREAD, LONG, GOLD = "not transpiled", f"more than {ROWS} rows", "no rows in SQLite"


class Key(Protocol):
    """A primary, unique or foreign key of a database, as ``adapters.databases.build`` has it."""

    @property
    def kind(self) -> str:
        """What SQL calls it."""

    @property
    def left(self) -> str:
        """Why it is left out; empty where it is made."""


class Target(Protocol):
    """What an engine needs to take a database in."""

    dialect: str
    folds: bool
    home: str

    def fill(self, address: str, source: Path, reader: str) -> Sequence[Key]:
        """Copy a SQLite database; gives its keys."""


@dataclass(frozen=True, slots=True)
class Ported:
    """A gold query in the other language, and what became of its result."""

    id: str
    db_id: str
    question: str
    gold: str
    sql: str | None
    result: str
    detail: str = ""

    @property
    def kept(self) -> bool:
        """Whether it finds the same rows."""
        return self.result in (KEPT, ROUNDED)


def target(to: str) -> Live:
    """Find an engine by its name or by an address.

    Raises:
        ConfigError: there is none, or nothing can be copied into it.
    """
    if is_address(to):
        return Live(to, allow_unsafe=True, where="--to")
    kind = cast("Any", find("databases", to, where="--to"))()
    if not hasattr(kind, "fill"):
        raise ConfigError(f"nothing can be copied into {to}", where="--to", todo="duckdb, postgres or mysql")
    return Live(kind.home, allow_unsafe=True, where="--to")


def copy(dataset: Dataset, live: Live, reader: str) -> Mapping[str, Sequence[Key]]:
    """Copy every database that a data set asks and that is there; gives the keys of each.

    Raises:
        ConfigError: the data set is not SQLite's, several databases have one address, or the reader is not
            there.
        DataError: a database is damaged.
    """
    if dataset.dialect != "sqlite":
        what = f"its databases are {dataset.dialect}'s"
        raise ConfigError(what, where=dataset.name, todo="copy its SQLite form")
    engine = cast("Target", live.adapter)
    there = {name: path for name, path in sorted(dataset.databases.items()) if path.exists()}
    if len({live.address(name) for name in there}) < len(there):
        what = f"{count(len(there), 'database')} would be copied over each other"
        raise ConfigError(what, where="--to", todo=f"write {NAME} in the address, for the name of each")
    return {name: engine.fill(live.address(name), path, reader) for name, path in there.items()}


def golds(dataset: Dataset, live: Live, *, workers: int | None = None) -> tuple[Ported, ...]:
    """Write every gold query in the engine's language, run it in both and compare the bags of rows."""
    engine = cast("Target", live.adapter)
    asked = [(example, gold) for example in dataset.examples for gold in example.gold]
    written = [
        transpile(gold, dataset.schema(example), engine.dialect, folds=engine.folds)
        for example, gold in asked
    ]
    wide = replace(STANDARD, preview_rows=ROWS + 1)
    here = _outcomes(dataset, [(example, gold) for example, gold in asked], wide, None, workers)
    there = _outcomes(
        dataset,
        [(example, sql or "") for (example, _), sql in zip(asked, written, strict=True)],
        wide,
        live,
        workers,
    )
    return tuple(
        Ported(example.id, example.db_id, example.question, gold, sql, *_fate(sql, left, right))
        for (example, gold), sql, left, right in zip(asked, written, here, there, strict=True)
    )


def _outcomes(
    dataset: Dataset,
    asked: Iterable[tuple[Example, str]],
    policy: Policy,
    live: Live | None,
    workers: int | None,
) -> list[Outcome]:
    with Executor(policy, workers=workers, live=live) as executor:
        return list(executor.run_all(Query(dataset.databases[one.db_id], sql) for one, sql in asked))


def _fate(sql: str | None, here: Outcome, there: Outcome) -> tuple[str, str]:
    """Say what became of a result, and the engine's words where it failed."""
    if here.status is not Status.OK:
        return GOLD, f"{here.status}: {here.detail}"
    if sql is None:
        return UNREAD, ""
    if there.status is not Status.OK:
        return FAILED, f"{there.status}: {there.detail}"
    if max(here.rows, there.rows) > ROWS:
        return LONG, ""
    if bag(here.preview, there.preview, in_order=False):
        return KEPT, ""
    if strict(here.preview, there.preview, in_order=False):
        return ROUNDED, ""
    return DIFFERENT, f"{here.rows} rows, and {there.rows}"


def tally(ported: Iterable[Ported]) -> Mapping[str, int]:
    """Count what became of the results."""
    found = Counter(one.result for one in ported)
    return {result: found[result] for result in (KEPT, ROUNDED, DIFFERENT, FAILED, UNREAD, LONG, GOLD)}


def show(copied: Mapping[str, Sequence[Key]], live: Live, ported: tuple[Ported, ...] | None) -> None:
    """Print what was copied, what was not, and how many golds keep their result."""
    out.print(f"copied    {count(len(copied), 'database')} to {live.address('{db_id}')}", markup=False)
    found = Counter((_short(key), not key.left) for keys in copied.values() for key in keys)
    kinds = sorted({kind for kind, _ in found})
    made = [f"{found[kind, True]} of {found[kind, True] + found[kind, False]} {kind}" for kind in kinds]
    out.print(f"keys      {', '.join(made) or 'none'}", markup=False)
    for name, keys in copied.items():
        for key in keys:
            if key.left:
                out.print(f"left out  {name}: {_short(key)} {key}: {key.left}", markup=False, soft_wrap=True)
    if ported is None:
        return
    kept = sum(one.kept for one in ported)
    out.print(f"golds     {kept} of {len(ported)} keep their result on {live.engine}", markup=False)
    for result, number in tally(ported).items():
        if number:
            out.print(f"{number:7}   {result}", markup=False)


def _short(key: Key) -> str:
    return key.kind.lower().removesuffix(" key")


def write(path: Path, ported: Iterable[Ported]) -> None:
    """Write questions with their new gold as JSONL, those that keep their result marked."""
    write_lines(path, ({**asdict(one), "kept": one.kept} for one in ported))
