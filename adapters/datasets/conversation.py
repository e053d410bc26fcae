"""Conversation: data sets in which every question is a turn that may lean on the turns before it.

An example is one turn. It knows the earlier *questions* of its conversation; the gold SQL of a turn
stands in its own ``gold`` and nowhere else. Whoever wants earlier SQL in a prompt takes what was
predicted for those turns.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adapters.datasets.folder import Folder, Item
from bench.types import Example, Turn


class Conversation(Folder):
    """A data set of ``{"database_id": …, "interaction": [{"utterance": …, "query": …}, …]}``."""

    query = ("query",)
    question = ("utterance", "question")

    def items(self, path: Path) -> Sequence[Item]:
        """Lay the conversations of a file out as turns, each with the questions before it."""
        return [
            {**turn, "db_id": talk["database_id"], "place": f"{number:04}-{at}", "before": said[:at]}
            for number, talk in enumerate(super().items(path))
            for said in ([self.asked(turn) for turn in talk["interaction"]],)
            for at, turn in enumerate(talk["interaction"])
        ]

    def asked(self, turn: Item) -> str:
        """Give the question of a turn."""
        return str(next(turn[name] for name in self.question if name in turn)).strip()

    def example(self, split: str, number: int, item: Item) -> Example:  # noqa: ARG002
        """Make an example of a turn; its id tells conversation and turn, both from 0."""
        return Example(
            id=f"{self.name}/{split}/{item['place']}",
            db_id=item["db_id"],
            question=self.asked(item),
            gold=(item["query"].strip(),),
            history=tuple(Turn(question) for question in item["before"]),
        )
