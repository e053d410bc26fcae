"""Audit: everything that can be checked about a split without a model."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import cast

from bench.census.overlap import Pair, alike, pairs, seen
from bench.errors import ConfigError, near
from bench.execute import Executor
from bench.execute.policy import STANDARD, Policy
from bench.judge.golds import MISSING, Finding, check
from bench.judge.judge import judge
from bench.judge.rules import metrics
from bench.sets import AbsentError, SetAdapter, known, opened
from bench.sets.notes import Note, notes_of
from bench.types import Dataset, Prediction

STRICT = "ex.strict"
EXACT = "em.spider"
"""Spider's exact match; asked of sets whose scripts are Spider's, for its grammar reads few others."""

SAME = "ex.bird"
"""The rule by which two golds of one question agree: the same rows, in any order."""


@dataclass(frozen=True, slots=True)
class Differing:
    """A question whose gold is another in another published file.

    ``same_rows`` is ``None`` where the database is not there to tell.
    """

    example_id: str
    file: str
    gold: str
    other: str
    same_rows: bool | None


@dataclass(frozen=True, slots=True)
class Overlap:
    """What a split shares with another set of texts."""

    other: str
    size: int
    pairs: tuple[Pair, ...] = ()
    schemas: tuple[tuple[str, str, float], ...] = ()
    seen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was found about one split."""

    dataset: Dataset
    golds: tuple[Finding, ...]
    differing: tuple[Differing, ...]
    schemas: tuple[tuple[str, str], ...]
    within: tuple[Pair, ...]
    overlaps: tuple[Overlap, ...]
    notes: tuple[Note, ...]

    @property
    def unchecked(self) -> bool:
        """Whether a database is missing, so that not every gold was run."""
        return any(finding.kind == MISSING for finding in self.golds)


def audit(
    reader: SetAdapter,
    split: str,
    against: Sequence[str] = (),
    *,
    policy: Policy = STANDARD,
    workers: int | None = None,
) -> Audit:
    """Check one split.

    Args:
        reader: the open data set.
        split: the split to check.
        against: other sets (``name`` or ``name:split``) or files of text; the set's own train split is
            looked at in any case, if it is there.
        policy: the limits of execution.
        workers: how many processes run SQL.

    Raises:
        BenchError: the split or something to hold it against cannot be read.
    """
    dataset = reader.load(split)
    exact = (EXACT,) if "test-suite" in dataset.rules else ()
    rules = metrics((*(f"ex.{rule}" for rule in dataset.rules), STRICT, *exact), (), where="rules")
    runs = dataset.dialect == "sqlite"
    return Audit(
        dataset=dataset,
        golds=check(dataset, rules, policy, workers=workers) if runs else tuple(_unchecked(dataset)),
        differing=tuple(_differing(reader, dataset, policy, workers)),
        schemas=tuple(_schema_faults(reader, split)),
        within=tuple(pairs(dataset.examples, dataset.examples)),
        overlaps=tuple(_overlaps(reader, dataset, against)),
        notes=tuple(note for found in notes_of(dataset).values() for note in found),
    )


def _unchecked(dataset: Dataset) -> Iterable[Finding]:
    """Say of every gold that it was not run, for it is another engine's."""
    for example in dataset.examples:
        for gold in example.gold if example.answerable else ():
            yield Finding(MISSING, example.id, example.db_id, gold, f"it is for {dataset.dialect}")


def _overlaps(reader: SetAdapter, dataset: Dataset, against: Sequence[str]) -> Iterable[Overlap]:
    """Hold a split against its own train split and all that is named, each once."""
    met: set[str] = set()
    for other in chain(_own(reader, dataset.split), map(_named, dict.fromkeys(against))):
        if isinstance(other, Path):
            yield _given_away(dataset, other)
        elif other.fingerprint == dataset.fingerprint:
            raise ConfigError(
                f"{other.name}:{other.split} is what is checked",
                where="--against",
                todo="leave it out: pairs within it are looked for in any case",
            )
        elif other.fingerprint not in met:
            met.add(other.fingerprint)
            yield _overlap(dataset, other)


def _own(reader: SetAdapter, split: str) -> Iterable[Dataset]:
    """Load the train split beside the one that is checked."""
    if "train" in reader.splits and split != "train":
        try:
            yield reader.load("train")
        except AbsentError:
            return


def _named(other: str) -> Dataset | Path:
    """Load the split that is meant, or give the file or folder."""
    name, _, split = other.partition(":")
    path = Path(other)
    if name in known():
        return opened(name).load(split or "train")
    if not path.exists():
        raise ConfigError(
            f"'{other}' is neither a data set nor a file or folder of text",
            where="--against",
            todo=near(name, known()),
        )
    return path


def _given_away(dataset: Dataset, path: Path) -> Overlap:
    """Look for the questions in a corpus of text."""
    texts = [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.is_file())
    corpus = (
        line for one in texts for line in one.read_text(encoding="utf-8", errors="replace").splitlines()
    )
    return Overlap(str(path), len(texts), seen=seen(_texts(dataset), corpus))


def _overlap(dataset: Dataset, other: Dataset) -> Overlap:
    return Overlap(
        f"{other.name} {other.split}",
        len(other.examples),
        tuple(pairs(dataset.examples, other.examples)),
        tuple(alike(dataset, other)),
        seen(_texts(dataset), (one.question for one in other.examples)),
    )


def _texts(dataset: Dataset) -> dict[str, str]:
    return {example.id: example.question for example in dataset.examples}


def _differing(
    reader: SetAdapter, dataset: Dataset, policy: Policy, workers: int | None
) -> Iterable[Differing]:
    """Hold the gold that is used against the other files of gold that the set publishes."""
    versions = cast(
        "Callable[[str], Mapping[str, Sequence[str]]]", getattr(reader, "versions", lambda _split: {})
    )
    for file, golds in versions(dataset.split).items():
        others = {
            one.id: gold
            for one, gold in zip(dataset.examples, golds, strict=True)
            if _plain(gold) not in {_plain(used) for used in one.gold}
        }
        asked = replace(dataset, examples=tuple(one for one in dataset.examples if one.id in others))
        said = [Prediction(key, gold, gold) for key, gold in others.items()]
        with Executor(policy, workers=workers) as executor:
            for one, verdict in zip(
                asked.examples, judge(asked, said, (SAME,), executor) if said else (), strict=True
            ):
                same = None if verdict.spoiled else verdict.metrics[SAME] == 1
                yield Differing(one.id, file, one.gold[0], others[one.id], same)


def _schema_faults(reader: SetAdapter, split: str) -> Iterable[tuple[str, str]]:
    look = cast("Callable[[str], Iterable[tuple[str, str]]]", getattr(reader, "schema_faults", lambda _: ()))
    return look(split)


def _plain(sql: str) -> str:
    return " ".join(sql.lower().rstrip("; \t").split())
