"""Training: how long, how fast, and on what."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from bench.methods.record import Record


class Validation(Record):
    """Examples held out of training, whose loss or answers decide when to stop."""

    later: ClassVar[frozenset[str]] = frozenset({"by", "max_new_tokens"})

    share: float = Field(0.05, gt=0, lt=1)
    """Of the training examples, chosen by the seed."""
    every: int = Field(100, ge=1)
    """Steps between two looks."""
    patience: int = Field(3, ge=1)
    """Stop after so many looks without a new best; the weights of the best look are kept."""
    by: Literal["loss", "ex"] = "loss"
    """The loss of gold SQL, or how many of the student's answers are right when they are executed."""
    max_new_tokens: int = Field(128, ge=1)
    """Of an answer, for ``ex``."""


class Training(Record):
    """How long and how fast to train."""

    later: ClassVar[frozenset[str]] = frozenset(
        {"optimizer", "gradient_checkpointing", "validation", "packing"}
    )

    steps: int | None = Field(None, ge=1)
    epochs: float | None = Field(None, gt=0)
    batch: int = Field(32, ge=1)
    accumulation: int = Field(1, ge=1)
    lr: float = Field(2e-4, gt=0)
    schedule: Literal["constant", "linear", "cosine"] = "cosine"
    warmup: float = Field(0.03, ge=0, lt=1)
    weight_decay: float = Field(0.0, ge=0)
    clip: float = Field(1.0, gt=0)
    max_length: int = Field(1024, ge=8)
    overflow: Literal["error", "drop", "truncate"] = "error"
    """What to do with an example longer than ``max_length`` tokens."""
    precision: Literal["fp32", "bf16"] = "fp32"
    examples: int | None = Field(None, ge=1)
    """Train on only this many examples, chosen by the seed."""
    optimizer: Literal["adamw", "adamw-8bit", "paged-adamw", "paged-adamw-8bit"] = "adamw"
    """Of bitsandbytes, all but the first; paged ones move their state to the host when a GPU is full."""
    gradient_checkpointing: bool = False
    """Compute activations again in the backward pass instead of keeping them: less memory, more time."""
    validation: Validation | None = None
    """Stop early on held-out examples."""
    packing: bool = False
    """Put examples of a batch into one row, up to ``max_length`` tokens, each blind to the others."""

    @model_validator(mode="after")
    def _one_length(self) -> Training:
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("give exactly one of 'steps' and 'epochs'")
        return self
