"""MiniLLM: reverse KL of whole answers, by policy gradient.

Gu, Dong, Wei, Huang, "MiniLLM: Knowledge Distillation of Large Language Models", arXiv 2306.08543,
single-step decomposition, teacher-mixed sampling, length normalisation (not numbered in our source).

Answers y are sampled from a mixture, m = (1-a) q + a p with a = ``mix``. With w_t = q(y_t) / m(y_t),
r_t = log p(y_t) - log q(y_t), and R_t the mean of r over the tokens after t:

    ∇L = Σ_t w_t [ ∇ KL(q ‖ p)(. | x, y_<t) - R_t ∇ log q(y_t | x, y_<t) ] + mle_weight · ∇ MLE

Implemented: this. The likelihood term reads the gold SQL, where the paper has a corpus for pre-training.
Each answer is used for one step, so the paper's clipping has nothing to clip and is left out, and so is
the whitening of returns that its code adds. What is logged as "kd" is Σ w_t KL(q ‖ p).
"""

from __future__ import annotations

import torch
from torch import Tensor

from bench.methods import Minillm
from bench.train import losses
from bench.train.data import Batch
from bench.train.objectives.step import Models, Moment, Pair, Reading, beside_gold
from bench.train.rollout import mixed, write


def readings(objective: Minillm, models: Models, batch: Batch, moment: Moment) -> tuple[Reading, ...]:
    """Read what student and teacher write together."""
    both = [models.student, models.teacher]
    written = write(objective, models, batch, moment, both, mixed(objective.mix))
    return beside_gold(objective, batch, written, generated=len(batch.names))


def divergence(objective: Minillm, pair: Pair) -> Tensor:
    """Return per token a value whose gradient is that of the policy."""
    batch = pair.reading.batch
    tokens = batch.ids[batch.answer]
    log_q, log_p = -losses.mle(pair.student, tokens), -losses.mle(pair.teacher, tokens)
    reward = (log_p - log_q).detach()
    q, p = log_q.detach().exp(), log_p.exp()
    weight = q / ((1 - objective.mix) * q + objective.mix * p)
    pushed = returns(reward, batch.answer) * (log_q - log_q.detach())
    return weight * (losses.reverse_kl(pair.student, pair.teacher) - pushed)


def returns(reward: Tensor, answer: Tensor) -> Tensor:
    """Return, for each of N tokens, the mean reward of those after it in its row; 0 for the last.

    Args:
        reward: of the tokens that ``answer`` marks, ``[N]`` in row-major order.
        answer: boolean ``[B, T]``.
    """
    grid = torch.zeros(answer.shape, dtype=reward.dtype, device=reward.device)
    grid[answer] = reward
    after = grid.flip(-1).cumsum(-1).flip(-1) - grid
    left = answer.flip(-1).cumsum(-1).flip(-1) - answer.long()
    return (after / left.clamp_min(1))[answer]
