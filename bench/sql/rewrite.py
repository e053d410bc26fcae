"""The textual steps by which the test-suite's script changes queries before it runs them.

They look at text, not at SQL: quirks and all, since the official verdict depends on them.
"""

from __future__ import annotations

import re

_CURRENT_YEAR = re.compile(r"YEAR\s*\(\s*CURDATE\s*\(\s*\)\s*\)\s*", re.IGNORECASE)
_SPACED = (("> =", ">="), ("< =", "<="), ("! =", "!="))


def prepare(sql: str, *, keep_distinct: bool = False) -> str:
    """Return the text that the test-suite's script runs for gold or prediction ``sql``.

    >>> prepare("SELECT DISTINCT a FROM t WHERE a > = 1; SELECT 2")
    'SELECT  a FROM t WHERE a >= 1; '
    """
    sql = join_operators(sql)
    return sql if keep_distinct else remove_distinct(sql)


def join_operators(sql: str) -> str:
    """Close the gap in ``> =``, ``< =`` and ``! =``, in literals as well."""
    for spaced, joined in _SPACED:
        sql = sql.replace(spaced, joined)
    return sql


def fix_year(sql: str) -> str:
    """Replace MySQL's current year by 2020, the year of the script."""
    return _CURRENT_YEAR.sub("2020", sql) if "curdate" in sql.lower() else sql


def patch_value(sql: str) -> str:
    """Replace the letters ``value`` by ``1`` wherever they stand: done to predictions only."""
    return sql.replace("value", "1")


def orders(gold: str) -> bool:
    """Whether row order counts: ``order by``, with one space, stands anywhere in the lower-cased gold."""
    return "order by" in gold.lower()


_MARK = re.compile(
    r"""
      '(?:''|\\'|[^'])*'            # literals and quoted names: what stands in them is left alone
    | "(?:""|\\"|[^"])*"
    | `(?:``|[^`])*`
    | \[[^\]\[]+\]
    | (?:--|\#[ ])[^\r\n]*
    | /\*
    | (?<![\w$\#])(?:distinct|end)(?![\w$\#])
    | [();]
    """,
    re.VERBOSE | re.IGNORECASE,
)
_AFTER = re.compile(r"(?:\s+|(?:--|# )[^\r\n]*)*")


def remove_distinct(sql: str) -> str:
    """Drop every word DISTINCT outside quotes and comments, and all that follows the first statement.

    A semicolon in open brackets does not end a statement; white space and line comments after the
    one that does still belong to it.
    """
    if ";" not in sql and "distinct" not in sql.lower():
        return sql
    kept: list[str] = []
    copied = at = level = 0
    last_close = sql.rfind("*/")
    while mark := _MARK.search(sql, at):
        at = mark.end()
        word = mark.group().lower()
        if word == "distinct":
            kept.append(sql[copied : mark.start()])
            copied = at
        elif word == "/*":
            at = sql.find("*/", at) + 2 if at <= last_close else at
        elif word == "(":
            level += 1
        elif word in (")", "end"):
            level = max(0, level - 1)
        elif word == ";" and level == 0:
            after = _AFTER.match(sql, at)
            at = after.end() if after else at
            return "".join([*kept, sql[copied:at]])
    return "".join([*kept, sql[copied:]])
