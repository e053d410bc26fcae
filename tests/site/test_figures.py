"""Figures in words."""

import pytest

from bench.judge.stats import paired
from bench.site.figures import difference


@pytest.mark.parametrize(
    ("gains", "said"),
    [
        ([1, 0, 0], "1 question gained, 0 lost; "),
        ([1, 1, -1], "2 questions gained, 1 lost; "),
        ([0, 0, 0], "0 questions gained, 0 lost; "),
    ],
)
def test_a_difference_counts_its_questions(gains, said):
    first = [0.0 if gain > 0 else 1.0 for gain in gains]
    second = [one + gain for one, gain in zip(first, gains, strict=True)]
    assert said in difference(paired(first, second, ["a", "b", "c"]), 1.0).title
