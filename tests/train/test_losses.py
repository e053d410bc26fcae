"""Losses against closed forms in float64, numeric gradients and identities."""

from __future__ import annotations

import math

import pytest

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.train import losses  # noqa: E402

pytestmark = pytest.mark.train


def logits(*shape: int, seed: int, scale: float = 2.0):
    generator = torch.Generator().manual_seed(seed)
    return scale * torch.randn(*shape, generator=generator, dtype=torch.float64)


def distribution(row) -> list[float]:
    """Softmax by hand, in Python's own floats."""
    weights = [math.exp(value) for value in row.tolist()]
    return [weight / sum(weights) for weight in weights]


def test_against_sums_written_out() -> None:
    student, teacher = logits(3, 7, seed=1), logits(3, 7, seed=2)
    for row in range(3):
        q, p = distribution(student[row]), distribution(teacher[row])
        forward = sum(a * math.log(a / b) for a, b in zip(p, q, strict=True))
        reverse = sum(b * math.log(b / a) for a, b in zip(p, q, strict=True))
        assert losses.forward_kl(student[row], teacher[row]).item() == pytest.approx(forward, abs=1e-12)
        assert losses.reverse_kl(student[row], teacher[row]).item() == pytest.approx(reverse, abs=1e-12)
        assert losses.mle(student[row], torch.tensor(4)).item() == pytest.approx(-math.log(q[4]), abs=1e-12)
        doubt = -sum(b * math.log(b) for b in q)
        assert losses.entropy(student[row]).item() == pytest.approx(doubt, abs=1e-12)


def test_a_case_by_hand() -> None:
    """Student (1/2, 1/2) and teacher (1/4, 3/4)."""
    student, teacher = (
        torch.zeros(2, dtype=torch.float64),
        torch.tensor([1.0, 3.0], dtype=torch.float64).log(),
    )
    assert losses.reverse_kl(student, teacher).item() == pytest.approx(0.5 * math.log(4 / 3), abs=1e-12)
    assert losses.forward_kl(student, teacher).item() == pytest.approx(
        0.25 * math.log(0.5) + 0.75 * math.log(1.5), abs=1e-12
    )


@pytest.mark.parametrize("divergence", [losses.forward_kl, losses.reverse_kl])
def test_divergences_vanish_only_at_equality(divergence) -> None:
    student, teacher = logits(5, 9, seed=3), logits(5, 9, seed=4)
    assert divergence(student, student).abs().max() < 1e-12
    assert (divergence(student, teacher) > 0).all()


@pytest.mark.parametrize("divergence", [losses.forward_kl, losses.reverse_kl])
def test_gradients_are_the_numeric_ones(divergence) -> None:
    student = logits(2, 5, seed=5).requires_grad_()
    assert torch.autograd.gradcheck(lambda given: divergence(given, logits(2, 5, seed=6)), student)


def test_half_precision_survives_probabilities_near_zero() -> None:
    student = torch.tensor([[40.0, 0.0, -40.0]], dtype=torch.bfloat16)
    teacher = torch.tensor([[-40.0, 0.0, 40.0]], dtype=torch.bfloat16)
    value = losses.reverse_kl(student, teacher)
    assert value.dtype is torch.float32
    assert value.item() == pytest.approx(
        losses.reverse_kl(student.double(), teacher.double()).item(), rel=1e-5
    )
