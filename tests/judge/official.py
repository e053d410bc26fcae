"""Items of the official verdicts, as their files hold them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.types import Dataset

Item = Mapping[str, Any]
Differences = Callable[[Dataset, Sequence[Item], Mapping[str, str]], list[tuple[object, ...]]]


def read(path: Path) -> list[Item]:
    """Read one system's verdicts."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
