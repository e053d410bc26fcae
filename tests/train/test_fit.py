"""Fitting: learns, repeats to the bit, resumes to the bit, and refuses what cannot be trained."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from tests import random_models
from tests.random_models import cost

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.errors import BenchError, ConfigError, FitError  # noqa: E402
from bench.methods import (  # noqa: E402
    Abkd,
    Akl,
    Fkd,
    Full,
    Ia3,
    Jsd,
    Kid,
    Lora,
    NoTuning,
    PromptSpec,
    Qlora,
    Rkd,
    Sft,
    SkewKl,
    SkewRkl,
    Taid,
    TeacherRef,
    Training,
    Tvd,
)
from bench.train import schedule  # noqa: E402
from bench.train.data import collate, encode  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.train.objectives.step import Models, predict  # noqa: E402
from bench.types import Turn  # noqa: E402
from bench.weights import Weights, count, load_model, load_tokenizer  # noqa: E402

pytestmark = pytest.mark.train
DATA = random_models.dataset()
WORDS = random_models.tokenizer()
TEACHER = TeacherRef(model="m", method="t")
KID = Kid(name="kid", teacher=TEACHER, fill="sample")
TUNINGS = [Full(), Lora(rank=4, dropout=0.1), Qlora(rank=4)]


def job(base: str, tuning=None, objective=None, teacher: Weights | None = None, **training) -> FitJob:
    chosen = {"steps": 6, "batch": 8, "lr": 5e-3} | training
    return FitJob(
        base, None, tuning or Full(), objective or Sft(), Training(**chosen), PromptSpec(), 1, teacher
    )


def weights_digest(folder: Path) -> str:
    return hashlib.sha256(next(folder.glob("*.safetensors")).read_bytes()).hexdigest()


@pytest.mark.parametrize("tuning", TUNINGS, ids=lambda tuning: tuning.kind)
@pytest.mark.parametrize("objective", [Sft(), Rkd(name="rkd", teacher=TEACHER), KID], ids=lambda o: o.name)
def test_every_pair_lowers_its_loss_and_leaves_loadable_weights(
    base, teacher, tmp_path, tuning, objective
) -> None:
    left = fit(job(base, tuning, objective, Weights(teacher), steps=10), DATA, tmp_path)
    assert left.losses[-1][1] < left.losses[0][1]
    assert left.steps == 10
    assert left.threads == 1
    assert left.peak_host_bytes > 50_000_000
    assert 0 < left.trainable <= left.parameters
    assert (left.trainable == left.parameters) == (tuning.kind == "full")
    assert "corruption" in left.logs or objective.name != "kid"
    assert not (tmp_path / "checkpoint.pt").exists()
    model = load_model(Weights(base, None, tmp_path, tuning))
    samples = encode(DATA, WORDS, PromptSpec(), Training(steps=1), 0).samples
    batch = collate(samples[:8], WORDS.pad_token_id)
    with torch.no_grad():
        after = cost(Sft(), Models(model), batch).total / batch.tokens
        before = cost(Sft(), Models(load_model(Weights(base))), batch).total / batch.tokens
    assert after < before


def test_parameters_are_counted_in_weights_not_in_bytes(base) -> None:
    plain, packed = load_model(Weights(base)), load_model(Weights(base, None, None, Qlora()))
    by_hand = sum(value.numel() for value in plain.parameters())
    assert count(plain)[0] == count(packed)[0] == by_hand


@pytest.mark.parametrize("tuning", TUNINGS, ids=lambda tuning: tuning.kind)
def test_killed_and_resumed_equals_never_stopped(base, teacher, tmp_path, tuning) -> None:
    settings = job(base, tuning, KID, Weights(teacher), accumulation=2, steps=7)

    def killed(done: int, _total: int, _note: str) -> None:
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(settings, DATA, tmp_path / "killed", killed, checkpoint_steps=2)
    assert (tmp_path / "killed" / "checkpoint.pt").exists()
    steps: list[int] = []
    resumed = fit(settings, DATA, tmp_path / "killed", lambda done, *_: steps.append(done))
    straight = fit(settings, DATA, tmp_path / "straight")
    assert steps == [5, 6, 7]
    assert weights_digest(tmp_path / "killed") == weights_digest(tmp_path / "straight")
    assert resumed.losses == straight.losses
    assert resumed.logs == straight.logs
    assert resumed.tokens == straight.tokens


def test_a_checkpoint_of_another_job_or_a_torn_one_is_not_resumed(base, tmp_path) -> None:
    def killed(done: int, _total: int, _note: str) -> None:
        if done == 4:
            raise KeyboardInterrupt

    steps: list[int] = []
    for content in (None, b"torn"):
        with pytest.raises(KeyboardInterrupt):
            fit(job(base, lr=1e-4), DATA, tmp_path, killed, checkpoint_steps=2)
        if content:
            (tmp_path / "checkpoint.pt").write_bytes(content)
        steps.clear()
        fit(job(base), DATA, tmp_path, lambda done, *_: steps.append(done))
        assert steps == [1, 2, 3, 4, 5, 6]


@pytest.mark.parametrize("tuning", TUNINGS, ids=lambda tuning: tuning.kind)
def test_half_precision_learns_and_keeps_trained_weights_whole(base, tmp_path, tuning) -> None:
    from safetensors.torch import load_file

    left = fit(job(base, tuning, precision="bf16", steps=10), DATA, tmp_path)
    assert left.losses[-1][1] < left.losses[0][1]
    saved = load_file(next(tmp_path.glob("*.safetensors")))
    assert {value.dtype for value in saved.values()} == {torch.float32}


def test_another_seed_gives_other_weights(base, tmp_path) -> None:
    fit(job(base, steps=2), DATA, tmp_path / "one")
    fit(replace(job(base, steps=2), seed=2), DATA, tmp_path / "two")
    assert weights_digest(tmp_path / "one") != weights_digest(tmp_path / "two")


def test_how_a_batch_is_cut_changes_nothing(base, tmp_path) -> None:
    """All samples in one batch, or in three accumulated ones: the same mean over tokens."""
    whole = fit(job(base, batch=48, steps=1), DATA, tmp_path / "whole")
    parts = fit(job(base, batch=16, accumulation=3, steps=1), DATA, tmp_path / "parts")
    assert whole.losses[0][1] == pytest.approx(parts.losses[0][1], rel=1e-5)


def kept(module) -> list:
    """The outputs of ``module`` from now on, with their gradients."""
    outputs: list = []

    def keep(_module, _inputs, output) -> None:
        if output.requires_grad:
            output.retain_grad()
            outputs.append(output)

    module.register_forward_hook(keep)
    return outputs


CARRIERS = [
    Sft(),
    KID.model_copy(update={"fill": "mask"}),
    *(kind(teacher=TEACHER) for kind in (Fkd, Jsd, Tvd, SkewKl, SkewRkl, Akl, Abkd, Taid)),
]


@pytest.mark.parametrize("objective", CARRIERS, ids=lambda chosen: chosen.name)
def test_prompt_and_padding_carry_no_loss(base, teacher, objective) -> None:
    """The gradient at the output of the embedding of padding is zero; prompts only matter as context."""
    model = load_model(Weights(base)).requires_grad_(True)
    samples = encode(DATA, WORDS, PromptSpec(), Training(steps=1), 0).samples
    batch = collate(samples[:6], WORDS.pad_token_id)
    logits, embedded = kept(model.lm_head), kept(model.model.embed_tokens)
    models = Models(model, load_model(Weights(teacher)), len(WORDS), WORDS.mask_token_id)
    cost(objective, models, batch).total.backward()
    reads = embedded[0].grad.abs().sum(-1)
    assert (reads[~batch.attention] == 0).all()
    assert (reads[:, 0] > 0).all()
    columns = batch.answer[:, 1:].any(0).nonzero().squeeze(-1)
    supervised = batch.answer[:, 1:][:, columns]
    assert (logits[0].grad.abs().sum(-1)[~supervised] == 0).all()
    assert (logits[0].grad.abs().sum(-1)[supervised] > 0).all()


def test_other_turns_of_a_conversation_carry_no_loss(base) -> None:
    """At the head, hidden states get a gradient only where a token of the last answer is next."""
    turns = (Turn("How many singers?", "SELECT count(*) FROM singer"), Turn("And concerts?", "SELECT 1"))
    examples = tuple(replace(example, history=turns) for example in DATA.examples[:3])
    encoded = encode(replace(DATA, examples=examples), WORDS, PromptSpec(), Training(steps=1), 0)
    for sample, example in zip(encoded.samples, examples, strict=True):
        assert WORDS.decode(sample.ids[: sample.start]).count("SELECT") == 2
        assert WORDS.decode(sample.ids[sample.start : -1]).strip() == example.gold[0]
    batch = collate(encoded.samples, WORDS.pad_token_id)
    model = load_model(Weights(base)).requires_grad_(True)
    before_head = kept(model.model.norm)
    cost(Sft(), Models(model), batch).total.backward()
    predicts = torch.zeros_like(batch.answer)
    predicts[:, :-1] = batch.answer[:, 1:]
    felt = before_head[-1].grad.abs().sum(-1) > 0
    assert torch.equal(felt, predicts)


def test_changing_padding_or_another_row_changes_no_prediction(base) -> None:
    model = load_model(Weights(base))
    batch = collate(encode(DATA, WORDS, PromptSpec(), Training(steps=1), 0).samples[:4], WORDS.pad_token_id)
    other = batch.ids.masked_fill(~batch.attention, 77)
    with torch.no_grad():
        one = predict(model, batch.ids, batch.attention, batch.answer)
        two = predict(model, other, batch.attention, batch.answer)
    assert torch.equal(one, two)


def test_an_adapter_is_plain_peft(base, tmp_path) -> None:
    from peft import PeftModel
    from transformers import AutoModelForCausalLM

    from bench.weights import hushed

    fit(job(base, Lora(rank=4)), DATA, tmp_path)
    ids = torch.tensor([WORDS("Question: How many?\nSQL:")["input_ids"]])
    plain = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    with hushed():
        outside = PeftModel.from_pretrained(plain, str(tmp_path))
    ours = load_model(Weights(base, None, tmp_path, Lora(rank=4)))
    with torch.no_grad():
        expected, found = outside(input_ids=ids).logits, ours(input_ids=ids).logits
        untouched = load_model(Weights(base))(input_ids=ids).logits
    assert torch.equal(expected, found)
    assert (found - untouched).abs().max() > 1e-3
    assert not list(tmp_path.glob("*.bin"))


def test_targets_default_to_all_linear_layers_but_the_head(base, tmp_path) -> None:
    import json

    fit(job(base, Lora(rank=2), steps=1), DATA, tmp_path)
    config = json.loads((tmp_path / "adapter_config.json").read_text())
    assert sorted(config["target_modules"]) == [
        "down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj",
    ]  # fmt: skip


def test_unknown_targets_are_refused_with_those_that_exist(base, tmp_path) -> None:
    with pytest.raises(FitError, match=r"no module 'q_prog'[\s\S]*did you mean 'q_proj'[\s\S]*v_proj"):
        fit(job(base, Lora(targets=("q_prog",))), DATA, tmp_path)
    with pytest.raises(FitError, match=r"'self_attn' is no linear layer[\s\S]*known: down_proj"):
        fit(job(base, Lora(targets=("self_attn",))), DATA, tmp_path)
    with pytest.raises(FitError, match=r"tuning.feedforward: the model has no module 'mlp_out'"):
        fit(job(base, Ia3(targets=("k_proj",), feedforward=("mlp_out",))), DATA, tmp_path)


def test_a_broken_loss_names_its_examples(base, tmp_path) -> None:
    with pytest.raises(FitError, match=r"not finite at step \d+; the batch held toy/"):
        fit(job(base, lr=1e30, clip=1e30, warmup=0.0, schedule="constant"), DATA, tmp_path)


def test_a_teacher_with_another_tokenizer_is_refused(base, tmp_path) -> None:
    foreign = random_models.make(tmp_path / "foreign", extra=30)
    with pytest.raises(FitError, match=r"different tokenizers[\s\S]*an objective of text: seqkd"):
        fit(job(base, None, KID, Weights(foreign)), DATA, tmp_path / "out")


def test_what_cannot_be_trained_is_refused(base, tmp_path) -> None:
    with pytest.raises(FitError, match="trains nothing"):
        fit(job(base, NoTuning()), DATA, tmp_path)
    with pytest.raises(FitError, match="needs a teacher"):
        fit(job(base, None, KID), DATA, tmp_path)
    with pytest.raises(FitError, match="no example"):
        fit(job(base), replace(DATA, examples=()), tmp_path)


def test_missing_and_pickled_weights_are_refused(base, tmp_path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        load_model(Weights(str(tmp_path / "nowhere")))
    with pytest.raises(ConfigError, match="holds no model"):
        load_model(Weights(str(tmp_path)))
    (tmp_path / "config.json").write_text((Path(base) / "config.json").read_text())
    with pytest.raises(ConfigError, match="holds no weights"):
        load_model(Weights(str(tmp_path)))
    (tmp_path / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(ConfigError, match="pickle"):
        load_model(Weights(str(tmp_path)))
    (tmp_path / "model.safetensors").write_bytes(b"not weights")
    with pytest.raises(BenchError):
        load_model(Weights(str(tmp_path)))


def test_a_tokenizer_without_padding_gets_one(base) -> None:
    assert load_tokenizer(Weights(base)).pad_token_id is not None


def test_learning_rates_by_hand() -> None:
    cosine = Training(steps=10, lr=1.0, warmup=0.2)
    assert [schedule.rate(cosine, step, 10) for step in (0, 1, 2, 6)] == pytest.approx([0.5, 1.0, 1.0, 0.5])
    linear = Training(steps=10, lr=1.0, warmup=0.0, schedule="linear")
    assert [schedule.rate(linear, step, 10) for step in (0, 5, 9)] == pytest.approx([1.0, 0.5, 0.1])
    assert schedule.steps(Training(epochs=2.0, batch=8, accumulation=2), 48) == 6
