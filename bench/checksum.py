"""Checksum: texts, and this package's own files, to one SHA-256; the standard library is all it needs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import cache
from pathlib import Path


def digest_all(parts: Iterable[str]) -> str:
    """Hash a sequence of texts, so that moving a boundary between two of them changes the hash."""
    whole = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        whole.update(len(data).to_bytes(8, "big"))
        whole.update(data)
    return whole.hexdigest()


@cache
def code(*folders: str) -> str:
    """Hash this package's files, or those of some of its folders: other code makes other things."""
    home = Path(__file__).parent
    files = [path for folder in folders or (".",) for path in (home / folder).rglob("*")]
    read = sorted(path for path in files if path.suffix in {".py", ".html"})
    return digest_all([hashlib.sha256(path.read_bytes()).hexdigest() for path in read])
