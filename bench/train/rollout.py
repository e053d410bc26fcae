"""Rollouts: answers written token by token while training, by student, teacher, or both together.

Who writes is a distribution over the next token. A teacher that corrects its student's tokens, or lends
it a part of its own distribution, is one, too; so a single loop serves every on-policy objective.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.parallel import DistributedDataParallel

from bench.methods import OnPolicy
from bench.train.data import Batch, Sample, collate, split
from bench.train.losses import log_probabilities
from bench.train.objectives.step import Models, Moment
from bench.weights import Model

Author = Callable[..., Tensor]
"""Gives the probabilities ``[B, V]`` of the next token from the log-probabilities of each model asked."""


def alone(log_q: Tensor) -> Tensor:
    """Let one model write."""
    return log_q.exp()


def mixed(share: float) -> Author:
    """Let student and teacher write together: (1-a) q + a p with a = ``share``."""
    return lambda log_q, log_p: (1 - share) * log_q.exp() + share * log_p.exp()


def speculative(top_k: int) -> Author:
    """Let the student propose, and the teacher replace what is not among its ``top_k`` likeliest tokens."""

    def probabilities(log_q: Tensor, log_p: Tensor) -> Tensor:
        q, p = log_q.exp(), log_p.exp()
        best = p.topk(min(top_k, p.shape[-1]), dim=-1).indices
        accepted = torch.zeros_like(q).scatter(-1, best, q.gather(-1, best))
        return accepted + (1 - accepted.sum(-1, keepdim=True)).clamp_min(0) * p

    return probabilities


def student_writes(objective: OnPolicy, models: Models, batch: Batch, moment: Moment) -> Batch:
    """Return ``batch`` with the student's answers in place of the gold ones."""
    return write(objective, models, batch, moment, [models.student], alone)


def write(
    objective: OnPolicy,
    models: Models,
    batch: Batch,
    moment: Moment,
    writers: Sequence[Model],
    author: Author,
) -> Batch:
    """Sample an answer to each prompt of ``batch``, and return both as a batch of its own.

    Args:
        objective: the temperature, and how long an answer may be.
        models: for the shared vocabulary and its special tokens.
        batch: where the prompts are taken from.
        moment: whose generator is drawn from.
        writers: the models that ``author`` wants to hear, in its order.
        author: who writes.
    """
    device = batch.ids.device
    seed = int(torch.randint(2**62, (1,), generator=moment.generator))
    generator = torch.Generator(device).manual_seed(seed)

    def draw(*heard: Tensor) -> Tensor:
        tempered = (log_probabilities(logits / objective.temperature) for logits in heard)
        return torch.multinomial(author(*tempered), 1, generator=generator).squeeze(-1)

    asked = split(batch)
    prompts = [sample.ids[: sample.start] for sample in asked]
    answers = extend(models, writers, prompts, objective.max_new_tokens, draw)
    return collate(
        [
            Sample(sample.id, (*prompt, *answer), sample.start)
            for sample, prompt, answer in zip(asked, prompts, answers, strict=True)
        ],
        models.pad,
    ).to(device)


def likeliest(logits: Tensor) -> Tensor:
    """Choose the likeliest token: greedy decoding."""
    return logits.argmax(-1)


def extend(
    models: Models,
    writers: Sequence[Model],
    prompts: Sequence[Sequence[int]],
    limit: int,
    choose: Callable[..., Tensor],
) -> list[list[int]]:
    """Write on from ``prompts`` together, each up to its end token or ``limit`` tokens, without a gradient.

    Args:
        models: for the shared vocabulary and its special tokens.
        writers: the models that are asked, without dropout; each is left in the mode it was in.
        prompts: token ids, not padded.
        limit: the most tokens of an answer.
        choose: gets the logits ``[B, V]`` of each writer and returns the next tokens ``[B]``.
    """
    ids, attention = _padded(prompts, models.pad, next(writers[0].parameters()).device)
    readers = [_Reader(plain(model)) for model in writers]
    answers: list[list[int]] = [[] for _ in prompts]
    waiting = set(range(len(prompts)))
    with torch.no_grad(), _calm(writers):
        for _ in range(limit):
            heard = [reader.read(ids, attention)[:, : models.vocabulary] for reader in readers]
            chosen = choose(*heard)
            for row in tuple(waiting):
                answers[row].append(int(chosen[row]))
                if answers[row][-1] == models.end:
                    waiting.remove(row)
            if not waiting:
                break
            ids = chosen.unsqueeze(-1)
            attention = torch.cat([attention, torch.ones_like(ids)], dim=-1)
    return answers


def _padded(prompts: Sequence[Sequence[int]], pad: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Pad on the left, so that all prompts end together; return ids and attention ``[B, T]``."""
    width = max(map(len, prompts))
    ids = [[pad] * (width - len(prompt)) + list(prompt) for prompt in prompts]
    attention = [[0] * (width - len(prompt)) + [1] * len(prompt) for prompt in prompts]
    return torch.tensor(ids, device=device), torch.tensor(attention, device=device)


@contextmanager
def _calm(models: Sequence[Model]) -> Iterator[None]:
    """Switch dropout off, and leave each model in the mode it was in."""
    modes = [model.training for model in models]
    for model in models:
        model.eval()
    try:
        yield
    finally:
        for model, mode in zip(models, modes, strict=True):
            model.train(mode)


def plain(model: Model) -> Model:
    """Take a model out of the wrapper that averages its gradients over processes."""
    return model.module if isinstance(model, DistributedDataParallel) else model


@dataclass(slots=True)
class _Reader:
    """A model that reads a text bit by bit and remembers what it read."""

    model: Model
    memory: Any = None

    def read(self, ids: Tensor, attention: Tensor) -> Tensor:
        """Read the new ``ids`` and return the logits ``[B, V]`` after the last; ``attention`` is of all."""
        positions = (attention.cumsum(-1) - 1).clamp_min(0)[:, -ids.shape[1] :]
        output = self.model(
            input_ids=ids,
            attention_mask=attention,
            position_ids=positions,
            past_key_values=self.memory,
            use_cache=True,
            logits_to_keep=1,
        )
        self.memory = output.past_key_values
        return output.logits[:, -1].float()
