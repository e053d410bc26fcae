"""Plug: gold's literals in every place of a prediction that holds one, as the test-suite's script does.

For systems that predict no values (arXiv 2010.02840, section 5): the prediction passes if it does with
some choice of gold's literals. What counts as a literal is told from text, quirks included.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import product

from bench.sql.lexemes import LEXEME

LONGEST = 20_000
"""Characters of a prediction; into a longer one nothing is plugged."""

SLOT = "VALUERARE"
"""Stands where a literal stood; texts that hold this word themselves are filled there too."""

MOST = 4096
"""Fillings that are tried; the official script knows no end. Of real predictions the most is 81."""

_RISKY = re.compile(rf"[\"\\\t#]|''|--|/\*|;(?=\s*\S)|{SLOT}", re.IGNORECASE)
_PLAIN = re.compile(r"'.*'|[-+.\d]+", re.DOTALL)
_FLOAT = re.compile(r"[-+]?\d*\.\d+")
_INTEGER = re.compile(r"[^\stT]?\d+")


def fillings(gold: str, prediction: str) -> Iterator[str]:
    """Yield the texts that are tried beside the prediction itself, at most ``MOST``.

    Without a literal in gold there are none, unless the prediction has none either.

    >>> list(fillings("SELECT a FROM t WHERE b = 'x' OR c = 1", "SELECT T1.a FROM t WHERE b > 7"))
    ["select t1 . a from t where b > 'x'", 'select t1 . a from t where b > 1']
    """
    if len(prediction) > LONGEST:
        return
    values = sorted(set(literals(gold)[1]))
    words = [*literals(prediction)[0]]
    places = [at for at, word in enumerate(words) if word == SLOT.lower()]
    for number, choice in enumerate(product(values, repeat=len(places))):
        if number == MOST:
            return
        for at, value in zip(places, choice, strict=True):
            words[at] = value
        yield " ".join(words)


@lru_cache(maxsize=256)
def literals(sql: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Split into lower-cased words, literals replaced by the slot, and the literals.

    A letter other than T with digits behind it, such as the alias ``a1``, counts as a number.
    """
    lexemes = list(LEXEME.finditer(sql.strip().replace(";", "").replace("\t", "")))
    text = " ".join(lexeme[0] for lexeme in lexemes)
    values = [lexeme[0] for lexeme in lexemes if lexeme["text"]]
    for value in dict.fromkeys(values):
        text = text.replace(value, SLOT)
    words = text.split()
    ends = [at for at, word in enumerate(words) if word[-1].isdecimal()]
    for number in (_FLOAT, _INTEGER):
        found = [at for at in ends if number.fullmatch(words[at])]
        values += [words[at] for at in found]
        for at in found:
            words[at] = SLOT
    return tuple([word.lower() for word in words]), tuple(values)


def is_plain(prediction: str) -> bool:
    """Tell whether plugging changes the literals of a text and nothing else: no names, no comments."""
    if _RISKY.search(prediction) or len(prediction) > LONGEST:
        return False
    return all(_PLAIN.fullmatch(value) for value in literals(prediction)[1])


def in_one_line(prediction: str) -> str:
    """Write a text as :func:`fillings` do, with its own literals.

    >>> in_one_line("SELECT  a FROM t WHERE B = 'X';")
    "select a from t where b = 'X'"
    """
    lexemes = LEXEME.finditer(prediction.strip().replace(";", ""))
    return " ".join([lexeme[0] if lexeme["text"] else lexeme[0].lower() for lexeme in lexemes])
