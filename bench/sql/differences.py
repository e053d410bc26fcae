"""Tell how two parsed queries differ, clause by clause: of what kind, and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from sqlglot import exp
from sqlglot.dialects.sqlite import SQLite

_WIDTH = 90
"""Characters of a text that are shown; what is compared is never cut."""

_LEAD = 30
"""Characters shown before the place where two long texts begin to differ."""

_WRITER = SQLite().generator(comments=False)
_LEAVES = (exp.Column, exp.Literal, exp.Star)
"""Written as they are: no rewriting for the dialect, which works on a copy, touches them."""


class Kind(StrEnum):
    """What differs, from the first clause of a query to the last."""

    UNREADABLE = "not readable as SQL"
    COLUMN = "wrong column"
    MISSING_COLUMN = "missing column"
    EXTRA_COLUMN = "extra column"
    COLUMN_ORDER = "columns in another order"
    AGGREGATE = "wrong aggregate"
    MISSING_DISTINCT = "missing DISTINCT"
    EXTRA_DISTINCT = "extra DISTINCT"
    TABLE = "wrong table"
    MISSING_TABLE = "missing table or join"
    EXTRA_TABLE = "extra table or join"
    JOIN = "wrong join"
    VALUE = "wrong value"
    OPERATOR = "wrong operator or operand"
    MISSING_CONDITION = "missing condition"
    EXTRA_CONDITION = "extra condition"
    CONNECTIVE = "AND for OR, or OR for AND"
    GROUP = "wrong grouping"
    ORDER = "wrong order"
    LIMIT = "wrong limit"
    SET_OPERATION = "wrong set operation"
    NESTING = "other nesting"
    WITH = "WITH or without"


class Difference(NamedTuple):
    """One thing that a prediction does otherwise than gold."""

    kind: Kind
    words: str


def differences(gold: exp.Query, pred: exp.Query) -> Iterator[Difference]:
    """Yield how ``pred`` differs from ``gold``, both written plainly; neither is changed."""
    if gold != pred:
        yield from _queries(gold, pred)
        yield from _nesting(gold, pred)


def _queries(gold: exp.Query, pred: exp.Query) -> Iterator[Difference]:
    left, right = _set_op(gold), _set_op(pred)
    if left and right and left != right:
        yield Difference(Kind.SET_OPERATION, f"combines two queries by {right} instead of {left}")
    elif left != right:
        words = f"misses the {left} of two queries" if left else f"adds a second query by {right}"
        yield Difference(Kind.SET_OPERATION, words)
    if isinstance(gold, exp.SetOperation) and isinstance(pred, exp.SetOperation):
        yield from _queries(gold.left, pred.left)
        yield from _queries(gold.right, pred.right)
        yield from _ordering(gold, pred)
        return
    first, second = _first(gold), _first(pred)
    if first is None or second is None:
        return
    if bool(gold.args.get("with_")) != bool(pred.args.get("with_")):
        yield Difference(Kind.WITH, "uses WITH" if pred.args.get("with_") else "does not use WITH")
    yield from _tables(first, second)
    yield from _selected(first, second)
    yield from _conditions("condition", first.args.get("where"), second.args.get("where"))
    yield from _groups(first, second)
    yield from _conditions("HAVING condition", first.args.get("having"), second.args.get("having"))
    yield from _ordering(first, second)


def _nesting(gold: exp.Query, pred: exp.Query) -> Iterator[Difference]:
    """Compare how many queries stand within others; set operations are told elsewhere."""
    ours, theirs = (
        sum(1 for _ in tree.find_all(exp.Select)) - sum(1 for _ in tree.find_all(exp.SetOperation)) - 1
        for tree in (gold, pred)
    )
    if ours != theirs:
        yield Difference(Kind.NESTING, f"has {_queries_within(theirs)} instead of {_queries_within(ours)}")


def _queries_within(count: int) -> str:
    return f"{count or 'no'} {'query' if count == 1 else 'queries'} within it"


def _set_op(query: exp.Query) -> str:
    if not isinstance(query, exp.SetOperation):
        return ""
    return f"{query.key.upper()}{' ALL' if query.args.get('distinct') is False else ''}"


def _first(query: exp.Query) -> exp.Select | None:
    inner: exp.Expr = query
    while isinstance(inner, exp.SetOperation | exp.Subquery):
        inner = inner.this
    return inner if isinstance(inner, exp.Select) else None


def _tables(gold: exp.Select, pred: exp.Select) -> Iterator[Difference]:
    left, right = _sources(gold), _sources(pred)
    yield from _swap(
        left - right,
        right - left,
        (Kind.TABLE, "reads from {1} instead of {0}"),
        (Kind.MISSING_TABLE, "misses {0}"),
        (Kind.EXTRA_TABLE, "adds {0}"),
        "table ",
    )
    if left == right:
        yield from _join_kinds(gold, pred)
        ours, theirs = _links(gold), _links(pred)
        yield from _swap(
            ours - theirs,
            theirs - ours,
            (Kind.JOIN, "joins on {1} instead of {0}"),
            (Kind.JOIN, "does not join on {0}"),
            (Kind.JOIN, "also joins on {0}"),
        )


def _join_kinds(gold: exp.Select, pred: exp.Select) -> Iterator[Difference]:
    ours, theirs = (
        Counter((join.side or join.kind).upper() for join in query.args.get("joins") or ())
        for query in (gold, pred)
    )
    for kind in ("LEFT", "RIGHT", "FULL", "CROSS"):
        if ours[kind] != theirs[kind]:
            verb = "uses" if theirs[kind] > ours[kind] else "does not use"
            yield Difference(Kind.JOIN, f"{verb} {kind} JOIN")


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


def _selected(gold: exp.Select, pred: exp.Select) -> Iterator[Difference]:
    ours, theirs = ([_text(item) for item in query.expressions] for query in (gold, pred))
    left, right = Counter(ours), Counter(theirs)
    missing, extra = left - right, right - left
    shown = {_text(item): item for query in (gold, pred) for item in query.expressions}
    same = {_aggregated(shown[text]) for text in missing} == {_aggregated(shown[text]) for text in extra}
    yield from _swap(
        missing,
        extra,
        (Kind.AGGREGATE if same else Kind.COLUMN, "selects {1} instead of {0}"),
        (Kind.AGGREGATE if same else Kind.MISSING_COLUMN, "does not select {0}"),
        (Kind.AGGREGATE if same else Kind.EXTRA_COLUMN, "also selects {0}"),
    )
    if left == right and ours != theirs:
        yield Difference(Kind.COLUMN_ORDER, "selects the same columns in another order")
    distinct = [bool(query.args.get("distinct")) for query in (gold, pred)]
    if distinct[0] and not distinct[1]:
        yield Difference(Kind.MISSING_DISTINCT, "misses DISTINCT")
    if distinct[1] and not distinct[0]:
        yield Difference(Kind.EXTRA_DISTINCT, "adds DISTINCT")


def _aggregated(item: exp.Expr) -> str:
    """Return what an aggregate is taken over; COUNT(*) is one over anything."""
    inner = item
    while isinstance(inner, exp.AggFunc | exp.Distinct):
        inner = inner.expressions[0] if isinstance(inner, exp.Distinct) else inner.this
    return _text(inner)


def _conditions(kind: str, gold: exp.Expr | None, pred: exp.Expr | None) -> Iterator[Difference]:
    left = {_text(part): part for part in _flat(gold.this)} if gold is not None else {}
    right = {_text(part): part for part in _flat(pred.this)} if pred is not None else {}
    missing = {text: part for text, part in left.items() if text not in right}
    extra = {text: part for text, part in right.items() if text not in left}
    for text, part in list(missing.items()):
        twin = next((other for other in extra if _subject(extra[other]) == _subject(part)), None)
        if twin is not None:
            yield _changed(kind, part, extra.pop(twin))
            del missing[text]
    for text in missing:
        yield Difference(Kind.MISSING_CONDITION, f"misses the {kind} {_short(text)}")
    for text in extra:
        yield Difference(Kind.EXTRA_CONDITION, f"adds the {kind} {_short(text)}")
    if gold is not None and pred is not None:
        links = [bool(clause.find(exp.Or)) for clause in (gold, pred)]
        if links[0] != links[1]:
            words = "joins conditions by OR" if links[1] else "joins conditions by AND instead of OR"
            yield Difference(Kind.CONNECTIVE, words)


def _subject(part: exp.Expr) -> str:
    return _text(part.this) if isinstance(part, exp.Binary | exp.Between | exp.In) else _text(part)


def _changed(kind: str, gold: exp.Expr, pred: exp.Expr) -> Difference:
    """Say how a condition on the same thing differs."""
    if type(gold) is type(pred) and isinstance(gold, exp.Binary):
        ours, theirs = gold.expression, pred.expression
        if isinstance(ours, exp.Literal) and isinstance(theirs, exp.Literal):
            right, wrong = _apart(_text(ours), _text(theirs))
            words = f"compares {_short(_text(gold.this))} with {wrong} instead of {right}"
            return Difference(Kind.VALUE, words)
    right, wrong = _apart(_text(gold), _text(pred))
    words = f"has the {kind} {wrong} instead of {right}"
    return Difference(Kind.VALUE if _masked(gold) == _masked(pred) else Kind.OPERATOR, words)


def _masked(condition: exp.Expr) -> exp.Expr:
    """Put the same text in the place of every literal."""
    return condition.transform(lambda node: exp.Literal.string("") if isinstance(node, exp.Literal) else node)


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


def _groups(gold: exp.Select, pred: exp.Select) -> Iterator[Difference]:
    left, right = (
        Counter(_text(item) for item in (query.args["group"].expressions if query.args.get("group") else ()))
        for query in (gold, pred)
    )
    yield from _swap(
        left - right,
        right - left,
        (Kind.GROUP, "groups by {1} instead of {0}"),
        (Kind.GROUP, "does not group by {0}"),
        (Kind.GROUP, "also groups by {0}"),
    )


def _ordering(gold: exp.Query, pred: exp.Query) -> Iterator[Difference]:
    left, right = _keys(gold), _keys(pred)
    if left != right:
        ours, theirs = _apart(", ".join(left), ", ".join(right))
        words = f"orders by {theirs}" if right else f"does not order by {ours}"
        yield Difference(Kind.ORDER, f"{words} instead of {ours}" if left and right else words)
    ours, theirs = _apart(_limit(gold), _limit(pred))
    if ours != theirs:
        words = f"has LIMIT {theirs}" if theirs else f"misses LIMIT {ours}"
        yield Difference(Kind.LIMIT, f"{words} instead of {ours}" if ours and theirs else words)


def _limit(query: exp.Query) -> str:
    limit = query.args.get("limit")
    return _text(limit.args.get("expression") or limit.args["count"]) if limit else ""


def _keys(query: exp.Query) -> list[str]:
    order = query.args.get("order")
    keys = order.expressions if order else ()
    return [_text(item.this) + (" DESC" if item.args.get("desc") else "") for item in keys]


def _swap(
    missing: Counter[str],
    extra: Counter[str],
    both: tuple[Kind, str],
    lost: tuple[Kind, str],
    added: tuple[Kind, str],
    noun: str = "",
) -> Iterator[Difference]:
    """Say what is missing and what is extra; one of each is a replacement."""
    ours, theirs = list(missing.elements()), list(extra.elements())
    if len(ours) == len(theirs) == 1:
        yield Difference(both[0], both[1].format(*_apart(ours[0], theirs[0])))
        return
    yield from (Difference(lost[0], lost[1].format(noun + _short(text))) for text in ours)
    yield from (Difference(added[0], added[1].format(noun + _short(text))) for text in theirs)


def _text(node: exp.Expr) -> str:
    return " ".join(_WRITER.generate(node, copy=not isinstance(node, _LEAVES)).split())


def _apart(ours: str, theirs: str) -> tuple[str, str]:
    """Shorten two texts so that where they begin to differ is seen of both."""
    pairs = enumerate(zip(ours, theirs, strict=False))
    same = next((place for place, (one, other) in pairs if one != other), 0)
    long = max(len(ours), len(theirs)) > _WIDTH
    start = ours.rfind(" ", 0, max(0, same - _LEAD)) + 1 if long else 0
    head = "… " if start else ""
    return head + _short(ours[start:]), head + _short(theirs[start:])


def _short(text: str) -> str:
    """Cut a text between two words, or within one that is too long by itself."""
    if len(text) <= _WIDTH:
        return text
    end = text.rfind(" ", _WIDTH // 2, _WIDTH)
    return f"{text[:end]} …" if end > 0 else f"{text[: _WIDTH - 1]}…"
