"""Notes: what is known to be wrong with a published data set, question by question.

Notes lie beside the adapter, in ``notes/<name>.jsonl``: one defect a line, with the example, what is
wrong, who found it, and when the note was written. They are shown in reports and on boards and change no
score: the denominator is that of the published set.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

from bench.errors import DataError
from bench.registry import find, names
from bench.sets.shelf import installed
from bench.types import Dataset


@dataclass(frozen=True, slots=True)
class Note:
    """A known defect.

    Attributes:
        id: the example that it is of.
        defect: what is wrong, in one sentence.
        source: where it was reported, or how it was found.
        since: the day that the note was written.
    """

    id: str
    defect: str
    source: str
    since: str


def notes_of(dataset: Dataset) -> Mapping[str, tuple[Note, ...]]:
    """Give the notes on the questions of a split, by the id of the example.

    Raises:
        DataError: a line is damaged.
    """
    asked = {example.id for example in dataset.examples}
    found: dict[str, tuple[Note, ...]] = {}
    for note in notes(dataset.name):
        here = f"{dataset.name}/{note.id.partition('/')[2]}"  # a set may be installed under another name
        if here in asked:
            found[here] = (*found.get(here, ()), replace(note, id=here))
    return found


def notes(name: str) -> tuple[Note, ...]:
    """Read the notes on a data set; there may be none.

    Raises:
        DataError: a line is damaged.
    """
    mine = installed(name)
    kind = mine.adapter if mine else name
    if kind not in names("datasets"):
        return ()
    adapter = cast("Any", find("datasets", kind))
    path = Path(inspect.getfile(adapter)).parent / "notes" / f"{getattr(adapter, 'kept', '') or kind}.jsonl"
    if not path.is_file():
        return ()
    lines = path.read_text(encoding="utf-8").splitlines()
    try:
        return tuple(Note(**json.loads(line)) for line in lines)
    except (ValueError, TypeError) as error:
        raise DataError(f"is damaged ({error})", where=str(path)) from error
