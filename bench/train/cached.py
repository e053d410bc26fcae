"""Cached: what a teacher predicts on fixed prefixes, asked once and kept on the disk.

Beside the teacher's weights lies a folder for each way of keeping, and in it safetensors files, which are
mapped into memory, not read. Predictions are found by the tokens they belong to, so every fit that
shows the teacher the same text shares them. The index is written last: what it names is there.

A fit asks its teacher in the batches of its own first epoch. Read back there, or by a fit with the same order
of data, they are what the teacher would have said, bit for bit; in other batches floats round otherwise.
"""

from __future__ import annotations

import hashlib
import math
import shutil
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import torch
from filelock import FileLock
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from bench.errors import FitError
from bench.store import read_json, write_json
from bench.train.data import Batch, Sample, split
from bench.train.losses import log_probabilities
from bench.train.objectives.step import Models, predict
from bench.types import Report, silent
from bench.words import size

SHARD = 256_000_000
"""Bytes of predictions after which a new file is begun."""
INDEX = "index.json"
PARTS = ("values", "tokens", "rest")


@dataclass(frozen=True, slots=True)
class Cached:
    """Predictions of one teacher.

    Attributes:
        folder: where they lie.
        keep: of each token the likeliest so many, or ``None`` for all.
        vocabulary: how many tokens there are.
        places: sample → file.
        seconds: what asking for one answer took, in the mean.
        asked: how many answers had to be asked for now.
    """

    folder: Path
    keep: int | None
    vocabulary: int
    places: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    asked: int = 0

    def look_up(self, batch: Batch) -> Tensor:
        """Return the teacher's logits ``[N, vocabulary]`` for the answers of ``batch``, row after row."""
        return torch.cat([self._one(_name(sample)) for sample in split(batch)]).to(batch.ids.device)

    def _one(self, name: str) -> Tensor:
        opened = _opened(self.folder / self.places[name])
        if self.keep is None:
            return cast("Tensor", opened.get_tensor(name))
        values, tokens, rest = (opened.get_tensor(f"{name}.{part}") for part in PARTS)
        return widened(values, tokens.long(), rest, self.vocabulary)


def ask(
    models: Models,
    batches: Sequence[Batch],
    home: Path,
    keep: int | Literal["full"],
    precision: str,
    report: Report = silent,
) -> Models:
    """Ask the teacher of ``models`` for what is not there yet, and put what it says in its place.

    Args:
        models: student and teacher.
        batches: all that the teacher is to read.
        home: the folder that predictions lie in.
        keep: ``full``, or of each token the likeliest so many.
        precision: of the teacher; another one says something else.
        report: receives batches done and batches in all.

    Raises:
        FitError: the disk has no room for them.
    """
    number = None if keep == "full" or keep >= models.vocabulary else keep
    folder = home / f"predictions-{number or 'full'}-{models.vocabulary}-{precision}"
    folder.mkdir(parents=True, exist_ok=True)
    found = Cached(folder, number, models.vocabulary)
    with FileLock(folder / ".lock"):
        index = read_json(folder / INDEX) if (folder / INDEX).exists() else {}
        known = cast("dict[str, str]", index.get("files", {}))
        left = [batch for batch in batches if any(_name(one) not in known for one in split(batch))]
        _refuse_too_many(left, found)
        begun, new, shard = time.monotonic(), dict[str, str](), dict[str, Tensor]()
        for place, batch in enumerate(left, start=1):
            said = _said(models, batch, found, {*known, *new})
            name = f"{next(iter(said), '').partition('.')[0]}.safetensors"
            shard |= said
            if place == len(left) or sum(map(_bytes, shard.values())) > SHARD:
                save_file(shard, folder / name)
                new |= {entry.partition(".")[0]: name for entry in shard}
                shard = {}
            report(place, len(left), "predictions of the teacher")
        answers = cast("int", index.get("answers", 0)) + len(new)
        seconds = cast("float", index.get("seconds", 0.0)) + time.monotonic() - begun
        if new:
            write_json(folder / INDEX, {"answers": answers, "seconds": seconds, "files": known | new})
    each = seconds / answers if answers else 0.0
    told = replace(found, places=known | new, seconds=each, asked=len(new))
    return replace(models, teacher=None, cached=told)


def narrowed(logits: Tensor, keep: int) -> dict[str, Tensor]:
    """Keep the log-probabilities of the likeliest tokens, and what the others share evenly."""
    log_p = log_probabilities(logits)
    values, tokens = log_p.topk(keep, dim=-1)
    rest = log_p.scatter(-1, tokens, float("-inf")).logsumexp(-1)
    return {"values": values, "tokens": tokens.int(), "rest": rest}


def widened(values: Tensor, tokens: Tensor, rest: Tensor, vocabulary: int) -> Tensor:
    """Spread ``rest`` evenly over the tokens that were not kept: log-probabilities ``[N, vocabulary]``."""
    even = rest - math.log(max(1, vocabulary - values.shape[-1]))
    return even.unsqueeze(-1).repeat(1, vocabulary).scatter(-1, tokens, values)


def _said(models: Models, batch: Batch, found: Cached, known: Collection[str]) -> dict[str, Tensor]:
    """Let the teacher read a batch, and name what it says of each sample that is new."""
    with torch.no_grad():
        logits = predict(models.teacher, batch.ids, batch.attention, batch.answer, batch.row)
    samples = split(batch)
    rows = logits[:, : models.vocabulary].cpu().split([len(one.ids) - one.start for one in samples])
    said: dict[str, Tensor] = {}
    for sample, row in zip(samples, rows, strict=True):
        name = _name(sample)
        if name in known:
            continue
        if found.keep is None:
            said[name] = row.contiguous()
        else:
            said |= {f"{name}.{part}": value for part, value in narrowed(row, found.keep).items()}
    return said


def _refuse_too_many(batches: Sequence[Batch], found: Cached) -> None:
    each = found.vocabulary * 4 if found.keep is None else found.keep * 8 + 4
    needed, free = each * sum(batch.tokens for batch in batches), shutil.disk_usage(found.folder).free
    if needed > free:
        raise FitError(
            f"the teacher's predictions would take {size(needed)}, and the disk has {size(free)} left",
            where="objective.cache",
            todo="keep fewer: cache = 64 keeps the likeliest 64 tokens of each",
        )


def _name(sample: Sample) -> str:
    """Name a sample by what is read and what of it is predicted."""
    return hashlib.sha256(repr((sample.ids, sample.start)).encode()).hexdigest()[:24]


def _bytes(value: Tensor) -> int:
    return int(value.nbytes)


@lru_cache(maxsize=64)
def _opened(path: Path) -> Any:  # noqa: ANN401 - a file of safetensors, which has no type
    return safe_open(path, framework="pt")
