"""What a fit and its predictions cost, for the page of a cell."""

from __future__ import annotations

from dataclasses import dataclass

from bench.results import CellResult
from bench.site.figures import ENERGY
from bench.site.text import percent
from bench.types import Fit
from bench.words import count

WIDTH, HEIGHT = 600, 150
"""Units of the drawing of a loss curve."""


_SHARES = {
    "corruption": "gold tokens that the student's own replaced (KID)",
    "fill_accuracy": "masked tokens that the student filled as gold has them (KID)",
    "validation_ex": "right answers of the best validation",
}
_LOGS = {
    "examples_dropped": "examples left out for their length",
    "examples_truncated": "examples cut for their length",
    "kd": "loss against the teacher, mean over training",
    "mle": "loss against gold, mean over training",
    "supervised_tokens": "tokens learnt from",
    "teacher_asked": "readings asked of the teacher",
    "teacher_read": "readings of the teacher found on disk",
    "validation_loss": "loss of the best validation",
}
"""What training logs, in words; a log of another name is shown by its own."""


@dataclass(frozen=True, slots=True)
class Curve:
    """A loss curve as a path, with what it shows in words."""

    path: str
    text: str


def costs(cell: CellResult) -> list[tuple[str, str]]:
    """List what was measured, named with its unit."""
    facts: list[tuple[str, str]] = []
    if cell.fit is not None:
        facts += _fit(cell.fit)
    if cell.seconds:
        rate = len(cell.predictions) / cell.seconds
        facts.append(("prediction", f"{cell.seconds:,.1f} s, {rate:,.1f} questions/s"))
    told = [prediction.tokens_out for prediction in cell.predictions if prediction.tokens_out is not None]
    if told:
        facts.append(("tokens written", f"{sum(told):,}, {sum(told) / len(told):,.1f} per question"))
    return facts


def _fit(fit: Fit) -> list[tuple[str, str]]:
    share = percent(fit.trainable / fit.parameters, 2) if fit.parameters else "–"
    facts = [
        ("parameters", f"{fit.parameters:,}"),
        ("trainable", f"{fit.trainable:,} ({share} %)"),
        ("training", f"{fit.seconds:,.1f} s on {fit.device}, {count(fit.threads, 'thread')}"),
        ("steps", f"{fit.steps:,} over {fit.examples:,} examples"),
        ("tokens", f"{fit.tokens:,}, {fit.tokens_per_second:,.0f} per second"),
        ("peak host memory", f"{fit.peak_host_bytes / 1e9:,.2f} GB"),
    ]
    if fit.peak_device_bytes is not None:
        facts.append(("peak device memory", f"{fit.peak_device_bytes / 1e9:,.2f} GB"))
    energy = fit.logs.get(ENERGY)
    facts.append(("energy", f"{energy / 1e3:,.1f} kJ, as the device told" if energy else "not measured"))
    if fit.parts:
        facts.append(("time of training by part", _parts(fit)))
    return facts + [_log(name, value) for name, value in sorted(fit.logs.items()) if name != ENERGY]


def _parts(fit: Fit) -> str:
    """Say where the time went, the largest part first."""
    whole = sum(fit.parts.values()) or 1.0
    found = sorted(fit.parts.items(), key=lambda part: -part[1])
    return ", ".join(f"{name} {percent(seconds / whole)} %" for name, seconds in found if seconds)


def _log(name: str, value: float) -> tuple[str, str]:
    if name in _SHARES:
        return _SHARES[name], f"{percent(value)} %"
    return _LOGS.get(name, name), f"{value:,.0f}" if value.is_integer() else f"{value:,.4g}"


def curve(fit: Fit | None) -> Curve | None:
    """Draw the loss over steps; ``None`` where fewer than two points were kept."""
    if fit is None or len(fit.losses) < 2:
        return None
    steps, losses = [step for step, _ in fit.losses], [loss for _, loss in fit.losses]
    finite = [loss for loss in losses if loss == loss and abs(loss) != float("inf")]
    span, top = max(steps) - min(steps) or 1, max([*finite, 1e-9])
    points = [
        f"{WIDTH * (step - min(steps)) / span:.1f} {HEIGHT - HEIGHT * loss / top:.1f}"
        for step, loss in fit.losses
        if loss in finite
    ]
    text = (
        f"Training loss from {losses[0]:.3f} at step {steps[0]:,} to {losses[-1]:.3f} at step {steps[-1]:,}; "
        f"the axis starts at 0 and ends at {top:.3f}"
    )
    return Curve("M" + "L".join(points), text)
