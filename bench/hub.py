"""Hub: where models and data sets are downloaded from, and whether it can be reached."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import requests

SECONDS = 3.0
"""How long the hub is waited for: its own clients try again for most of a minute."""

YES = frozenset({"1", "ON", "YES", "TRUE"})
"""What the hub's own clients read as yes, in upper or lower case."""


def endpoint() -> str:
    """Return the address of the hub."""
    return os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")


def is_away(base: str) -> bool:
    """Say whether a base is one of the hub's, and the hub is not to be asked or does not answer."""
    return not Path(base).is_dir() and not reachable()


def reachable() -> bool:
    """Say whether the hub may be asked and answers."""
    return not _offline() and _answers(endpoint())


def _offline() -> bool:
    """Say whether the user keeps off the network, by either of the names that the hub's clients look at."""
    said = os.environ.get("HF_HUB_OFFLINE") or os.environ.get("TRANSFORMERS_OFFLINE") or ""
    return said.upper() in YES


@cache
def _answers(address: str) -> bool:
    """Knock once, not once for each model."""
    try:
        requests.head(address, timeout=SECONDS)
    except requests.RequestException:
        return False
    return True
