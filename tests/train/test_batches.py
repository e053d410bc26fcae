"""What is trained on: the same prompt as in prediction, and only the SQL supervised."""

from __future__ import annotations

from itertools import islice

import pytest

from tests import random_models

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.errors import FitError  # noqa: E402
from bench.methods import PromptSpec, Training  # noqa: E402
from bench.prompts import FORMATS, Prompter  # noqa: E402
from bench.train.data import collate, encode, order  # noqa: E402

pytestmark = pytest.mark.train
WORDS = random_models.tokenizer()


def encoded(**changes):
    training = Training(steps=1, **changes)
    return encode(random_models.dataset(), WORDS, PromptSpec(), training, seed=1)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_prompt_and_answer_round_trip(name: str) -> None:
    data = random_models.dataset(6)
    spec = PromptSpec(format=name, values=0, matches=0)
    for example, sample in zip(
        data.examples, encode(data, WORDS, spec, Training(steps=1), 0).samples, strict=True
    ):
        prompt = Prompter(spec, data)(example)
        assert WORDS.decode(sample.ids[: sample.start]) == prompt
        assert list(sample.ids[: sample.start]) == WORDS(prompt)["input_ids"]
        assert WORDS.decode(sample.ids[sample.start : -1]).strip() == example.gold[0]
        assert sample.ids[-1] == WORDS.eos_token_id


def test_collate_supervises_the_answer_and_nothing_else() -> None:
    samples = encoded().samples[:4]
    batch = collate(samples, WORDS.pad_token_id)
    assert batch.tokens == sum(len(sample.ids) - sample.start for sample in samples)
    for row, sample in enumerate(samples):
        assert batch.ids[row][batch.answer[row]].tolist() == list(sample.ids[sample.start :])
        assert batch.ids[row][batch.attention[row]].tolist() == list(sample.ids)
        assert (batch.ids[row][~batch.attention[row]] == WORDS.pad_token_id).all()


def test_each_epoch_sees_each_sample_once_and_batches_are_alike() -> None:
    samples = encoded().samples
    batches = list(islice(order(samples, 8, seed=3), 12))
    for epoch in (batches[:6], batches[6:]):
        assert sorted(sample.id for batch in epoch for sample in batch) == sorted(s.id for s in samples)
    padded = sum(len(batch) * max(len(sample.ids) for sample in batch) for batch in batches[:6])
    assert padded < 1.03 * sum(len(sample.ids) for sample in samples)
    assert batches[:6] != batches[6:]
    assert batches == list(islice(order(samples, 8, seed=3), 12))
    assert batches != list(islice(order(samples, 8, seed=4), 12))


def test_a_subset_is_chosen_by_the_seed() -> None:
    first, again = encoded(examples=10), encoded(examples=10)
    assert first == again
    assert len(first.samples) == 10


LENGTHS = sorted({len(sample.ids) for sample in encoded().samples})


def test_too_long_is_an_error_that_names_the_examples() -> None:
    with pytest.raises(FitError, match=r"12 training examples are longer.*toy/"):
        encoded(max_length=LENGTHS[-3])


def test_too_long_is_dropped_and_named() -> None:
    result = encoded(max_length=LENGTHS[-3], overflow="drop")
    assert len(result.dropped) == 12
    assert max(len(sample.ids) for sample in result.samples) <= LENGTHS[-3]


def test_truncation_takes_the_beginning_of_the_prompt() -> None:
    whole = {sample.id: sample for sample in encoded().samples}
    result = encoded(max_length=LENGTHS[-3], overflow="truncate")
    assert len(result.samples) == len(whole)
    assert len(result.truncated) == 12
    for sample in result.samples:
        before = whole[sample.id]
        assert before.ids[-len(sample.ids) :] == sample.ids
        assert sample.ids[sample.start :] == before.ids[before.start :]


def test_nothing_left_is_an_error() -> None:
    with pytest.raises(FitError, match="every training example is too long"):
        encoded(max_length=8, overflow="truncate")
