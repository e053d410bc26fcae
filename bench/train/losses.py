"""Losses of next-token distributions, per position, as pure functions of logits.

All take logits of shape ``[..., V]`` and return values of shape ``[...]``; the caller chooses the
positions and the reduction. Logits in half precision are raised to float32 first: a log-probability
near log(0) has no place in 16 bits.

Notation: p is the teacher's distribution, q the student's, V the vocabulary, and
KL(a ‖ b) = Σ_v a(v) [log a(v) - log b(v)].
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional


def log_probabilities(logits: Tensor) -> Tensor:
    """Return log-softmax over the last dimension in float32, or in float64 if given float64."""
    wide = torch.promote_types(logits.dtype, torch.float32)
    return functional.log_softmax(logits.to(wide), dim=-1)


def mle(logits: Tensor, targets: Tensor) -> Tensor:
    """Return -log q(target), ``targets`` of shape ``[...]``."""
    return -log_probabilities(logits).gather(-1, targets.unsqueeze(-1)).squeeze(-1)


def forward_kl(student: Tensor, teacher: Tensor) -> Tensor:
    """Return KL(p ‖ q) = Σ_v p(v) [log p(v) - log q(v)] (Hinton et al. 2015, arXiv 1503.02531)."""
    return _kl(log_probabilities(teacher), log_probabilities(student))


def reverse_kl(student: Tensor, teacher: Tensor) -> Tensor:
    """Return KL(q ‖ p) = Σ_v q(v) [log q(v) - log p(v)] (Gu et al. 2023, arXiv 2306.08543)."""
    log_q, log_p = log_probabilities(student), log_probabilities(teacher)
    return _kl(log_q, log_p)


def jensen_shannon(student: Tensor, teacher: Tensor, beta: float, *, rescaled: bool = False) -> Tensor:
    """Return JSD_β = β KL(p ‖ m) + (1-β) KL(q ‖ m) with m = β p + (1-β) q (arXiv 2306.13649).

    It vanishes at β = 0 and 1. Rescaled, it is divided by β (1-β), whose limits there are KL(p ‖ q)
    and KL(q ‖ p).
    """
    if beta in (0, 1):
        limit = reverse_kl if beta else forward_kl
        return limit(student, teacher) * (1 if rescaled else 0)
    log_p, log_q = log_probabilities(teacher), log_probabilities(student)
    log_m = _mixed(log_p, log_q, beta)
    value = beta * _kl(log_p, log_m) + (1 - beta) * _kl(log_q, log_m)
    return value / (beta * (1 - beta)) if rescaled else value


def total_variation(student: Tensor, teacher: Tensor) -> Tensor:
    """Return ½ Σ_v |p(v) - q(v)|, which is 1 at most."""
    return 0.5 * (log_probabilities(teacher).exp() - log_probabilities(student).exp()).abs().sum(-1)


def skew_kl(student: Tensor, teacher: Tensor, skew: float) -> Tensor:
    """Return KL(p ‖ αp + (1-α)q) with α = ``skew`` (Ko et al. 2024, arXiv 2402.03898)."""
    log_p, log_q = log_probabilities(teacher), log_probabilities(student)
    return _kl(log_p, _mixed(log_p, log_q, skew))


def skew_reverse_kl(student: Tensor, teacher: Tensor, skew: float) -> Tensor:
    """Return KL(q ‖ (1-α)p + αq) with α = ``skew`` (Ko et al. 2024, arXiv 2402.03898)."""
    log_p, log_q = log_probabilities(teacher), log_probabilities(student)
    return _kl(log_q, _mixed(log_q, log_p, skew))


def adaptive_kl(student: Tensor, teacher: Tensor, head: float) -> Tensor:
    """Return (g_h KL(p ‖ q) + g_t KL(q ‖ p)) / (g_h + g_t) (Wu et al. 2024, arXiv 2404.02657).

    The gaps g = Σ |p - q| are taken over the teacher's head, which is its likeliest token and those after
    it while their mass in all is at most ``head``, and over the tail. They are weights, not gradients.
    """
    p, q = log_probabilities(teacher).exp().detach(), log_probabilities(student).exp().detach()
    ranked, order = p.sort(dim=-1, descending=True)
    in_head = ranked.cumsum(-1) <= head
    in_head[..., 0] = True
    gaps = (ranked - q.gather(-1, order)).abs()
    of_head = (gaps * in_head).sum(-1)
    of_tail = (gaps * ~in_head).sum(-1)
    whole = (of_head + of_tail).clamp_min(torch.finfo(gaps.dtype).tiny)
    share = of_head / whole
    return share * forward_kl(student, teacher) + (of_tail / whole) * reverse_kl(student, teacher)


def alpha_beta(student: Tensor, teacher: Tensor, alpha: float, beta: float) -> Tensor:
    """Return the α-β divergence for α, β ≥ 0, not both 0 (Wang et al. 2025, arXiv 2505.04560).

    -1/(αβ) Σ_v [p^α q^β - α/(α+β) p^(α+β) - β/(α+β) q^(α+β)]; where one of them is 0, its limit, which is
    Σ_v [a^c log(a^c / b^c) - a^c + b^c] / c² with c the other one: KL(p ‖ q) at (1, 0), KL(q ‖ p) at (0, 1).
    """
    log_p, log_q = log_probabilities(teacher), log_probabilities(student)
    if beta == 0:
        return _limit(log_p, log_q, alpha)
    if alpha == 0:
        return _limit(log_q, log_p, beta)
    both = alpha + beta
    cross = (alpha * log_p + beta * log_q).exp()
    own = (alpha * (both * log_p).exp() + beta * (both * log_q).exp()) / both
    return (own - cross).sum(-1) / (alpha * beta)


def interpolated(student: Tensor, teacher: Tensor, share: float) -> Tensor:
    """Return logits (1-s) z_q + s z_p with s = ``share``, without a gradient (TAID, arXiv 2501.16937)."""
    wide = torch.promote_types(student.dtype, torch.float32)
    return (1 - share) * student.detach().to(wide) + share * teacher.detach().to(wide)


def entropy(logits: Tensor) -> Tensor:
    """Return -Σ_v q(v) log q(v), the uncertainty of a prediction in nats."""
    log_q = log_probabilities(logits)
    return -(log_q.exp() * log_q).sum(-1)


def _kl(log_a: Tensor, log_b: Tensor) -> Tensor:
    return (log_a.exp() * (log_a - log_b)).sum(-1)


def _mixed(log_a: Tensor, log_b: Tensor, share: float) -> Tensor:
    """Return log(share · a + (1 - share) · b)."""
    if share == 0:
        return log_b
    return torch.logaddexp(log_a + math.log(share), log_b + math.log1p(-share))


def _limit(log_a: Tensor, log_b: Tensor, power: float) -> Tensor:
    a, b = (power * log_a).exp(), (power * log_b).exp()
    return (a * power * (log_a - log_b) - a + b).sum(-1) / power**2
