"""The words of a query as Spider's official parser sees them.

The official script hands its text to NLTK's English tokenizers. Only their rules that can touch SQL, or
the chatter around it, matter; one compiled scanner has them all.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import chain

_LONE = r"()\[\]{}<>;@#$%&?!*«»“”„‘’‒–—―"
_PLAIN = rf"[^\s{_LONE},:.`\-]+"

# A comma or colon stands alone unless a digit follows; dots and dashes stand alone in runs only.
# The first alternative is the second's commonest case, for speed.
_SCAN = re.compile(
    rf"\w+(?:\.\w+)?(?=[\s()]|\Z)|(?:{_PLAIN}|\.(?!\.)|-(?!-)|[,:](?=\d))+|[{_LONE},:]|--|\.\.+|``|`"
)
_SCAN_WITH_MARKS = re.compile(rf"(?:{_PLAIN}|\.(?!\.)|-(?!-)|[,:])+|[{_LONE}]|--|\.\.+|``|`")
_MARK = re.compile(r"([,:])(\D)")
_LAST_MARK = re.compile(r"([,:])\Z")

_QUOTED = re.compile(r'"[^"]*"')

_CONTRACTED = re.compile(
    rf"\b(?:(can)(not)|(gim)(me)|(gon)(na)|(got)(ta)|(lem)(me)|(wan)(na)(?=[\s{_LONE}`]|[,:]\D|--|\.\.|\Z))\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"""\.(?=\s+(\S)|([?!)";}\]*:@'({\[]))""")
_NOT_IN_WORD = re.compile(r"""[\s()"'`;{}\[\]*:@?!]""")
_NUMBER = re.compile(r"-?[.,]?\d[\d,.-]*")
_LONGEST_KEPT = 4096
_BEFORE_EQUALS = frozenset("!<>")
_CLOSERS = "])}>»”’ "


def tokenize(sql: str) -> list[str] | None:
    """Split ``sql`` into lower-cased words; literals keep their case and come in double quotes.

    Returns ``None`` where the number of quotation marks is odd, which the official script refuses.

    >>> tokenize("SELECT Age FROM Singer WHERE Age >= 20 AND City = 'New York'")
    ['select', 'age', 'from', 'singer', 'where', 'age', '>=', '20', 'and', 'city', '=', '"New York"']
    """
    text = sql.replace("'", '"')
    if '"' not in text:
        return _joined(_words(text))
    if text.count('"') % 2:
        return None
    literals: dict[str, str] = {}

    def hide(match: re.Match[str]) -> str:
        name = f"__val_{match.start()}_{match.end() - 1}__"
        literals[name] = match.group()
        return name

    words = _words(_QUOTED.sub(hide, text))
    return _joined([literals.get(word, word) for word in words])


def _words(text: str) -> list[str]:
    if "." in text:
        text = _final_period_apart(_SENTENCE_END.sub(_period_apart, text))
    low = text.lower()
    if "nno" in low or "nna" in low or "mme" in low or "tta" in low:  # all contractions have one of these
        text = _CONTRACTED.sub(_parts, text)
        low = text.lower()
    plain = text.isascii()
    if plain:
        text = low
    if ",," in text or "::" in text or ",:" in text or ":," in text:
        # A mark takes the next character with it, so the second of two marks is not set apart.
        text = _LAST_MARK.sub(r" \1 ", _MARK.sub(r" \1 \2", text))
        words = _SCAN_WITH_MARKS.findall(text)
    else:
        words = _scan(text)
    return words if plain else [word.lower() for word in words]


def _scan(text: str) -> list[str]:
    """Scan chunk by chunk: no word but ``> =`` crosses white space, and queries repeat their chunks."""
    scan = _kept_chunk if len(text) <= _LONGEST_KEPT else _SCAN.findall
    return [*chain.from_iterable(map(scan, text.split()))]


@lru_cache(maxsize=8192)
def _kept_chunk(chunk: str) -> list[str]:
    return [chunk] if chunk.isidentifier() else _joined(_SCAN.findall(chunk))


def _period_apart(match: re.Match[str]) -> str:
    """Set a period apart where a sentence splitter that knows no abbreviations would end a sentence.

    After a number or a single letter it does not where the next word starts in lower case or is a mark,
    nor between a single letter and a capital.
    """
    at, text = match.start(), match.string
    if at == 0 or text[at - 1] == ".":
        return "."
    word = _NOT_IN_WORD.split(text[max(0, at - 40) : at])[-1]
    after = match.group(1) or match.group(2)
    letter = len(word) == 1 and (word.isalpha() or word == "_")
    goes_on = after.islower() or after in ";:,.!?" or (letter and after.isupper())
    return "." if goes_on and (letter or _NUMBER.fullmatch(word)) else " . "


def _final_period_apart(text: str) -> str:
    body = text.rstrip().rstrip(_CLOSERS)
    if len(body) > 1 and body[-1] == "." and body[-2] != ".":
        return f"{body[:-1]} . {text[len(body) :]}"
    return text


def _parts(match: re.Match[str]) -> str:
    return f" {' '.join(part for part in match.groups() if part)} "


def _joined(words: list[str]) -> list[str]:
    """Put ``!``, ``<`` or ``>`` and a following ``=`` together."""
    if "=" not in words or _BEFORE_EQUALS.isdisjoint(words):
        return words
    joined: list[str] = []
    for word in words:
        if word == "=" and joined and joined[-1] in _BEFORE_EQUALS:
            joined[-1] += "="
        else:
            joined.append(word)
    return joined
