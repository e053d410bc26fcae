"""Tell how hard a gold query is on Spider's scale where Spider's own grammar cannot read it.

Counts on sqlglot's tree what :mod:`bench.sql.spider.hardness` counts, and the same rule decides: on
Spider's golds the two agree. What that grammar does not have counts as its nearest kin does: a common
table expression, or a query among the selected columns, as a nested query; a function over a window as
an aggregate; CASE as OR.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from sqlglot import exp

from bench.sql.constructs import decides, is_aggregate
from bench.sql.modern.read import read
from bench.sql.spider.hardness import level
from bench.sql.spider.tree import Unparsed
from bench.sql.timed import TooHardError, timed

Nodes: TypeAlias = list[exp.Expr]

_PARTS = ("where", "group", "order", "limit")
"""Clauses that count once, whatever is in them."""

_PARAMETER = re.compile(r"##[^#\n]+##")
"""What a user of the Stack Exchange Data Explorer is asked for: ``##Tag:string?python##`` (SEDE)."""


def hardness(sql: str, dialect: str = "sqlite") -> str:
    """Return ``easy``, ``medium``, ``hard`` or ``extra``; never raises.

    An empty string where the text cannot be read, or asks no table: gold that lists its result says
    nothing of how hard it is to come by.

    Args:
        sql: one query.
        dialect: its language as sqlglot names it; one that sqlglot lacks is read as plain SQL.
    """
    try:
        tree = timed(sql, read, _PARAMETER.sub("1", sql), dialect)
        return "" if isinstance(tree, Unparsed) or tree.find(exp.Table) is None else _level(tree)
    except (TooHardError, RecursionError):
        return ""


def _level(tree: exp.Query) -> str:
    """Rate the first query of a chain of set operators, as Spider's grammar has it.

    What sorts or cuts the whole chain belongs to its last query there, so it is not counted.
    """
    nested = sum(1 for node in _nodes(tree, "with_") if isinstance(node, exp.CTE))
    while not isinstance(tree, exp.Select):
        nested = nested or isinstance(tree, exp.SetOperation)
        tree = tree.this
    sources, others = _nodes(tree, "from_", "joins"), _nodes(tree, "expressions", "group", "order")
    conditions = _nodes(tree, "where", "having", "joins")
    nested += sum(isinstance(node, exp.Query) and not _is_source(node) for node in (*conditions, *others))
    return level(_parts(tree, sources, conditions, others), _several(tree), nested)


def _parts(tree: exp.Select, sources: Nodes, conditions: Nodes, others: Nodes) -> int:
    """Count clauses, joins, OR and LIKE."""
    counted = sum(bool(tree.args.get(name)) for name in _PARTS)
    counted += sum(isinstance(node, exp.Join) for node in sources)
    counted += sum(isinstance(node, exp.Or | exp.Like | exp.ILike) for node in conditions)
    return counted + sum(decides(node) for node in (*conditions, *others))


def _several(tree: exp.Select) -> int:
    """Count what there is more than one of: aggregates, selected columns, conditions, columns grouped by.

    As in the official script NOT in a condition counts as an aggregate, and so does every connective of
    HAVING, but no aggregate in it.
    """
    where, having = _nodes(tree, "where"), _nodes(tree, "having")
    aggregates = sum(
        is_aggregate(node) or isinstance(node, exp.Window)
        for node in _nodes(tree, "expressions", "group", "order")
    )
    aggregates += sum(isinstance(node, exp.Not) for node in (*where, *having))
    aggregates += sum(isinstance(node, exp.Connector) for node in having)
    group = tree.args.get("group")
    counts = (
        aggregates,
        len(tree.expressions),
        1 + sum(isinstance(node, exp.Connector) for node in where),
        len(group.expressions) if group else 0,
    )
    return sum(count > 1 for count in counts)


def _nodes(tree: exp.Query, *clauses: str) -> Nodes:
    """List the nodes of some clauses, down to the queries nested in them and those queries themselves."""
    listed: list[exp.Expr] = []
    for clause in clauses:
        found = tree.args.get(clause) or []
        for one in found if isinstance(found, list) else [found]:
            listed += one.walk(prune=lambda node: isinstance(node, exp.Query))
    return listed


def _is_source(node: exp.Expr) -> bool:
    """Tell a query that stands in place of a table."""
    return isinstance(node.parent, exp.From | exp.Join) and node.arg_key == "this"
