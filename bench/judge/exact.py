"""Exact match: the rules that compare the queries themselves, clause by clause."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from bench.sql import modern, spider
from bench.sql.spider import Match
from bench.types import Schema

UNREAD, UNREAD_GOLD = "cannot read the prediction", "cannot read the gold"
"""What the note of a verdict says of a rule's reader."""


@dataclass(frozen=True, slots=True)
class EmRule:
    """One way to decide whether two queries are the same.

    Attributes:
        metric: the name of its metric.
        source: whose rule it is, in a few words.
        match: (gold, prediction, schema) → how they compare.
        reader: what reads the queries, for saying that it cannot.
        version: raised by hand when a verdict changes.
    """

    metric: str
    source: str
    match: Callable[[str, str, Schema], Match]
    reader: str = "the official grammar"
    version: int = 1

    def unread(self, match: Match) -> str:
        """Say what could not be read, and why; nothing where both were."""
        reason = match.gold_unparsed or match.unparsed
        what = UNREAD_GOLD if match.gold_unparsed else UNREAD
        return f"{self.reader} {what} ({reason})" if reason else ""

    def best(self, golds: Sequence[str], prediction: str, schema: Schema) -> Match:
        """Hold a prediction against several golds; the first that it equals decides, else the first read."""
        if len(golds) == 1:
            return self.match(golds[0], prediction, schema)
        matches = [self.match(gold, prediction, schema) for gold in golds]
        read = [match for match in matches if not match.gold_unparsed]
        return next((match for match in read if match.exact), (read or matches)[0])


EM_RULES = {
    rule.metric: rule
    for rule in (
        EmRule(
            "em.spider",
            "Spider's exact set match (arXiv 1809.08887), its grammar included",
            partial(spider.exact_match, variant="spider"),
        ),
        EmRule(
            "em.test-suite",
            "the variant of test-suite-sql-eval",
            partial(spider.exact_match, variant="test-suite"),
        ),
        EmRule(
            "em.modern",
            "Spider's comparison of clauses on sqlglot's tree: all of SQL is compared",
            modern.exact_match,
            reader="sqlglot",
        ),
    )
}
"""Metric → its rule."""
