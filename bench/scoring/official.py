"""Official: the options and the table of the official scripts, in terms of rules."""

from __future__ import annotations

from collections.abc import Sequence

from bench.errors import ConfigError, near

KINDS = ("exec", "match", "all")
"""What ``--etype`` of test-suite-sql-eval may say."""


def rules_of(
    etype: str, rules: Sequence[str], *, plug_value: bool = False, keep_distinct: bool = False
) -> tuple[str, ...]:
    """Turn the options of test-suite-sql-eval into rules.

    Args:
        etype: one of :data:`KINDS`; empty stands for ``exec`` where one of the two options below is given,
            as in the script, and otherwise leaves the choice to ``rules``.
        rules: rules asked for by name.
        plug_value: whether gold's literals are plugged into the prediction.
        keep_distinct: whether DISTINCT is kept.

    Raises:
        ConfigError: an unknown kind, or options that do not go together.
    """
    if not etype and not plug_value and not keep_distinct:
        return tuple(rules)
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
