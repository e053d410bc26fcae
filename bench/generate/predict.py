"""Asks a predictor every question of a set, and keeps the answers: the second stage of a cell.

An interrupted run and an uninterrupted one end with the same bytes: complete batches are appended and
flushed, what is there is not asked again, and the finished file is put in the order of the questions.
That rests on predictors whose answers do not depend on the batch (greedy decoding in float32 does not).
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from bench.errors import DataError
from bench.generate.protocol import Predictor
from bench.sql.extract import extract
from bench.types import Completion, Prediction, Report, Request, silent

FILE = "predictions.jsonl"
TIMES = "predict.json"


def predict(requests: Sequence[Request], predictor: Predictor, out: Path, report: Report = silent) -> None:
    """Write ``predictions.jsonl`` into ``out``, one line per request, in their order.

    Long prompts come first, so that a device too small for them fails at once. Seconds add up over
    interrupted runs in ``predict.json``, which says ``"done": true`` when every request has its answer.

    Args:
        requests: every question of the set, with its prompt.
        predictor: answers them in batches of its own choosing.
        out: the folder of the cell.
        report: receives questions answered, questions in all, and a note.

    Raises:
        DataError: two requests have the same id, or a line that is no prediction stands in the file.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / FILE
    ids = [request.example.id for request in requests]
    if len(set(ids)) < len(ids):
        twice = next(name for name in ids if ids.count(name) > 1)
        raise DataError(f"two questions have the id '{twice}'", where="predict")
    answered = {name: found for name, found in _resume(path).items() if name in set(ids)}
    waiting = sorted(
        (request for request in requests if request.example.id not in answered),
        key=lambda request: -len(request.prompt),
    )
    with path.open("a", encoding="utf-8", newline="\n") as file:
        for begin in range(0, len(waiting), predictor.batch):
            started = time.monotonic()
            batch = waiting[begin : begin + predictor.batch]
            predictions = _predictions(batch, predictor.complete(batch))
            file.write("".join(map(_line, predictions)))
            file.flush()
            os.fsync(file.fileno())
            answered |= {prediction.example_id: prediction for prediction in predictions}
            _add_seconds(out / TIMES, time.monotonic() - started)
            report(len(answered), len(requests), "")
    _write(path, "".join(_line(answered[name]) for name in ids))
    _add_seconds(out / TIMES, 0.0, done=True)


def read(path: Path) -> dict[str, Prediction]:
    """Read a file of predictions; a last line that was torn off is ignored.

    Raises:
        DataError: the file cannot be read, or another line is no prediction.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"the predictions cannot be read: {error}", where=str(path)) from error
    lines = text.split("\n")[:-1]
    predictions = (_parse(line, f"{path}:{number}") for number, line in enumerate(lines, 1))
    return {prediction.example_id: prediction for prediction in predictions}


def seconds(out: Path) -> float | None:
    """Return the wall time that answering took over all runs, or ``None`` when it was not measured."""
    return _times(out / TIMES).get("seconds")


def _resume(path: Path) -> Mapping[str, Prediction]:
    """Return the predictions already there, and cut off what an interrupted write left behind them."""
    if not path.exists():
        return {}
    content = path.read_bytes()
    whole = content.rfind(b"\n") + 1
    if whole < len(content):
        with path.open("r+b") as file:
            file.truncate(whole)
    return read(path)


def _predictions(batch: Sequence[Request], completions: Sequence[Completion]) -> list[Prediction]:
    return [
        Prediction(request.example.id, found.text, extract(found.text), found.tokens_in, found.tokens_out)
        for request, found in zip(batch, completions, strict=True)
    ]


def _line(prediction: Prediction) -> str:
    """Write one prediction as a line of ASCII, so that no character of a model can break the file."""
    return json.dumps(asdict(prediction)) + "\n"


def _parse(line: str, where: str) -> Prediction:
    try:
        return Prediction(**json.loads(line))
    except (ValueError, TypeError) as error:
        raise DataError(
            f"this line is no prediction: {error}", where=where, todo="delete the file to predict again"
        ) from error


def _times(path: Path) -> dict[str, float]:
    try:
        times: dict[str, float] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return times


def _add_seconds(path: Path, more: float, *, done: bool = False) -> None:
    before = _times(path).get("seconds", 0.0)
    _write(path, json.dumps({"seconds": before + more, "done": done}) + "\n")


def _write(path: Path, text: str) -> None:
    """Replace a file whole or not at all."""
    partial = path.with_name(f"{path.name}.tmp")
    with partial.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
