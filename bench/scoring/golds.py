"""Golds: what is wrong with gold queries, on the terminal and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from bench.console import out
from bench.execute import Policy
from bench.judge.golds import KINDS, MISSING, UNREAD, Finding, check
from bench.judge.rules import STEADY, metrics
from bench.types import Dataset
from bench.words import count


def check_golds(
    dataset: Dataset, rules: Sequence[str], policy: Policy, *, workers: int | None = None
) -> tuple[Finding, ...]:
    """Hold every gold query against itself, under every steady rule unless some are named.

    Raises:
        ConfigError: a rule is not known.
    """
    names = metrics(rules or STEADY, dataset.rules, where="--rules")
    return check(dataset, names, policy, workers=workers)


def spoils(findings: Sequence[Finding]) -> bool:
    """Tell whether a database is missing, so that not every gold was checked."""
    return any(finding.kind == MISSING for finding in findings)


def show_golds(dataset: Dataset, findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print what is wrong with gold queries, by kind, and how many are sound."""
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=2))
        return
    for kind, meaning in KINDS.items():
        found = [finding for finding in findings if finding.kind == kind]
        out.print(f"{len(found)} {kind}: gold {meaning}", markup=False)
        broken = Counter((finding.db_id, finding.detail) for finding in found if kind == MISSING)
        for (db_id, detail), golds in broken.items():
            out.print(f"  {db_id}: {count(golds, 'gold')} [{detail}]", markup=False)
        for finding in found if kind != MISSING else ():
            detail = f" [{finding.detail}]" if finding.detail else ""
            out.print(f"  {finding.example_id} ({finding.db_id}){detail} {finding.gold}", markup=False)
    golds = sum(len(example.gold) for example in dataset.examples)
    unsound = len({(one.example_id, one.gold) for one in findings if one.kind != UNREAD})
    said = ", ".join(f"{number} {kind}" for kind, number in Counter(one.kind for one in findings).items())
    out.print(f"{count(golds, 'gold')}, {golds - unsound} sound{f'; {said}' if said else ''}", markup=False)
