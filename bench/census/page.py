"""Page: an audit as Markdown, as JSON, and as a few lines for the terminal."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from bench.census.audit import Audit, Differing, Overlap
from bench.census.overlap import ALIKE, NEAR, RUN, Pair
from bench.judge.golds import KINDS, MISSING, OF_RULES
from bench.words import count

LONGEST = 40
"""Rows of a table that a page shows; JSON has them all."""


def summary(audit: Audit) -> list[str]:
    """Say in a line each what was found."""
    kinds = Counter(finding.kind for finding in audit.golds)
    lines = [
        _line(kinds[kind], "gold", f": {kind}: gold {meaning}{_rules(audit, kind)}")
        for kind, meaning in KINDS.items()
    ]
    for file, found in _by_file(audit).items():
        rows = Counter(one.same_rows for one in found)
        lines.append(
            _line(len(found), "gold", f" other than in {file}: {rows[True]} with the same rows, ")
            + f"{rows[False]} with others, {rows[None]} on databases that are not there"
        )
    silent = sum(not example.answerable for example in audit.dataset.examples)
    if silent:
        lines.append(_line(silent, "question", " that no SQL answers, to which no answer is right"))
    lines.append(_line(len(audit.schemas), "difference", " between descriptions of schemas and databases"))
    lines.append(_line(len(audit.within), "pair", " of nearly the same questions within the split"))
    lines += [
        _line(len(one.pairs), "pair", f" of nearly the same questions with {one.other}; ")
        + f"{count(len(one.schemas), 'pair')} of schemas alike; "
        + f"{count(len(one.seen), 'question')} with {RUN} words in a row in common with it"
        for one in audit.overlaps
    ]
    return [*lines, _line(len(audit.notes), "note", " on known defects, which leave n as it is")]


def _line(number: int, one: str, said: str) -> str:
    """Begin a line with a number and its noun, numbers below each other."""
    figure, noun = count(number, one).split()
    return f"{figure:>6} {noun}{said}"


def _rules(audit: Audit, kind: str) -> str:
    """Name the rules that a kind of finding is of, if it is of rules."""
    if kind not in OF_RULES:
        return ""
    found = Counter(
        rule for one in audit.golds if one.kind == kind for rule in one.detail.split(", ") if one.detail
    )
    return f" ({', '.join(f'{rule}: {number:,}' for rule, number in found.items())})" if found else ""


def as_json(audit: Audit) -> str:
    """Give everything that was found."""
    return json.dumps(
        {
            "dataset": audit.dataset.name,
            "split": audit.dataset.split,
            "fingerprint": audit.dataset.fingerprint,
            "n": len(audit.dataset.examples),
            "golds": [asdict(one) for one in audit.golds],
            "differing": [asdict(one) for one in audit.differing],
            "schemas": audit.schemas,
            "within": [asdict(one) for one in audit.within],
            "overlaps": [asdict(one) for one in audit.overlaps],
            "notes": [asdict(one) for one in audit.notes],
        },
        indent=2,
        ensure_ascii=False,
    )


def markdown(audit: Audit, command: str) -> str:
    """Write the report, with the command that makes it again."""
    return "\n".join(_page(audit, command)) + "\n"


def _page(audit: Audit, command: str) -> Iterator[str]:
    """Name questions by their ids alone: their texts are the data set's, under its own licence."""
    dataset = audit.dataset
    yield f"# What was found in {dataset.title} {dataset.split}"
    yield f"\n{count(len(dataset.examples), 'question')}; fingerprint `{dataset.fingerprint}`. Made by:\n"
    yield f"```console\n$ {command}\n```\n"
    yield from (f"* {line.strip()}" for line in summary(audit))
    missing = Counter(one.db_id for one in audit.golds if one.kind == MISSING)
    if missing:
        yield f"\n**Not checked**, for their databases are not there: {_tally(missing)}"
    for kind, meaning in KINDS.items():
        found = [one for one in audit.golds if one.kind == kind != MISSING]
        if found:
            yield f"\n## {kind}: gold {meaning}\n"
            yield from _table(("database", "questions"), _grouped([(o.db_id, o.example_id) for o in found]))
    for file, others in _by_file(audit).items():
        yield f"\n## Golds that are others in {file}\n"
        yield from _table(("rows", "questions"), _grouped([(_rows(o), o.example_id) for o in others]))
    yield "\n## Schemas: description against database\n"
    yield from _table(("database", "difference"), audit.schemas)
    yield f"\n## Nearly the same questions (Jaccard of words and pairs of words at least {NEAR})\n"
    yield from _pairs(audit.within)
    for overlap in audit.overlaps:
        yield from _overlap(overlap)
    yield "\n## Known defects\n"
    notes = [(note.id, note.defect, note.source, note.since) for note in audit.notes]
    yield from _table(("question", "defect", "source", "noted"), notes)


def _overlap(overlap: Overlap) -> Iterator[str]:
    yield f"\n## Against {overlap.other} ({count(overlap.size, 'text')})\n"
    yield from _pairs(overlap.pairs)
    yield f"\nSchemas alike (Jaccard of columns at least {ALIKE}):\n"
    yield from _table(("here", "there", "similarity"), [(a, b, f"{c:.2f}") for a, b, c in overlap.schemas])
    yield f"\nQuestions with {RUN} words in a row in common with it, or all their words:\n"
    yield ", ".join(_number(key) for key in overlap.seen) or "None."


def _pairs(pairs: Sequence[Pair]) -> Iterator[str]:
    rows = [
        (one.first, one.second, f"{one.similarity:.2f}", _yes(one.same_database), _yes(one.same_gold))
        for one in pairs
    ]
    yield from _table(("question", "other", "similarity", "same database", "same gold"), rows)


def _rows(one: Differing) -> str:
    known = {True: "the same", False: "others", None: "not known: the database is not there"}
    return known[one.same_rows]


def _grouped(rows: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Put the numbers of the questions of one kind on one line."""
    groups: dict[str, dict[str, None]] = {}
    for key, example in rows:
        groups.setdefault(key, {})[_number(example)] = None
    return [(key, ", ".join(numbers)) for key, numbers in sorted(groups.items())]


def _number(example: str) -> str:
    return example.rpartition("/")[2]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    if not rows:
        yield "None."
        return
    yield f"| {' | '.join(heads)} |\n|{'---|' * len(heads)}"
    for row in rows[:LONGEST]:
        yield f"| {' | '.join(_cell(value) for value in row)} |"
    if len(rows) > LONGEST:
        yield f"\n{len(rows) - LONGEST} more; `--json` lists them all."


def _cell(value: str) -> str:
    return " ".join(value.split()).replace("|", "\\|").replace("<", "&lt;")


def _by_file(audit: Audit) -> dict[str, list[Differing]]:
    found: dict[str, list[Differing]] = {}
    for one in audit.differing:
        found.setdefault(one.file, []).append(one)
    return found


def _tally(counts: Counter[str]) -> str:
    return ", ".join(f"{name} ({number})" for name, number in sorted(counts.items()))


def _yes(value: bool) -> str:
    return "yes" if value else "no"
