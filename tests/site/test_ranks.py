"""What a table says that it could have found is what its own test finds."""

import re

import numpy as np
import pytest

from bench.judge.stats import mcnemar
from bench.site.ranks import power

N = 240


def told(rows):
    share, least = re.findall(r"([\d.]+) (?:%|points)", power(rows, len(rows[0])))[::2]
    return float(share) / 100, float(least) / 100


def drawn(rng, chances, seeds):
    return (rng.random((seeds, len(chances))) < chances).mean(axis=0)


@pytest.mark.parametrize(("seeds", "gained"), [(1, 0.195), (3, 0.105), (5, 0.082)])
def test_a_difference_of_the_size_told_is_found_four_times_in_five(seeds, gained):
    """A second system gets some of what the first gets wrong, drawn 300 times over."""
    rng = np.random.default_rng(7)
    found, gains, least = [], [], []
    for _ in range(300):
        chances = rng.beta(0.5, 0.5, N)
        rows = [drawn(rng, chances, seeds), drawn(rng, chances + gained * (1 - chances), seeds)]
        first, second = np.sum(rows[0] > rows[1]), np.sum(rows[1] > rows[0])
        found.append(first < second and mcnemar(int(first), int(second)) <= 0.05)
        gains.append(float(np.mean(rows[1] - rows[0])))
        least.append(told(rows)[1])
    assert np.mean(gains) == pytest.approx(np.mean(least), abs=0.004)
    # The exact test holds its 5 % by finding a little less than the normal curve promises.
    assert 0.65 < np.mean(found) < 0.85


def test_every_question_that_the_test_counts_is_counted():
    # Ten questions differ by a third and ten by 1: twenty signs of 240, each worth 2/3 on average.
    first = [1.0] * N
    second = [2 / 3] * 10 + [0.0] * 10 + [1.0] * 220
    share, least = told([first, second])
    assert share == pytest.approx(20 / N, abs=5e-4)
    assert least == pytest.approx(2.8 * (20 / N / N) ** 0.5 * 2 / 3, abs=5e-4)
