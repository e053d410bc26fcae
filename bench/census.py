"""Census: what a data set holds, for people who want to look before they run."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from bench.console import out
from bench.judge.rate import rated
from bench.judge.score import level_of, levels_of
from bench.registry import find, names
from bench.types import Dataset


def print_names(*, as_json: bool) -> None:
    """List the data sets that adapters bring."""
    known = [cast("Any", find("datasets", name)) for name in names("datasets")]
    rows = [
        {
            "name": kind.name,
            "title": kind.title,
            "licence": kind.licence,
            "splits": list(kind.splits),
            "synthetic": kind.synthetic,
        }
        for kind in known
    ]
    if as_json:
        print(json.dumps(rows, indent=2))
        return
    for row in rows:
        note = " (synthetic)" if row["synthetic"] else ""
        out.print(
            f"{row['name']:12} {row['title']}{note}; {row['licence']}; {', '.join(row['splits'])}",
            markup=False,
        )


def print_split(name: str, folder: Path | None, split: str, *, as_json: bool) -> None:
    """Describe one split."""
    make = cast("Callable[[Path | None], Any]", find("datasets", name))
    dataset: Dataset = rated(make(folder).load(split))
    levels = Counter(level_of(example) for example in dataset.examples)
    facts = {
        "name": dataset.name,
        "split": dataset.split,
        "title": dataset.title,
        "licence": dataset.licence,
        "synthetic": dataset.synthetic,
        "examples": len(dataset.examples),
        "levels": {level: levels[level] for level in levels_of(dataset)},
        "databases": dict(sorted(Counter(example.db_id for example in dataset.examples).items())),
        "rules": list(dataset.rules),
        "fingerprint": dataset.fingerprint,
    }
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    for key, value in facts.items():
        said = (
            ", ".join(f"{one} {count}" for one, count in value.items()) if isinstance(value, dict) else value
        )
        out.print(f"{key:12} {said}", markup=False)
    for example in dataset.examples[:3]:
        out.print(f"\n{example.id} ({example.db_id}, {level_of(example)})", markup=False)
        out.print(f"  {example.question}\n  {example.gold[0]}", markup=False)
