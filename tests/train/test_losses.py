"""Losses against closed forms in float64, numeric gradients, identities and limits."""

from __future__ import annotations

import math
from functools import partial

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


def kl(a: list[float], b: list[float]) -> float:
    return sum(x * math.log(x / y) for x, y in zip(a, b, strict=True))


def mixture(a: list[float], b: list[float], share: float) -> list[float]:
    return [share * x + (1 - share) * y for x, y in zip(a, b, strict=True)]


def jsd(p: list[float], q: list[float], beta: float) -> float:
    m = mixture(p, q, beta)
    return beta * kl(p, m) + (1 - beta) * kl(q, m)


def akl(p: list[float], q: list[float], head: float) -> float:
    """The dossier's words, one token at a time."""
    mass, gaps = 0.0, {"head": 0.0, "tail": 0.0}
    for place, index in enumerate(sorted(range(len(p)), key=lambda index: -p[index])):
        mass += p[index]
        gaps["head" if place == 0 or mass <= head else "tail"] += abs(p[index] - q[index])
    return (gaps["head"] * kl(p, q) + gaps["tail"] * kl(q, p)) / sum(gaps.values())


def abkd(p: list[float], q: list[float], a: float, b: float) -> float:
    terms = [
        x**a * y**b - a / (a + b) * x ** (a + b) - b / (a + b) * y ** (a + b)
        for x, y in zip(p, q, strict=True)
    ]
    return -sum(terms) / (a * b)


CASES = {
    "forward": (losses.forward_kl, kl),
    "reverse": (losses.reverse_kl, lambda p, q: kl(q, p)),
    "jsd 0.1": (partial(losses.jensen_shannon, beta=0.1), partial(jsd, beta=0.1)),
    "jsd 0.5": (partial(losses.jensen_shannon, beta=0.5), partial(jsd, beta=0.5)),
    "jsd 0.9": (partial(losses.jensen_shannon, beta=0.9), partial(jsd, beta=0.9)),
    "jsd rescaled": (
        partial(losses.jensen_shannon, beta=0.3, rescaled=True),
        lambda p, q: jsd(p, q, 0.3) / (0.3 * 0.7),
    ),
    "tvd": (
        losses.total_variation,
        lambda p, q: sum(abs(x - y) for x, y in zip(p, q, strict=True)) / 2,
    ),
    "skew": (partial(losses.skew_kl, skew=0.1), lambda p, q: kl(p, mixture(p, q, 0.1))),
    "skew reverse": (partial(losses.skew_reverse_kl, skew=0.1), lambda p, q: kl(q, mixture(q, p, 0.1))),
    "akl": (partial(losses.adaptive_kl, head=0.5), partial(akl, head=0.5)),
    "abkd": (partial(losses.alpha_beta, alpha=0.2, beta=0.7), partial(abkd, a=0.2, b=0.7)),
    "abkd above one": (partial(losses.alpha_beta, alpha=1.5, beta=0.8), partial(abkd, a=1.5, b=0.8)),
}
DIVERGENCES = [pytest.param(ours, id=name) for name, (ours, _) in CASES.items()]


@pytest.mark.parametrize("name", CASES)
def test_against_sums_written_out(name) -> None:
    ours, by_hand = CASES[name]
    student, teacher = logits(20, 9, seed=1), logits(20, 9, seed=2)
    values = ours(student, teacher)
    for row in range(20):
        p, q = distribution(teacher[row]), distribution(student[row])
        assert values[row].item() == pytest.approx(by_hand(p, q), abs=1e-12)


def test_likelihood_and_entropy_against_sums_written_out() -> None:
    student = logits(3, 7, seed=1)
    for row in student:
        q = distribution(row)
        assert losses.mle(row, torch.tensor(4)).item() == pytest.approx(-math.log(q[4]), abs=1e-12)
        doubt = -sum(value * math.log(value) for value in q)
        assert losses.entropy(row).item() == pytest.approx(doubt, abs=1e-12)


def test_a_case_by_hand() -> None:
    """Student (1/2, 1/2) and teacher (1/4, 3/4)."""
    student = torch.zeros(2, dtype=torch.float64)
    teacher = torch.tensor([1.0, 3.0], dtype=torch.float64).log()
    reverse, forward = 0.5 * math.log(4 / 3), 0.25 * math.log(0.5) + 0.75 * math.log(1.5)
    assert losses.reverse_kl(student, teacher).item() == pytest.approx(reverse, abs=1e-12)
    assert losses.forward_kl(student, teacher).item() == pytest.approx(forward, abs=1e-12)
    assert losses.total_variation(student, teacher).item() == pytest.approx(0.25, abs=1e-12)
    # The head is empty but for the likelier token; both gaps are 1/4, so both KLs weigh one half.
    both = losses.adaptive_kl(student, teacher, head=0.5).item()
    assert both == pytest.approx((forward + reverse) / 2, abs=1e-12)


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_divergences_vanish_only_at_equality(divergence) -> None:
    student, teacher = logits(5, 9, seed=3), logits(5, 9, seed=4)
    assert divergence(student, student).abs().max() < 1e-12
    assert (divergence(student, teacher) > 1e-3).all()


@pytest.mark.parametrize("divergence", DIVERGENCES)
def test_a_constant_added_to_all_logits_changes_nothing(divergence) -> None:
    student, teacher = logits(5, 9, seed=3), logits(5, 9, seed=4)
    assert torch.allclose(divergence(student + 30, teacher - 7), divergence(student, teacher), atol=1e-12)


@pytest.mark.parametrize("divergence", [case for case in DIVERGENCES if case.id != "akl"])
def test_gradients_are_the_numeric_ones(divergence) -> None:
    student = logits(2, 5, seed=5).requires_grad_()
    assert torch.autograd.gradcheck(lambda given: divergence(given, logits(2, 5, seed=6)), student)


def test_the_weights_of_adaptive_kl_carry_no_gradient() -> None:
    """Its gradient is that of both KLs with weights held fast."""
    student, teacher = logits(2, 5, seed=5).requires_grad_(), logits(2, 5, seed=6)
    p, q = teacher.softmax(-1), student.detach().softmax(-1)
    shares = []
    for row in range(2):
        mass, head, whole = 0.0, 0.0, (p[row] - q[row]).abs().sum().item()
        for place, index in enumerate(p[row].argsort(descending=True)):
            mass += p[row, index].item()
            head += abs((p[row, index] - q[row, index]).item()) if place == 0 or mass <= 0.5 else 0.0
        shares.append(head / whole)
    share = torch.tensor(shares, dtype=torch.float64)
    forward, reverse = losses.forward_kl(student, teacher), losses.reverse_kl(student, teacher)
    (expected,) = torch.autograd.grad((share * forward + (1 - share) * reverse).sum(), student)
    (found,) = torch.autograd.grad(losses.adaptive_kl(student, teacher, head=0.5).sum(), student)
    assert torch.allclose(found, expected, atol=1e-12)


def test_jensen_shannon_is_symmetric_at_one_half_and_bounded() -> None:
    student, teacher = logits(50, 9, seed=7, scale=8), logits(50, 9, seed=8, scale=8)
    one = losses.jensen_shannon(student, teacher, 0.5)
    assert torch.allclose(one, losses.jensen_shannon(teacher, student, 0.5), atol=1e-12)
    assert (one <= math.log(2)).all()
    swapped = losses.jensen_shannon(teacher, student, 0.8)
    assert torch.allclose(losses.jensen_shannon(student, teacher, 0.2), swapped, atol=1e-12)


@pytest.mark.parametrize("end, limit", [(0, losses.forward_kl), (1, losses.reverse_kl)])
def test_the_ends_of_jensen_shannon(end, limit) -> None:
    """Plain it vanishes; rescaled it tends to a KL, and is that KL at the end itself."""
    student, teacher = logits(5, 9, seed=9), logits(5, 9, seed=10)
    near = abs(end - 1e-7)
    assert losses.jensen_shannon(student, teacher, near).max() < 1e-5
    assert (losses.jensen_shannon(student, teacher, end) == 0).all()
    expected = limit(student, teacher)
    close = losses.jensen_shannon(student, teacher, near, rescaled=True)
    assert torch.allclose(close, expected, rtol=1e-4)
    assert torch.equal(losses.jensen_shannon(student, teacher, end, rescaled=True), expected)


def test_other_limits() -> None:
    student, teacher = logits(5, 9, seed=11), logits(5, 9, seed=12)
    forward, reverse = losses.forward_kl(student, teacher), losses.reverse_kl(student, teacher)
    assert torch.equal(losses.skew_kl(student, teacher, 0.0), forward)
    assert torch.equal(losses.skew_reverse_kl(student, teacher, 0.0), reverse)
    for alpha, beta, expected in ((1.0, 0.0, forward), (0.0, 1.0, reverse)):
        assert torch.allclose(losses.alpha_beta(student, teacher, alpha, beta), expected, atol=1e-12)
        near = losses.alpha_beta(student, teacher, alpha or 1e-6, beta or 1e-6)
        assert torch.allclose(near, expected, rtol=1e-4)
    for power in (0.5, 1.7):
        near = losses.alpha_beta(student, teacher, power, 1e-6)
        assert torch.allclose(losses.alpha_beta(student, teacher, power, 0.0), near, rtol=1e-4)
    assert torch.equal(losses.interpolated(student, teacher, 0.0), student)
    assert torch.equal(losses.interpolated(student, teacher, 1.0), teacher)


@pytest.mark.parametrize("divergence", DIVERGENCES)
@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16])
def test_half_precision_survives_probabilities_near_zero(divergence, kind) -> None:
    student = torch.tensor([[40.0, 0.0, -40.0], [9.0, -2.0, 1.0]], dtype=kind).requires_grad_()
    teacher = torch.tensor([[-40.0, 0.0, 40.0], [-1.0, 3.0, 2.0]], dtype=kind)
    value = divergence(student, teacher)
    assert value.dtype is torch.float32
    exact = divergence(student.detach().double(), teacher.double())
    assert torch.allclose(value.double(), exact, rtol=1e-4)
    value.sum().backward()
    assert student.grad.isfinite().all()
    assert student.grad.abs().sum() > 0
