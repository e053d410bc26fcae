"""Answering: the text that a model meets, and how its answer is read off."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bench.methods.record import Record


class PromptSpec(Record):
    """The text a model meets, in training and prediction alike; its id enters the keys."""

    format: str = "compact"
    rows: int = Field(0, ge=0)
    """Sample rows shown per table."""


class Decoding(Record):
    """How answers are read off a model."""

    strategy: Literal["greedy"] = "greedy"
    max_new_tokens: int = Field(128, ge=1)
    batch: int = Field(32, ge=1)
    """A matter of the device, not of the answer: it enters no key."""
    precision: Literal["fp32", "bf16"] = "fp32"
    """Float32 gives the same answers however questions are batched; bfloat16 nearly so."""
