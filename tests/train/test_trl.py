"""Our divergences against TRL's GKD loss, where conventions meet; TRL is among the tools of measurement."""

from __future__ import annotations

import warnings

import pytest

torch = pytest.importorskip("torch", reason="needs the [train] extra")
pytest.importorskip("trl", reason="TRL is in the group 'perf', as it brings 190 MB: nox -s perf")

from bench.train import losses  # noqa: E402

pytestmark = pytest.mark.train


@pytest.fixture(scope="module")
def theirs():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its experimental part says that it is one
        from trl.experimental.gkd import GKDTrainer
    return GKDTrainer.generalized_jsd_loss


@pytest.mark.parametrize("beta", [0.0, 0.1, 0.5, 0.9, 1.0])
def test_the_mean_over_supervised_tokens_is_trls(theirs, beta) -> None:
    """In TRL, too, beta is the teacher's share; its ends are forward and reverse KL, as ours rescaled."""
    generator = torch.Generator().manual_seed(5)
    student, teacher = (3 * torch.randn(4, 9, 31, generator=generator) for _ in range(2))
    student.requires_grad_()
    labels = torch.randint(31, (4, 9), generator=generator)
    labels[:, :4] = -100
    expected = theirs(student_logits=student, teacher_logits=teacher, labels=labels, beta=beta)
    (gradient,) = torch.autograd.grad(expected, student)
    there = labels != -100
    ours = losses.jensen_shannon(student[there], teacher[there], beta, rescaled=beta in (0, 1)).mean()
    (found,) = torch.autograd.grad(ours, student)
    assert ours.item() == pytest.approx(expected.item(), rel=1e-5)
    assert torch.allclose(found, gradient, atol=1e-6)
