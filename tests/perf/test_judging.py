"""Speed of judging as ratios of CPU time within one run: ``nox -s perf``. Nothing is asserted about time.

What each ratio should be stands beside it. How many times the raw SQLite of these 972 questions the
official scripts themselves take was measured once, on an idle machine: 35 for test-suite EX, 6.8 for EM.
"""

from __future__ import annotations

import gc
import random
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bench.answers import read
from bench.execute import Executor, compare
from bench.execute.policy import STANDARD
from bench.judge.judge import judge
from bench.judge.rules import EX_RULES, STEADY
from bench.scoring.score import score_files
from bench.sql import modern, spider
from bench.sql.modern.read import read as read_tree
from bench.sql.rewrite import prepare
from bench.types import Dataset, Prediction, Schema
from tests.perf import reference
from tests.perf.reference import Item

SLOW_DATABASE = "wta_1"
"""Its few heavy queries are 94 % of SQLite's time on the whole set and would hide everything else."""

EVERY_EX = tuple(metric for metric in EX_RULES if metric in STEADY)


def cpu(work: Callable[[], object]) -> float:
    """Give the CPU seconds of some work, and of the processes that end with it."""
    begun = used()
    work()
    return used() - begun


def used() -> float:
    """Give the CPU seconds of this process and of those that it has waited for."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum([usage.ru_utime + usage.ru_stime for usage in usages])


def least(work: Callable[[], object], rounds: int = 2) -> float:
    """Give the CPU seconds of the quickest of some rounds, nothing being remembered from the one before."""
    taken = []
    for _ in range(rounds):
        forget()
        taken.append(cpu(work))
    return min(taken)


def forget() -> None:
    """Make functions of the bench forget what they remember, and clear what nobody needs any more."""
    for name, module in list(sys.modules.items()):
        if name.startswith("bench."):
            for value in vars(module).values():
                getattr(value, "cache_clear", lambda: None)()
    gc.collect()


def judged(dataset: Dataset, predictions: Sequence[Prediction], metrics: Sequence[str]) -> float:
    """Give the CPU seconds of judging, cold, but for those that it takes to start a worker."""

    def judge_some(count: int) -> None:
        some = replace(dataset, examples=dataset.examples[:count])
        with Executor(workers=1) as executor:
            list(judge(some, predictions, metrics, executor))

    return least(lambda: judge_some(len(dataset.examples))) - least(lambda: judge_some(1))


def report(benchmark, **ratios: tuple[float, str]) -> None:
    """Print each ratio with what it should be, and keep it beside the measurement."""
    for name, (value, target) in ratios.items():
        benchmark.extra_info[name] = round(value, 3)
        print(f"\n{name.replace('_', ' ')}: {value:.2f} ({target})")
    benchmark.pedantic(lambda: None, rounds=1)


def items(dataset: Dataset, predictions: Sequence[Prediction]) -> list[Item]:
    by_id = {prediction.example_id: prediction.sql or "" for prediction in predictions}
    return [(dataset.databases[one.db_id], one.gold[0], by_id[one.id]) for one in dataset.examples]


@pytest.fixture(scope="module")
def light(dev: Dataset) -> Dataset:
    return replace(dev, examples=tuple(one for one in dev.examples if one.db_id != SLOW_DATABASE))


def test_exact_match_with_hardness_and_partials(benchmark, light: Dataset, predictions: list[Prediction]):
    pairs = items(light, predictions)
    schemas = {one.db_id: light.schema(one) for one in light.examples}

    def ours() -> None:
        unseen = {db_id: replace(schema) for db_id, schema in schemas.items()}
        for one, (_, gold, answer) in zip(light.examples, pairs, strict=True):
            schema = unseen[one.db_id]
            spider.hardness(spider.parse(gold, schema))
            spider.exact_match(gold, answer, schema)

    found, theirs = least(ours, 7), least(lambda: reference.official_exact_match(pairs))
    floor = least(lambda: reference.raw(pairs), 7)
    report(
        benchmark,
        times_faster=(theirs / found, "should be at least 10"),
        reference_times_raw_sqlite=(theirs / floor, "the official script: 6.8"),
        official_script_over_ours=(6.8 * floor / found, "by its time on another machine"),
    )


def test_test_suite_execution(benchmark, light: Dataset, predictions: list[Prediction]):
    pairs = items(light, predictions)
    found = judged(light, predictions, ["ex.test-suite"])
    theirs, floor = least(lambda: reference.official_execution(pairs)), least(lambda: reference.raw(pairs))
    report(
        benchmark,
        times_faster=(theirs / found, "should be at least 15"),
        reference_times_raw_sqlite=(theirs / floor, "the official script: 35"),
        official_script_over_ours=(35 * floor / found, "by its time on another machine"),
    )


def test_every_rule_together(benchmark, dev: Dataset, predictions: list[Prediction]):
    """The rule that plugs values runs texts of its own where an answer is wrong, so it is told apart."""
    pairs = items(dev, predictions)
    floor = least(lambda: reference.raw(pairs))
    others = [metric for metric in EVERY_EX if not EX_RULES[metric].further]
    report(
        benchmark,
        times_raw_sqlite=(judged(dev, predictions, others) / floor, "should be at most 1.3"),
        with_plugged_values=(judged(dev, predictions, EVERY_EX) / floor, "should be at most 1.3"),
    )


def test_many_files_in_one_call(benchmark, dev: Dataset, light: Dataset, shared: Path, tmp_path: Path):
    """All the systems there are, and some of them again, as 30 files: the judging alone, and whole calls."""
    found = sorted((shared / "data/predictions/spider_dev").glob("*.txt"))
    asked = {one.id for one in light.examples}
    files = []
    for number, path in enumerate([*found, *found][:30]):
        answers = [" ".join((one.sql or "").split()) for one in read(path, dev) if one.example_id in asked]
        files.append(tmp_path / f"{number:02}-{path.name}")
        files[-1].write_text("\n".join(answers) + "\n", encoding="utf-8")

    gold = tmp_path / "gold.sql"
    gold.write_text("".join(f"{one.gold[0]}\t{one.db_id}\n" for one in light.examples), encoding="utf-8")
    folder = shared / "data/spider_dev"
    rules = ["test-suite", "bird", "spider"]

    def scored(some: Sequence[Path]) -> float:
        forget()
        return cpu(lambda: score_files(some, light, rules, STANDARD, workers=1))

    def called(some: Sequence[Path]) -> float:
        words = ["--gold", gold, "--db", folder / "database", "--table", folder / "tables.json"]
        command = [sys.executable, "-m", "bench", "score", *words, "--rules", ",".join(rules), *some]
        return cpu(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))

    some = [files[at : at + 1] for at in (0, 9, 18)]
    report(
        benchmark,
        times_one_call=(called(files) / min(map(called, some)), "should be at most 10"),
        judging_alone=(scored(files) / min(map(scored, some)), "raw SQLite: 11.4, identical SQL once"),
    )


def test_a_warm_cache_of_everything(benchmark, dev: Dataset, shared: Path, tmp_path: Path):
    """All rules, those of exact match too, the second time; nothing is remembered but what is on disk."""
    file = shared / "data/predictions/spider_dev/dail-sql_gpt4.txt"
    cache = tmp_path / "verdicts.sqlite"

    def scored() -> None:
        score_files([file], dev, STEADY, STANDARD, workers=1, cache=cache)

    scored()
    report(benchmark, cpu_seconds_warm=(least(scored), "should be at most 0.2"))


def test_the_share_of_the_parser_in_modern_exact_match(
    benchmark, light: Dataset, predictions: list[Prediction]
):
    pairs = items(light, predictions)
    schemas = [light.schema(one) for one in light.examples]
    texts = list(dict.fromkeys(sql for _, *texts in pairs for sql in texts))

    def matched() -> None:
        for (_, gold, answer), schema in zip(pairs, schemas, strict=True):
            modern.exact_match(gold, answer, schema)

    whole, parser = least(matched), least(lambda: [read_tree(sql) for sql in texts])
    report(
        benchmark,
        milliseconds_a_pair=(1000 * whole / len(pairs), "no target"),
        share_of_the_parser=(parser / whole, "no target"),
        times_spiders_own=(whole / least(lambda: match_all(pairs, schemas)), "no target"),
    )


def match_all(pairs: Sequence[Item], schemas: Sequence[Schema]) -> None:
    for (_, gold, answer), schema in zip(pairs, schemas, strict=True):
        spider.exact_match(gold, answer, schema)


def test_forty_databases_for_each_question(
    benchmark, dev: Dataset, predictions: list[Prediction], tmp_path: Path
):
    """12,000 executions: 150 questions, gold and prediction, each database 40 times over."""
    some = dev.examples[:150]
    copies: dict[str, tuple[Path, ...]] = {}
    for db_id in {one.db_id for one in some}:
        (tmp_path / db_id).mkdir()
        paths = [tmp_path / db_id / f"{db_id}_{number:02}.sqlite" for number in range(40)]
        copies[db_id] = tuple(Path(shutil.copy(dev.databases[db_id], path)) for path in paths)
    dataset = replace(
        dev,
        examples=some,
        databases=dev.databases | {db_id: paths[0] for db_id, paths in copies.items()},
        suites={db_id: paths[1:] for db_id, paths in copies.items()},
    )
    by_id = {one.example_id: one.sql or "" for one in predictions}
    pairs = [
        (path, prepare(one.gold[0]), prepare(by_id[one.id])) for one in some for path in copies[one.db_id]
    ]
    found = judged(dataset, predictions, ["ex.test-suite"])
    floor = least(lambda: reference.raw(pairs))
    report(benchmark, times_raw_sqlite=(found / floor, "should be at most 1.3"))


def test_no_table_takes_long(benchmark):
    """26 columns of equal values, equal and not; zeros and ones in another order; in milliseconds."""
    chance = random.Random(5)
    equal = [(1,) * 26] * 500
    bits = [tuple(chance.randint(0, 1) for _ in range(26)) for _ in range(200)]
    order = chance.sample(range(26), 26)
    moved = [tuple(row[at] for at in order) for row in bits]
    tables = {
        "equal": (equal, list(equal)),
        "one_row_differs": (equal, [*equal[1:], (2,) * 26]),
        "bits": (bits, chance.sample(moved, 200)),
        "bits_one_differs": (bits, [*moved[1:], tuple(1 - value for value in moved[0])]),
    }
    for name, (gold, pred) in tables.items():
        for rule in (compare.test_suite, compare.strict, compare.subset):
            taken = 1000 * least(partial(rule, gold, pred, False))
            print(f"\n{rule.__name__}, {name}: {taken:.1f} ms (should be below 50)")
            benchmark.extra_info[f"{rule.__name__} {name}"] = taken
    benchmark.pedantic(lambda: None, rounds=1)
