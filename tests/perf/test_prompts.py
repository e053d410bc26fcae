"""Prompts per second of CPU for schemas that were read before: ``nox -s perf``. Nothing is asserted.

Both cores write independently, so two give twice as many.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bench.methods import Filter, PromptSpec, Shots
from bench.prompts import FORMATS, Prompter
from bench.sets import opened
from bench.types import Dataset, Example

SPECS = {
    **{name: PromptSpec(format=name) for name in FORMATS},
    "ddl with rows": PromptSpec(format="ddl", rows=3),
    **{f"{name}, filtered": PromptSpec(format=name, filter=Filter(tables=3, columns=5)) for name in FORMATS},
    "compact, similar shots": PromptSpec(shots=Shots()),
}


@pytest.mark.benchmark(timer=time.process_time)
@pytest.mark.parametrize("name", SPECS)
def test_prompts_per_second(benchmark, dev: Dataset, name: str):
    """Half of Spider dev on one core; the other half is what examples are shown from."""
    half = len(dev.examples) // 2
    pool = replace(dev, split="pool", examples=dev.examples[half:])
    measure(benchmark, name, Prompter(SPECS[name], dev, pool=pool), dev.examples[:half])


@pytest.mark.shared
@pytest.mark.benchmark(timer=time.process_time)
def test_similar_shots_of_seven_thousand(benchmark, dev: Dataset, shared: Path):
    """Examples from all of Spider's train questions."""
    pool = opened("spider", shared / "data/spider_train").load("train-spider")
    name = "compact, similar shots of 7,000"
    measure(benchmark, name, Prompter(PromptSpec(shots=Shots()), dev, pool=pool), dev.examples[:517])


def measure(benchmark, name: str, prompter: Prompter, asked: Sequence[Example]) -> None:
    """Write the prompts again whose schemas are known."""
    for example in asked:
        prompter(example)
    benchmark.pedantic(lambda: [prompter(example) for example in asked], rounds=3)
    rate = len(asked) / benchmark.stats["min"]
    benchmark.extra_info["prompts per second"] = round(rate)
    print(f"\n{name}: {rate:,.0f} prompts per second of one core")
