"""Text: files in UTF-8, with or without a byte-order mark."""

from __future__ import annotations

from pathlib import Path

from bench.errors import DataError


def read_text(path: Path) -> str:
    """Read a text file; its line ends stay as they are.

    Raises:
        DataError: it is a Git LFS pointer, or not UTF-8.
        OSError: it cannot be read.
    """
    data = path.read_bytes()
    if data.startswith(b"version https://git-lfs"):
        raise DataError(
            "this is a Git LFS pointer, not the file",
            where=str(path),
            todo="run 'git lfs pull' in its checkout",
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"is not UTF-8 (byte {error.start})", where=str(path), todo="save it as UTF-8"
        ) from error
