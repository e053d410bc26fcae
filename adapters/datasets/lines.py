"""Lines: files of one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.errors import DataError


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Read the objects of a JSONL file, one a line.

    Raises:
        DataError: the file is missing or not UTF-8, or a line is not an object.
    """
    try:
        with path.open(encoding="utf-8-sig") as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    continue
                try:
                    item = json.loads(line)
                except ValueError as error:
                    raise DataError(
                        f"is not JSON ({error})",
                        where=f"{path}, line {number}",
                        todo="mend the line, or get the file again",
                    ) from error
                if not isinstance(item, dict):
                    raise DataError("is not a JSON object", where=f"{path}, line {number}")
                yield item
    except UnicodeDecodeError as error:
        raise DataError("is not UTF-8", where=str(path), todo="save it as UTF-8") from error
    except OSError as error:
        raise DataError(
            f"cannot be read ({error.strerror})", where=str(path), todo="get the file again"
        ) from error
