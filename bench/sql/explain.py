"""Say in words how a predicted query differs from gold, clause by clause."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import sqlglot
from func_timeout import FunctionTimedOut, func_timeout
from sqlglot import exp
from sqlglot.errors import SqlglotError

_SECONDS = 2.0
_MOST = 12
_LONGEST = 20_000
_WIDTH = 90


class _NotAQueryError(Exception):
    """The text holds no query that can be compared."""


def explain(gold: str, pred: str) -> list[str]:
    """Return short sentences on what ``pred`` does otherwise than ``gold``; none where the trees agree.

    Never raises, and gives up after two seconds.

    >>> explain("SELECT max(age) FROM singer WHERE country = 'France'", "SELECT min(age) FROM singer")
    ['selects MIN(age) instead of MAX(age)', "misses the condition country = 'France'"]
    """
    if max(len(gold), len(pred)) > _LONGEST:
        return ["is too long to be compared"]
    try:
        sentences: list[str] = func_timeout(_SECONDS, _sentences, args=(gold, pred))
    except FunctionTimedOut:
        return ["takes too long to be compared"]
    except RecursionError:
        return ["is nested too deeply to be compared"]
    except Exception as error:  # whatever a tree walk makes of hostile text, the page must go on
        return [f"cannot be compared: {_short(str(error) or type(error).__name__)}"]
    return sentences


def _sentences(gold: str, pred: str) -> list[str]:
    try:
        label = _tree(gold)
    except _NotAQueryError as error:
        return [f"gold cannot be parsed: {error}"]
    try:
        other = _tree(pred)
    except _NotAQueryError as error:
        return [f"cannot be parsed: {error}"]
    bare = _single(label) and _single(other)
    label, other = _plain(label, bare=bare), _plain(other, bare=bare)
    if label == other:
        return []
    found = list(dict.fromkeys(_queries(label, other)))
    left_out = len(found) - _MOST
    return found if left_out <= 0 else [*found[:_MOST], f"and {left_out} differences more"]


def _tree(sql: str) -> exp.Query:
    try:
        tree = sqlglot.parse_one(sql, dialect="sqlite")
    except SqlglotError as error:
        raise _NotAQueryError(_short(str(error).splitlines()[0])) from None
    if not isinstance(tree, exp.Query):
        raise _NotAQueryError("it is not a query")
    return tree


def _single(tree: exp.Query) -> bool:
    return len({table.name.lower() for table in tree.find_all(exp.Table)}) == 1


def _plain(tree: exp.Query, *, bare: bool) -> exp.Query:
    """Lower-case all names, take off their quotes, and put tables in place of their aliases.

    With ``bare``, columns go without their table: there is only one.
    """
    for name in tree.find_all(exp.Identifier):
        name.set("this", name.this.lower())
        name.set("quoted", False)
    tables = {table.alias: table.name for table in tree.find_all(exp.Table) if table.alias}
    for column in tree.find_all(exp.Column):
        only = "" if bare or column.table else _only_source(column)
        if bare or only:
            column.set("table", exp.to_identifier(only) if only else None)
        elif column.table in tables:
            column.set("table", exp.to_identifier(tables[column.table]))
    for table in tree.find_all(exp.Table):
        table.set("alias", None)
    for string in tree.find_all(exp.Alias):
        string.replace(string.this)
    return tree


def _only_source(column: exp.Column) -> str:
    """Return the table that ``column`` must be of, if its SELECT reads from one table only."""
    select = column.find_ancestor(exp.Select)
    source = select.args.get("from_") if select is not None and not select.args.get("joins") else None
    return source.this.name if source is not None and isinstance(source.this, exp.Table) else ""


def _queries(gold: exp.Query, pred: exp.Query) -> Iterator[str]:
    left, right = _set_op(gold), _set_op(pred)
    if left != right:
        if left and right:
            yield f"combines two queries by {right} instead of {left}"
        else:
            yield f"misses the {left} of two queries" if left else f"adds a second query by {right}"
    if isinstance(gold, exp.SetOperation) and isinstance(pred, exp.SetOperation):
        yield from _queries(gold.left, pred.left)
        yield from _queries(gold.right, pred.right)
        yield from _ordering(gold, pred)
        return
    first, second = _first(gold), _first(pred)
    if first is None or second is None:
        return
    yield from _with(gold, pred)
    yield from _tables(first, second)
    yield from _selected(first, second)
    yield from _conditions("condition", first.args.get("where"), second.args.get("where"))
    yield from _groups(first, second)
    yield from _conditions("HAVING condition", first.args.get("having"), second.args.get("having"))
    yield from _ordering(first, second)


def _set_op(query: exp.Query) -> str:
    if not isinstance(query, exp.SetOperation):
        return ""
    return f"{query.key.upper()}{' ALL' if query.args.get('distinct') is False else ''}"


def _first(query: exp.Query) -> exp.Select | None:
    inner: exp.Expr = query
    while isinstance(inner, exp.SetOperation | exp.Subquery):
        inner = inner.this
    return inner if isinstance(inner, exp.Select) else None


def _with(gold: exp.Query, pred: exp.Query) -> Iterator[str]:
    left, right = bool(gold.args.get("with_")), bool(pred.args.get("with_"))
    if left != right:
        yield "uses WITH" if right else "does not use WITH"


def _tables(gold: exp.Select, pred: exp.Select) -> Iterator[str]:
    left, right = _sources(gold), _sources(pred)
    yield from _swap(
        left - right, right - left, "reads from {1} instead of {0}", "misses {0}", "adds {0}", "table "
    )
    kinds = [
        Counter((join.side or join.kind).upper() for join in query.args.get("joins") or ())
        for query in (gold, pred)
    ]
    for kind in ("LEFT", "RIGHT", "FULL", "CROSS"):
        if kinds[0][kind] != kinds[1][kind]:
            yield f"uses {kind} JOIN" if kinds[1][kind] > kinds[0][kind] else f"does not use {kind} JOIN"
    if left == right:
        ours, theirs = _links(gold), _links(pred)
        yield from _swap(
            ours - theirs,
            theirs - ours,
            "joins on {1} instead of {0}",
            "does not join on {0}",
            "also joins on {0}",
        )


def _sources(query: exp.Select) -> Counter[str]:
    entries = [query.args.get("from_"), *(query.args.get("joins") or ())]
    return Counter(_text(entry.this) for entry in entries if entry is not None)


def _links(query: exp.Select) -> Counter[str]:
    conditions = [join.args.get("on") for join in query.args.get("joins") or ()]
    parts = [part for condition in conditions if condition is not None for part in _flat(condition)]
    return Counter(_text(_sorted_sides(part)) for part in parts)


def _sorted_sides(part: exp.Expr) -> exp.Expr:
    if isinstance(part, exp.EQ) and _text(part.left) > _text(part.right):
        return exp.EQ(this=part.right.copy(), expression=part.left.copy())
    return part


def _selected(gold: exp.Select, pred: exp.Select) -> Iterator[str]:
    ours, theirs = ([_text(item) for item in query.expressions] for query in (gold, pred))
    left, right = Counter(ours), Counter(theirs)
    yield from _swap(
        left - right, right - left, "selects {1} instead of {0}", "does not select {0}", "also selects {0}"
    )
    if left == right and ours != theirs:
        yield "selects the same columns in another order"
    distinct = [bool(query.args.get("distinct")) for query in (gold, pred)]
    if distinct[0] != distinct[1]:
        yield "adds DISTINCT" if distinct[1] else "misses DISTINCT"


def _conditions(kind: str, gold: exp.Expr | None, pred: exp.Expr | None) -> Iterator[str]:
    left = {_text(part): part for part in _flat(gold.this)} if gold is not None else {}
    right = {_text(part): part for part in _flat(pred.this)} if pred is not None else {}
    missing = {text: part for text, part in left.items() if text not in right}
    extra = {text: part for text, part in right.items() if text not in left}
    for text, part in list(missing.items()):
        twin = next((other for other in extra if _subject(extra[other]) == _subject(part)), None)
        if twin is not None:
            yield _changed(kind, part, extra.pop(twin))
            del missing[text]
    yield from (f"misses the {kind} {_short(text)}" for text in missing)
    yield from (f"adds the {kind} {_short(text)}" for text in extra)
    if gold is not None and pred is not None:
        links = [bool(clause.find(exp.Or)) for clause in (gold, pred)]
        if links[0] != links[1]:
            yield "joins conditions by OR" if links[1] else "joins conditions by AND instead of OR"


def _subject(part: exp.Expr) -> str:
    return _text(part.this) if isinstance(part, exp.Binary | exp.Between | exp.In) else _text(part)


def _changed(kind: str, gold: exp.Expr, pred: exp.Expr) -> str:
    if type(gold) is type(pred) and isinstance(gold, exp.Binary):
        ours, theirs = gold.expression, pred.expression
        if isinstance(ours, exp.Literal) and isinstance(theirs, exp.Literal):
            return f"compares {_text(gold.this)} with {_text(theirs)} instead of {_text(ours)}"
    return f"has the {kind} {_text(pred)} instead of {_text(gold)}"


def _flat(condition: exp.Expr) -> list[exp.Expr]:
    """Return the conditions that AND and OR connect."""
    pending, parts = [condition], []
    while pending:
        part = pending.pop()
        if isinstance(part, exp.Connector):
            pending += [part.right, part.left]
        elif isinstance(part, exp.Paren):
            pending.append(part.this)
        else:
            parts.append(part)
    return parts


def _groups(gold: exp.Select, pred: exp.Select) -> Iterator[str]:
    left, right = (
        Counter(_text(item) for item in (query.args["group"].expressions if query.args.get("group") else ()))
        for query in (gold, pred)
    )
    yield from _swap(
        left - right,
        right - left,
        "groups by {1} instead of {0}",
        "does not group by {0}",
        "also groups by {0}",
    )


def _ordering(gold: exp.Query, pred: exp.Query) -> Iterator[str]:
    left, right = _keys(gold), _keys(pred)
    if left != right:
        if not right:
            yield f"does not order by {_short(', '.join(left))}"
        elif not left:
            yield f"orders by {_short(', '.join(right))}"
        else:
            yield f"orders by {_short(', '.join(right))} instead of {_short(', '.join(left))}"
    limits = [
        _text(query.args["limit"].expression) if query.args.get("limit") else "" for query in (gold, pred)
    ]
    if limits[0] != limits[1]:
        if not limits[1]:
            yield f"misses LIMIT {limits[0]}"
        else:
            yield f"has LIMIT {limits[1]}" + (f" instead of {limits[0]}" if limits[0] else "")


def _keys(query: exp.Query) -> list[str]:
    order = query.args.get("order")
    return (
        [_text(item.this) + (" DESC" if item.args.get("desc") else "") for item in order.expressions]
        if order
        else []
    )


def _swap(
    missing: Counter[str], extra: Counter[str], both: str, lost: str, added: str, noun: str = ""
) -> Iterator[str]:
    """Say what is missing and what is extra; one of each is a replacement."""
    ours, theirs = list(missing.elements()), list(extra.elements())
    if len(ours) == len(theirs) == 1:
        yield both.format(_short(ours[0]), _short(theirs[0]))
        return
    yield from (lost.format(noun + _short(text)) for text in ours)
    yield from (added.format(noun + _short(text)) for text in theirs)


def _text(node: exp.Expr) -> str:
    return _short(node.sql(dialect="sqlite", comments=False))


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…"
