"""SQL as markup: highlighted where it can be read, plain where it cannot."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from bench.site.text import clip, visible

try:
    from bench.sql.highlight import highlight
except ModuleNotFoundError:
    import re as _re

    _KW = {
        "select",
        "from",
        "where",
        "join",
        "on",
        "group",
        "by",
        "order",
        "limit",
        "and",
        "or",
        "not",
        "in",
        "as",
        "having",
        "count",
        "max",
        "min",
        "avg",
        "sum",
        "distinct",
        "desc",
        "asc",
        "union",
        "intersect",
        "except",
        "between",
        "like",
    }

    def highlight(sql):
        out = []
        for m in _re.finditer(r"'[^']*'|\w+|\s+|.", sql, _re.S):
            t = m[0]
            c = "kw" if t.lower() in _KW else "str" if t[0] == "'" else "num" if t[0].isdigit() else ""
            out.append((c, t))
        return out


@lru_cache(maxsize=8192)
def paint(sql: str) -> Markup:
    """Highlight one statement; what is beyond the display limit is counted, not shown."""
    shown, left = clip(sql)
    tokens = highlight(shown) if not left else [("", shown)]
    more = Markup('<span class="more"> … {:,} more characters</span>').format(left) if left else Markup("")
    return Markup("").join(_token(name, text) for name, text in tokens) + more


def _token(name: str, text: str) -> Markup:
    clean = escape(visible(text))
    return Markup('<span class="{}">{}</span>').format(name, clean) if name else clean
