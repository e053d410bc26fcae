"""Identity: what a thing *is* becomes a key, so that the same question is never answered twice.

A key hashes decoded values, never the text of a file, and only what can change an answer. Batch
sizes on a device, worker counts, paths and log intervals stay out; library versions are recorded
beside the results, not hashed. Each stage carries a version that is raised by hand whenever its
code starts to give other answers for the same values.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping

from pydantic import BaseModel

FIT_VERSION = 1
PREDICT_VERSION = 1
JUDGE_VERSION = 1

SHORT = 8
"""Hexadecimal digits of a key that are shown in a folder's name."""


def canonical(value: object) -> str:
    """Write a value as JSON in the one form that is hashed: sorted keys, no spaces, no NaN.

    >>> canonical({"b": 1, "a": (1.0, None)})
    '{"a":[1.0,null],"b":1}'
    """
    return json.dumps(
        _plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(value: object) -> str:
    """Hash the canonical form of a value with SHA-256, as hexadecimal."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def fit_key(
    *,
    base: Mapping[str, str],
    tuning: BaseModel,
    objective: BaseModel,
    training: BaseModel,
    prompt: str,
    data: str,
    seed: int,
    teacher: str | None,
) -> str:
    """Identify trained weights.

    Args:
        base: the identity of the base weights, as its adapter gives it.
        tuning: what is trained.
        objective: what training minimises. The teacher's *name* is left out; its key stands for it.
        training: lengths and rates.
        prompt: the id of the prompt.
        data: the fingerprint of the training split.
        seed: the seed of order, initial adapters and sampling.
        teacher: the fit key of the teacher, if the objective has one.
    """
    return digest(
        {
            "stage": "fit",
            "version": FIT_VERSION,
            "base": dict(base),
            "tuning": tuning,
            "objective": objective.model_dump(mode="json", exclude={"teacher"}),
            "training": training,
            "prompt": prompt,
            "data": data,
            "seed": seed,
            "teacher": teacher,
        }
    )


def predict_key(*, weights: Mapping[str, str], prompt: str, decoding: BaseModel, data: str, seed: int) -> str:
    """Identify a cell's predictions: weights, prompt, decoding and the questions asked."""
    return digest(
        {
            "stage": "predict",
            "version": PREDICT_VERSION,
            "weights": dict(weights),
            "prompt": prompt,
            "decoding": decoding.model_dump(mode="json", exclude={"batch"}),
            "data": data,
            "seed": seed,
        }
    )


def judge_key(*, predictions: str, rules: Iterable[str], policy: str, engine: str) -> str:
    """Identify verdicts: the predictions, the rules asked for, the limits and the SQL engine."""
    return digest(
        {
            "stage": "judge",
            "version": JUDGE_VERSION,
            "predictions": predictions,
            "rules": sorted(rules),
            "policy": policy,
            "engine": engine,
        }
    )


def _plain(value: object) -> object:
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(mode="json"))
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
