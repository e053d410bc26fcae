"""Prompts per second of CPU for schemas that were read before: ``nox -s perf``. Nothing is asserted.

Both cores write independently, so two give twice as many.
"""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from bench.methods import Filter, PromptSpec, Shots
from bench.prompts import FORMATS, Prompter
from bench.types import Dataset

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
    asked = dev.examples[:half]
    prompter = Prompter(SPECS[name], dev, pool=pool)
    for example in asked:
        prompter(example)
    benchmark.pedantic(lambda: [prompter(example) for example in asked], rounds=3)
    rate = len(asked) / benchmark.stats["min"]
    benchmark.extra_info["prompts per second"] = round(rate)
    print(f"\n{name}: {rate:,.0f} prompts per second of one core")
