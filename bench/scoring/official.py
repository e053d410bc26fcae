"""Official: the options and the table of the official scripts, in terms of rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.errors import ConfigError, near

KINDS = ("exec", "match", "all")
"""What ``--etype`` of test-suite-sql-eval may say."""


def rules_of(
    etype: str,
    rules: Sequence[str],
    *,
    plug_value: bool = False,
    keep_distinct: bool = False,
    data_mode: str = "",
) -> tuple[str, ...]:
    """Turn the options of test-suite-sql-eval, or of BIRD's script, into rules.

    Args:
        etype: one of :data:`KINDS`; empty stands for ``exec`` where one of the two options below is given,
            as in the script, and otherwise leaves the choice to ``rules``.
        rules: rules asked for by name.
        plug_value: whether gold's literals are plugged into the prediction.
        keep_distinct: whether DISTINCT is kept.
        data_mode: what BIRD's script is told of its files; it has one rule, unless others are asked for.

    Raises:
        ConfigError: an unknown kind, or options that do not go together.
    """
    if not etype and not plug_value and not keep_distinct:
        return tuple(rules) or (("ex.bird",) if data_mode else ())
    etype = etype or "exec"
    if etype not in KINDS:
        raise ConfigError(f"unknown value '{etype}'", where="--etype", todo=near(etype, KINDS))
    if rules:
        raise ConfigError(
            "do not go with --etype, --plug_value or --keep_distinct, which stand for rules of their own",
            where="--rules",
        )
    variant = f"{'-plug' if plug_value else ''}{'-distinct' if keep_distinct else ''}"
    return (
        *((f"ex.test-suite{variant}",) if etype in ("exec", "all") else ()),
        *(("em.test-suite",) if etype in ("match", "all") else ()),
    )


def birds_gold(path: Path | None, data_mode: str) -> Path | None:
    """Find the gold file that BIRD's script reads in a folder."""
    return path / f"{data_mode}_gold.sql" if path and data_mode and path.is_dir() else path


def birds_predictions(paths: Sequence[Path], data_mode: str) -> tuple[Path, ...]:
    """Find the prediction files that BIRD's script reads in folders."""
    name = f"predict_{data_mode}.json"
    return tuple([path / name if data_mode and path.is_dir() else path for path in paths])
