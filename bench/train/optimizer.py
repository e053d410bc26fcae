"""Makes the optimizer: AdamW, in 8 bits or paged where asked, with a rate of its own for LoRA's B."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from bench.methods import Lora, Training, Tuning
from bench.weights import Model

BITSANDBYTES = {
    "adamw-8bit": "AdamW8bit",
    "paged-adamw": "PagedAdamW",
    "paged-adamw-8bit": "PagedAdamW8bit",
}


def make(model: Model, training: Training, tuning: Tuning) -> torch.optim.Optimizer:
    """Return an optimizer of the parameters of ``model`` that are trained.

    Each of its groups has a ``ratio``, which the scheduled learning rate is multiplied with.
    """
    ratio = tuning.lr_ratio if isinstance(tuning, Lora) else 1.0
    named = [(name, value) for name, value in model.named_parameters() if value.requires_grad]
    fast = [value for name, value in named if ratio != 1 and "lora_B" in name]
    slow = [value for name, value in named if ratio == 1 or "lora_B" not in name]
    groups = [{"params": slow, "ratio": 1.0}] + ([{"params": fast, "ratio": ratio}] if fast else [])
    settings: dict[str, Any] = {"lr": training.lr, "weight_decay": training.weight_decay}
    if training.optimizer == "adamw":
        return torch.optim.AdamW(groups, fused=True, **settings)
    return _of_bitsandbytes(training)(groups, **settings)


def _of_bitsandbytes(training: Training) -> Callable[..., torch.optim.Optimizer]:
    import bitsandbytes

    kind: Callable[..., torch.optim.Optimizer] = getattr(bitsandbytes.optim, BITSANDBYTES[training.optimizer])
    return kind
