"""Parse a query by the grammar of Spider's official script: what it cannot read is refused here too.

The grammar is small and odd on purpose: no aliases in SELECT, no expressions beyond one operator
between two columns, one sort direction for a whole ORDER BY, and words left over at the end are ignored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, TypeAlias

from bench.sql.spider.names import EVERYTHING, Names
from bench.sql.spider.tree import ColumnUnit, Condition, Conditions, Query, Unparsed, Value, ValueUnit

Variant: TypeAlias = Literal["spider", "test-suite"]

MOST_NESTED = 100

_SET_OPS = frozenset({"intersect", "union", "except"})
_CLAUSES = frozenset({"select", "from", "where", "group", "order", "limit"}) | _SET_OPS
_CLAUSE_ENDS = _CLAUSES | {")", ";"}
_CONDITION_ENDS = _CLAUSE_ENDS | {"join", "on", "as"}
_COLUMN_VALUE_ENDS = _CLAUSES | {"join", "on", "as", ",", ")", "and"}
_AGGREGATES = frozenset({"none", "max", "min", "count", "sum", "avg"})
_UNIT_MARKS = _AGGREGATES | {"(", "distinct"}
_OPERATORS = frozenset({"none", "-", "+", "*", "/"})
_COMPARISONS = frozenset({"not", "between", "=", ">", "<", ">=", "<=", "!=", "in", "like", "is", "exists"})
_NUMBER_STARTS = frozenset("0123456789+-.")
_NUMBER_WORDS = frozenset({"nan", "inf", "infinity"})
_END = "\n"


def parse_words(words: Sequence[str], names: Names, variant: Variant = "spider") -> Query | Unparsed:
    """Parse a text, cut into words, over the tables of ``names``; never raises, whatever they are.

    The two variants differ in LIMIT only: Spider's script wants an integer, the test-suite's reads any
    word there as 1.
    """
    try:
        return _Parser(words, names, variant).query()
    except _RefusedError as refused:
        return Unparsed(str(refused))


class _RefusedError(Exception):
    """The text leaves the grammar."""


def _aliases(words: Sequence[str], tables: dict[str, str]) -> dict[str, str]:
    """Map every name after an ``as`` to the word before it, the last one winning, all scopes in one."""
    if "as" not in words:
        return tables
    if words[-1] == "as":
        raise _RefusedError("nothing after the last 'as'")
    aliases, taken, at = dict(tables), [], -1
    for _ in range(words.count("as")):
        at = words.index("as", at + 1)
        name = words[at + 1]
        aliases[name] = words[at - 1]
        if name in tables:
            taken.append(name)
    if taken:
        raise _RefusedError(f"alias '{min(taken)}' is the name of a table")
    return aliases


class _Parser:
    """A cursor over the words; each method reads one production and leaves the cursor behind it."""

    __slots__ = ("_aliases", "_at", "_depth", "_ids", "_numbered", "_size", "_words")

    def __init__(self, words: Sequence[str], names: Names, variant: Variant) -> None:
        self._aliases = _aliases(words, names.tables)
        self._ids = names.ids
        self._size = len(words)
        self._words = [*words, _END]
        self._numbered = variant == "spider"
        self._at = 0
        self._depth = 0

    def query(self) -> Query:
        if self._depth >= MOST_NESTED:
            raise _RefusedError(f"nested deeper than {MOST_NESTED} queries")
        self._depth += 1
        start = self._at
        block = self._words[start] == "("
        tables, on, defaults = self._from()
        after, self._at = self._at, start + block
        distinct, select = self._select(defaults)
        self._at = after
        where = self._filter("where", defaults)
        group = self._group(defaults)
        having = self._filter("having", defaults)
        order = self._order(defaults)
        limit = self._limit()
        self._skip_semicolons()
        if block:
            self._close()
            self._skip_semicolons()
        set_op = branch = None
        if self._words[self._at] in _SET_OPS:
            set_op = self._words[self._at]
            self._at += 1
            branch = self.query()
        self._depth -= 1
        return Query(distinct, select, tables, on, where, group, having, order, limit, set_op, branch)

    def _from(self) -> tuple[tuple[str | Query, ...], Conditions, list[str]]:
        words = self._words
        try:
            self._at = words.index("from", self._at) + 1
        except ValueError:
            raise _RefusedError("no 'from'") from None
        tables: list[str | Query] = []
        on: list[Condition | str] = []
        defaults: list[str] = []
        while self._at < self._size:
            block = words[self._at] == "("
            self._at += block
            if words[self._at] == "select":
                tables.append(self.query())
            else:
                if words[self._at] == "join":
                    self._at += 1
                tables.append(self._table(defaults))
            if words[self._at] == "on":
                self._at += 1
                conditions = self._conditions(defaults)
                if on:
                    on.append("and")
                on += conditions
            if block:
                self._close()
            if words[self._at] in _CLAUSE_ENDS:
                break
        return tuple(tables), tuple(on), defaults

    def _table(self, defaults: list[str]) -> str:
        table = self._ids.get(self._aliases.get(self._words[self._at], _END))
        if table is None:
            raise self._refuse("not a table")
        defaults.append(table)
        self._at += 3 if self._words[self._at + 1] == "as" else 1
        return table

    def _select(self, defaults: list[str]) -> tuple[bool, tuple[tuple[str, ValueUnit], ...]]:
        words = self._words
        if words[self._at] != "select":
            raise self._refuse("not 'select'")
        self._at += 1
        distinct = words[self._at] == "distinct"
        self._at += distinct
        items: list[tuple[str, ValueUnit]] = []
        while self._at < self._size and words[self._at] not in _CLAUSES:
            aggregate = "none"
            if words[self._at] in _AGGREGATES:
                aggregate = words[self._at]
                self._at += 1
            items.append((aggregate, self._value_unit(defaults)))
            if words[self._at] == ",":
                self._at += 1
        return distinct, tuple(items)

    def _group(self, defaults: list[str]) -> tuple[ColumnUnit, ...]:
        if not self._starts("group"):
            return ()
        columns: list[ColumnUnit] = []
        while self._at < self._size and self._words[self._at] not in _CLAUSE_ENDS:
            columns.append(self._column_unit(defaults))
            if self._words[self._at] != ",":
                break
            self._at += 1
        return tuple(columns)

    def _filter(self, word: str, defaults: list[str]) -> Conditions:
        """Read WHERE or HAVING, if it comes next."""
        if self._words[self._at] != word:
            return ()
        self._at += 1
        return tuple(self._conditions(defaults))

    def _order(self, defaults: list[str]) -> tuple[str, tuple[ValueUnit, ...]] | None:
        if not self._starts("order"):
            return None
        direction = "asc"
        units: list[ValueUnit] = []
        while self._at < self._size and self._words[self._at] not in _CLAUSE_ENDS:
            units.append(self._value_unit(defaults))
            if self._words[self._at] in ("asc", "desc"):
                direction = self._words[self._at]
                self._at += 1
            if self._words[self._at] != ",":
                break
            self._at += 1
        return direction, tuple(units)

    def _limit(self) -> int | None:
        if self._words[self._at] != "limit":
            return None
        if self._at + 1 >= self._size:
            raise self._refuse("nothing after it")
        self._at += 2
        if not self._numbered:
            return 1
        try:
            return int(self._words[self._at - 1])
        except ValueError:
            self._at -= 1
            raise self._refuse("not an integer") from None

    def _conditions(self, defaults: list[str]) -> list[Condition | str]:
        words = self._words
        conditions: list[Condition | str] = []
        while self._at < self._size:
            left = self._value_unit(defaults)
            negated = words[self._at] == "not"
            self._at += negated
            op = words[self._at]
            if op not in _COMPARISONS:
                raise self._refuse("not a comparison")
            self._at += 1
            first = self._value(defaults)
            second: Value = None
            if op == "between":
                if words[self._at] != "and":
                    raise self._refuse("not the 'and' of BETWEEN")
                self._at += 1
                second = self._value(defaults)
            conditions.append(Condition(negated, op, left, first, second))
            word = words[self._at]
            if word in _CONDITION_ENDS:
                break
            if word in ("and", "or"):
                conditions.append(word)
                self._at += 1
        return conditions

    def _value(self, defaults: list[str]) -> Value:
        block = self._words[self._at] == "("
        self._at += block
        word = self._words[self._at]
        value: Value
        if word == "select":
            value = self.query()
        elif word[0] == '"':
            value = word
            self._at += 1
        elif (number := _number(word)) is not None:
            value = number
            self._at += 1
        elif block:
            raise self._refuse("neither a literal nor a query")
        else:
            value = self._column_value(defaults)
        if block:
            self._close()
        return value

    def _column_value(self, defaults: list[str]) -> ColumnUnit:
        """Read a column on the right of a comparison, and skip what follows it up to the next mark."""
        words = self._words
        distinct = words[self._at] == "distinct"
        self._at += distinct
        word = words[self._at]
        if word in _COLUMN_VALUE_ENDS or (word in _AGGREGATES and not distinct):
            raise self._refuse("not a value")
        column = self._column(word, defaults)
        self._at += 1
        while self._at < self._size and words[self._at] not in _COLUMN_VALUE_ENDS:
            self._at += 1
        return "none", column, distinct

    def _value_unit(self, defaults: list[str]) -> ValueUnit:
        words = self._words
        block = words[self._at] == "("
        self._at += block
        left = self._column_unit(defaults)
        op = words[self._at]
        right: ColumnUnit | None = None
        if op in _OPERATORS:
            self._at += 1
            right = self._column_unit(defaults)
        else:
            op = "none"
        if block:
            self._close()
        return op, left, right

    def _column_unit(self, defaults: list[str]) -> ColumnUnit:
        words = self._words
        word = words[self._at]
        if word not in _UNIT_MARKS:
            column = self._column(word, defaults)
            self._at += 1
            return "none", column, False
        block = word == "("
        self._at += block
        aggregate = "none"
        if words[self._at] in _AGGREGATES:
            aggregate = words[self._at]
            self._at += 1
            if words[self._at] != "(":
                raise self._refuse("not the '(' of an aggregate")
            self._at += 1
            block = True  # its own bracket: one opened before the aggregate is never asked to close
        distinct = words[self._at] == "distinct"
        self._at += distinct
        column = self._column(words[self._at], defaults)
        self._at += 1
        if block:
            self._close()
        return aggregate, column, distinct

    def _column(self, word: str, defaults: list[str]) -> str:
        if word == EVERYTHING:
            return EVERYTHING
        if "." in word:
            alias, _, name = word.partition(".")
            table = self._aliases.get(alias)
            column = self._ids.get(f"{table}.{name}") if table and "." not in name else None
            if column is not None:
                return column
            raise self._refuse("not a column")
        for table in defaults:
            column = self._ids.get(f"{table}.{word}")
            if column is not None:
                return column
        raise self._refuse("not a column")

    def _starts(self, clause: str) -> bool:
        """Step over ``clause BY``, if it comes next."""
        if self._words[self._at] != clause:
            return False
        self._at += 1
        if self._words[self._at] != "by":
            raise self._refuse("not 'by'")
        self._at += 1
        return True

    def _close(self) -> None:
        if self._words[self._at] != ")":
            raise self._refuse("not ')'")
        self._at += 1

    def _skip_semicolons(self) -> None:
        while self._words[self._at] == ";":
            self._at += 1

    def _refuse(self, reason: str) -> _RefusedError:
        if self._at >= self._size:
            return _RefusedError(f"{reason}: the text ends")
        return _RefusedError(f"{reason}: word {self._at + 1}, {self._words[self._at][:40]!r}")


def _number(word: str) -> float | None:
    if word[0] in _NUMBER_STARTS or word in _NUMBER_WORDS or not word.isascii():
        try:
            return float(word)
        except ValueError:
            return None
    return None
