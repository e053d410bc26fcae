"""Builds the databases and questions into the user's cache, once per fingerprint."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp

import apsw
from platformdirs import user_cache_path

from adapters.datasets.mini import schemas, splits
from adapters.datasets.mini.domain import SQL_TYPES
from adapters.datasets.mini.rows import Rows, fill, speak
from adapters.datasets.mini.schemas import DatabasePlan, TablePlan
from bench.errors import DataError
from bench.types import Example

VERSION = 1
"""Raised by hand when the grammar or the making of rows changes what is built."""

SEED = "2718"


def fingerprint(plans: dict[str, DatabasePlan], pools: dict[str, tuple[str, ...]]) -> str:
    """Hash everything that decides what is built: declarations, seed, split sizes and version."""
    inputs = {
        "version": VERSION,
        "seed": SEED,
        "counts": splits.COUNTS,
        "shares": splits.SHARES,
        "apart": [splits.DEV, splits.TEST],
        "pools": pools,
        "plans": {name: plan.model_dump(exclude_defaults=True) for name, plan in plans.items()},
    }
    return hashlib.sha256(json.dumps(inputs, ensure_ascii=False).encode()).hexdigest()


def folder(plans: dict[str, DatabasePlan]) -> tuple[Path, str]:
    """Return the folder of the built set, built now if it is not there, and its fingerprint.

    The folder is ``mini/<first 8 digits>`` under the user's cache, or under ``BENCH_CACHE``.

    Raises:
        DataError: the cache cannot be written.
    """
    pools = schemas.pools()
    digest = fingerprint(plans, pools)
    cache = Path(os.environ.get("BENCH_CACHE") or user_cache_path("text2sql-bench"))
    target = cache / "mini" / digest[:8]
    if target.is_dir():
        return target, digest
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        made = Path(mkdtemp(prefix=f"{digest[:8]}.tmp-", dir=target.parent))
    except OSError as error:
        raise _unwritable(target.parent, error) from error
    try:
        build(plans, pools, made)
        _settle(made, target)
    finally:
        shutil.rmtree(made, ignore_errors=True)
    return target, digest


def add(split: str, plans: dict[str, DatabasePlan], target: Path) -> None:
    """Write a split of ``splits.LATER`` into the folder of the built set, unless it is there.

    Raises:
        DataError: the cache cannot be written.
    """
    if split not in splits.LATER or (target / f"{split}.jsonl").exists():
        return
    pools = schemas.pools()
    domains = {
        name: speak(name, plans[name], fill(plans[name], pools, f"{SEED}/{name}"))
        for name in splits.databases(split, tuple(plans))
    }
    before = chain.from_iterable(read_examples(target / f"{name}.jsonl") for name in splits.COUNTS)
    examples = splits.later(split, domains, target, SEED, before)
    try:
        with TemporaryDirectory(prefix=f"{target.name}.tmp-", dir=target.parent) as made:
            _write_examples(Path(made, "made"), examples)
            Path(made, "made").replace(target / f"{split}.jsonl")
    except OSError as error:
        raise _unwritable(target, error) from error


def _settle(made: Path, target: Path) -> None:
    """Move a finished folder to its place, unless another process was first."""
    try:
        made.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def build(plans: dict[str, DatabasePlan], pools: dict[str, tuple[str, ...]], target: Path) -> None:
    """Write one SQLite file per database and one JSON-lines file per split into ``target``."""
    domains = {}
    for name, plan in plans.items():
        rows = fill(plan, pools, f"{SEED}/{name}")
        _write_database(target / f"{name}.sqlite", plan, rows)
        domains[name] = speak(name, plan, rows)
    for split, examples in splits.write(domains, target, SEED).items():
        _write_examples(target / f"{split}.jsonl", examples)


def read_examples(path: Path) -> tuple[Example, ...]:
    """Read back the examples of a built split."""
    records = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return tuple([Example(**{**record, "gold": tuple(record["gold"]), "history": ()}) for record in records])


def _write_examples(path: Path, examples: list[Example]) -> None:
    lines = [json.dumps(asdict(example), ensure_ascii=False) + "\n" for example in examples]
    path.write_text("".join(lines), "utf-8")


def _unwritable(folder: Path, error: OSError) -> DataError:
    return DataError(
        f"the cache cannot be written: {error.strerror}",
        where=str(folder),
        todo="set BENCH_CACHE to a folder that can be",
    )


def _write_database(path: Path, plan: DatabasePlan, rows: Rows) -> None:
    connection = apsw.Connection(str(path))
    connection.execute("PRAGMA foreign_keys = ON; PRAGMA synchronous = OFF")
    with connection:
        for name, table in plan.tables.items():
            connection.execute(_ddl(name, table, plan))
            slots = ", ".join("?" * len(table.columns))
            connection.executemany(f"INSERT INTO {name} VALUES ({slots})", rows[name])
    connection.close()


def _ddl(name: str, table: TablePlan, plan: DatabasePlan) -> str:
    lines = [f"{column} {SQL_TYPES[item.kind].upper()}" for column, item in table.columns.items()]
    lines.append(f"PRIMARY KEY ({', '.join(table.primary_key)})")
    lines += [
        f"FOREIGN KEY ({column}) REFERENCES {item.to} ({plan.tables[item.to].primary_key[0]})"
        for column, item in table.columns.items()
        if item.to
    ]
    return f"CREATE TABLE {name} (\n  " + ",\n  ".join(lines) + "\n)"
