"""Lengths: how many tokens the training examples have, counted or, before anything is loaded, sampled."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from bench.errors import BenchError
from bench.methods import PromptSpec, Training
from bench.prompts import Prompter, answer
from bench.types import Dataset

SAMPLE = 64
"""So many examples are looked at before anything is loaded."""
CHARACTERS = 3.2
"""Characters of a token of schema text and SQL, where the tokenizer is not here."""

Texts: TypeAlias = tuple[tuple[str, str], ...]
"""Prompts, each with its answer."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Tokens of the training examples.

    Attributes:
        prompt: in the mean.
        answer: in the mean.
        longest: prompt and answer together, at most.
        longest_answer: at most.
        looked_at: how many examples these numbers are of.
        too_long: how many of them are longer than training allows; 0 where tokens are not counted exactly.
    """

    prompt: float
    answer: float
    longest: int
    longest_answer: int
    looked_at: int = 0
    too_long: int = 0


def counted(pairs: Sequence[tuple[int, int]]) -> Lengths:
    """Sum up prompts and answers, given as numbers of tokens."""
    return Lengths(
        prompt=sum(prompt for prompt, _ in pairs) / len(pairs),
        answer=sum(answer for _, answer in pairs) / len(pairs),
        longest=max(map(sum, pairs)),
        longest_answer=max(answer for _, answer in pairs),
        looked_at=len(pairs),
    )


def written(dataset: Dataset, prompt: PromptSpec) -> Texts:
    """Write the prompts and answers of some examples, always the same ones.

    What only a model's own tokenizer can do is left out: its chat template adds a few tokens, and a budget
    is taken for the most that a prompt has.

    Raises:
        BenchError: a database cannot be read.
    """
    plain = prompt.model_copy(update={"chat": False, "budget": None, "overflow": "error"})
    writer = Prompter(plain, dataset, pool=dataset, seed=0)
    chosen = random.Random(0).sample(list(dataset.examples), min(SAMPLE, len(dataset.examples)))
    texts = ((writer(example), example.gold[0]) for example in chosen)
    return tuple((text, answer(text, gold)) for text, gold in texts)


def sampled(texts: Texts, prompt: PromptSpec, training: Training, folder: Path | None) -> Lengths:
    """Count the tokens of prompts and answers, by the tokenizer in ``folder`` if it is there.

    Raises:
        BenchError: the tokenizer is damaged.
    """
    tokens, budget = _tokens(folder), prompt.budget or training.max_length
    pairs = [(min(tokens(text), budget), tokens(said) + 1) for text, said in texts]
    found = _cut(counted(pairs), training.max_length)
    exact = tokens is not _guessed
    return replace(found, too_long=exact * sum(sum(pair) > training.max_length for pair in pairs))


def _cut(found: Lengths, limit: int) -> Lengths:
    return replace(
        found,
        prompt=min(found.prompt, limit),
        longest=min(found.longest, limit),
        longest_answer=min(found.longest_answer, limit),
    )


def _guessed(text: str) -> int:
    return round(len(text) / CHARACTERS)


def _tokens(folder: Path | None) -> Callable[[str], int]:
    """Return what counts the tokens of a text."""
    path = folder / "tokenizer.json" if folder else None
    if path is None or not path.exists():
        return _guessed
    try:
        from tokenizers import Tokenizer
    except ModuleNotFoundError:
        return _guessed
    try:
        made = Tokenizer.from_file(str(path))
    except Exception as error:  # what its Rust code raises has no type of its own
        raise BenchError(f"the tokenizer is damaged ({error})", where=str(path)) from error
    return lambda text: len(made.encode(text).ids)
