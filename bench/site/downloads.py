"""The board as data: a CSV row per cell, a JSON document per suite, verdicts line by line, a citation."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from statistics import fmean

from bench import __version__
from bench.judge.ends import ENDINGS
from bench.judge.score import levels_of, outcome
from bench.results import CellResult
from bench.site.board import Board
from bench.site.figures import ENERGY
from bench.site.made import made
from bench.site.summary import Summary
from bench.types import Fit, Score

_FIT = (
    "device",
    "parameters",
    "trainable",
    "steps",
    "seconds",
    "tokens_per_second",
    "peak_host_bytes",
    "peak_device_bytes",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?")
_TEX = {
    **{mark: f"\\{mark}" for mark in "%&$#_"},
    "\\": "\\textbackslash{}",
    "{": "\\textbraceleft{}",  # BibTeX counts \{ as a brace as well
    "}": "\\textbraceright{}",
    "^": "\\textasciicircum{}",
    "~": "\\textasciitilde{}",
    "--": "-{}-",  # else drawn as one dash
}


def table(board: Board) -> bytes:
    """Write one row per cell, finished or not; a value that was not measured is empty, never 0.

    A text that a spreadsheet would take for a formula gets an apostrophe before it (OWASP, "CSV Injection").
    """
    levels = dict.fromkeys(level for sheet in board.sheets for level in levels_of(sheet.dataset))
    records = [_record(cell, board, list(levels)) for cell in board.result.cells]
    names = dict.fromkeys(name for record in records for name in record)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_guarded(name) for name in names)
    writer.writerows([_guarded(record.get(name, "")) for name in names] for record in records)
    return out.getvalue().encode("utf-8")


def _guarded(value: object) -> object:
    """Keep a spreadsheet from running a text; numbers stay numbers."""
    if not isinstance(value, str):
        return value
    text = re.sub("\r\n?", "\n", value)  # the writer puts no quotes around a lone return
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _record(cell: CellResult, board: Board, levels: list[str]) -> dict[str, object]:
    result, summary = board.result, board.summaries.get(cell.slug)
    card = summary.card if summary else None
    record: dict[str, object] = {
        "suite": result.name,
        "cell": cell.slug,
        "key": cell.key,
        "model": cell.model,
        "method": cell.method,
        "dataset": cell.dataset_name,
        "split": cell.dataset.split,
        "synthetic": _yes(cell.dataset.synthetic),
        "seed": cell.seed,
        "state": summary.state if summary else cell.missing,
        "base": cell.source,
        "base_note": cell.base_note,
        "method_text": cell.method_text,
        "n": card.n if card else "",
    }
    for metric in result.metrics:
        record |= _score(metric, card.metrics[metric].overall if card else None)
    for level in levels:
        part = card.metrics[result.metrics[0]].levels.get(level) if card else None
        record |= _score(f"{result.metrics[0]}.{level}", part) | {f"n.{level}": part.n if part else ""}
    record |= _score("valid", card.valid if card else None)
    record |= {f"answers.{end}": card.outcomes.get(end, 0) if card else "" for end in ENDINGS}
    record |= {f"fit.{name}": _number(getattr(cell.fit, name)) if cell.fit else "" for name in _FIT}
    record["fit.energy_joules"] = _number(cell.fit.logs.get(ENERGY)) if cell.fit else ""
    return record | _answering(cell, summary) | _origin(cell)


def _answering(cell: CellResult, summary: Summary | None) -> dict[str, object]:
    """Tell what answering took: in all, and for each question that was answered."""
    asked = summary.answered if summary else 0
    tokens = summary.tokens if summary else ()
    return {
        "predict.seconds": _number(cell.seconds),
        "predict.seconds_per_question": _number(cell.seconds / asked if cell.seconds and asked else None),
        "predict.tokens_per_question": _number(fmean(tokens) if tokens else None),
    }


def _origin(cell: CellResult) -> dict[str, object]:
    """Tell when the answers were made and by what; a value that was not recorded is empty."""
    found = made(cell.provenance)
    return {
        "date": found.day,
        "commit": found.commit,
        "dirty": "" if found.dirty is None else _yes(found.dirty),
        "command": cell.command,
    }


def _score(name: str, score: Score | None) -> dict[str, object]:
    parts = ("low", "high")
    if score is None:
        return {name: "", **{f"{name}.{part}": "" for part in parts}, f"{name}.interval": ""}
    bounds = {f"{name}.{part}": f"{getattr(score, part):.6f}" for part in parts}
    return {name: f"{score.value:.6f}", **bounds, f"{name}.interval": score.interval}


def _number(value: float | str | None) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def verdicts(cell: CellResult, metrics: Sequence[str]) -> bytes:
    """Write one JSON line per question: what was answered, how it ended and what each metric says."""
    judged = {verdict.example_id: verdict for verdict in cell.verdicts}
    said = {prediction.example_id: prediction for prediction in cell.predictions}
    lines = []
    for example in cell.dataset.examples:
        verdict, prediction = judged.get(example.id), said.get(example.id)
        line = {
            "example": example.id,
            "database": example.db_id,
            "difficulty": example.difficulty,
            "sql": prediction.sql if prediction else None,
            "end": outcome(verdict, metrics[0]),
            "metrics": dict(verdict.metrics) if verdict else {},
            "reason": verdict.reason if verdict else "",
            "steps": verdict.prediction.steps if verdict else None,
        }
        lines.append(json.dumps(line, sort_keys=True, ensure_ascii=True) + "\n")
    return "".join(lines).encode("ascii")


def citation(board: Board) -> bytes:
    """Write a BibTeX entry of the board; the fingerprints of its data say which one it is.

    Its year is that of the last answers; where no day was recorded it has none.
    """
    result = board.result
    days = (made(cell.provenance).day for cell in result.cells if not cell.missing)
    data = "; ".join(f"{one.name}: {one.title}, {one.dataset.fingerprint[:12]}" for one in board.sheets)
    key = re.sub("[^a-z0-9]+", "-", result.name.lower())
    fields = {
        "title": result.title,
        "author": "The text2sql-bench authors",
        "year": max(days, default="")[:4],
        "howpublished": f"Leaderboard made by text2sql-bench {__version__}",
        "note": f"{data}; made again by: {result.command}",
    }
    told = "".join(f"  {name} = {{{_tex(value)}}},\n" for name, value in fields.items() if value)
    return f"@misc{{{key},\n{told}}}\n".encode()


def _tex(text: str) -> str:
    """Write a text so that LaTeX prints it; control characters become spaces."""
    plain = re.sub(r"[\x00-\x1f]", " ", text)
    return re.sub(r"--|[\\{}%&$#_^~]", lambda found: _TEX[found[0]], plain)


def document(board: Board) -> bytes:
    """Write everything but the texts: scorecards, fits, provenance, and each question's verdicts.

    A cell is a line, so that a change of it is one in a diff; white space would be half of the file.
    """
    result = board.result
    whole = {
        "suite": result.name,
        "title": result.title,
        "notes": result.notes,
        "metrics": list(result.metrics),
        "command": result.command,
        "datasets": {
            sheet.name: {
                "name": sheet.dataset.name,
                "split": sheet.dataset.split,
                "title": sheet.dataset.title,
                "licence": sheet.dataset.licence,
                "synthetic": sheet.dataset.synthetic,
                "fingerprint": sheet.dataset.fingerprint,
                "levels": list(levels_of(sheet.dataset)),
                "examples": [example.id for example in sheet.dataset.examples],
            }
            for sheet in board.sheets
        },
    }
    head = "".join(f"{_json(name)}:{_json(value)},\n" for name, value in whole.items())
    cells = ",\n".join(_json(_entry(cell, board.summaries.get(cell.slug))) for cell in result.cells)
    return f'{{{head}"cells":[\n{cells}\n]}}\n'.encode("ascii")


def _json(value: object) -> str:
    return json.dumps(
        value, separators=(",", ":"), sort_keys=True, ensure_ascii=True, allow_nan=False, default=str
    )


def _entry(cell: CellResult, summary: Summary | None) -> dict[str, object]:
    return {
        "slug": cell.slug,
        "key": cell.key,
        "model": cell.model,
        "method": cell.method,
        "dataset": cell.dataset_name,
        "seed": cell.seed,
        "source": cell.source,
        "base_note": cell.base_note,
        "method_text": cell.method_text,
        "missing": cell.missing,
        "publishable": summary is not None and not summary.spoiled,
        "command": cell.command,
        "provenance": dict(cell.provenance),
        "fit": _fit(cell.fit) if cell.fit else None,
        "seconds": cell.seconds,
        "tokens_per_question": _finite(fmean(summary.tokens)) if summary and summary.tokens else None,
        "score": summary.card.to_json() if summary else None,
        "verdicts": {metric: _marks(column) for metric, column in summary.marks.items()} if summary else None,
    }


def _fit(fit: Fit) -> dict[str, object]:
    return {
        **asdict(fit),
        "losses": [[step, _finite(loss)] for step, loss in fit.losses],
        "logs": {name: _finite(value) for name, value in fit.logs.items()},
    }


def _finite(value: float) -> float | None:
    """Round a measurement; JSON has no word for what is not a number."""
    return round(value, 6) if isfinite(value) else None


def _marks(column: Sequence[float]) -> str | list[float]:
    """Pack yes/no verdicts into one character per example, in the data set's order."""
    if all(value in (0.0, 1.0) for value in column):
        return "".join("01"[int(value)] for value in column)
    return [round(value, 6) for value in column]
