"""Publishing at scale: 200 cells × 1,034 questions, and how the cost grows with the number of cells.

``BENCH_PERF_CELLS`` and ``BENCH_PERF_QUESTIONS`` make it smaller on a busy machine. Nothing is asserted about
time; what is printed is CPU seconds, the peak of memory, bytes, and the exponent of growth.
"""

from __future__ import annotations

import os
import random
import resource
import shutil
import time
from math import log
from pathlib import Path

import pytest
from playwright.sync_api import sync_playwright

from bench.results import CellResult, SuiteResult
from bench.site.publish import publish
from bench.types import Column, Dataset, Example, Fit, Outcome, Prediction, Schema, Status, Table, Verdict

pytestmark = pytest.mark.timeout(0)
CELLS = int(os.environ.get("BENCH_PERF_CELLS", "200"))
QUESTIONS = int(os.environ.get("BENCH_PERF_QUESTIONS", "1034"))
METHODS = ("base", "lora", "qlora", "kid")
WRONG = 8
"""Different wrong answers to a question; real systems often slip alike."""


def questions(n: int) -> Dataset:
    databases = [f"db{i}" for i in range(20)]
    examples = tuple(
        Example(
            id=f"q{i}",
            db_id=databases[i * 20 // n],
            question=f"How many of the {i} things of colour {i % 7} are there, and since when?",
            gold=(
                f"SELECT count(*), since FROM thing WHERE colour = {i % 7} AND number < {i} GROUP BY since",
            ),
            difficulty=("easy", "medium", "hard", "extra")[i % 4],
        )
        for i in range(n)
    )
    table = Table("thing", tuple(Column(name, "TEXT") for name in ("number", "colour", "since")))
    schemas = {name: Schema(name, (table,)) for name in databases}
    levels = ("easy", "medium", "hard", "extra")
    return Dataset(
        "made", "dev", "Made", "none", levels, ("ex.spider",), True, examples, schemas, {}, "0" * 64
    )


def cell(dataset: Dataset, number: int) -> CellResult:
    rng = random.Random(number)
    model, method = f"model-{number // len(METHODS)}", METHODS[number % len(METHODS)]
    predictions, verdicts = [], []
    for example in dataset.examples:
        right = rng.random() < 0.4 + 0.2 * (number % len(METHODS)) / len(METHODS)
        slip = rng.randrange(WRONG)
        sql = (
            example.gold[0]
            if right
            else f"SELECT count(*) FROM thing WHERE colour = 'c{slip}' LIMIT {slip + 1}"
        )
        gold = Outcome(Status.OK, "", 500, 5, ("count(*)", "since"), tuple((i, f"day {i}") for i in range(5)))
        answer = gold if right else Outcome(Status.OK, "", 400, 1, ("count(*)",), ((slip,),))
        metrics: dict[str, bool | float] = {"ex.spider": right, "em.spider": right}
        predictions.append(Prediction(example.id, f"Here you are: {sql}", sql, 200, 30))
        verdicts.append(
            Verdict(
                example.id,
                example.db_id,
                example.difficulty or "",
                metrics,
                gold,
                answer,
                "" if right else "x",
            )
        )
    losses = tuple((step, 1 / (step + 1)) for step in range(0, 300, 10))
    fit = Fit(10**9, 10**6, 300, 7000, 10**6, 900.0 + number, 1e4, 10**9, 10**10, "gpu", 1, losses)
    return CellResult(
        f"{model}-{method}-made-s0", "0" * 8, model, method, "made", 0, dataset, "hf:x/y", "", "words",
        fit=None if method == "base" else fit, predictions=tuple(predictions), verdicts=tuple(verdicts),
        seconds=300.0 + number, command="bench run",
    )  # fmt: skip


def suite(cells: int) -> SuiteResult:
    dataset = questions(QUESTIONS)
    made = tuple(cell(dataset, number) for number in range(cells))
    return SuiteResult("made", "Made", "", ("ex.spider", "em.spider"), made, "bench publish made")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    """A board of a tenth of the cells, then the whole one; says what both cost."""
    costs = {}
    for cells in (max(4, CELLS // 10), CELLS):
        out = tmp_path_factory.mktemp(f"cells{cells}")
        result = suite(cells)
        begun = time.process_time()
        publish(result, out)
        costs[cells] = time.process_time() - begun
        again = time.process_time()
        assert publish(result, out) == []
        size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
        again = time.process_time() - again
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        print(f"\n{cells} cells × {QUESTIONS} questions: {costs[cells]:.1f} s CPU, again {again:.1f} s")
        print(f"{size / 1e6:.0f} MB of pages, peak {peak:.2f} GB")
    (few, cheap), (many, dear) = costs.items()
    print(f"exponent of growth: {log(dear / cheap) / log(many / few):.2f}")
    return out


def test_publishing(site: Path):
    """Print what a reader loads before choosing anything."""
    for name in ("index.html", "data.js"):
        print(f"{name}: {(site / name).stat().st_size:,} bytes")


def test_the_page_in_a_browser(site: Path):
    executable = shutil.which("chromium")
    if executable is None:
        pytest.skip("no 'chromium' is on the path")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.goto((site / "index.html").as_uri())
        page.wait_for_selector("html[data-ready]")
        print(f"\ninteractive after {page.evaluate('performance.now()'):.0f} ms")
        for state in ("sort=ex.spider~desc", "method=lora", "level=hard", "base=model-0%2Flora"):
            spent = page.evaluate(
                """state => new Promise(resolve => {
                  const begun = performance.now();
                  addEventListener('hashchange', () => resolve(performance.now() - begun), { once: true });
                  location.hash = state;
                })""",
                state,
            )
            print(f"{state}: {spent:.0f} ms")
        browser.close()
