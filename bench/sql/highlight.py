"""Cut SQL into spans to colour; joined again they are the input, character for character."""

from __future__ import annotations

from typing import TypeAlias

from sqlglot.dialects.sqlite import SQLite
from sqlglot.tokenizer_core import Token, TokenType

Span: TypeAlias = tuple[str, str]
"""(css class, text); the class is empty for what has no colour of its own."""

CSS_CLASSES = ("keyword", "function", "name", "quoted", "string", "number", "operator", "comment")

_LONGEST = 20_000

_PLAIN = {
    TokenType.STRING: "string",
    TokenType.NATIONAL_STRING: "string",
    TokenType.HEX_STRING: "string",
    TokenType.NUMBER: "number",
    TokenType.IDENTIFIER: "quoted",
    TokenType.VAR: "name",
}


def highlight(sql: str) -> list[Span]:
    """Return the spans of ``sql``; one plain span where it cannot be cut into tokens.

    >>> highlight("SELECT 1 -- one")
    [('keyword', 'SELECT'), ('', ' '), ('number', '1'), ('', ' '), ('comment', '-- one')]
    """
    whole = [("", sql)] if sql else []
    if len(sql) > _LONGEST:
        return whole
    try:
        spans = _spans(sql, SQLite.Tokenizer().tokenize(sql))
    except Exception:  # a tokenizer's failure on hostile text costs the colours, never the page
        return whole
    return spans if "".join(text for _, text in spans) == sql else whole


def _spans(sql: str, tokens: list[Token]) -> list[Span]:
    spans: list[Span] = []
    at = 0
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.start > at:
            spans += _between(sql[at : token.start])
        text = sql[token.start : token.end + 1]
        spans.append((_css(token, text, following), text))
        at = token.end + 1
    if at < len(sql):
        spans += _between(sql[at:])
    return spans


def _css(token: Token, text: str, following: Token | None) -> str:
    called = following is not None and following.token_type is TokenType.L_PAREN
    css = _PLAIN.get(token.token_type)
    if css == "name" and called:
        return "function"
    if css is not None:
        return css
    return "keyword" if text[:1].isalpha() or text[:1] == "_" else "operator"


def _between(gap: str) -> list[Span]:
    """Part what lies between two tokens: white space, and comments."""
    inner = gap.strip()
    if not inner:
        return [("", gap)]
    start = gap.index(inner[0])
    spans = [("", gap[:start]), ("comment", inner), ("", gap[start + len(inner) :])]
    return [(css, text) for css, text in spans if text]
