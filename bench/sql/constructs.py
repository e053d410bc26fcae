"""Constructs: what a query is made of, so that scores can be broken down by it.

The axes are those of NL2SQL360 (Li et al., "The Dawn of Natural Language to SQL: Are We Fully Ready?",
VLDB 2024, arXiv 2406.01265) and a few that BIRD's questions turn on. A profile is of the text alone: it
needs no schema and no database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import pairwise

import sqlglot
from sqlglot import exp

from bench.sql.dialects import readable
from bench.sql.lexemes import LEXEME

DATES = re.compile(
    "age|curdate|current_(?:date|time|timestamp)|date|date_(?:add|part|sub|trunc)|dateadd|datediff|datetime|day"
    "|extract|hour|julianday|makedate|month|now|strftime|time|timediff|timestampdiff|to_date|unixepoch|year"
)
STRINGS = re.compile(
    "char_length|concat|concat_ws|format|group_concat|instr|left|length|locate|lower|[lr]pad|[lr]?trim|position"
    "|printf|regexp_replace|replace|reverse|right|split_part|string_agg|substr|substring|substring_index|to_char"
    "|upper"
)
"""Functions by the names that SQLite, PostgreSQL, MySQL and DuckDB call them."""

_QUERY = re.compile(r"(?:\s|\(|--[^\n]*\n|/\*(?:[^*]|\*(?!/))*+\*/)*+(?:select|with|values)\b", re.IGNORECASE)
"""How a query begins; sqlglot takes what begins otherwise for a command, and says so aloud."""

_APART = re.compile(r"""('(?:[^']|'')*+'|"[^"]*+")|([<>!])\s++=""")
"""A literal, or a comparison with a blank inside as CoSQL's golds have it, which Spider's grammar reads."""


@dataclass(frozen=True, slots=True)
class Constructs:
    """How often a query uses each construct.

    Attributes:
        tables: different tables named, without common table expressions.
        columns: different columns named, by their name alone.
        joins: tables joined to another, by JOIN or by a comma.
        nesting: how deep queries stand in one another; a plain query has 0.
        set_operators: UNION, INTERSECT, EXCEPT.
        aggregates: calls of aggregate functions, those over windows not counted.
        windows: functions over windows.
        ctes: common table expressions.
        cases: CASE and IIF.
        dates: calls of functions on dates and times.
        strings: calls of functions on text, and ``||``.
        conditions: comparisons joined by AND and OR, in WHERE, HAVING and ON.
        groups: GROUP BY clauses.
        orders: ORDER BY clauses, those of windows not counted.
        limits: LIMIT clauses.
        distincts: DISTINCT, in a selection or an aggregate.
    """

    tables: int
    columns: int
    joins: int
    nesting: int
    set_operators: int
    aggregates: int
    windows: int
    ctes: int
    cases: int
    dates: int
    strings: int
    conditions: int
    groups: int
    orders: int
    limits: int
    distincts: int


AXES = tuple(field.name for field in fields(Constructs))
"""What scores can be broken down by."""

MOST = 3
"""Counts from here on share a bucket."""


@lru_cache(maxsize=16384)
def constructs(sql: str, dialect: str = "sqlite") -> Constructs | None:
    """Profile a query; ``None`` where it cannot be parsed. Never raises, whatever the text.

    A dialect that sqlglot lacks is read as plain SQL, and ``> =`` as one operator, as for levels.
    """
    if not _QUERY.match(sql):
        return None
    try:
        together = _APART.sub(lambda found: found[1] or f"{found[2]}=", sql)
        tree = sqlglot.parse_one(together, dialect=readable(dialect))
    except (sqlglot.errors.SqlglotError, RecursionError, ValueError):
        return None
    nodes = list(tree.walk())
    calls = _calls(sql)
    named = {cte.alias.lower() for cte in nodes if isinstance(cte, exp.CTE)}
    tables = {table.name.lower() for table in nodes if isinstance(table, exp.Table)} - named
    return Constructs(
        tables=len(tables),
        columns=len({node.name.lower() for node in nodes if isinstance(node, exp.Column)}),
        joins=_count(nodes, exp.Join),
        nesting=max((_depth(node) for node in nodes if isinstance(node, exp.Select)), default=0),
        set_operators=_count(nodes, exp.SetOperation),
        aggregates=sum(is_aggregate(node) for node in nodes),
        windows=_count(nodes, exp.Window),
        ctes=_count(nodes, exp.CTE),
        cases=sum(decides(node) for node in nodes),
        dates=sum(bool(DATES.fullmatch(call)) for call in calls),
        strings=sum(bool(STRINGS.fullmatch(call)) for call in calls) + _count(nodes, exp.DPipe),
        conditions=_count(nodes, exp.Connector) + sum(_filters(node) for node in nodes),
        groups=_count(nodes, exp.Group),
        orders=sum(isinstance(node, exp.Order) and not isinstance(node.parent, exp.Window) for node in nodes),
        limits=_count(nodes, exp.Limit),
        distincts=_count(nodes, exp.Distinct),
    )


def bucket(sql: str, axis: str, dialect: str = "sqlite") -> str:
    """Name the bucket of a query on one axis: ``0``, ``1``, ``2``, ``3+``, or ``unparsed``.

    >>> bucket("SELECT a FROM t JOIN u ON t.x = u.x", "joins")
    '1'
    """
    profile = constructs(sql, dialect)
    if profile is None:
        return "unparsed"
    count: int = getattr(profile, axis)
    return f"{MOST}+" if count >= MOST else str(count)


def is_aggregate(node: exp.Expr) -> bool:
    """Tell an aggregate; MAX and MIN of several values are none, nor is what runs over a window."""
    if not isinstance(node, exp.AggFunc) or isinstance(node.parent, exp.Window):
        return False
    return not (type(node) in (exp.Max, exp.Min) and node.expressions)


def decides(node: exp.Expr) -> bool:
    """Tell CASE and IIF; the IFs that CASE is made of are none."""
    return isinstance(node, exp.Case) or (isinstance(node, exp.If) and not isinstance(node.parent, exp.Case))


def _count(nodes: list[exp.Expr], kind: type[exp.Expr]) -> int:
    return sum(isinstance(node, kind) for node in nodes)


def _depth(node: exp.Expr) -> int:
    """Count the queries around one; the branches of a set operator stand beside each other."""
    depth, inner, outer = 0, node, node.parent
    while outer is not None:
        # what stands in the WITH before a query does not stand in the query
        depth += isinstance(outer, exp.Select) and not isinstance(inner, exp.With)
        inner, outer = outer, outer.parent
    return depth


def _filters(node: exp.Expr) -> bool:
    """Tell what begins a list of conditions: one more than the connectives in it."""
    return isinstance(node, exp.Where | exp.Having) or (
        isinstance(node, exp.Join) and bool(node.args.get("on"))
    )


def _calls(sql: str) -> list[str]:
    """Name the functions called, by what stands before a bracket, and CURRENT_DATE and its kin."""
    words = [lexeme[0].lower() for lexeme in LEXEME.finditer(sql)]
    called = [word for word, after in pairwise([*words, ""]) if after == "("]
    return called + [word for word in words if word.startswith("current_") and word not in called]
