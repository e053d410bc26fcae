"""Asks a predictor every question of a set, and keeps the answers: the second stage of a cell.

An interrupted run and an uninterrupted one end with the same bytes: complete batches are appended and
flushed, what is there is not asked again, and the finished file is put in the order of the questions.
That rests on predictors whose answers do not depend on the batch (greedy decoding in float32 does not).
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import cast

from bench.errors import DataError
from bench.generate.protocol import Predictor
from bench.sql.extract import extract
from bench.store import append, drop_torn, read_json, read_lines, write_json, write_lines
from bench.types import Completion, Prediction, Report, Request, silent

FILE = "predictions.jsonl"
TIMES = "predict.json"


def predict(requests: Sequence[Request], predictor: Predictor, out: Path, report: Report = silent) -> None:
    """Write ``predictions.jsonl`` into ``out``, one line per request, in their order.

    Long prompts come first, so that a device too small for them fails at once. Seconds add up over
    interrupted runs in ``predict.json``.

    Args:
        requests: every question of the set, with its prompt.
        predictor: answers them in batches of its own choosing.
        out: the folder of the cell.
        report: receives questions answered, questions in all, and a note.

    Raises:
        DataError: two requests have the same id.
        StoreError: a line that is no prediction stands in the file.
    """
    out.mkdir(parents=True, exist_ok=True)
    path = out / FILE
    ids = Counter(request.example.id for request in requests)
    twice = next((name for name, count in ids.items() if count > 1), None)
    if twice is not None:
        raise DataError(f"two questions have the id '{twice}'", where="predict")
    answered = _resume(path, ids)
    waiting = sorted(
        (request for request in requests if request.example.id not in answered),
        key=lambda request: -len(request.prompt),
    )
    with path.open("ab") as file:
        for begin in range(0, len(waiting), predictor.batch):
            started = time.monotonic()
            batch = waiting[begin : begin + predictor.batch]
            predictions = _predictions(batch, predictor.complete(batch))
            append(file, predictions)
            answered |= {prediction.example_id: prediction for prediction in predictions}
            _add_seconds(out / TIMES, time.monotonic() - started)
            report(len(answered), len(requests), "")
    write_lines(path, (answered[name] for name in ids))


def _resume(path: Path, ids: Collection[str]) -> dict[str, Prediction]:
    """Return the predictions already there, and cut off what an interrupted write left behind them."""
    drop_torn(path)
    there = {prediction.example_id: prediction for prediction in read_lines(path, Prediction)}
    return {name: there[name] for name in ids if name in there}


def _predictions(batch: Sequence[Request], completions: Sequence[Completion]) -> list[Prediction]:
    return [_prediction(request.example.id, found) for request, found in zip(batch, completions, strict=True)]


def _prediction(name: str, found: Completion) -> Prediction:
    """Find the SQL in an answer. Half of a surrogate pair, which no file can hold, becomes ``?``."""
    text = found.text.encode("utf-8", "replace").decode()
    return Prediction(name, text, extract(text), found.tokens_in, found.tokens_out)


def _add_seconds(path: Path, more: float) -> None:
    before = read_json(path).get("seconds", 0.0) if path.exists() else 0.0
    write_json(path, {"seconds": float(cast("float", before)) + more})
