"""When answers were made, and with which source, as far as their record tells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SHORT = 7
"""Characters of a commit that are shown."""


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of the making of a cell's answers; what is not is empty.

    Attributes:
        day: the day, as ``YYYY-MM-DD``.
        commit: the commit of this bench.
        dirty: whether there were changes that are not in it; ``None`` where that was not recorded.
    """

    day: str = ""
    commit: str = ""
    dirty: bool | None = None

    @property
    def at(self) -> str:
        """Its commit in short, with a plus where there were changes that are not in it."""
        return f"{self.commit[:SHORT]}{'+' if self.dirty else ''}"


def made(provenance: Mapping[str, object]) -> Made:
    """Read what a record says of the answers."""
    record = _mapping(provenance.get("predict"))
    source = _mapping(record.get("source"))
    dirty = source.get("dirty")
    return Made(
        day=str(record.get("date") or ""),
        commit=str(source.get("commit") or ""),
        dirty=dirty if isinstance(dirty, bool) else None,
    )


def when(found: Iterable[Made]) -> str:
    """Say when the last of some answers were made, or with which commit where no day was recorded."""
    known = list(found)
    day = max((one.day for one in known), default="")
    commits = {one.at for one in known if one.commit}
    if day or not commits:
        return day or "day not recorded"
    return f"at commit {commits.pop()}" if len(commits) == 1 else f"at {len(commits)} commits"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
