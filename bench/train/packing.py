"""Packing: several texts in one row that a model reads, each blind to the others."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Packed:
    """Texts in R rows of L tokens.

    Attributes:
        ids: token ids ``[R, L]``.
        positions: of each token in its own text, ``[R, L]``.
        mask: what is added to attention ``[R, 1, L, L]``: nothing where a token of the same text looks at
            an earlier one or at itself, minus infinity elsewhere.
        wanted: which tokens are to be predicted, boolean ``[R, L]``, in the order of the texts.
    """

    ids: Tensor
    positions: Tensor
    mask: Tensor
    wanted: Tensor


def packed(ids: Tensor, attention: Tensor, wanted: Tensor, row: int) -> Packed:
    """Take texts out of their padding and put each behind the last, in a new row where one is full.

    Args:
        ids: token ids ``[B, T]``, padded on either side.
        attention: which of them are no padding, boolean ``[B, T]``.
        wanted: which tokens to predict, boolean ``[B, T]``.
        row: the most tokens of a row; a text that is longer has one of its own.
    """
    rows: list[list[int]] = []
    lengths = attention.sum(-1).tolist()
    room = 0
    for text, length in enumerate(lengths):
        if length > room:
            rows.append([])
            room = max(row, length)
        rows[-1].append(text)
        room -= length
    width = max(sum(lengths[text] for text in texts) for texts in rows)
    shape = (len(rows), width)
    made = Packed(
        ids=torch.zeros(shape, dtype=ids.dtype, device=ids.device),
        positions=torch.zeros(shape, dtype=torch.long, device=ids.device),
        mask=torch.full((len(rows), 1, width, width), torch.finfo(torch.float32).min, device=ids.device),
        wanted=torch.zeros(shape, dtype=torch.bool, device=ids.device),
    )
    made.mask.diagonal(
        dim1=-2, dim2=-1
    ).zero_()  # padding looks at itself: a softmax over nothing is no number
    for place, texts in enumerate(rows):
        begin = 0
        for text in texts:
            end = begin + lengths[text]
            there = attention[text]
            made.ids[place, begin:end] = ids[text][there]
            made.wanted[place, begin:end] = wanted[text][there]
            made.positions[place, begin:end] = torch.arange(end - begin, device=ids.device)
            square = torch.ones(end - begin, end - begin, dtype=torch.bool, device=ids.device).tril()
            made.mask[place, 0, begin:end, begin:end].masked_fill_(square, 0.0)
            begin = end
    return made
