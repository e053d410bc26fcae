"""The sections of a board: what is rendered by itself, for a cell or for a database's questions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from bench.judge.score import Scorecard
from bench.results import CellResult, SuiteResult
from bench.site import downloads, drill, origin
from bench.site.badge import badge
from bench.site.facts import costs, curve
from bench.site.figures import labels, proportion
from bench.site.kinds import constructs, errors
from bench.site.payload import statements
from bench.site.slips import Differing
from bench.site.summary import Summary
from bench.site.template import page
from bench.types import Schema

Pages: TypeAlias = Iterator[tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class CellSection:
    """A cell: its own page and badge; with answers, these level by level, and the file of its verdicts.

    Attributes:
        name: its name among the sections of a board.
        number: its place in the suite.
        differing: how its wrong answers differ from gold.
    """

    name: str
    number: int
    summary: Summary | None
    differing: Differing = field(default_factory=dict)

    def pages(self, result: SuiteResult) -> Pages:
        """Render them, file by file."""
        cell = result.cells[self.number]
        home = drill.cell_home(cell)
        yield f"{home}.html", self._own(cell, result)
        if self.summary is None:
            return
        yield f"{home}.js", statements(cell, linked=result.answers)
        yield f"{home}/badge.svg", _badge(cell, self.summary.card, result)
        if result.answers:
            yield from self._answers(cell, result)
            yield f"{home}/verdicts.jsonl", downloads.verdicts(cell, result.metrics)

    def _own(self, cell: CellResult, result: SuiteResult) -> bytes:
        card = self.summary.card if self.summary else None
        parts = list(card.metrics.values()) if card else []
        leaves = _leaf_links(cell)
        levels = [
            (level, leaves[level], [proportion(part.levels[level]) for part in parts])
            for level in (parts[0].levels if parts else ())
        ]
        databases = [
            (
                name,
                drill.question_home(cell.dataset_name, name),
                [proportion(part.databases[name]) for part in parts],
            )
            for name in (parts[0].databases if parts else ())
        ]
        return page(
            "cell.html",
            "../",
            cell=cell,
            result=result,
            card=card,
            labels=labels(result.metrics),
            levels=levels,
            databases=databases,
            facts=costs(cell),
            curve=curve(cell.fit),
            spoiled=self.summary.spoiled if self.summary else 0,
            errors=errors(cell, self.differing) if card else None,
            constructs=constructs(cell, result.metrics[0]) if card else ([], []),
            provenance=origin.parts(cell.provenance),
        )

    def _answers(self, cell: CellResult, result: SuiteResult) -> Pages:
        links = [link for of_level in _leaf_links(cell).values() for link in of_level]
        pages = drill.leaves(cell.dataset).values()
        for (text, path), (_, examples) in zip(links, pages, strict=True):
            found = drill.answers(cell, examples, result.metrics[0], self.differing)
            yield (
                path,
                page(
                    "answers.html",
                    "../../",
                    cell=cell,
                    result=result,
                    leaf=text,
                    links=links,
                    answers=found,
                    tally=drill.tally(found),
                ),
            )


@dataclass(frozen=True, slots=True)
class QuestionsSection:
    """The questions on one database, with what every cell made of them.

    Attributes:
        sheet: the name of their data set on the board.
        ends: number of a cell → how its answers to these questions ended, in their order.
    """

    sheet: str
    db_id: str
    ends: Mapping[int, tuple[str, ...]]

    @property
    def name(self) -> str:
        """Its name among the sections of a board."""
        return drill.question_home(self.sheet, self.db_id)

    def pages(self, result: SuiteResult) -> Pages:
        """Render their page."""
        done = [(result.cells[number], ends) for number, ends in self.ends.items()]
        dataset = next(cell.dataset for cell in result.cells if cell.dataset_name == self.sheet)
        schema = dataset.schemas.get(self.db_id)
        yield (
            drill.question_home(self.sheet, self.db_id),
            page(
                "questions.html",
                "../../",
                result=result,
                dataset=dataset,
                dataset_name=self.sheet,
                db_id=self.db_id,
                schema=schema,
                keys=_keys(schema),
                questions=drill.questions(dataset, self.db_id, done),
            ),
        )


Section: TypeAlias = CellSection | QuestionsSection


def _badge(cell: CellResult, card: Scorecard, result: SuiteResult) -> bytes:
    metric = result.metrics[0]
    where = f"{cell.dataset_name} {cell.dataset.split}"
    overall = card.metrics[metric].overall
    return badge(labels(result.metrics)[metric], where, overall, synthetic=cell.dataset.synthetic)


def _leaf_links(cell: CellResult) -> dict[str, list[tuple[str, str]]]:
    links: dict[str, list[tuple[str, str]]] = {}
    for name, (level, _asked) in drill.leaves(cell.dataset).items():
        part = len(links.setdefault(level, []))
        links[level].append(
            (f"{level}, part {part + 1}" if part else level, f"{drill.cell_home(cell)}/{name}")
        )
    return links


def _keys(schema: Schema | None) -> Mapping[tuple[str, str], str]:
    keys: dict[tuple[str, str], str] = {}
    if schema is None:
        return keys
    primary = {(table.name, column) for table in schema.tables for column in table.primary_key}
    foreign = {(key.table, key.column): f"→ {key.to_table}.{key.to_column}" for key in schema.foreign_keys}
    for table in schema.tables:
        for column in table.columns:
            place = (table.name, column.name)
            keys[place] = " ".join(filter(None, ["key" if place in primary else "", foreign.get(place, "")]))
    return keys
