"""How a base model is made to answer: tuning × objective, and how it is trained, as values.

Nothing here imports torch: a suite that trains can be read, checked and planned on a machine that
cannot train. The mathematics of each objective is in ``bench.train.objectives``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator


class Record(BaseModel):
    """A frozen value that refuses keys it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class NoTuning(Record):
    """The base as it is."""

    kind: Literal["none"] = "none"


class Full(Record):
    """Every weight is trained."""

    kind: Literal["full"] = "full"


class Lora(Record):
    """Low-rank adapters on frozen weights: x ↦ W₀x + (alpha/rank)·BAx (arXiv 2106.09685)."""

    kind: Literal["lora"] = "lora"
    rank: int = Field(16, ge=1)
    alpha: float = Field(32, gt=0)
    dropout: float = Field(0.0, ge=0, lt=1)
    targets: tuple[str, ...] | None = None
    """Names of the modules to adapt; ``None`` adapts every linear layer but the head."""


class Qlora(Lora):
    """LoRA on a base held in 4 bits (arXiv 2305.14314)."""

    kind: Literal["qlora"] = "qlora"  # type: ignore[assignment]
    quant: Literal["nf4", "fp4"] = "nf4"
    double_quant: bool = True
    compute_dtype: Literal["float32", "bfloat16"] = "float32"


def _named(key: str) -> BeforeValidator:
    """Let a bare string stand for a table with only that key."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)


Tuning = Annotated[NoTuning | Full | Lora | Qlora, Field(discriminator="kind"), _named("kind")]


class TeacherRef(Record):
    """The cell of this suite whose fit teaches."""

    model: str
    method: str


class Objective(Record):
    """What training minimises. Each child is one entry point of the group ``bench.objectives``.

    Attributes:
        implementation: ``module:function`` of the mathematics, imported only to train.
        needs_teacher: whether a teacher must be named.
    """

    implementation: ClassVar[str]
    needs_teacher: ClassVar[bool] = False

    name: str


class Sft(Objective):
    """Maximum likelihood on the gold SQL."""

    implementation: ClassVar[str] = "bench.train.objectives.sft:loss"

    name: Literal["sft"] = "sft"


class Distillation(Objective):
    """An objective that learns from a teacher and mixes in maximum likelihood."""

    needs_teacher: ClassVar[bool] = True

    teacher: TeacherRef
    kd_weight: float = Field(1.0, ge=0)
    mle_weight: float = Field(1.0, ge=0)


class Rkd(Distillation):
    """Word-level reverse KL on gold prefixes, with maximum likelihood beside it."""

    implementation: ClassVar[str] = "bench.train.objectives.rkd:loss"

    name: Literal["rkd"] = "rkd"


class Kid(Distillation):
    """Distillation on imperfect data (arXiv 2410.11371): mask, fill in one pass, distil."""

    implementation: ClassVar[str] = "bench.train.objectives.kid:loss"

    name: Literal["kid"] = "kid"
    ratio: float = Field(0.2, ge=0, le=1)
    """Share of the gold answer's tokens that are masked (the paper's alpha)."""
    strategy: Literal["random", "uniform", "easy", "hard"] = "random"
    fill: Literal["argmax", "sample", "mask"] = "argmax"
    """``mask`` leaves the mask tokens in place: the paper's masking-only ablation."""
    mle_prefix: Literal["gold", "imperfect"] = "imperfect"
    """What the likelihood term conditions on; the paper leaves it open, so both are here."""


class Training(Record):
    """How long and how fast to train."""

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

    @model_validator(mode="after")
    def _one_length(self) -> Training:
        if (self.steps is None) == (self.epochs is None):
            raise ValueError("give exactly one of 'steps' and 'epochs'")
        return self


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
