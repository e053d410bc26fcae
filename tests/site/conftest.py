"""A small board made by hand: two models, three methods, twelve questions on two real databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.results import SuiteResult
from bench.sets.notes import Note, notes
from bench.types import (
    Dataset,
    Outcome,
    Prediction,
    Status,
    Turn,
)
from tests.site.cells import QUESTIONS, SCHEMAS, SLIPS, absent, cell, example
from tests.site.hostile import HOSTILE


@pytest.fixture(scope="session")
def dataset() -> Dataset:
    return Dataset(
        name="mini",
        split="dev",
        title="mini (dev)",
        licence="Apache-2.0",
        levels=("easy", "medium", "hard", "extra"),
        rules=("ex.spider",),
        synthetic=True,
        examples=tuple(example(i) for i in range(len(QUESTIONS))),
        schemas=SCHEMAS,
        databases={},
        fingerprint="0" * 64,
    )


@pytest.fixture(scope="session")
def result(dataset: Dataset) -> SuiteResult:
    """Two models × three methods; one method with two seeds, one cell not run."""
    every = set(SLIPS)
    cells = (
        cell(dataset, "tiny-small", "base", every),
        cell(dataset, "tiny-small", "lora", every - {3, 4, 5}, seed=0),
        cell(dataset, "tiny-small", "lora", every - {3, 4, 7}, seed=1),
        cell(dataset, "tiny-small", "qlora", every - {3, 5}),
        cell(dataset, "tiny-medium", "base", every - {3}),
        cell(dataset, "tiny-medium", "lora", {8, 10, 11}),
        absent(cell(dataset, "tiny-medium", "qlora", set())),
    )
    return SuiteResult(
        name="tiny",
        title="Tiny models on mini",
        notes="`lora` and `qlora` against their base.\n\nTwelve questions show a board, not who is better.",
        metrics=("ex.spider", "em.spider"),
        cells=cells,
        command="bench publish suites/tiny.toml",
    )


@pytest.fixture(scope="session")
def hostile(dataset: Dataset) -> SuiteResult:
    """A cell whose questions, evidence, answers, results and reasons all try to break out."""
    done = cell(dataset, "tiny-small", "lora", set(SLIPS))
    numbers = [(i, i % len(dataset.examples), text) for i, text in enumerate(HOSTILE)]
    examples = tuple(
        replace(
            dataset.examples[k],
            id=f"h-{i}",
            question=text[:500],
            evidence=text[:500],
            history=(Turn(text[:500], text[:500]),),
        )
        for i, k, text in numbers
    )
    verdicts = tuple(
        replace(
            done.verdicts[k],
            example_id=f"h-{i}",
            reason=text,
            notes=(text,),
            prediction=Outcome(
                Status.OK, "", 1, 1, (text[:500], "\ud800"), ((text, None), (b"\x00\xff", 1.5))
            ),
        )
        for i, k, text in numbers
    )
    predictions = tuple(Prediction(f"h-{i}", f"{text}\r\n{text}", text) for i, _, text in numbers)
    attacked = replace(
        done,
        slug="../../hostile <b>",
        model="<b>model</b>",
        base_note=HOSTILE[0],
        dataset=replace(dataset, examples=examples, title=HOSTILE[1]),
        verdicts=verdicts,
        predictions=predictions,
        prompts={asked.id: text for asked, (_, _, text) in zip(examples, numbers, strict=True)},
        provenance={HOSTILE[0]: HOSTILE[1]},
        command=HOSTILE[2],
    )
    right = tuple(replace(one, metrics={"ex.spider": True}) for one in verdicts)
    name = "\"><img src=x onerror=document.title='fired'>"
    other = replace(attacked, slug="other", method=name, verdicts=right)
    return SuiteResult("hostile", HOSTILE[0], HOSTILE[1], ("ex.spider",), (attacked, other), HOSTILE[2])


@pytest.fixture(scope="session")
def noted(result: SuiteResult) -> tuple[Note, SuiteResult]:
    """The board over a set of Spider's name, whose fourth question has the id of one with a note."""
    note = next(one for one in notes("spider") if one.id.startswith("spider/dev/"))
    first = result.cells[0].dataset
    examples = tuple(replace(one, id=note.id) if one.id == "dev-4" else one for one in first.examples)
    dataset = replace(first, name="spider", examples=examples)
    renamed = {"dev-4": note.id}
    cells = tuple(
        replace(
            cell,
            dataset=dataset,
            verdicts=tuple(
                replace(one, example_id=renamed.get(one.example_id, one.example_id)) for one in cell.verdicts
            ),
            predictions=tuple(
                replace(one, example_id=renamed.get(one.example_id, one.example_id))
                for one in cell.predictions
            ),
        )
        for cell in result.cells
    )
    return note, replace(result, cells=cells)


@pytest.fixture(scope="session")
def many(result, dataset):
    """KID beside SFT, RKD and GKD on two students, and LoRA beside QLoRA; their costs are known."""
    seconds = {"sft": 20.0, "rkd": 30.0, "gkd": 90.0, "kid": 40.0}
    cells = []
    for student in ("tiny-a", "tiny-b", "tiny-c"):
        for i, (method, cost) in enumerate(seconds.items()):
            one = cell(dataset, student, method, set(list(SLIPS)[i:]))
            cells.append(replace(one, fit=replace(one.fit, seconds=cost, peak_host_bytes=int(1e9 + 1e8 * i))))
    return replace(result, cells=(*result.cells, *cells))


@pytest.fixture(scope="session")
def earlier(result, dataset):
    """The board when every trained method still had everything wrong but one question of nine."""
    cells = tuple(
        one if one.missing or one.method == "base" else cell(dataset, one.model, one.method, set(SLIPS) - {3})
        for one in result.cells
        if one.seed == 0
    )
    return replace(result, cells=cells)
