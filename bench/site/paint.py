"""SQL as markup: coloured where it can be read, plain where it cannot."""

from __future__ import annotations

from functools import lru_cache

from markupsafe import Markup, escape

from bench.site.text import clip, visible
from bench.sql.highlight import highlight

_CLASSES = {"keyword": "kw", "function": "fn", "string": "str", "number": "num", "comment": "com"}
"""What has a colour on the page, under a short name: a board holds thousands of statements."""


@lru_cache(maxsize=32768)
def paint(sql: str) -> Markup:
    """Colour one statement; what is beyond the display limit is counted, not shown."""
    shown, left = clip(sql)
    more = Markup('<span class="more"> … {:,} more characters</span>').format(left) if left else Markup("")
    return Markup("").join(_span(_CLASSES.get(css, ""), text) for css, text in highlight(shown)) + more


def _span(css: str, text: str) -> Markup:
    clean = escape(visible(text))
    return Markup('<span class="{}">{}</span>').format(css, clean) if css else clean
