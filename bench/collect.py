"""Collect: what the store holds of a suite → the values that tables and pages are views of."""

from __future__ import annotations

import json
from collections.abc import Mapping

from bench import commands
from bench.errors import BenchError
from bench.plan import Bound, Plan
from bench.prompts import kept
from bench.results import NOT_RUN, SKIPPED, CellResult, SuiteResult
from bench.store import Lines, decode, read_json
from bench.suite import Cell
from bench.types import Fit, Prediction, Verdict


def collect(plan: Plan) -> SuiteResult:
    """Gather every cell of a suite, skipped and missing ones too, in the order of its grid.

    Raises:
        StoreError: a file of the store is damaged.
    """
    suite = plan.suite
    written: dict[object, Mapping[str, str]] = {}
    cells = tuple(_cell(plan, cell, written) for cell in suite.all_cells())
    shown = next((bound.metrics for bound in plan.cells), ())
    return SuiteResult(
        name=suite.name,
        title=suite.title,
        notes=suite.notes.strip(),
        metrics=shown,
        cells=cells,
        command=commands.publish(plan),
        answers=suite.answers,
        compare=suite.compare,
    )


def _cell(plan: Plan, cell: Cell, written: dict[object, Mapping[str, str]]) -> CellResult:
    """Find one cell in the store; its answers are read when they are asked for."""
    bound = plan.bind(cell)
    skipped = plan.suite.skip_reason(cell)
    done = skipped is None and bound.done("score")
    return CellResult(
        slug=cell.slug,
        key=bound.predict_key[:8],
        model=cell.model,
        method=cell.method,
        dataset_name=cell.dataset,
        seed=cell.seed,
        dataset=bound.dataset,
        source=bound.model.source,
        base_note=bound.adapter.note,
        method_text=bound.method.title or bound.method.in_words(),
        missing="" if done else (f"{SKIPPED}{skipped}" if skipped else NOT_RUN),
        fit=_fit(bound) if done else None,
        predictions=Lines(bound.predictions / "predictions.jsonl", Prediction) if done else (),
        verdicts=Lines(bound.judged / "verdicts.jsonl", Verdict) if done else (),
        prompts=_prompts(plan, bound, written) if done else {},
        seconds=_seconds(bound) if done and bound.adapter.trainable else None,  # others only look up
        provenance=_provenance(bound) if done else {},
        command=commands.run(plan, cell),
    )


def _prompts(plan: Plan, bound: Bound, written: dict[object, Mapping[str, str]]) -> Mapping[str, str]:
    """Write the prompts anew, or read those that depend on the model's tokenizer or its answers.

    Cells that were asked alike share them by way of ``written``: a large suite has many.
    """
    if not kept(plan.suite.prompt):
        prompter = plan.prompter(bound)
        if prompter not in written:
            written[prompter] = {example.id: prompter(example) for example in bound.dataset.examples}
        return written[prompter]
    told = (bound.predictions / "prompts.jsonl").read_bytes()
    if told not in written:
        lines = (json.loads(line) for line in told.splitlines())
        written[told] = {line["id"]: line["prompt"] for line in lines}
    return written[told]


def _fit(bound: Bound) -> Fit | None:
    if bound.fit is None:
        return None
    return decode(Fit, (bound.fit / "fit.json").read_bytes())


def _seconds(bound: Bound) -> float | None:
    """Give the wall seconds of prediction; a damaged measurement is no reason to lose a board."""
    try:
        value = read_json(bound.predictions / "predict.json").get("seconds")
    except BenchError:
        return None
    return float(value) if isinstance(value, (int, float)) else None


def _provenance(bound: Bound) -> dict[str, object]:
    """Put together how weights and predictions were made."""
    found: dict[str, object] = {
        "predict_key": bound.predict_key,
        "judged": bound.judged.name,
        "dataset_fingerprint": bound.dataset.fingerprint,
        "method": bound.method.model_dump(mode="json"),
        "predict": read_json(bound.predictions / "provenance.json"),
    }
    if bound.fit is not None:
        found |= {"fit_key": bound.fit_key, "fit": read_json(bound.fit / "provenance.json")}
    for name, folder in (("prompts", bound.predictions), ("training_prompts", bound.fit)):
        if folder is not None and (folder / "prompts.json").is_file():
            found[name] = read_json(folder / "prompts.json")
    return found
