"""Prompter: writes the prompts of one data set, for training, prediction and serving alike."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Literal

from bench.errors import ConfigError, DataError
from bench.methods import PromptSpec
from bench.prompts import dbgpthub
from bench.prompts.databases import Databases
from bench.prompts.format import answer
from bench.prompts.relevance import narrowed
from bench.prompts.shots import Chooser
from bench.prompts.spec import ELSEWHERE, NO_TURNS, format_of, has_turns
from bench.prompts.tokens import Tokenizer, count, in_chat
from bench.types import Dataset, Example, Schema


@dataclass(frozen=True, slots=True)
class Prompt:
    """The text of one example, and what had to be done to it.

    Attributes:
        schema: the tables and columns that it shows.
        tokens: its length, where there is a budget.
        cut: whether tables were dropped, or text was cut off, to fit the budget.
    """

    text: str
    schema: Schema
    tokens: int | None = None
    cut: Literal["", "dropped", "truncated"] = ""


@dataclass(frozen=True, slots=True)
class Parts:
    """What stands around the text of the schema."""

    example: Example
    shots: str
    matched: tuple[str, ...]


class Prompter:
    """Writes prompts as a spec says.

    A prompt is a function of the spec, the example, its database and the tokenizer; with few-shot
    examples also of their split and the seed. What depends on the database alone is written once.
    """

    def __init__(
        self,
        spec: PromptSpec,
        dataset: Dataset,
        *,
        tokenizer: Tokenizer | None = None,
        pool: Dataset | None = None,
        seed: int = 0,
    ) -> None:
        """Get ready; no database is opened before a prompt needs it.

        Args:
            spec: what is shown and how.
            dataset: whose examples are asked.
            tokenizer: of the model. Without one (a control, a server that has its own) neither chat
                template nor budget is applied.
            pool: the split that few-shot examples are taken from.
            seed: what random examples are drawn by.

        Raises:
            ConfigError: the format has no place for what is asked, or few-shot examples have no
                split to come from.
        """
        self._spec, self._tokenizer, self._format = spec, tokenizer, format_of(spec)
        self._evidence = self._format.evidence if spec.evidence is None else spec.evidence
        self._wrapper = spec.wrapper or self._format.wrapper
        self._matches = self._format.matches if spec.matches is None else spec.matches
        values = (self._format.values or 0) if spec.values is None else spec.values
        self._databases = Databases(dataset, rows=spec.rows, values=values, descriptions=spec.descriptions)
        self._whole = cache(lambda db_id: self._written(self._databases.schema(db_id)))
        if spec.shots is not None:
            if pool is None:
                raise ConfigError("few-shot examples have no split to come from", where="prompt.shots")
            self._chooser = Chooser(spec.shots, pool, seed)
            alone = PromptSpec(**{name: getattr(spec, name) for name in _ALONE}, wrapper="bare")
            self._solved = Prompter(alone, pool)

    def __call__(self, example: Example) -> str:
        """Return the text of an example's prompt; see :meth:`prompt`."""
        return self.prompt(example).text

    def prompt(self, example: Example) -> Prompt:
        """Write the prompt of an example, up to where the SQL begins.

        Raises:
            DataError: a database is missing or damaged, or the prompt does not fit the budget.
            ConfigError: the database or the tokenizer cannot give what the spec asks.
        """
        if example.evidence and not self._evidence:
            example = replace(example, evidence="")
        if example.history and not has_turns(self._spec):
            raise ConfigError(NO_TURNS, where=f"prompt.format, asked of {example.id}", todo=ELSEWHERE)
        parts = Parts(example, self._shots(example), self._matched(example))
        whole = schema = self._databases.schema(example.db_id)
        if self._spec.filter is not None:
            schema = self._narrowed(example, self._spec.filter.tables, self._spec.filter.columns)
        written = self._whole(example.db_id) if schema is whole else self._written(schema)
        text = self._assembled(parts, written)
        if self._spec.budget is None or self._tokenizer is None:
            return Prompt(text, schema)
        return self._fitted(parts, schema, text, self._spec.budget)

    def _written(self, schema: Schema) -> str:
        return self._format.schema(schema, self._databases.contents(schema.db_id))

    def _assembled(self, parts: Parts, schema: str) -> str:
        """Put the parts together, in the wrapper and the chat template if there are any."""
        lead = parts.shots + self._format.gap.join([schema, *parts.matched])
        if self._wrapper == "dbgpthub":
            text = dbgpthub.wrap(lead, parts.example)
        else:
            text = lead + self._format.gap + self._format.ask(parts.example)
        if not self._spec.chat or self._tokenizer is None:
            return text
        return in_chat(self._tokenizer, text, self._spec.system)

    def _matched(self, example: Example) -> tuple[str, ...]:
        if self._format.matched is None or not self._matches:
            return ()
        values = self._databases.values(example.db_id)
        return (self._format.matched(values.mentioned(_asked(example), self._matches)),)

    def _shots(self, example: Example) -> str:
        """Write solved examples, each followed by a blank line."""
        if self._spec.shots is None:
            return ""
        text = ""
        for shot in self._chooser.choose(example, self._databases.schema(example.db_id)):
            shown = shot if self._evidence else replace(shot, evidence="")
            ask = self._solved(shown) if self._spec.shots.show == "full" else self._format.ask(shown)
            text += f"{ask}{answer(ask, shot.gold[0])}\n\n"
        return text

    def _narrowed(self, example: Example, tables: int, columns: int) -> Schema:
        ranking = self._databases.relevance(example.db_id).rank(_asked(example))
        return narrowed(self._databases.schema(example.db_id), ranking, tables, columns)

    def _fitted(self, parts: Parts, schema: Schema, text: str, budget: int) -> Prompt:
        """Bring a prompt below the budget, in the way that was chosen."""
        assert self._tokenizer is not None
        tokens = count(self._tokenizer, text)
        if tokens <= budget:
            return Prompt(text, schema, tokens)
        if self._spec.overflow == "error":
            raise _too_long(
                f"its prompt has {tokens} tokens, and the budget is {budget}",
                parts.example,
                "raise prompt.budget, or choose overflow = 'drop' or 'truncate'",
            )
        if self._spec.overflow == "drop":
            return self._dropped(parts, schema, budget)
        return self._truncated(parts, schema, budget)

    def _dropped(self, parts: Parts, schema: Schema, budget: int) -> Prompt:
        """Leave out the least relevant table again and again."""
        assert self._tokenizer is not None
        ranking = self._databases.relevance(schema.db_id).rank(_asked(parts.example))
        widest = max(len(table.columns) for table in schema.tables)
        for tables in range(len(schema.tables) - 1, 0, -1):
            schema = narrowed(schema, ranking, tables, widest)
            text = self._assembled(parts, self._written(schema))
            if (tokens := count(self._tokenizer, text)) <= budget:
                return Prompt(text, schema, tokens, "dropped")
        raise _too_long(
            f"even with one table its prompt is longer than the budget of {budget} tokens",
            parts.example,
            "raise prompt.budget, show fewer columns by prompt.filter, or choose overflow = 'truncate'",
        )

    def _truncated(self, parts: Parts, schema: Schema, budget: int) -> Prompt:
        """Cut off the end of the schema's text, as little of it as will do."""
        assert self._tokenizer is not None
        whole = self._written(schema)
        fits, over = -1, len(whole)
        while over - fits > 1:
            middle = (fits + over) // 2
            if count(self._tokenizer, self._assembled(parts, whole[:middle])) <= budget:
                fits = middle
            else:
                over = middle
        if fits < 0:
            raise _too_long(
                f"without any schema its prompt is longer than the budget of {budget} tokens",
                parts.example,
                "raise prompt.budget, or show fewer examples",
            )
        text = self._assembled(parts, whole[:fits])
        return Prompt(text, schema, count(self._tokenizer, text), "truncated")


_ALONE = ("format", "rows", "values", "matches", "descriptions", "evidence")
"""What of a spec says how a solved example is written."""


def _asked(example: Example) -> str:
    """Put together everything that says what is wanted."""
    return " ".join([*(turn.question for turn in example.history), example.evidence, example.question])


def _too_long(what: str, example: Example, todo: str) -> DataError:
    return DataError(what, where=f"{example.id}, prompt.budget", todo=todo)
