"""A teacher asked once: what is read back is what it said, and where prefixes move it is refused."""

from __future__ import annotations

import shutil

import pytest
from pydantic import ValidationError

from tests import random_models

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.errors import FitError  # noqa: E402
from bench.methods import Fkd, Full, PromptSpec, Rkd, TeacherRef, Training  # noqa: E402
from bench.registry import find, names  # noqa: E402
from bench.train import cached, losses  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.weights import Weights  # noqa: E402

pytestmark = pytest.mark.train
DATA = random_models.dataset()
TEACHER = {"teacher": TeacherRef(model="m", method="t")}


def job(base: str, teacher: Weights, objective, **training) -> FitJob:
    chosen = Training(**({"steps": 6, "batch": 8, "lr": 5e-3} | training))
    return FitJob(base, None, Full(), objective, chosen, PromptSpec(), 1, teacher)


def test_a_cached_teacher_leaves_the_same_weights_bit_for_bit(base, teacher, tmp_path) -> None:
    """One objective fills the cache; another one reads all of it and asks nothing."""
    home = tmp_path / "teacher"
    shutil.copytree(teacher, home)
    told = Weights(teacher, None, home, Full())
    plain = fit(job(base, told, Rkd(**TEACHER)), DATA, tmp_path / "plain")
    first = fit(job(base, told, Fkd(**TEACHER, cache="full")), DATA, tmp_path / "first")
    again = fit(job(base, told, Rkd(**TEACHER, cache="full")), DATA, tmp_path / "again")
    one, two = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("plain", "again"))
    assert one == two
    assert plain.losses == again.losses
    assert (first.logs["teacher_asked"], first.logs["teacher_read"]) == (48, 48)
    assert (again.logs["teacher_asked"], again.logs["teacher_read"]) == (0, 48)
    assert "teacher_asked" not in plain.logs


def test_later_epochs_read_what_the_first_asked(base, teacher, tmp_path) -> None:
    """Other batches round otherwise, but by no more than floats do."""
    told = Weights(teacher)
    plain = fit(job(base, told, Rkd(**TEACHER), steps=13), DATA, tmp_path / "plain")
    kept = fit(job(base, told, Rkd(**TEACHER, cache="full"), steps=13), DATA, tmp_path / "kept")
    assert [loss for _, loss in kept.losses] == pytest.approx([loss for _, loss in plain.losses], rel=1e-3)
    assert (kept.logs["teacher_asked"], kept.logs["teacher_read"]) == (48, 104)


def test_only_what_is_trained_on_is_asked(base, teacher, tmp_path) -> None:
    left = fit(job(base, Weights(teacher), Rkd(**TEACHER, cache=8), steps=2), DATA, tmp_path)
    assert left.logs["teacher_asked"] == 16
    assert left.losses[-1][1] > 0


def test_the_likeliest_tokens_are_kept_and_the_rest_is_spread() -> None:
    generator = torch.Generator().manual_seed(3)
    logits = 3 * torch.randn(7, 30, generator=generator)
    exact = losses.log_probabilities(logits)
    for keep in (1, 5, 29):
        parts = cached.narrowed(logits, keep)
        back = cached.widened(parts["values"], parts["tokens"].long(), parts["rest"], 30)
        assert torch.allclose(back.exp().sum(-1), torch.ones(7), atol=1e-5)
        best = exact.topk(keep, -1).indices
        assert torch.allclose(back.gather(-1, best), exact.gather(-1, best))
    assert torch.allclose(back, exact, atol=1e-4)  # 29 of 30: the rest is one token


MOVING = ("kid", "gkd", "imitkd", "fdistill", "distillm", "minillm", "speculative-kd", "opd", "seqkd")
FIXED = ("fkd", "rkd", "jsd", "tvd", "skew-kl", "skew-rkl", "akl", "abkd", "taid")


@pytest.mark.parametrize("name", MOVING)
def test_what_makes_its_prefixes_cannot_be_cached(name) -> None:
    with pytest.raises(
        ValidationError, match=r"makes its prefixes while it trains[\s\S]*'cache' is for fkd, rkd"
    ):
        find("objectives", name)(**TEACHER, cache="full")


def test_every_objective_either_keeps_or_refuses() -> None:
    assert {*MOVING, *FIXED, "sft"} == set(names("objectives"))
    for name in FIXED:
        assert find("objectives", name)(**TEACHER, cache=64).cache == 64


def test_too_little_room_is_told_beforehand(base, teacher, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(cached.shutil, "disk_usage", lambda _path: type("Disk", (), {"free": 1000}))
    with pytest.raises(
        FitError, match=r"predictions would take .* MB, and the disk has 0.0 MB[\s\S]*cache = 64"
    ):
        fit(job(base, Weights(teacher), Rkd(**TEACHER, cache="full")), DATA, tmp_path)
