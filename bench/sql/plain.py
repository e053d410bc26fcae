"""Write a parsed query plainly: no aliases, no quotes, lower case; spelling does not tell it apart."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TypeAlias

from sqlglot import exp

from bench.types import Schema

Columns: TypeAlias = Mapping[str, AbstractSet[str]]
"""Table → its columns, in lower case."""


def columns_of(schema: Schema | None) -> Columns:
    """Return the columns of a schema; none where there is no schema."""
    tables = schema.tables if schema else ()
    return {table.name.lower(): {column.name.lower() for column in table.columns} for table in tables}


def reads_one_table(tree: exp.Query) -> bool:
    """Say whether all of a query is about one table, so that its columns need not name it."""
    return len({table.name.lower() for table in tree.find_all(exp.Table)}) == 1


def plain(tree: exp.Query, columns: Columns, *, bare: bool) -> exp.Query:
    """Lower-case all names, take off their quotes, put tables in place of their aliases, and join by ON.

    With ``bare``, columns go without their table: there is only one. A quoted name that no table has
    as a column is a text.
    """
    nodes = list(tree.find_all(exp.Identifier, exp.Table, exp.Column, exp.Alias, exp.Select))
    names = [node for node in nodes if isinstance(node, exp.Identifier)]
    for name in names:
        name.set("this", name.this if _is_text(name, columns) else name.this.lower())
    tables = {node.alias: node.name for node in nodes if isinstance(node, exp.Table) and node.alias}
    for column in nodes:
        if isinstance(column, exp.Column):
            _own(column, tables, columns, bare=bare)
    for name in names:
        name.set("quoted", False)
    for node in nodes:
        if isinstance(node, exp.Table):
            node.set("alias", None)
        elif isinstance(node, exp.Alias):
            node.replace(node.this)
    for select in nodes:
        if isinstance(select, exp.Select):
            _join(select)
    return tree


def _own(column: exp.Column, tables: Mapping[str, str], columns: Columns, *, bare: bool) -> None:
    """Name the table that a column is of, or make a text of one that is none."""
    if _is_text(column.this, columns) and not column.table:
        column.replace(exp.Literal.string(column.name))
        return
    owner = tables.get(column.table, column.table) or _owner(column, columns)
    column.set("table", exp.Identifier(this=owner, quoted=False) if owner and not bare else None)


def _join(select: exp.Select) -> None:
    """Write tables side by side that WHERE joins as a join."""
    loose = [join for join in select.args.get("joins") or () if _is_loose(join)]
    where = select.args.get("where")
    if not loose or where is None:
        return
    parts = list(where.this.flatten()) if isinstance(where.this, exp.And) else [where.this]
    links = [part for part in parts if _is_link(part)]
    if links:
        for join in loose:
            join.set("kind", None)
        loose[0].set("on", exp.and_(*links))
        rest = [part for part in parts if part not in links]
        select.set("where", exp.Where(this=exp.and_(*rest)) if rest else None)


def _is_loose(join: exp.Join) -> bool:
    on = join.args.get("on")
    bare = on is None or isinstance(on, exp.Boolean)  # sqlglot reads a missing ON as TRUE
    return bare and not (join.side or join.method or join.args.get("using"))


def _is_link(part: exp.Expr) -> bool:
    sides = (part.left, part.right) if isinstance(part, exp.EQ) else ()
    tables = {side.table for side in sides if isinstance(side, exp.Column)}
    return len(tables) == 2 and "" not in tables


def _is_text(name: exp.Expr, columns: Columns) -> bool:
    return (
        bool(columns)
        and bool(name.args.get("quoted"))
        and isinstance(name.parent, exp.Column)
        and not any(name.name.lower() in known for known in columns.values())
    )


def _owner(column: exp.Column, columns: Columns) -> str:
    """Return the table that ``column`` must be of, as far as its SELECT and the schema tell."""
    select = column.find_ancestor(exp.Select)
    if select is None:
        return ""
    entries = [select.args.get("from_"), *(select.args.get("joins") or ())]
    sources = [entry.this for entry in entries if entry is not None]
    if len(sources) == 1:
        return sources[0].name if isinstance(sources[0], exp.Table) else ""
    names = [source.name for source in sources if isinstance(source, exp.Table)]
    return next((name for name in names if column.name.lower() in columns.get(name, ())), "")
