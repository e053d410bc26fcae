"""Slips: what wrong answers do otherwise than gold, diagnosed once however many cells slip alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, TypeAlias

from bench.results import CellResult, SuiteResult
from bench.site.crew import Crew
from bench.sql.diagnose import diagnose
from bench.sql.differences import Difference

Differing: TypeAlias = Mapping[str, tuple[Difference, ...]]
"""Example → how its answer differs from gold, for the wrong ones that have a statement."""

AT_ONCE = 50
"""Slips that a process of the crew takes together."""


class _Slip(NamedTuple):
    cell: int
    """The first that slips so: its data set has the schema."""
    db_id: str
    gold: str
    sql: str


def diagnosed(crew: Crew, slips: Mapping[int, Mapping[str, str]]) -> Iterator[Differing]:
    """Tell how wrong answers differ from gold.

    Args:
        crew: who does it.
        slips: number of a cell → example → the SQL that answers it wrong.

    Yields:
        What differs, cell by cell.
    """
    first: dict[tuple[str, str, str, str], _Slip] = {}
    asked = {number: _keys(crew.result.cells[number], wrong) for number, wrong in slips.items()}
    for number, keys in asked.items():
        for key in keys.values():
            first.setdefault(key, _Slip(number, *key[1:]))
    order = sorted(first)  # by gold, which is then read once for all that slip on it
    slips_in_order = (first[key] for key in order)
    found = dict(zip(order, crew.each(_diagnose, slips_in_order, at_once=AT_ONCE), strict=True))
    for keys in asked.values():
        yield {example: found[key] for example, key in keys.items()}


def _keys(cell: CellResult, wrong: Mapping[str, str]) -> dict[str, tuple[str, str, str, str]]:
    return {
        example.id: (cell.dataset_name, example.db_id, example.gold[0], wrong[example.id])
        for example in cell.dataset.examples
        if example.id in wrong
    }


def _diagnose(result: SuiteResult, slip: _Slip) -> tuple[Difference, ...]:
    schema = result.cells[slip.cell].dataset.schemas[slip.db_id]
    return diagnose(slip.gold, slip.sql, schema)
