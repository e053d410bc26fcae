"""Turns examples into batches: prompt and gold SQL as token ids, with only the SQL supervised."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from bench.errors import FitError
from bench.methods import PromptSpec, Training
from bench.prompts import Prompt, Prompter, answer
from bench.prompts.recall import watched
from bench.prompts.turns import earlier, with_sql
from bench.types import Dataset, Example
from bench.weights import Tokenizer

SHUFFLE_BATCHES = 50
"""Batches are cut from pools of this many, sorted by length: little padding, much shuffling."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One example as token ids; ``ids[start:]`` is the gold SQL with its end-of-text token."""

    id: str
    ids: tuple[int, ...]
    start: int


@dataclass(frozen=True, slots=True)
class Batch:
    """Samples padded to one width T.

    Attributes:
        ids: token ids ``[B, T]``.
        attention: which of them are no padding, boolean ``[B, T]``.
        answer: which of them are gold SQL, its end-of-text token included, boolean ``[B, T]``.
        names: the ids of the examples, to name them when something goes wrong.
        row: a model may read several samples in one row of up to so many tokens, or not for ``None``.
    """

    ids: Tensor
    attention: Tensor
    answer: Tensor
    names: tuple[str, ...]
    row: int | None = None

    @property
    def tokens(self) -> int:
        """How many tokens are supervised."""
        return int(self.answer.sum())

    def to(self, device: torch.device) -> Batch:
        """Copy the batch to ``device``."""
        ids, attention, answer = (part.to(device) for part in (self.ids, self.attention, self.answer))
        return Batch(ids, attention, answer, self.names, self.row)


@dataclass(frozen=True, slots=True)
class Encoded:
    """The samples of a training set, and the names of the examples that had to be cut or left out.

    ``prompts`` tells, by example, what became of its schema where the prompt has a filter or a budget;
    their texts are left out.
    """

    samples: tuple[Sample, ...]
    truncated: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    prompts: Mapping[str, Prompt] = field(default_factory=dict)


def encode(
    dataset: Dataset, tokenizer: Tokenizer, prompt: PromptSpec, training: Training, seed: int
) -> Encoded:
    """Tokenise the training examples of ``dataset``.

    An example longer than ``training.max_length`` is an error, is dropped, or loses the beginning of
    its prompt, as ``training.overflow`` says; one whose SQL alone is too long is always dropped.

    Raises:
        FitError: an example is too long and that is an error, or none is left.
    """
    prompter = Prompter(prompt, dataset, tokenizer=tokenizer, pool=dataset, seed=seed)
    samples, truncated, dropped = [], [], []
    prompts: dict[str, Prompt] = {}
    for example in _chosen(_told(dataset, prompt), training.examples, seed):
        written = prompter.prompt(example)
        if watched(prompt):
            prompts[example.id] = replace(written, text="")
        sample = _sample(example, tokenizer, written.text)
        excess = len(sample.ids) - training.max_length
        if excess > 0 and (training.overflow == "drop" or excess >= sample.start):
            dropped.append(sample.id)
            continue
        if excess > 0:
            truncated.append(sample.id)
            sample = Sample(sample.id, sample.ids[excess:], sample.start - excess)
        samples.append(sample)
    if training.overflow == "error" and (truncated or dropped):
        raise _too_long([*truncated, *dropped], training.max_length)
    if not samples:
        raise FitError(
            "the training split has no example" if not dropped else "every training example is too long",
            where=f"{dataset.name}/{dataset.split}",
            todo=f"raise max_length = {training.max_length}" if dropped else "take another split",
        )
    return Encoded(tuple(samples), tuple(truncated), tuple(dropped), prompts)


def collate(samples: Sequence[Sample], pad: int, row: int | None = None) -> Batch:
    """Pad ``samples`` on the right to the longest of them; ``row`` is handed on."""
    width = max(len(sample.ids) for sample in samples)
    ids = torch.full((len(samples), width), pad, dtype=torch.long)
    attention = torch.zeros((len(samples), width), dtype=torch.bool)
    answers = torch.zeros((len(samples), width), dtype=torch.bool)
    for place, sample in enumerate(samples):
        length = len(sample.ids)
        ids[place, :length] = torch.tensor(sample.ids)
        attention[place, :length] = True
        answers[place, sample.start : length] = True
    return Batch(ids, attention, answers, tuple(sample.id for sample in samples), row)


def split(batch: Batch) -> list[Sample]:
    """Take the samples of a batch apart again, without their padding."""
    found = []
    for row, name in enumerate(batch.names):
        there = batch.attention[row]
        start = int((~batch.answer[row][there]).sum())
        found.append(Sample(name, tuple(batch.ids[row][there].tolist()), start))
    return found


def order(samples: Sequence[Sample], batch: int, seed: int) -> Iterator[tuple[Sample, ...]]:
    """Yield batches without end, epoch after epoch, each a function of the seed alone.

    Every sample comes once per epoch. Batches hold samples of similar length; their order is random.
    """
    epoch = 0
    while True:
        generator = random.Random(f"order-{seed}-{epoch}")
        shuffled = generator.sample(range(len(samples)), len(samples))
        pool = batch * SHUFFLE_BATCHES
        batches = []
        for begin in range(0, len(shuffled), pool):
            alike = sorted(shuffled[begin : begin + pool], key=lambda index: len(samples[index].ids))
            batches += [alike[cut : cut + batch] for cut in range(0, len(alike), batch)]
        generator.shuffle(batches)
        for indices in batches:
            yield tuple(samples[index] for index in indices)
        epoch += 1


def _told(dataset: Dataset, prompt: PromptSpec) -> Sequence[Example]:
    """Let the gold of earlier turns stand for what is predicted for them, if prompts show that."""
    if prompt.history != "predicted":
        return dataset.examples
    turns, golds = earlier(dataset.examples), {one.id: one.gold[0] for one in dataset.examples}
    return [with_sql(example, turns[example.id], golds) for example in dataset.examples]


def _chosen(examples: Sequence[Example], number: int | None, seed: int) -> Sequence[Example]:
    if number is None or number >= len(examples):
        return examples
    return random.Random(f"subset-{seed}").sample(examples, number)


def _sample(example: Example, tokenizer: Tokenizer, text: str) -> Sample:
    """Tokenise prompt and answer apart: in prediction, too, the prompt ends where it ends here."""
    head = tokenizer(text)["input_ids"]
    tail = tokenizer(answer(text, example.gold[0]), add_special_tokens=False)["input_ids"]
    return Sample(example.id, (*head, *tail, tokenizer.eos_token_id), len(head))


def _too_long(names: Sequence[str], limit: int) -> FitError:
    listed = ", ".join(names[:5]) + (", ..." if len(names) > 5 else "")
    return FitError(
        f"{len(names)} training examples are longer than max_length = {limit} tokens: {listed}",
        where="training.overflow",
        todo="raise max_length, or choose overflow = 'drop' or 'truncate'",
    )
