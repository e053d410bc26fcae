"""KID, knowledge distillation with imperfect data.

Zhong, Chen, Ding, Liu, Du, Tao, "Learning from Imperfect Data: Towards Efficient Knowledge Distillation
of Autoregressive Language Models for Text-to-SQL", Findings of EMNLP 2024, arXiv 2410.11371, equations 2
and 3.

1. Masking: a share of the gold SQL's tokens is masked.
2. Predicting: the student, as it is now, predicts them in one pass, without a gradient.
3. Rewriting: its predictions replace them, which gives the imperfect ŷ.
4. L = kd_weight · (1/n) Σ_t KL(q ‖ p)(. | x, ŷ_<t) - mle_weight · (1/n) Σ_t log q(y_t | x, c_<t)

Implemented: all four masking strategies, masking without rewriting (Table 5), a fill by argmax or
by sampling, both readings of the likelihood's prefix c: gold y, or imperfect ŷ, any special token as
the mask, and masks that are new for every batch, as in the paper, or the same whenever an example comes.
Left open by the paper and chosen here: a masked token is predicted by the logits before it, which
may see earlier masks; the end of the text counts in the loss but is never masked; the fill runs in
evaluation mode and never yields the mask token; "uniform" is evenly spaced with a random phase;
averages run over all supervised tokens of a batch, not first over each sequence.
"""

from __future__ import annotations

import random
from dataclasses import replace

import torch
from torch import Tensor

from bench.methods import Kid
from bench.train import losses
from bench.train.data import Batch
from bench.train.objectives.step import Models, Moment, Pair, Reading, predict
from bench.weights import Model


def readings(objective: Kid, models: Models, batch: Batch, moment: Moment) -> tuple[Reading, ...]:
    """Read the imperfect ids, with gold targets or beside the gold ids.

    Logs ``corruption``, the share of maskable tokens that really changed, and ``fill_accuracy``, the
    share of masked tokens that the student got right.
    """
    masked = select(objective, models.student, batch, moment.generator)
    imperfect = rewrite(objective, models, batch, masked, moment.generator)
    changed = imperfect != batch.ids
    apart = objective.mle_prefix == "gold" and bool(changed.any())
    read = Reading(
        replace(batch, ids=imperfect),
        targets=batch.ids[batch.answer],
        kd=objective.kd_weight,
        mle=0.0 if apart else objective.mle_weight,
        logs={
            "corruption": (changed.sum(), int(_maskable(batch).sum())),
            "fill_accuracy": ((masked & ~changed).sum(), int(masked.sum())),
        },
    )
    return (read, Reading(batch, mle=objective.mle_weight)) if apart else (read,)


def divergence(_objective: Kid, pair: Pair) -> Tensor:
    """Return KL(q ‖ p) per token."""
    return losses.reverse_kl(pair.student, pair.teacher)


def select(objective: Kid, student: Model, batch: Batch, generator: torch.Generator) -> Tensor:
    """Choose the tokens to mask, boolean ``[B, T]``: of each answer, max(1, round(ratio · length)).

    Hard and easy rank tokens by the entropy of the student's prediction on the gold prefix.
    """
    maskable = _maskable(batch)
    masked = torch.zeros_like(maskable)
    if objective.ratio == 0:
        return masked
    doubt = _doubt(student, batch) if objective.strategy in ("easy", "hard") else None
    for row in range(len(masked)):
        positions = maskable[row].nonzero().squeeze(-1)
        if len(positions) == 0:
            continue
        number = max(1, round(objective.ratio * len(positions)))
        draws = generator if objective.refresh == "batch" else _lasting(batch.names[row])
        order = _order(objective, len(positions), number, draws)
        if doubt is not None:
            order = doubt[row, positions].argsort(descending=objective.strategy == "hard", stable=True)
        masked[row, positions[order[:number].to(positions.device)]] = True
    return masked


def rewrite(
    objective: Kid, models: Models, batch: Batch, masked: Tensor, generator: torch.Generator
) -> Tensor:
    """Return ŷ, ids ``[B, T]``: the gold ids with the student's own tokens where they were masked."""
    ids = batch.ids.masked_fill(masked, models.mask)
    if objective.fill == "mask" or not masked.any():
        return ids
    logits = _observe(models.student, replace(batch, ids=ids), masked)[:, : models.vocabulary].float()
    logits[:, models.mask] = float("-inf")
    if objective.fill == "argmax":
        filled = logits.argmax(-1)
    else:
        filled = torch.multinomial(logits.softmax(-1).cpu(), 1, generator=generator).squeeze(-1)
    return ids.masked_scatter(masked, filled.to(ids.device))


def _maskable(batch: Batch) -> Tensor:
    """Mark the answers without their last token, the end of the text."""
    followed = torch.zeros_like(batch.answer)
    followed[:, :-1] = batch.answer[:, 1:]
    return batch.answer & followed


def _order(objective: Kid, length: int, number: int, generator: torch.Generator) -> Tensor:
    """Order ``length`` tokens at random, or put ``number`` evenly spaced ones first."""
    if objective.strategy == "uniform":
        phase = torch.rand(1, generator=generator)
        return ((torch.arange(number) + phase) * length / number).long().clamp(max=length - 1)
    return torch.randperm(length, generator=generator)


def _lasting(name: str) -> torch.Generator:
    """Draw the same for an example whenever it is seen."""
    return torch.Generator().manual_seed(random.Random(name).getrandbits(63))


def _doubt(student: Model, batch: Batch) -> Tensor:
    """Return the entropy ``[B, T]`` of the student's prediction of each answer token."""
    logits = _observe(student, batch, batch.answer)
    doubt = torch.zeros(batch.ids.shape, device=logits.device)
    doubt[batch.answer] = losses.entropy(logits)
    return doubt


def _observe(student: Model, batch: Batch, wanted: Tensor) -> Tensor:
    """Ask the student without dropout and without a graph, and leave it in the mode it was in."""
    training = student.training
    student.eval()
    with torch.no_grad():
        logits = predict(student, batch.ids, batch.attention, wanted, batch.row)
    student.train(training)
    return logits
