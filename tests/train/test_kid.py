"""KID's invariants: what may change, what may not, and that it reads the right logits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests import random_models
from tests.random_models import cost

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.errors import FitError  # noqa: E402
from bench.methods import Kid, PromptSpec, Rkd, TeacherRef, Training  # noqa: E402
from bench.train.data import Batch, collate, encode  # noqa: E402
from bench.train.objectives import kid  # noqa: E402
from bench.train.objectives.step import Models, Moment, predict  # noqa: E402
from bench.train.teacher import models as put_together  # noqa: E402
from bench.weights import Weights, load_model  # noqa: E402

pytestmark = pytest.mark.train
WORDS = random_models.tokenizer()
TEACHER = TeacherRef(model="m", method="t")


def settings(**changes) -> Kid:
    return Kid(name="kid", teacher=TEACHER, **changes)


def generator():
    return torch.Generator().manual_seed(11)


@pytest.fixture(scope="module")
def models(base, teacher) -> Models:
    student = load_model(Weights(base))
    frozen = load_model(Weights(teacher)).requires_grad_(False)
    return Models(student.requires_grad_(True).train(), frozen, len(WORDS), WORDS.mask_token_id)


@pytest.fixture(scope="module")
def batch() -> Batch:
    samples = encode(random_models.dataset(8), WORDS, PromptSpec(), Training(steps=1), 0).samples
    return collate(samples, WORDS.pad_token_id)


def on_the_left(batch: Batch) -> Batch:
    """The same samples, padded on the other side."""
    shifts = [int((~row).sum()) for row in batch.attention]
    roll = lambda rows: torch.stack([row.roll(by) for row, by in zip(rows, shifts, strict=True)])  # noqa: E731
    return Batch(roll(batch.ids), roll(batch.attention), roll(batch.answer), batch.names)


def gradients(model, loss):
    model.zero_grad(set_to_none=True)
    loss.total.backward()
    return [value.grad.clone() for value in model.parameters() if value.grad is not None]


@pytest.mark.parametrize("prefix", ["gold", "imperfect"])
def test_without_masks_it_is_rkd_with_mle_to_the_last_bit(models, batch, prefix) -> None:
    ours = cost(settings(ratio=0.0, mle_prefix=prefix, mle_weight=0.7), models, batch)
    theirs = cost(Rkd(name="rkd", teacher=TEACHER, mle_weight=0.7), models, batch)
    assert torch.equal(ours.total, theirs.total)
    for mine, other in zip(gradients(models.student, ours), gradients(models.student, theirs), strict=True):
        assert torch.equal(mine, other)


@pytest.mark.parametrize("strategy", ["random", "uniform", "easy", "hard"])
@pytest.mark.parametrize("ratio", [0.01, 0.2, 1.0])
def test_masks_are_in_the_answer_and_never_its_end(models, batch, strategy, ratio) -> None:
    masked = kid.select(settings(strategy=strategy, ratio=ratio), models.student, batch, generator())
    assert not (masked & ~batch.answer).any()
    assert (batch.ids[masked] != WORDS.eos_token_id).all()
    for row in range(len(masked)):
        maskable = int(batch.answer[row].sum()) - 1
        assert int(masked[row].sum()) == max(1, round(ratio * maskable))


def test_uniform_masks_are_evenly_spaced(models, batch) -> None:
    masked = kid.select(settings(strategy="uniform", ratio=0.25), models.student, batch, generator())
    for row in range(len(masked)):
        gaps = masked[row].nonzero().squeeze(-1).diff()
        assert gaps.max() - gaps.min() <= 1


def test_hard_masks_are_where_the_student_doubts_most(models, batch) -> None:
    with torch.no_grad():
        logits = models.student.eval()(input_ids=batch.ids, attention_mask=batch.attention).logits
    models.student.train()
    q = logits.double().softmax(-1)
    doubt = -(q * q.log()).sum(-1)
    hard = kid.select(settings(strategy="hard"), models.student, batch, generator())
    easy = kid.select(settings(strategy="easy"), models.student, batch, generator())
    for row in range(len(hard)):
        slots = batch.answer[row].nonzero().squeeze(-1)[:-1]
        at = {int(slot): float(doubt[row, slot - 1]) for slot in slots}
        chosen = [at[int(slot)] for slot in hard[row].nonzero().squeeze(-1)]
        assert min(chosen) >= sorted(at.values())[-len(chosen)] - 1e-5
        chosen = [at[int(slot)] for slot in easy[row].nonzero().squeeze(-1)]
        assert max(chosen) <= sorted(at.values())[len(chosen) - 1] + 1e-5


class Echo(torch.nn.Module):
    """Predicts, after token t, the token t + 1: so slot s is rightly filled with ids[s - 1] + 1."""

    def forward(self, input_ids, logits_to_keep, **_rest):
        logits = torch.nn.functional.one_hot((input_ids + 1) % 400, 400).float()
        return type("Output", (), {"logits": logits[:, logits_to_keep]})


def filled_by_echo() -> list[int]:
    ids = torch.tensor([[10, 20, 30, 40, 50, 60]])
    answer = torch.tensor([[False, False, True, True, True, True]])
    masked = torch.tensor([[False, False, True, False, True, False]])
    batch = Batch(ids, torch.ones_like(answer), answer, ("x",))
    return kid.rewrite(settings(), Models(Echo(), None, 400, 399), batch, masked, generator())[0].tolist()


def test_a_slot_is_filled_from_the_logits_before_it() -> None:
    assert filled_by_echo() == [10, 20, 21, 40, 41, 60]


def test_a_planted_off_by_one_would_be_seen(monkeypatch) -> None:
    """Reading the logits at the masked slot predicts what follows the mask token."""

    def late(model, ids, attention, wanted, _row):
        return model(input_ids=ids, logits_to_keep=torch.arange(ids.shape[1])).logits[wanted]

    monkeypatch.setattr(kid, "predict", late)
    assert filled_by_echo() == [10, 20, 0, 40, 0, 60]


def test_predicted_logits_are_those_of_the_plain_model(models, batch) -> None:
    with torch.no_grad():
        ours = predict(models.student, batch.ids, batch.attention, batch.answer)
        plain = models.student(input_ids=batch.ids, attention_mask=batch.attention).logits
    assert torch.allclose(ours, plain[:, :-1][batch.answer[:, 1:]], atol=1e-4)


@pytest.mark.parametrize("fill", ["argmax", "sample", "mask"])
def test_only_masked_slots_change_and_no_graph_is_left(models, batch, fill) -> None:
    chosen = settings(fill=fill, ratio=0.5)
    masked = kid.select(chosen, models.student, batch, generator())
    imperfect = kid.rewrite(chosen, models, batch, masked, generator())
    assert torch.equal(imperfect[~masked], batch.ids[~masked])
    assert not imperfect.requires_grad
    assert models.student.training
    if fill == "mask":
        assert (imperfect[masked] == models.mask).all()
    else:
        assert (imperfect[masked] != models.mask).all()


def test_the_mask_token_is_never_filled_in_even_if_it_is_likeliest(models, batch) -> None:
    likeliest = torch.nn.functional.one_hot(torch.tensor(models.mask), 400).float()

    class Masking(torch.nn.Module):
        def forward(self, input_ids, logits_to_keep, **_rest):
            logits = likeliest.expand(*input_ids.shape, 400).clone()
            return type("Output", (), {"logits": logits[:, logits_to_keep]})

    masked = kid.select(settings(), models.student, batch, generator())
    planted = replace(models, student=Masking())
    assert (kid.rewrite(settings(), planted, batch, masked, generator())[masked] != models.mask).all()


def test_the_teacher_gets_no_gradient_and_the_mode_is_kept(models, batch) -> None:
    gradients(models.student, cost(settings(), models, batch))
    assert all(value.grad is None for value in models.teacher.parameters())
    assert models.student.training
    assert not models.teacher.training


@pytest.mark.parametrize("strategy", ["random", "hard"])
@pytest.mark.parametrize("prefix", ["gold", "imperfect"])
def test_the_side_of_the_padding_does_not_matter(models, batch, strategy, prefix) -> None:
    chosen = settings(strategy=strategy, mle_prefix=prefix)
    right = cost(chosen, models, batch)
    left = cost(chosen, models, on_the_left(batch))
    assert right.total.item() == pytest.approx(left.total.item(), rel=1e-4)
    assert right.logs["corruption"][0] == left.logs["corruption"][0]


def test_logs_tell_corruption_and_accuracy(models, batch) -> None:
    chosen = settings(ratio=0.3)
    logs = cost(chosen, models, batch).logs
    masked = kid.select(chosen, models.student, batch, generator())
    changed, maskable = logs["corruption"]
    right, slots = logs["fill_accuracy"]
    assert maskable == int(batch.answer.sum()) - len(batch.ids)
    assert slots == int(masked.sum())
    assert int(changed) + int(right) == slots


def test_readings_of_the_likelihood_differ_only_in_their_prefix(models, batch) -> None:
    """By hand: reading A scores gold after gold, reading B scores gold after the imperfect ids."""
    chosen = settings(ratio=0.5, kd_weight=0.0)
    draw = generator()
    masked = kid.select(chosen, models.student, batch, draw)
    imperfect = kid.rewrite(chosen, models, batch, masked, draw)
    for reading, prefix in (("gold", batch.ids), ("imperfect", imperfect)):
        loss = cost(chosen.model_copy(update={"mle_prefix": reading}), models, batch)
        with torch.no_grad():
            scores = models.student(input_ids=prefix, attention_mask=batch.attention).logits.log_softmax(-1)
        by_hand = -scores[:, :-1].gather(-1, batch.ids[:, 1:, None]).squeeze(-1)[batch.answer[:, 1:]].sum()
        assert loss.total.item() == pytest.approx(by_hand.item(), rel=1e-5)


def test_masks_that_are_not_refreshed_belong_to_the_example(models, batch) -> None:
    lasting = settings(refresh="never")
    draws = [torch.Generator().manual_seed(seed) for seed in (1, 2)]
    first, second = (kid.select(lasting, models.student, batch, draw) for draw in draws)
    assert torch.equal(first, second)
    again = kid.select(lasting, models.student, on_the_left(batch), draws[0])
    assert torch.equal(again[on_the_left(batch).answer], first[batch.answer])
    first, second = (kid.select(settings(), models.student, batch, draw) for draw in draws)
    assert not torch.equal(first, second)


@pytest.mark.parametrize("mask, expected", [("auto", "<mask>"), ("mask", "<mask>"), ("pad", "<pad>")])
def test_the_mask_token_is_the_one_asked_for(base, teacher, mask, expected) -> None:
    encoded = encode(random_models.dataset(4), WORDS, PromptSpec(), Training(steps=1), 0)
    chosen = settings(mask=mask)
    made = put_together(chosen, load_model(Weights(base)), WORDS, Weights(teacher), encoded)
    assert made.mask == WORDS.convert_tokens_to_ids(expected)


def test_a_mask_token_that_is_not_there_is_refused(base, teacher) -> None:
    encoded = encode(random_models.dataset(4), WORDS, PromptSpec(), Training(steps=1), 0)
    with pytest.raises(FitError, match=r"no special token to mask with: bos[\s\S]*it has mask, pad, eos"):
        put_together(settings(mask="bos"), load_model(Weights(base)), WORDS, Weights(teacher), encoded)


def test_padding_as_the_mask_token_is_still_attended_to(models, batch) -> None:
    """Attention follows the lengths, never the ids, so a mask that looks like padding is no hole."""
    masked = kid.select(settings(), models.student, batch, generator())
    as_pad = replace(models, mask=WORDS.pad_token_id)
    (reading,) = kid.readings(settings(fill="mask"), as_pad, batch, Moment(generator()))
    assert torch.equal(reading.batch.attention, batch.attention)
    assert (reading.batch.ids[masked] == WORDS.pad_token_id).all()
