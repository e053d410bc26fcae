"""Saves a training under way, so that one killed and resumed equals one never stopped.

A checkpoint holds the trainable weights, the optimiser and the running sums. It needs no random
state and no place in the data: both are functions of the seed and of the step.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from bench.weights import Model

FILE = "checkpoint.pt"


@dataclass(slots=True)
class Progress:
    """How far training is: everything that grows from step to step except weights.

    Attributes:
        losses: of each step.
        logs: name → [sum, number].
        validations: the loss of each look at held-out examples.
        executed: the share of right answers to them, at each look, where they are asked.
        best: the trained weights at the best look so far.
        memory: what the objective keeps.
        parts: seconds by part of a step.
        whole: the weights of a model that several processes held in pieces, put together at the end.
    """

    step: int = 0
    seconds: float = 0.0
    tokens: int = 0
    supervised: int = 0
    losses: list[float] = field(default_factory=list)
    logs: dict[str, list[float]] = field(default_factory=dict)
    validations: list[float] = field(default_factory=list)
    executed: list[float] = field(default_factory=list)
    best: dict[str, torch.Tensor] = field(default_factory=dict)
    memory: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, float] = field(default_factory=dict)
    whole: dict[str, torch.Tensor] | None = None


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where and how often to save.

    Attributes:
        folder: where the file goes.
        job: what is being trained, in words; a checkpoint of anything else is ignored.
        every_seconds: save when this much time has passed since the last time.
        every_steps: save after every so many steps as well, or never for ``None``.
    """

    folder: Path
    job: str
    every_seconds: float = 60.0
    every_steps: int | None = None

    def due(self, step: int, saved_at: float) -> bool:
        """Whether to save after ``step`` steps, the last time being ``saved_at`` on the monotonic clock."""
        if self.every_steps and step % self.every_steps == 0:
            return True
        return time.monotonic() - saved_at >= self.every_seconds

    def save(self, model: Model, optimizer: torch.optim.Optimizer, progress: Progress) -> None:
        """Write the checkpoint whole or not at all."""
        state: dict[str, Any] = {
            "job": self.job,
            "weights": {name: value.detach() for name, value in trainable(model).items()},
            "optimizer": optimizer.state_dict(),
            "progress": {name: getattr(progress, name) for name in Progress.__slots__},
        }
        self.folder.mkdir(parents=True, exist_ok=True)
        partial = self.folder / f"{FILE}.tmp"
        torch.save(state, partial)
        partial.replace(self.folder / FILE)

    def load(self, model: Model, optimizer: torch.optim.Optimizer) -> Progress:
        """Restore the last checkpoint of this job into ``model`` and ``optimizer``, if there is one."""
        state = self._read()
        if state is None:
            return Progress()
        restore(model, state["weights"])
        optimizer.load_state_dict(state["optimizer"])
        return Progress(**state["progress"])

    def remove(self) -> None:
        """Delete the file, as training is done."""
        (self.folder / FILE).unlink(missing_ok=True)
        (self.folder / f"{FILE}.tmp").unlink(missing_ok=True)

    def _read(self) -> dict[str, Any] | None:
        path = self.folder / FILE
        if not path.exists():
            return None
        try:
            state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        except Exception:  # a damaged file can raise anything; starting again is always right
            return None
        return state if state.get("job") == self.job else None


def trainable(model: Model) -> dict[str, torch.Tensor]:
    """Return the parameters that are trained, by name."""
    return {name: value for name, value in model.named_parameters() if value.requires_grad}


def restore(model: Model, weights: Mapping[str, torch.Tensor]) -> None:
    """Copy ``weights`` into the parameters of ``model`` that are trained."""
    with torch.no_grad():
        for name, value in trainable(model).items():
            value.copy_(weights[name])
