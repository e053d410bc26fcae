"""Lexemes: a query cut into words, quoted texts, numbers, comments and signs, as sqlparse cuts it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

LEXEME = re.compile(
    r"""
      (?P<text> '(?:''|\\'|[^'])*' | "(?:""|\\"|[^"])*" )
    | (?P<other> `(?:``|[^`])*` | \[[^\]\[]+\] | --[^\r\n]* | /\*.*?\*/ )
    | -? (?: \d+ (?:\.\d+)? E-?\d+ | \d*\.\d+ | \d+ ) (?!\w)
    | (?P<word> \w[$#\w]* )
    | :: | := | [<>=~!]+ | [+/@#%^&|-]+
    | \S
    """,
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
"""Groups: ``text`` between single or double quotes, ``word``, and ``other`` quoted names and comments."""


def outermost(sql: str) -> Iterator[re.Match[str]]:
    """Yield what stands in no brackets, comments aside; the brackets themselves are not yielded."""
    depth = 0
    for lexeme in LEXEME.finditer(sql):
        if lexeme[0] == "(":
            depth += 1
        elif lexeme[0] == ")":
            depth -= 1
        elif depth == 0 and not lexeme[0].startswith(("--", "/*")):
            yield lexeme


@lru_cache(maxsize=4096)
def orders_result(sql: str) -> bool:
    """Tell whether a query orders its own result: ORDER BY outside all brackets.

    >>> orders_result("SELECT a FROM t ORDER  BY b"), orders_result("SELECT a FROM (SELECT 1 ORDER BY 1)")
    (True, False)
    """
    if "order" not in sql.lower():
        return False
    words = [lexeme[0].lower() for lexeme in outermost(sql)]
    return ("order", "by") in pairwise(words)
