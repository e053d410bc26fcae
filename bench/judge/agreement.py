"""Agreement: how often rules say of predictions what people said of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bench.judge.exact import EM_RULES
from bench.judge.rules import EX_RULES
from bench.judge.stats import estimate
from bench.types import Score, Status, Verdict

THRESHOLDS = (0.5, 1.0)
"""From which value on a rule that gives a number counts as saying ``right``."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How one rule compares with people, over the same predictions.

    Attributes:
        rule: a metric, with the threshold of one that is a number.
        both_right, both_wrong: predictions on which they agree.
        only_rule, only_people: predictions that only one of them counts as right.
        share: how often they agree, with its interval.
    """

    rule: str
    both_right: int
    both_wrong: int
    only_rule: int
    only_people: int
    share: Score

    @property
    def kappa(self) -> float:
        """Cohen's kappa (1960): agreement beyond chance; 0 where chance alone would agree."""
        n = self.share.n
        ours, theirs = self.both_right + self.only_rule, self.both_right + self.only_people
        chance = (ours * theirs + (n - ours) * (n - theirs)) / n**2 if n else 1.0
        return (self.share.value - chance) / (1 - chance) if chance < 1 else 0.0


def rules() -> tuple[str, ...]:
    """Name the metrics that say right or wrong, and soft F1, which does from a threshold on.

    Plugging values is left out: it asks whether a query is right but for its values, as people do not.
    """
    said = (
        metric for metric, rule in EX_RULES.items() if rule.steady and rule.grade is None and not rule.further
    )
    return (*said, "soft-f1", *EM_RULES)


def agreements(labels: Mapping[str, bool], verdicts: Sequence[Verdict]) -> tuple[Agreement, ...]:
    """Compare rules with labels.

    Args:
        labels: what people said, by the example's id.
        verdicts: of the same examples, under :func:`rules`. A rule that compares results is held
            against those alone whose gold ran and found rows: two empty results prove nothing.
    """
    ran = [verdict for verdict in verdicts if verdict.gold.status is Status.OK and verdict.gold.rows]
    found: list[Agreement] = []
    for metric in rules():
        usable = verdicts if metric in EM_RULES else ran
        if metric == "soft-f1":
            found += [_agreement(f"{metric} ≥ {at:g}", labels, usable, metric, at) for at in THRESHOLDS]
        else:
            found.append(_agreement(metric, labels, usable, metric, 1.0))
    return tuple(found)


def _agreement(
    rule: str, labels: Mapping[str, bool], verdicts: Sequence[Verdict], metric: str, threshold: float
) -> Agreement:
    pairs = [(verdict.metrics[metric] >= threshold, labels[verdict.example_id]) for verdict in verdicts]
    return Agreement(
        rule,
        both_right=pairs.count((True, True)),
        both_wrong=pairs.count((False, False)),
        only_rule=pairs.count((True, False)),
        only_people=pairs.count((False, True)),
        share=estimate([float(ours == theirs) for ours, theirs in pairs], [one.db_id for one in verdicts]),
    )
