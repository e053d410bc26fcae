"""Answering: how answers are read off a model."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from bench.methods.record import Record


class Decoding(Record):
    """How answers are read off a model."""

    strategy: Literal["greedy"] = "greedy"
    max_new_tokens: int = Field(128, ge=1)
    batch: int = Field(32, ge=1)
    """A matter of the device, not of the answer: it enters no key."""
    precision: Literal["fp32", "bf16"] = "fp32"
    """Float32 gives the same answers however questions are batched; bfloat16 nearly so."""
