"""Every objective lowers its loss on the embedded data set and beats its base, with the embedded models."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.methods import Full, OnPolicy, PromptSpec, TeacherRef, Training, Validation  # noqa: E402
from bench.registry import find, names  # noqa: E402
from bench.store import read_lines  # noqa: E402
from bench.train.answers import exam  # noqa: E402
from bench.train.data import encode  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.train.objectives.step import Models  # noqa: E402
from bench.train.teacher import FILE  # noqa: E402
from bench.types import Prediction  # noqa: E402
from bench.weights import Weights, load_model, load_tokenizer  # noqa: E402

pytestmark = pytest.mark.train
TEACHER = TeacherRef(model="m", method="t")
OWN = {
    "gkd": {"share": 1.0},
    "imitkd": {"gold": 0.5},
    "distillm": {"share": 1.0},
    "taid": {"start": 1.0},
    "seqkd": {"max_new_tokens": 60},
}


@pytest.fixture(scope="module")
def mini():
    return find("datasets", "mini")().load("train")


@pytest.fixture(scope="module")
def small() -> str:
    return find("models", "tiny")("small", None).base()


@pytest.fixture(scope="module")
def medium() -> Weights:
    return Weights(find("models", "tiny")("medium", None).base())


def job(base: str, teacher: Weights, objective, **training) -> FitJob:
    chosen = {"steps": 8, "batch": 8, "lr": 2e-3, "warmup": 0.0, "schedule": "constant"} | training
    return FitJob(base, None, Full(), objective, Training(**chosen), PromptSpec(), 1, teacher)


def made(name: str):
    kind = find("objectives", name)
    settings = dict(OWN.get(name, {}))
    if kind.needs_teacher:
        settings["teacher"] = TEACHER
    if issubclass(kind, OnPolicy):
        settings |= {"max_new_tokens": 30 if name == "opd" else 16, "mle_weight": 0.0}
    return kind(**settings)


SAMPLE = ("gkd", "minillm", "taid")
"""What is generated, a policy gradient, and a schedule; sft, rkd and kid learn in test_fit."""
ALL = [
    pytest.param(name, marks=() if name in SAMPLE else pytest.mark.parity)
    for name in names("objectives")
    if name != "seqkd"
]


@pytest.mark.parametrize("name", ALL)
def test_it_lowers_its_loss(mini, small, medium, tmp_path, name) -> None:
    """The same eight questions at every step: what is learnt is seen at once."""
    # A policy gradient is noisy: it takes smaller steps, more of them, and longer answers.
    noisy = {"steps": 14, "lr": 5e-4} if name == "opd" else {}
    left = fit(job(small, medium, made(name), examples=8, **noisy), mini, tmp_path)
    curve, few = [loss for _, loss in left.losses], left.steps // 4
    assert sum(curve[-few:]) < sum(curve[:few])
    assert {"student", "backward", "optimizer", "data", "prefixes"} <= set(left.parts)
    assert ("teacher" in left.parts) == (name != "sft")


@pytest.fixture(scope="module")
def few(mini):
    """Sixteen questions of the training split."""
    return replace(mini, examples=tuple(random.Random(0).sample(mini.examples, 16)))


@pytest.fixture(scope="module")
def taught(medium, few, tmp_path_factory) -> Weights:
    """A teacher that knows what it teaches, as teachers do."""
    out = tmp_path_factory.mktemp("teacher")
    fit(job(medium.base, medium, made("sft"), steps=40), few, out)
    return Weights(medium.base, None, out, Full())


def share_right(weights: Weights, asked) -> float:
    tokenizer, model = load_tokenizer(weights), load_model(weights)
    samples = encode(asked, tokenizer, PromptSpec(), Training(steps=1), 0).samples
    models = Models(model, None, len(tokenizer), -1, tokenizer.pad_token_id, tokenizer.eos_token_id)
    return exam(asked, tokenizer, models, 72)(model, samples)


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=() if name == "kid" else pytest.mark.parity) for name in names("objectives")],
)
def test_what_has_learnt_beats_its_base(few, small, taught, tmp_path, name) -> None:
    """By execution, on questions it was trained on; docs/study.md has new ones."""
    objective = made(name)
    if "max_new_tokens" in type(objective).model_fields:  # an answer that is cut is never right
        objective = objective.model_copy(update={"max_new_tokens": 72})
    settings: dict[str, float] = {"steps": 40 if name == "kid" else 60}
    if name == "opd":  # the gradient of sampled tokens alone leaves it where it was in as many steps
        objective = objective.model_copy(update={"mle_weight": 1.0})
        settings["lr"] = 5e-4
    fit(job(small, taught, objective, **settings), few, tmp_path)
    assert share_right(Weights(small, None, tmp_path, Full()), few) > share_right(Weights(small), few)


def test_seqkd_learns_what_a_teacher_with_other_tokens_got_right(mini, base, medium, tmp_path) -> None:
    chosen = job(base, medium, made("seqkd"), examples=40)
    left = fit(chosen, mini, tmp_path)
    assert left.losses[-1][1] < left.losses[0][1]
    said = read_lines(tmp_path / FILE, Prediction)
    assert len(said) == 40
    assert 0 < left.examples < 40
    gold = {example.id: example.gold for example in mini.examples}
    same = [line for line in said if line.sql in gold[line.example_id]]
    assert len(same) <= left.examples


def test_right_answers_decide_when_to_stop(mini, medium, tmp_path) -> None:
    """A model that hardly moves stays as good as it was: the first look is the best, and two more end it."""
    settings = Validation(share=0.5, every=1, patience=2, by="ex", max_new_tokens=60)
    still = {"examples": 24, "lr": 1e-9, "steps": 20, "validation": settings}
    left = fit(job(medium.base, medium, made("sft"), **still), mini, tmp_path)
    assert left.steps == 3
    assert 0 < left.logs["validation_ex"] < 1
    assert (left.logs["validation_ex"] * 12).is_integer()
    assert left.logs["validation_loss"] > 0
