"""A generated store: a suite whose cells are done, in the files that its stages leave."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from bench import provenance
from bench.decode import load
from bench.plan import Bound, Plan
from bench.store import Store, write_json, write_lines
from bench.types import Dataset, Example, Fit, Outcome, Prediction, Status, Verdict

METHODS = ("base", "full", "lora", "qlora")
LEVELS = ("easy", "medium", "hard", "extra")
DATABASES = 20
WRONG = 8
"""Different wrong answers to a question; real systems often slip alike."""
SETTINGS = "steps = 300, batch = 16, lr = 1e-3"


def make(folder: Path, cells: int, questions: int) -> Plan:
    """Write data, suite and store of ``cells`` finished cells, each over all ``questions``."""
    _write_data(folder / "data", questions)
    suite = folder / "made.toml"
    suite.write_text(_suite(cells), encoding="utf-8")
    plan = Plan(load(suite), Store(folder / "runs"))
    made = provenance.describe("bench run made")
    for number, bound in enumerate(plan.cells):
        _write_cell(bound, number, made)
    return plan


def _suite(cells: int) -> str:
    models = [f'model-{i} = {{ source = "tiny:medium" }}' for i in range(cells // len(METHODS))]
    methods = [
        f'[methods.{name}]\ntuning = {{ kind = "{name}", rank = 16 }}\nobjective = "sft"\n'
        f"training = {{ {SETTINGS} }}"
        for name in METHODS[2:]
    ]
    return "\n".join(
        [
            'title = "Made"',
            "[models]",
            *models,
            '[datasets]\nmade = { source = "jsonl", root = "data", split = "dev", train = "train" }',
            '[methods.base]\ntuning = "none"',
            f'[methods.full]\ntuning = "full"\nobjective = "sft"\ntraining = {{ {SETTINGS} }}',
            *methods,
        ]
    )


def _write_data(folder: Path, questions: int) -> None:
    (folder / "database").mkdir(parents=True)
    for number in range(DATABASES):
        with sqlite3.connect(folder / "database" / f"db{number}.sqlite") as database:
            database.execute("CREATE TABLE thing (number INTEGER PRIMARY KEY, colour TEXT, since TEXT)")
            database.execute("CREATE TABLE owner (id INTEGER PRIMARY KEY, name TEXT, thing INTEGER)")
        database.close()
    asked = [_question(i, f"db{i * DATABASES // questions}") for i in range(questions)]
    for split, lines in (("dev", asked), ("train", asked[:1])):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{split}.jsonl").write_text(text, encoding="utf-8")


def _question(i: int, database: str) -> dict[str, object]:
    return {
        "id": f"q{i}",
        "db_id": database,
        "question": f"How many of the {i} things of colour {i % 7} are there, and since when?",
        "sql": (
            f"SELECT count(*), thing.since FROM thing JOIN owner ON owner.thing = thing.number "
            f"WHERE thing.colour = '{i % 7}' AND thing.number < {i} GROUP BY thing.since"
        ),
        "difficulty": LEVELS[i % 4],
    }


def _write_cell(bound: Bound, number: int, made: dict[str, object]) -> None:
    answers = list(_answers(bound.dataset, number))
    write_lines(bound.predictions / "predictions.jsonl", (prediction for prediction, _ in answers))
    write_json(bound.predictions / "predict.json", {"seconds": 300.0 + number})
    write_json(bound.predictions / "provenance.json", made)
    write_json(bound.predictions / "predicted.json", {"predictions": len(answers)})
    write_lines(bound.judged / "verdicts.jsonl", (verdict for _, verdict in answers))
    write_json(bound.judged / "score.json", {})
    if bound.fit is not None and not bound.done("fit"):
        losses = tuple((step, 1 / (step + 1)) for step in range(0, 300, 10))
        fit = Fit(10**9, 10**6, 300, 7000, 10**6, 900.0 + number, 1e4, 10**9, 10**10, "gpu", 1, losses)
        write_json(bound.fit / "fit.json", asdict(fit))
        write_json(bound.fit / "provenance.json", made)


def _answers(dataset: Dataset, number: int) -> Iterator[tuple[Prediction, Verdict]]:
    rng = random.Random(number)
    skill = 0.4 + 0.2 * (number % len(METHODS)) / len(METHODS)
    for example in dataset.examples:
        yield _right(example) if rng.random() < skill else _wrong(example, rng.randrange(WRONG))


def _right(example: Example) -> tuple[Prediction, Verdict]:
    rows = tuple((i, f"day {i}") for i in range(5))
    gold = Outcome(Status.OK, "", 500, 5, ("count(*)", "since"), rows)
    return _judged(example, example.gold[0], gold, gold)


def _wrong(example: Example, slip: int) -> tuple[Prediction, Verdict]:
    (_, right) = _right(example)
    sql = (
        f"SELECT count(*), since FROM thing WHERE colour = 'c{slip}' AND number < {example.id[1:]} "
        f"GROUP BY since LIMIT {slip + 1}"
    )
    told = Outcome(Status.OK, "", 400, 2, ("count(*)", "since"), ((slip, "day 0"), (7, "day 1")))
    return _judged(example, sql, right.gold, told)


def _judged(example: Example, sql: str, gold: Outcome, told: Outcome) -> tuple[Prediction, Verdict]:
    same = gold is told
    metrics: dict[str, bool | float] = dict.fromkeys(("ex.test-suite", "ex.bird", "em.spider"), same)
    reason = "" if same else "the results differ in their first row"
    level = example.difficulty or ""
    verdict = Verdict(example.id, example.db_id, level, metrics, gold, told, reason)
    return Prediction(example.id, f"Here you are: {sql}", sql, 200, 30), verdict
