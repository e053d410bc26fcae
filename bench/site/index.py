"""The page that lists every board below one folder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.errors import StoreError
from bench.results import SKIPPED
from bench.site.made import made, when
from bench.site.pages import render_index
from bench.site.publish import write


def write_index(leaderboards: Path) -> list[Path]:
    """Write ``index.html`` over the boards found in the folders of ``leaderboards``.

    A board is a folder with the ``results.json`` and ``index.html`` of a publish; others are left alone.

    Returns:
        The files that were written.

    Raises:
        StoreError: a board's ``results.json`` cannot be read, or the folder cannot be written.
    """
    found = sorted(leaderboards.glob("*/results.json")) if leaderboards.is_dir() else []
    boards = [_entry(path) for path in found if path.with_name("index.html").is_file()]
    return write(render_index(boards), leaderboards)


def _entry(path: Path) -> dict[str, object]:
    try:
        board = json.loads(path.read_text("utf-8"))
        cells = [cell for cell in board["cells"] if not cell["missing"].startswith(SKIPPED)]
        found = [made(cell["provenance"]) for cell in cells if not cell["missing"]]
        return {
            "title": board["title"],
            "home": path.parent.name,
            "datasets": _datasets(board["datasets"]),
            "cells": len(cells),
            "done": sum(not cell["missing"] for cell in cells),
            "date": max((one.day for one in found), default=""),
            "when": when(found),
            "releases": sorted(one.parent.name for one in path.parent.glob("releases/*/results.json")),
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise StoreError(
            "is not the result file of a board", where=str(path), todo="publish that board again"
        ) from error


def _datasets(told: Mapping[str, dict[str, Any]]) -> list[tuple[str, list[str], bool]]:
    """Name each source once, with what the board calls its data sets."""
    names: dict[tuple[str, bool], list[str]] = {}
    for name, one in told.items():
        names.setdefault((one["title"], one["synthetic"]), []).append(name)
    return [(title, called, synthetic) for (title, synthetic), called in names.items()]
