"""Statistics against closed forms, scipy's own tests and hand-computed values."""

import doctest
from math import sqrt

import pytest
from scipy import stats as scipy_stats

from bench.judge import stats


def test_examples_in_the_documentation_hold():
    assert doctest.testmod(stats).failed == 0


@pytest.mark.parametrize(
    "k,n", [(0, 1), (1, 1), (0, 20), (20, 20), (7, 20), (171, 240), (1034, 1034), (99, 166)]
)
def test_wilson_is_scipys(k, n):
    expected = scipy_stats.binomtest(k, n).proportion_ci(0.95, method="wilson")
    assert stats.wilson(k, n) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_wilson_of_nothing_knows_nothing():
    assert stats.wilson(0, 0) == (0.0, 1.0)


def test_one_question_per_cluster_gives_the_t_interval_of_a_mean():
    values = [1.0, 0.0, 1.0, 1.0, 0.5, 0.0, 1.0]
    expected = scipy_stats.t.interval(0.95, 6, scipy_stats.tmean(values), scipy_stats.sem(values))
    assert stats.clustered(values, list("abcdefg")) == pytest.approx(expected, abs=1e-12)


def test_clusters_by_hand():
    # Mean 0.5; residual sums: a = 0.5 + 0.5 = 1, b = -0.5 - 0.5 = -1; SE = sqrt(2/1 * (1 + 1)) / 4 = 0.5.
    low, high = stats.clustered([1, 1, 0, 0], list("aabb"))
    assert (low, high) == pytest.approx((0.5 - 12.7062047 * 0.5, 0.5 + 12.7062047 * 0.5), abs=1e-6)


def test_three_clusters_by_hand():
    # Mean 0.6; residual sums: a = 0.8, b = -0.2 - 0.0 (one right of two: 0.4 - 0.6), c = -0.6.
    low, high = stats.clustered([1, 1, 1, 0, 0], list("aabbc"))
    error = sqrt(3 / 2 * (0.8**2 + 0.2**2 + 0.6**2)) / 5
    assert high - low == pytest.approx(2 * 4.302652729911275 * error, abs=1e-9)


def test_one_cluster_has_no_clustered_interval():
    assert stats.clustered([1, 0, 1], ["a"] * 3) is None
    assert stats.estimate([1, 0, 1], ["a"] * 3).interval == "wilson"


def test_the_wider_interval_is_taken_and_named():
    alike = stats.estimate([1] * 10 + [0] * 10, ["a"] * 10 + ["b"] * 10)
    assert (alike.interval, alike.low, alike.high) == ("clustered", 0.0, 1.0)
    # Each database half right: the clusters do not differ, so nothing but Wilson is left.
    even = stats.estimate([1, 0] * 10, [f"db{i // 2}" for i in range(20)])
    assert (even.interval, even.value, even.k, even.n) == ("wilson", 0.5, 10.0, 20)
    assert (even.low, even.high) == stats.wilson(10, 20)


def test_a_mean_above_one_is_no_proportion():
    score = stats.estimate([1.25, 1.0, 1.25, 0.0], list("aabb"))
    assert (score.interval, score.value) == ("clustered", 0.875)
    assert score.high > 1


@pytest.mark.parametrize("b,c", [(0, 0), (0, 5), (5, 0), (3, 3), (1, 9), (12, 30), (200, 260)])
def test_mcnemar_is_the_exact_binomial_test(b, c):
    expected = scipy_stats.binomtest(b, b + c).pvalue if b + c else 1.0
    assert stats.mcnemar(b, c) == pytest.approx(expected, abs=1e-12)


def test_a_paired_difference_counts_both_kinds_of_flips():
    first, second = [1, 1, 0, 0, 0, 1], [1, 0, 1, 1, 0, 1]
    found = stats.paired(first, second, list("abcdef"))
    assert (found.only_first, found.only_second, found.n) == (1, 2, 6)
    assert found.value == pytest.approx(1 / 6)
    assert found.p == 1.0
    assert (found.low, found.high) == pytest.approx(stats.clustered([0, -1, 1, 1, 0, 0], list("abcdef")))


def test_an_interval_of_a_difference_ends_where_differences_end():
    found = stats.paired([0, 1, 1], [1, 1, 1], ["a", "b", "b"])
    low, high = stats.clustered([1, 0, 0], ["a", "b", "b"])
    assert low < -1 < 1 < high
    assert (found.low, found.high) == (-1, 1)


def test_a_pair_must_answer_the_same_questions():
    with pytest.raises(ValueError):
        stats.paired([1, 0], [1], ["a", "b"])


def test_holm_by_hand():
    assert stats.holm([]) == []
    assert stats.holm([0.2]) == [0.2]
    assert stats.holm([0.001, 0.9, 0.02, 0.5]) == pytest.approx([0.004, 1.0, 0.06, 1.0])


@pytest.mark.parametrize(
    "n,share,points",
    [(1034, 0.05, 1.9), (1034, 0.20, 3.9), (1534, 0.10, 2.3), (500, 0.20, 5.6), (166, 0.05, 4.9)],
)
def test_detectable_differences_of_known_sets(n, share, points):
    assert round(100 * stats.detectable(share, n), 1) == points
