"""Objectives: each reads what its paper says, weighs it so, and learns."""

from __future__ import annotations

import math
from importlib import import_module

import pytest

from tests import random_models
from tests.random_models import cost

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from pydantic import ValidationError  # noqa: E402

from bench.methods import (  # noqa: E402
    Abkd,
    Distillm,
    Fdistill,
    Fkd,
    Gkd,
    Imitkd,
    Jsd,
    Minillm,
    Opd,
    PromptSpec,
    Rkd,
    SpeculativeKd,
    Taid,
    TeacherRef,
    Training,
)
from bench.registry import find, names  # noqa: E402
from bench.train import losses  # noqa: E402
from bench.train.checkpoint import Progress  # noqa: E402
from bench.train.data import collate, encode, split  # noqa: E402
from bench.train.objectives import distillm, imitkd, minillm, taid  # noqa: E402
from bench.train.objectives.step import Models, Moment, Pair, Reading, predict  # noqa: E402
from bench.weights import Weights, load_model  # noqa: E402

pytestmark = pytest.mark.train
WORDS = random_models.tokenizer()
TEACHER = {"teacher": TeacherRef(model="m", method="t")}
SHORT = {**TEACHER, "max_new_tokens": 6}


@pytest.fixture(scope="module")
def models(base, teacher) -> Models:
    student = load_model(Weights(base)).requires_grad_(True).train()
    frozen = load_model(Weights(teacher)).requires_grad_(False)
    return Models(student, frozen, len(WORDS), -1, WORDS.pad_token_id, WORDS.eos_token_id)


@pytest.fixture(scope="module")
def batch():
    samples = encode(random_models.dataset(8), WORDS, PromptSpec(), Training(steps=1), 0).samples
    return collate(samples[:4], WORDS.pad_token_id)


def moment(step: int = 0, total: int = 10, seed: int = 3, **progress) -> Moment:
    return Moment(torch.Generator().manual_seed(seed), Progress(step=step, **progress), total)


def read(objective, models, batch, when=None):
    mathematics = import_module(objective.implementation)
    return mathematics.readings(objective, models, batch, when or moment())


def pair(models, reading, when=None) -> Pair:
    both = [
        predict(model, reading.batch.ids, reading.batch.attention, reading.batch.answer)[:, : len(WORDS)]
        for model in (models.student, models.teacher)
    ]
    return Pair(both[0], both[1].detach(), reading, when or moment())


GOLD = ("abkd", "akl", "fkd", "jsd", "rkd", "skew-kl", "skew-rkl", "taid", "tvd")
WRITTEN = ("distillm", "fdistill", "gkd", "imitkd", "minillm", "opd", "speculative-kd")


def test_the_names_of_the_issue_are_all_there() -> None:
    assert set(names("objectives")) == {*GOLD, *WRITTEN, "sft", "kid", "seqkd"}


@pytest.mark.parametrize("name", GOLD)
def test_fixed_prefixes_are_gold_and_mix_with_the_likelihood(models, batch, name) -> None:
    chosen = find("objectives", name)(**TEACHER, kd_weight=0.5, mle_weight=2.0)
    (reading,) = read(chosen, models, batch)
    assert reading.batch is batch
    found = cost(chosen, models, batch)
    alone = cost(find("objectives", name)(**TEACHER, kd_weight=1.0, mle_weight=0.0), models, batch)
    gold = batch.ids[batch.answer]
    with torch.no_grad():
        likelihood = losses.mle(pair(models, reading).student, gold).sum()
    assert found.logs["kd"][1] == found.logs["mle"][1] == batch.tokens
    assert found.logs["mle"][0].item() == pytest.approx(likelihood.item(), rel=1e-3)
    expected = 0.5 * alone.total.item() + 2.0 * found.logs["mle"][0].item()
    assert found.total.item() == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("name", WRITTEN)
def test_written_answers_continue_the_prompts_and_carry_the_loss(models, batch, name) -> None:
    extra = {"gkd": {"share": 1.0}, "imitkd": {"gold": 0.0}, "distillm": {"share": 1.0}}.get(name, {})
    chosen = find("objectives", name)(**SHORT, **extra, mle_weight=1.0)
    *written, gold = read(chosen, models, batch)
    assert gold.batch is batch
    assert (gold.kd, gold.mle) == (0.0, 1.0)
    for reading in written:
        assert (reading.kd, reading.mle) == (1.0, 0.0)
        for mine, before in zip(split(reading.batch), split(batch), strict=True):
            answer = mine.ids[mine.start :]
            assert mine.ids[: mine.start] == before.ids[: before.start]
            assert 1 <= len(answer) <= 6
            assert max(answer) < len(WORDS)
            assert WORDS.eos_token_id not in answer[:-1]
            assert len(answer) == 6 or answer[-1] == WORDS.eos_token_id
    assert models.student.training
    assert not models.teacher.training
    again = read(chosen, models, batch)
    assert torch.equal(again[0].batch.ids, written[0].batch.ids)
    other = read(chosen, models, batch, moment(seed=4))
    assert not torch.equal(other[0].batch.ids, written[0].batch.ids)


def test_writing_with_a_memory_is_writing_without(models, batch) -> None:
    """Greedy answers of left-padded prompts, token by token, against whole forward passes."""
    from bench.train.rollout import extend, likeliest

    prompts = [sample.ids[: sample.start] for sample in split(batch)]
    found = extend(models, [models.student], prompts, 5, likeliest)
    model = models.student.eval()
    for prompt, answer in zip(prompts, found, strict=True):
        ids = list(prompt)
        for token in answer:
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids])).logits[0, -1, : len(WORDS)]
            assert int(logits.argmax()) == token
            ids.append(token)
    models.student.train()


def frequencies(author, log_q, log_p, number=200_000):
    drawn = torch.multinomial(author(log_q, log_p)[0], number, replacement=True)
    return torch.bincount(drawn, minlength=log_q.shape[-1]) / number


def test_who_writes_as_a_distribution() -> None:
    """The closed forms against what the papers do: flip a coin, or propose and replace."""
    from bench.train.rollout import mixed, speculative

    torch.manual_seed(0)
    log_q, log_p = torch.randn(1, 6).log_softmax(-1), torch.randn(1, 6).log_softmax(-1)
    q, p = log_q[0].exp(), log_p[0].exp()
    number = 200_000
    proposed, instead = (
        torch.multinomial(q, number, replacement=True),
        torch.multinomial(p, number, replacement=True),
    )
    accepted = torch.isin(proposed, p.topk(2).indices)
    played = torch.bincount(torch.where(accepted, proposed, instead), minlength=6) / number
    assert torch.allclose(frequencies(speculative(2), log_q, log_p), played, atol=0.006)
    coin = torch.rand(number) < 0.3
    played = torch.bincount(torch.where(coin, instead, proposed), minlength=6) / number
    assert torch.allclose(frequencies(mixed(0.3), log_q, log_p), played, atol=0.006)


def test_gkd_flips_a_coin_for_a_batch(models, batch) -> None:
    never, always, half = (Gkd(**SHORT, share=share) for share in (0.0, 1.0, 0.5))
    assert read(never, models, batch)[0].batch is batch
    assert read(always, models, batch)[0].batch is not batch
    kept = [read(half, models, batch, moment(seed=seed))[0].batch is batch for seed in range(30)]
    assert 7 <= sum(kept) <= 23


def test_gkd_on_gold_with_reverse_kl_is_rkd(models, batch) -> None:
    ours = cost(Gkd(**SHORT, share=0.0, divergence="rkl", mle_weight=0.3), models, batch)
    theirs = cost(Rkd(**TEACHER, mle_weight=0.3), models, batch)
    assert ours.total.item() == theirs.total.item()


def test_imitkd_keeps_fewer_gold_prefixes_as_training_goes_on(models, batch) -> None:
    chosen = Imitkd(**SHORT, decay=10.0)
    assert imitkd.kept(chosen, moment(0)) == 1.0
    assert imitkd.kept(chosen, moment(5)) == pytest.approx(10**-0.5)
    assert imitkd.kept(Imitkd(**SHORT, gold=0.5), moment(9)) == 0.5
    assert read(chosen, models, batch)[0].batch is batch
    mixed = read(Imitkd(**SHORT, gold=0.5), models, batch, moment(5, seed=7))[0]
    generated, rows = mixed.logs["generated"]
    changed = [mine != gold for mine, gold in zip(split(mixed.batch), split(batch), strict=True)]
    assert sum(changed) == generated
    assert 0 < generated < rows == 4


def test_imitkd_with_hard_labels_is_the_likelihood_of_the_teachers_choice(models, batch) -> None:
    chosen = Imitkd(**SHORT, labels="hard", gold=1.0)
    both = pair(models, read(chosen, models, batch)[0])
    by_hand = -both.student.log_softmax(-1)[torch.arange(len(both.student)), both.teacher.argmax(-1)]
    assert torch.allclose(imitkd.divergence(chosen, both), by_hand, atol=1e-5)


@pytest.mark.parametrize("name", ["kl", "rkl", "js", "tvd"])
def test_fdistill_takes_each_term_on_its_own_authors_answers(models, batch, name) -> None:
    readings = read(Fdistill(**SHORT, divergence=name), models, batch)
    authors = {"kl": ["teacher"], "rkl": ["student"]}.get(name, ["teacher", "student"])
    assert [reading.author for reading in readings] == authors
    mathematics = import_module(Fdistill.implementation)
    for reading in readings:
        both = pair(models, reading)
        q, p = both.student.double().softmax(-1), both.teacher.double().softmax(-1)
        m = (p + q) / 2
        expected = {
            "kl": (p * (p / q).log()).sum(-1),
            "rkl": (q * (q / p).log()).sum(-1),
            "tvd": (p - q).abs().sum(-1) / 2,
            "js": ((p * (p / m).log()) if reading.author == "teacher" else (q * (q / m).log())).sum(-1),
        }[name]
        found = mathematics.divergence(Fdistill(**SHORT, divergence=name), both)
        assert torch.allclose(found.double(), expected, atol=1e-4)


def test_distillm_writes_less_and_less_and_more_after_a_rise(models, batch) -> None:
    chosen = Distillm(**SHORT, share=1.0, buffer=6)
    when = moment(0)
    first = read(chosen, models, batch, when)[0]
    assert first.logs["generated"] == (4, 4)
    assert len(when.progress.memory["written"]) == 4
    read(chosen, models, batch, when)
    assert len(when.progress.memory["written"]) == 6
    late = moment(10, memory=when.progress.memory)
    again = read(chosen, models, batch, late)[0]
    assert again.logs["generated"] == (0, 4)
    kept = {ids for _, ids, _ in when.progress.memory["written"]}
    assert {sample.ids for sample in split(again.batch)} <= kept
    assert read(Distillm(**SHORT, share=0.0), models, batch)[0].batch is batch
    low = Distillm(**SHORT, share=0.2, raise_by=0.1, tolerance=0.1)
    assert distillm.share(low, moment(validations=[1.0, 1.05, 1.3, 1.0, 1.2])) == pytest.approx(0.4)


def test_taid_moves_from_the_student_to_the_teacher(models, batch) -> None:
    chosen = Taid(**TEACHER, start=0.0, rate=0.0)
    assert cost(chosen, models, batch).total.item() == pytest.approx(0.0, abs=1e-3)
    assert [taid.share(chosen, [1.0] * step, 5) for step in range(5)] == pytest.approx(
        [0, 0.25, 0.5, 0.75, 1]
    )
    end = Taid(**TEACHER, start=1.0)
    assert cost(end, models, batch).total.item() == pytest.approx(
        cost(Fkd(**TEACHER, mle_weight=0.0), models, batch).total.item(), rel=1e-5
    )


def test_taid_hurries_when_the_loss_falls() -> None:
    """Two steps by hand: J from 2 to 1, so the relative fall is one half."""
    chosen = Taid(**TEACHER, start=0.4, rate=0.5, momentum=0.9)
    first = 0.4 + 0.5 * 0.5 * 0.6
    drift = 0.1 * 0.5
    second = first + 0.5 / (1 + math.exp(-drift)) * (1 - first)
    assert taid.share(chosen, [2.0], 1000) == pytest.approx(first)
    assert taid.share(chosen, [2.0, 1.0], 1000) == pytest.approx(second)
    assert taid.share(chosen, [2.0, 1.0], 1000) > taid.share(chosen, [1.0, 2.0], 1000)


def test_the_policy_gradient_of_opd_is_that_of_reverse_kl() -> None:
    """Summed over every token that could be sampled, with its probability: no sampling noise."""
    generator = torch.Generator().manual_seed(1)
    student = torch.randn(7, generator=generator, dtype=torch.float64).requires_grad_()
    teacher = torch.randn(7, generator=generator, dtype=torch.float64)
    (expected,) = torch.autograd.grad(losses.reverse_kl(student, teacher), student)
    values = policy(Opd(**TEACHER), student, teacher)
    q = student.detach().softmax(-1)
    (found,) = torch.autograd.grad((q * values).sum(), student)
    assert torch.allclose(found, expected, atol=1e-12)
    assert (q * values).sum().item() == pytest.approx(losses.reverse_kl(student, teacher).item())


def policy(objective, student, teacher):
    """The value of each token of the vocabulary as if it had been sampled, each in a row of its own."""
    size = len(student)
    ids = torch.stack([torch.zeros(size, dtype=torch.long), torch.arange(size)], dim=1)
    answer = torch.tensor([[False, True]]).expand(size, 2)
    reading = Reading(batch_of(ids, answer), kd=1.0)
    both = Pair(student.expand(size, -1), teacher.expand(size, -1), reading, moment())
    return import_module(objective.implementation).divergence(objective, both)


def batch_of(ids, answer):
    from bench.train.data import Batch

    return Batch(ids, torch.ones_like(answer), answer, tuple(map(str, range(len(ids)))))


def test_minillm_weighs_samples_of_the_mixture_back_to_the_student() -> None:
    """One token: its return is nothing, so what is left is the exact KL, in expectation over the mixture."""
    generator = torch.Generator().manual_seed(1)
    student = torch.randn(7, generator=generator, dtype=torch.float64).requires_grad_()
    teacher = torch.randn(7, generator=generator, dtype=torch.float64)
    (expected,) = torch.autograd.grad(losses.reverse_kl(student, teacher), student)
    values = policy(Minillm(**TEACHER, mix=0.2), student, teacher)
    m = 0.8 * student.detach().softmax(-1) + 0.2 * teacher.softmax(-1)
    (found,) = torch.autograd.grad((m * values).sum(), student)
    assert torch.allclose(found, expected, atol=1e-12)


def test_minillm_rewards_a_token_with_the_mean_of_those_after_it() -> None:
    answer = torch.tensor([[False, True, True, True], [False, False, True, True]])
    reward = torch.tensor([5.0, 1.0, 3.0, 7.0, -2.0])
    assert minillm.returns(reward, answer).tolist() == [2.0, 3.0, 0.0, -2.0, 0.0]


def test_minillm_pushes_tokens_by_their_returns() -> None:
    """Two tokens in a row; by hand: -w R ∇ log q on the first, beside w ∇ KL on both."""
    generator = torch.Generator().manual_seed(2)
    student = torch.randn(2, 5, generator=generator, dtype=torch.float64).requires_grad_()
    teacher = torch.randn(2, 5, generator=generator, dtype=torch.float64)
    ids, answer = torch.tensor([[0, 3, 1]]), torch.tensor([[False, True, True]])
    reading = Reading(batch_of(ids, answer), kd=1.0)
    chosen = Minillm(**TEACHER, mix=0.2)
    value = minillm.divergence(chosen, Pair(student, teacher, reading, moment())).sum()
    (found,) = torch.autograd.grad(value, student)
    q, p = student.softmax(-1), teacher.softmax(-1)
    picked = torch.tensor([[3], [1]])
    a, b = q.gather(-1, picked)[:, 0], p.gather(-1, picked)[:, 0]
    weight = (a / (0.8 * a + 0.2 * b)).detach()
    late = (b[1].log() - a[1].log()).detach()
    by_hand = (weight * (q * (q / p).log()).sum(-1)).sum() - weight[0] * late * a[0].log()
    (expected,) = torch.autograd.grad(by_hand, student)
    assert torch.allclose(found, expected, atol=1e-12)


def test_speculative_tokens_are_the_teachers_choice_when_only_one_is_allowed(models, batch) -> None:
    """With top_k = 1 a token of the student stands only if it is the teacher's likeliest."""
    chosen = SpeculativeKd(**SHORT, top_k=1, temperature=1e-4)
    written = split(read(chosen, models, batch)[0].batch)
    for sample in written:
        with torch.no_grad():
            logits = models.teacher(input_ids=torch.tensor([sample.ids])).logits[0, :, : len(WORDS)]
        expected = logits.argmax(-1)[sample.start - 1 : -1].tolist()
        assert list(sample.ids[sample.start :]) == expected


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda: Jsd(**TEACHER, beta=1.0), "rescaled"),
        (lambda: Abkd(**TEACHER, alpha=0.0, beta=0.0), "both 0"),
        (lambda: Rkd(**TEACHER, kd_weight=0.0, mle_weight=0.0), "nothing is learnt"),
    ],
)
def test_settings_that_say_nothing_are_refused(make, words) -> None:
    with pytest.raises(ValidationError, match=words):
        make()
