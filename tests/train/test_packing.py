"""Packing: texts in one row are blind to one another, so losses and gradients are those of single rows."""

from __future__ import annotations

import pytest

from tests import random_models
from tests.random_models import cost
from tests.train.test_families import FAMILIES, family  # noqa: F401

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from dataclasses import replace  # noqa: E402

from bench.methods import Full, Kid, PromptSpec, Rkd, Sft, TeacherRef, Training  # noqa: E402
from bench.train.data import collate, encode  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.train.objectives.step import Models, predict  # noqa: E402
from bench.train.packing import packed  # noqa: E402
from bench.weights import Weights, load_model  # noqa: E402

pytestmark = pytest.mark.train
WORDS = random_models.tokenizer()
TEACHER = {"teacher": TeacherRef(model="m", method="t")}


@pytest.fixture(scope="module")
def batch():
    samples = encode(random_models.dataset(12), WORDS, PromptSpec(), Training(steps=1), 0).samples
    return collate(samples[:6], WORDS.pad_token_id)


def test_rows_by_hand() -> None:
    ids = torch.tensor([[5, 6, 7], [0, 8, 9], [4, 0, 0]])
    attention = torch.tensor([[1, 1, 1], [0, 1, 1], [1, 0, 0]]).bool()
    wanted = torch.tensor([[0, 0, 1], [0, 0, 1], [0, 0, 0]]).bool()
    made = packed(ids, attention, wanted, 5)
    assert made.ids.tolist() == [[5, 6, 7, 8, 9], [4, 0, 0, 0, 0]]
    assert made.positions.tolist() == [[0, 1, 2, 0, 1], [0, 0, 0, 0, 0]]
    assert made.wanted.tolist() == [[False, False, True, False, True], [False] * 5]
    sees = [[1, 0, 0, 0, 0], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0], [0, 0, 0, 1, 0], [0, 0, 0, 1, 1]]
    assert (made.mask[0, 0] == 0).long().tolist() == sees


@pytest.mark.parametrize(
    "objective",
    [Sft(), Rkd(**TEACHER), Kid(**TEACHER, fill="sample", mle_prefix="gold")],
    ids=lambda o: o.name,
)
def test_loss_and_gradients_are_those_of_single_rows(base, teacher, batch, objective) -> None:
    model = load_model(Weights(base)).requires_grad_(True).train()
    models = Models(model, load_model(Weights(teacher)), len(WORDS), WORDS.mask_token_id)
    found = []
    for row in (None, 400):
        model.zero_grad(set_to_none=True)
        total = cost(objective, models, replace(batch, row=row)).total
        total.backward()
        found.append((total.item(), {name: value.grad for name, value in model.named_parameters()}))
    (one, alone), (two, together) = found
    assert two == pytest.approx(one, rel=1e-5)
    for name, expected in alone.items():
        assert torch.allclose(together[name], expected, rtol=1e-3, atol=1e-3 * float(expected.abs().max())), (
            name
        )


@pytest.mark.parametrize(
    "family",
    [pytest.param(name, marks=() if name == "falcon" else pytest.mark.parity) for name in FAMILIES],
    indirect=True,
)
def test_every_family_keeps_its_texts_apart(family, batch) -> None:  # noqa: F811
    model = load_model(Weights(family))
    with torch.no_grad():
        one = predict(model, batch.ids, batch.attention, batch.answer)
        two = predict(model, batch.ids, batch.attention, batch.answer, 300)
    assert torch.allclose(one, two, rtol=1e-3, atol=1e-3 * float(one.abs().max()))


def test_a_packed_fit_is_the_fit_that_it_packs(base, tmp_path) -> None:
    settings = {"steps": 3, "batch": 8, "lr": 5e-3}
    losses = []
    for packing in (False, True):
        job = FitJob(base, None, Full(), Sft(), Training(**settings, packing=packing), PromptSpec(), 1)
        left = fit(job, random_models.dataset(), tmp_path / str(packing))
        losses.append([loss for _, loss in left.losses])
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
