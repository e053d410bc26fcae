"""Write: verdicts as JSONL, CSV and JUnit XML, where asked for and only where that is possible."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from bench.errors import ConfigError
from bench.scoring.score import Scored
from bench.site.text import visible
from bench.store import write_lines
from bench.types import Verdict


@dataclass(frozen=True, slots=True)
class Outputs:
    """What to write beside the table, each at a path of the user's or not at all.

    Attributes:
        verdicts: JSONL of one file's verdicts.
        csv: one row for each file and question.
        junit: a test case for each file and question, which fails where the headline rule says wrong.
        html: a folder of pages.
    """

    verdicts: Path | None = None
    csv: Path | None = None
    junit: Path | None = None
    html: Path | None = None

    def check(self, files: int) -> None:
        """Refuse, before any work, what could not be written after it.

        Raises:
            ConfigError: a path's folder is missing or read-only, or the path is of the wrong kind.
        """
        if self.verdicts and files > 1:
            raise ConfigError("holds the verdicts of one prediction file", where="--out", todo="use --csv")
        for option, path in (("--out", self.verdicts), ("--csv", self.csv), ("--junit", self.junit)):
            if path is not None:
                _check(option, path, folder=False)
        if self.html is not None:
            _check("--html", self.html, folder=True)


def write(scored: Sequence[Scored], outputs: Outputs) -> None:
    """Write what is asked for; pages are rendered elsewhere."""
    if outputs.verdicts:
        write_lines(outputs.verdicts, scored[0].verdicts)
    if outputs.csv:
        rows = list(_rows(scored))
        with outputs.csv.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)
    if outputs.junit:
        tree = ET.ElementTree(_junit(scored))
        ET.indent(tree)
        tree.write(outputs.junit, encoding="utf-8", xml_declaration=True)


def _check(option: str, path: Path, *, folder: bool) -> None:
    wrong = ""
    if not path.parent.is_dir():
        wrong = "its folder is not there"
    elif path.exists() and path.is_dir() != folder:
        wrong = "it is a file" if folder else "it is a folder"
    elif folder and not os.access(path if path.exists() else path.parent, os.W_OK):
        wrong = "it is write-protected"
    elif not folder:
        wrong = _refusal(path)
    if wrong:
        raise ConfigError(f"cannot be written: {wrong}", where=f"{option} {path}")


def _refusal(path: Path) -> str:
    """Say why a file cannot be opened for writing, by trying; what is there stays as it is."""
    new = not path.exists()
    try:
        path.open("ab").close()
    except OSError as error:
        return error.strerror or str(error)
    if new:
        path.unlink()
    return ""


def _rows(scored: Sequence[Scored]) -> Iterator[dict[str, object]]:
    for one in scored:
        pairs = zip(one.dataset.examples, one.predictions, one.verdicts, strict=True)
        for example, prediction, verdict in pairs:
            yield {
                "predictions": one.name,
                "id": example.id,
                "db_id": example.db_id,
                "difficulty": verdict.difficulty,
                **{metric: f"{float(value):.9g}" for metric, value in verdict.metrics.items()},
                "end": one.ending(verdict),
                "reason": verdict.reason,
                "notes": "; ".join(verdict.notes),
                "question": example.question,
                "gold": example.gold[0],
                "sql": prediction.sql or "",
            }


def _junit(scored: Sequence[Scored]) -> ET.Element:
    root = ET.Element("testsuites", name="bench score")
    for one in scored:
        faults = [verdict.spoiled is not None for verdict in one.verdicts if not _right(verdict)]
        broken, wrong = sum(faults), len(faults) - sum(faults)
        counts = {"tests": one.card.n, "failures": wrong, "errors": broken}
        suite = ET.SubElement(root, "testsuite", name=_text(f"{one.name} by {one.headline}"))
        suite.attrib.update({name: str(number) for name, number in counts.items()})
        for number in range(one.card.n):
            suite.append(_case(one, number))
    return root


def _case(one: Scored, number: int) -> ET.Element:
    """Make the test case of one question; the environment's faults are errors, not failures."""
    example, prediction = one.dataset.examples[number], one.predictions[number]
    verdict = one.verdicts[number]
    place = {"classname": _text(f"{one.name}.{example.db_id}"), "name": _text(example.id)}
    case = ET.Element("testcase", place)
    if not _right(verdict):
        kind = "error" if verdict.spoiled else "failure"
        said = {"type": one.ending(verdict), "message": _text(verdict.reason)}
        wrong = ET.SubElement(case, kind, said)
        sql = prediction.sql or "no SQL"
        wrong.text = _text(f"{example.question}\ngold: {example.gold[0]}\nprediction: {sql}")
    return case


def _right(verdict: Verdict) -> bool:
    """Tell whether the headline metric, which comes first, holds."""
    return next(iter(verdict.metrics.values())) >= 1


def _text(text: str) -> str:
    """Spell out the control characters that XML may not hold."""
    return visible(text)
