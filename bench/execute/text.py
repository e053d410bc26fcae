"""Text: what can be said about an SQL string before SQLite sees it; standard library only."""

from __future__ import annotations

import re

_SPACE = re.compile(r"(?:[\s;(\ufeff]+|--[^\n]*|/\*.*?(?:\*/|\Z))*+([A-Za-z_]*)", re.DOTALL)
_PLAINLY = frozenset({"SELECT ", "select "})
_LEXEME = re.compile(r"'[^']*'?|\"[^\"]*\"?|`[^`]*`?|\[[^\]]*\]?|--[^\n]*|/\*.*?(?:\*/|\Z)|;", re.DOTALL)
_COMMENT = re.compile(r"--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)

QUERIES = frozenset({"select", "with", "values"})
"""Words that a query may begin with."""

# fmt: off
COMMANDS = frozenset({
    "alter", "analyze", "attach", "begin", "commit", "create", "delete", "detach", "drop", "end", "insert",
    "pragma", "reindex", "release", "replace", "rollback", "savepoint", "update", "vacuum",
})
# fmt: on
"""Words that begin a statement that is not a query."""


def first_word(sql: str) -> str:
    r"""Return the first word after spaces, comments and brackets, in lower case.

    >>> first_word("/* a */ -- b\n (SELECT 1)")
    'select'
    """
    if sql[:7] in _PLAINLY:
        return "select"
    match = _SPACE.match(sql)
    return match[1].lower() if match else ""


def end_of_first(sql: str) -> int:
    r"""Find where the first statement ends: at its semicolon, or at the end of the text.

    >>> end_of_first("SELECT ';' -- ;\n; DROP TABLE t")
    16
    """
    began = len(sql) - len(sql.lstrip("; \t\r\n\f"))
    for match in _LEXEME.finditer(sql, began):
        if match[0] == ";":
            return match.start()
    return len(sql)


def has_more(sql: str) -> bool:
    """Tell whether anything but comments follows the first statement and its semicolon.

    A second semicolon is something: Python's ``sqlite3``, which the official scripts call, refuses it.

    >>> has_more("SELECT 1; -- done"), has_more("SELECT 1;;"), has_more("SELECT 1; SELECT 2")
    (False, True, True)
    """
    return ";" in sql and bool(_COMMENT.sub(" ", sql[end_of_first(sql) + 1 :]).strip(" \t\r\n\f"))
