"""Show: scores on the terminal and as JSON, with what a reader must know before believing them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench.console import err, out
from bench.judge.clauses import ClauseScore
from bench.judge.ends import ENDINGS
from bench.scoring import tables
from bench.scoring.compare import Contrast
from bench.scoring.report import Report
from bench.scoring.score import Scored
from bench.sets.notes import notes_of
from bench.words import count


def show(report: Report, *, side_by_side: bool, official: bool, by: Sequence[str] = ()) -> None:
    """Print the table, how answers ended, what the environment spoiled, and what differs.

    Args:
        report: what was found.
        side_by_side: whether to name the questions on which rules differ.
        official: whether to print each file's table in the manner of the official scripts.
        by: what to break scores down by, a table each.
    """
    scored = report.scored
    for table in map(tables.official, scored) if official else (tables.scores(scored),):
        out.print(table)
    for one in scored:
        name = f"{one.name}: " if len(scored) > 1 else ""
        _ends(one, name)
        _quirks(one, name)
        _unread(one, name)
        if side_by_side:
            _differences(one, name)
        for kind in by:
            out.print(tables.groups(one, kind))
        _misplaced(one, name)
    _failed(scored)
    for found in report.contrasts:
        _contrast(found)
    for errors in report.diagnosed:
        out.print(tables.errors(errors))
    _known(scored[0])
    _spoiled(scored)


def to_json(report: Report, *, side_by_side: bool) -> dict[str, object]:
    """Give everything that is shown as JSON values; several files stand in a list."""
    scored = report.scored
    known = notes_of(scored[0].dataset)
    dataset = {
        "dataset": scored[0].dataset.name,
        "split": scored[0].dataset.split,
        "known_defects": {name: [note.defect for note in found] for name, found in known.items()},
    }
    held = [[one.to_json() for one in found] for found in report.contrasts]
    wrong = [one.to_json() for one in report.diagnosed]
    files = [
        {
            "predictions": one.name,
            "spoiled": {f"{db_id}: {status}": number for (db_id, status), number in one.spoiled.items()},
            **one.card.to_json(),
            "gold_failed": one.failed,
            "quirks": one.quirks,
            "unread": one.unread,
            "unread_gold": one.unread_gold,
            "clauses": {
                metric: [{**asdict(clause), **_shares(clause)} for clause in found]
                for metric, found in one.clauses.items()
            },
            **({"disagreements": [asdict(pair) for pair in one.disagreements]} if side_by_side else {}),
            **({"against": held[place]} if held else {}),
            **({"profile": wrong[place]} if wrong else {}),
        }
        for place, one in enumerate(scored)
    ]
    return {**dataset, **files[0]} if len(files) == 1 else {**dataset, "files": files}


def say(path: Path) -> None:
    """Print where pages lie."""
    out.print(str(path.resolve()), markup=False)


def print_json(values: object) -> None:
    """Print JSON on the standard output; a blob stands as Python writes it."""
    print(json.dumps(values, indent=2, default=repr))


def _shares(clause: ClauseScore) -> dict[str, float]:
    shares = {"precision": clause.precision, "recall": clause.recall, "f1": clause.f1}
    return {name: round(share, 6) for name, share in shares.items()}


def _ends(one: Scored, name: str) -> None:
    ends = ", ".join(f"{number} {ENDINGS[end]}" for end, number in one.card.outcomes.items())
    out.print(f"{name}{count(one.card.n, 'question')} by {one.headline}: {ends}", markup=False)


def _quirks(one: Scored, name: str) -> None:
    for quirk, ids in one.quirks.items():
        metric, _, why = quirk.partition(": ")
        out.print(
            f"{name}{count(len(ids), 'answer')} right under {metric} only by a quirk of its script: {why} "
            f"({tables.some(ids)})",
            markup=False,
        )


def _unread(one: Scored, name: str) -> None:
    for rule, ids in one.unread.items():
        said = f"{rule} cannot read {count(len(ids), 'prediction')}"
        out.print(f"{name}{said} ({tables.some(ids)})", markup=False)
    for rule, ids in one.unread_gold.items():
        said = f"{rule} cannot read the gold of {count(len(ids), 'question')}, where no answer is right"
        out.print(f"{name}{said} ({tables.some(ids)})", markup=False)


def _misplaced(one: Scored, name: str) -> None:
    """Ask whether a file is in another order, where most of it is about other databases."""
    if one.misplaced:
        err.print(
            f"warning: {name}{one.misplaced:,} of {count(one.card.n, 'answer')} name tables or columns that "
            f"their database has not: is the file in the order of {one.dataset.name} {one.dataset.split}?",
            markup=False,
        )


def _failed(scored: Sequence[Scored]) -> None:
    """Name the questions whose gold did not run for one of the files."""
    failed = list(dict.fromkeys(name for one in scored for name in one.failed))
    if failed:
        said = f"gold of {count(len(failed), 'question')} failed, which counts as a wrong answer"
        err.print(f"warning: {said} ({tables.some(failed)})", markup=False)


def _differences(one: Scored, name: str) -> None:
    found = one.disagreements
    if not found:
        return
    differing = {example for pair in found for example in (*pair.only_first, *pair.only_second)}
    if differing:
        out.print(tables.differences(found))
    out.print(f"{name}the rules disagree on {count(len(differing), 'question')}", markup=False)


def _contrast(found: Sequence[Contrast]) -> None:
    """Print the differences by rule, and those of the first rule by group, with the questions."""
    first = found[0]
    out.print(tables.contrasts(found))
    if first.lost or first.won:
        for kind in first.parts:
            out.print(tables.parts(first, kind))
    for word, ids in (("lost", first.lost), ("won", first.won)):
        if ids:
            out.print(f"{word} by {first.metric}: {tables.some(ids)}", markup=False)


def _known(one: Scored) -> None:
    """Name the questions that are known to be wrong themselves; nothing of this changes a score."""
    noted = [*notes_of(one.dataset)]
    if noted:
        have = "has a known defect" if len(noted) == 1 else "have known defects"
        out.print(
            f"{count(len(noted), 'question')} of {one.dataset.name} {one.dataset.split} {have} and "
            f"{'counts' if len(noted) == 1 else 'count'} all the same ({tables.some(noted)})",
            markup=False,
        )


def _spoiled(scored: Sequence[Scored]) -> None:
    """Name the databases that could not be used, by what is wrong with them."""
    broken: dict[str, dict[str, None]] = {}
    for db_id, status in (place for one in scored for place in one.spoiled):
        broken.setdefault(ENDINGS[status], {})[db_id] = None
    for what, names in broken.items():
        err.print(f"warning: {what}: {', '.join(names)}", markup=False)
    asked = {verdict.example_id for one in scored for verdict in one.verdicts if verdict.spoiled}
    if asked:
        spoiled = f"{count(len(asked), 'question')} could not be judged"
        err.print(f"warning: {spoiled}; the scores count them as wrong and are not publishable", markup=False)
