"""Policy: how much one SQL may cost before its verdict is a limit instead of rows."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime

from bench.errors import ConfigError, near

VERSION = 1
"""Raised by hand when the same limits come to mean something else."""


@dataclass(frozen=True, slots=True)
class Policy:
    """The limits of a verdict. Every field can change an outcome, so every field is in ``id``.

    Only ``steps`` is meant to be met in practice: it counts SQLite's virtual-machine operations and
    gives the same answer on every machine. CPU and wall time, each of one query with its
    comparison, are backstops for operations that take long: few are counted, and only a kill helps.
    """

    name: str = "standard"
    steps: int = 1_000_000_000
    """VM operations per query; 10⁹ are about 30 s (7 s for tight loops, 105 s for wide rows)."""
    relative_steps: int | None = None
    """A prediction may take this many times the operations of its gold, if that is less than ``steps``."""
    relative_floor: int = 5_000_000
    """Operations that a prediction may always take."""
    cpu_seconds: float = 120.0
    wall_seconds: float = 600.0
    rows: int = 1_000_000
    bytes: int = 64 * 2**20
    """Size of a prediction's rows in memory, beyond those of its gold."""
    gold_bytes: int = 256 * 2**20
    heap: int = 512 * 2**20
    """What SQLite itself may allocate."""
    memory: int = 2 * 2**30
    """What a worker process may allocate in all."""
    value_bytes: int = 10_000_000
    """Longest text or blob."""
    sql_bytes: int = 200_000
    now: int = 1_735_689_600
    """What the clock shows, in Unix seconds: 2025-01-01 00:00:00 UTC."""
    seed: int = 0
    """Where ``random()`` starts, in every query anew."""
    preview_rows: int = 10
    backwards: bool = False
    """Read tables without an order from their end: to find queries whose result hangs on it."""

    def __post_init__(self) -> None:
        for name, value in asdict(self).items():
            if name in ("name", "seed", "now", "preview_rows", "relative_floor", "backwards"):
                continue
            if value is not None and value <= 0:
                raise ConfigError(f"a policy's '{name}' must be above zero, not {value!r}", where=self.name)

    @property
    def id(self) -> str:
        """The limits as stable text for keys; the name is not part of it, nor is what is off."""
        fields = {
            name: value for name, value in asdict(self).items() if name != "name" and value is not False
        }
        return f"v{VERSION};" + ";".join(f"{name}={fields[name]}" for name in sorted(fields))


STANDARD = Policy()
SPIDER = replace(STANDARD, name="spider", steps=350_000_000, cpu_seconds=40.0, wall_seconds=200.0)
FAST = replace(STANDARD, name="fast", relative_steps=20, cpu_seconds=5.0, wall_seconds=30.0)
"""For rewards and development: bad predictions are given up early, relative to their gold."""

POLICIES = {policy.name: policy for policy in (STANDARD, SPIDER, FAST)}


def named(name: str, *, where: str = "") -> Policy:
    """Return the preset called ``name``.

    Raises:
        ConfigError: there is none; the message lists near matches.
    """
    if name not in POLICIES:
        raise ConfigError(f"unknown policy '{name}'", where=where, todo=near(name, POLICIES))
    return POLICIES[name]


def at(policy: Policy, when: str, *, where: str = "") -> Policy:
    """Set the clock that queries see.

    Args:
        policy: the other limits.
        when: a date, with or without a time, in ISO 8601; UTC unless it says otherwise; empty
            leaves the clock as it is.
        where: what to name in the error.

    Raises:
        ConfigError: it is no date.
    """
    if not when:
        return policy
    try:
        moment = datetime.fromisoformat(when)
    except ValueError as error:
        raise ConfigError(f"'{when}' is no date", where=where, todo="write it like 2026-11-20") from error
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return replace(policy, now=int(moment.timestamp()))
