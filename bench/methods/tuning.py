"""Tuning: which parameters are trained."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from bench.methods.record import Names, Record, named


class NoTuning(Record):
    """The base as it is."""

    kind: Literal["none"] = "none"


class Full(Record):
    """Every weight is trained."""

    kind: Literal["full"] = "full"


class Adapter(Record):
    """Few new weights beside frozen ones, kept in peft's own layout."""

    targets: Names | None = None
    """Names of the modules to adapt, as they end in the model: ``q_proj``."""


class Lora(Adapter):
    """Low-rank adapters on frozen weights: x ↦ W₀x + (alpha/rank)·BAx (arXiv 2106.09685).

    Without ``targets`` every linear layer but the head is adapted.
    """

    later: ClassVar[frozenset[str]] = frozenset({"dora", "rslora", "lr_ratio"})

    kind: Literal["lora"] = "lora"
    rank: int = Field(16, ge=1)
    alpha: float = Field(32, gt=0)
    dropout: float = Field(0.0, ge=0, lt=1)
    targets: Names | None = None
    dora: bool = False
    """Train the length of each weight's rows apart from their direction (DoRA, arXiv 2402.09353)."""
    rslora: bool = False
    """Scale by alpha/√rank, not alpha/rank (rsLoRA, arXiv 2312.03732)."""
    lr_ratio: float = Field(1.0, ge=1)
    """The learning rate of B over that of A (LoRA+, arXiv 2402.12354, which advises 16)."""


class Qlora(Lora):
    """LoRA on a base held in 4 bits (arXiv 2305.14314)."""

    kind: Literal["qlora"] = "qlora"  # type: ignore[assignment]
    quant: Literal["nf4", "fp4"] = "nf4"
    double_quant: bool = True
    compute_dtype: Literal["float32", "bfloat16"] = "float32"


class Ia3(Adapter):
    """Learned factors on activations: keys, values and the feed-forward layer in arXiv 2205.05638.

    Without ``targets`` peft's own choice for the architecture is taken, which for some is queries and values.
    """

    kind: Literal["ia3"] = "ia3"
    feedforward: Names | None = None
    """Which of ``targets`` are feed-forward layers: there the input is scaled, not the output."""


Tuning = Annotated[NoTuning | Full | Lora | Qlora | Ia3, Field(discriminator="kind"), named("kind")]
