"""Pages: scored prediction files as a board with every question behind it, like that of a suite."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from bench import provenance
from bench.results import CellResult, SuiteResult
from bench.scoring.score import Scored
from bench.site.publish import publish


def write(scored: Sequence[Scored], out: Path) -> Path:
    """Render the board of some prediction files into a folder; gives its first page.

    Raises:
        StoreError: the folder cannot be written.
    """
    command = provenance.command_line()
    dataset = scored[0].dataset
    result = SuiteResult(
        name=out.name,
        title=f"{scored[0].name if len(scored) == 1 else 'Predictions'} on {dataset.title} {dataset.split}",
        notes="Predictions made elsewhere, scored by `bench score`.",
        metrics=tuple(scored[0].card.metrics),
        cells=tuple(_cell(one, command) for one in scored),
        command=command,
    )
    publish(result, out)
    return out / "index.html"


def _cell(one: Scored, command: str) -> CellResult:
    texts = "\n".join(prediction.text for prediction in one.predictions)
    return CellResult(
        slug=one.name,
        key=hashlib.sha256(texts.encode()).hexdigest()[:8],
        model=one.name,
        method="predictions",
        dataset_name=one.dataset.name,
        seed=0,
        dataset=one.dataset,
        source=one.name,
        base_note="",
        method_text="Predictions made elsewhere",
        predictions=one.predictions,
        verdicts=one.verdicts,
        provenance={"dataset_fingerprint": one.dataset.fingerprint, "versions": provenance.versions()},
        command=command,
    )
