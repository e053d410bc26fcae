r"""Find the one SQL statement in what a model wrote.

Models wrap their answer: code fences, ``SQL:``, an explanation after it, the next question of a prompt
they go on inventing, end-of-turn marks. None of that is SQL, and none of it should cost the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TURN_ENDS = re.compile(
    r"<\|(?:im_end|endoftext|eot_id|end|end_of_text|EOT)\|>|</s>|<eos>|<end_of_turn>|<｜end▁of▁sentence｜>|<pad>"
)
_TURN_STARTS = re.compile(
    r"<\|im_start\|>(?:\w+\n)?|<\|start_header_id\|>\w*<\|end_header_id\|>|<\|begin_of_text\|>|<s>|<bos>"
    r"|<start_of_turn>(?:\w+\n)?|\[/?INST\]|<\|assistant\|>"
)
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_FENCE = re.compile(r"(?:```|~~~)[ \t]*(\w*)")

_PROSE = (
    "the|a|an|all|any|each|every|some|one|only|just|which|that|this|these|those|your|our|their|its|it|of|to|for"
    "|from|and|or|statement|statements|query|queries|clause|command|keyword|list|is|are|was|will|with|as|what|who"
)
_START = re.compile(
    rf"\bselect\b(?!\s+(?:distinct\s+)?(?:{_PROSE})\b(?!\s*[,(.]|\s+(?:from|as)\b))(?=[\s(*\"'`\[\-+])\s*[^\s,;.]"
    r"|\bwith\s+(?:recursive\s+)?[\w\"`\[\]]+\s*(?:\([^()]{0,400}\)\s*)?as\s*(?:not\s+materialized\s*|materialized\s*)?\(",
    re.IGNORECASE,
)
_READS = re.compile(rf"[^;?!]{{0,600}}?\bfrom\s+(?!(?:{_PROSE})\b)[\w\"'`\[(]", re.IGNORECASE)
_MOST_STARTS = 200
_LONGEST = 200_000

_MARK = re.compile(
    r"""
      '(?:''|[^'])*'
    | "(?:""|[^"])*"
    | ```|~~~
    | `[^`\n]*`
    | --[^\n]*
    | /\*
    | \(+ | \)+ | ;
    | (?:\n|\\n)(?:[ \t\r]*(?:\n|\\n))*
    | \.(?=\s+(?:This|The|It|Here|Note|I|We|You|In|To|Explanation|That|Question)\b)
    """,
    re.VERBOSE,
)
_HEADING = re.compile(
    r"[ \t]{0,99}(?:\#|\*\*|={3}|-{3}\s|(?:Explanation|Notes?|Question|Q|A|Answer|Output|Results?|Input"
    r"|Schema|Human|User|Assistant|Example|Instruction|Response|Database|SQL|SQLite|Query|Hint|Evidence|Tables?)"
    r"[ \t]?\d{0,3}[ \t]?:(?!:))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"[ \t]{0,99}(?:Explanation|Note|This|The|Here|In|These|Please|To|We|I|It|You|So|Let|Let's|Then|If|That"
    r"|Where|Which|However|First|Alternatively|Or)\b,?[ \t]{1,9}(?:[a-z'`]|SQL|I\b)",
)
_GOES_ON = re.compile(
    r"[ \t]{0,99}(?:(?:from|where|group|order|having|limit|offset|union|intersect|except|join|left|right|full"
    r"|inner|outer|cross|natural|on|using|and|or|as|case|when|then|else|end|window|select|with|in|not|between"
    r"|like|is|exists|values)\b|[(),+*/|=<>'\"`\[])",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"""('(?:''|[^'])*'|"(?:""|[^"])*")|\\r\\n|\\[nrt]|\\\r?\n|\\([_*<>=()"'])""")


def extract(text: str) -> str | None:
    r"""Return the first SELECT or WITH statement in ``text``, without its semicolon, or ``None``.

    The first fenced block that holds a statement is taken, else the first place in the text that reads
    like one. Of several statements the first is kept. A text that goes on from a prompt ending in
    SELECT is not completed: whoever wrote that prompt puts the word back. Backslash escapes of
    line breaks and of Markdown outside literals are undone. Never raises; only the first 200,000
    characters are looked at.

    >>> extract("Sure! Here it is:\n```sql\nSELECT name FROM singer;\n```\nThis lists the names.")
    'SELECT name FROM singer'
    >>> extract("I am sorry, the database does not say.") is None
    True
    """
    text = text[:_LONGEST]
    if "</think>" in text:
        text = _THOUGHT.sub("\n", text).rpartition("</think>")[2]
    text = _TURN_STARTS.sub("\n", text)
    for turn in _TURN_ENDS.split(text):
        for part in _parts(turn):
            found = _statement(part)
            if found is not None:
                return found
    return None


def _parts(text: str) -> Iterator[str]:
    """Yield the places to look at, best first: an answer that ends a fence, the fenced blocks, all of it."""
    fences = list(_FENCE.finditer(text))
    if not fences:
        yield text
        return
    opening = text[: fences[0].start()]
    if _START.match(opening.lstrip(" \t\r\n(")):
        yield opening
    others: list[str] = []
    for at in range(0, len(fences), 2):
        end = fences[at + 1].start() if at + 1 < len(fences) else len(text)
        language = fences[at].group(1).lower()
        block = text[fences[at].end() : end]
        if language in ("", "sql", "sqlite", "sqlite3", "postgresql", "mysql", "plsql", "tsql"):
            yield block
        else:
            others.append(f"{fences[at].group(1)} {block}")
    yield from others
    yield text.replace("```", "\n").replace("~~~", "\n")


def _statement(text: str) -> str | None:
    for count, match in enumerate(_START.finditer(text)):
        if count == _MOST_STARTS:
            return None
        start = match.start()
        if _believable(text, start, match.group()):
            start, end = _quoted(text, _bracket(text, start))
            statement = _undo_escapes(text[start : end if end is not None else _end(text, start)])
            if len(statement.split(None, 1)) > 1 or len(statement) > len("select"):
                return statement
    return None


def _believable(text: str, start: int, word: str) -> bool:
    """Whether SELECT is a command here: it opens a line, is shouted, or goes on to read from something."""
    line = text[max(text.rfind("\n", max(0, start - 200), start) + 1, start - 200) : start].strip(
        " \t(\"'`>*-"
    )
    if not line or line.endswith((":", "\\n")) or word[:4].isupper():
        return True
    return _READS.match(text, start) is not None


def _bracket(text: str, start: int) -> int:
    """Step back over brackets that open the line, so that ``(SELECT ...) UNION ...`` stays whole."""
    at = start
    while at and text[at - 1] in "( ":
        at -= 1
    opens_line = at == 0 or text[at - 1] == "\n"
    return at if opens_line and "(" in text[at:start] else start


_JSON_STRING = re.compile(r'(?:[^"\\]|\\.|"(?!\s*(?:[,}\]]|\Z)))*', re.DOTALL)


def _quoted(text: str, start: int) -> tuple[int, int | None]:
    """Return where the statement ends if it stands in backticks or in a JSON string."""
    before = text[start - 1 : start]
    if before == "`":
        line_end = text.find("\n", start)
        line = text[start : line_end if line_end >= 0 else len(text)]
        close = line.find("`", max(line.lower().find(" from "), 0))
        if close >= 0 and line.count("`") % 2:
            return start, start + close if line.count("`") == 1 else start + line.rfind("`")
    if before == '"':
        close_match = _JSON_STRING.match(text, start)
        if close_match and text[close_match.end() : close_match.end() + 1] == '"':
            return start, close_match.end()
    return start, None


def _end(text: str, start: int) -> int:
    """Return where the statement that begins at ``start`` is over."""
    depth = 0
    at = start
    last_close = text.rfind("*/")
    while mark := _MARK.search(text, at):
        at = mark.end()
        word = mark.group()
        if word[0] == "(":
            depth += len(word)
        elif word[0] == ")":
            depth -= len(word)
            if depth < 0:
                return at + depth
        elif word == "/*":
            if at > last_close:
                return mark.start()
            at = text.find("*/", at) + 2
        elif word.startswith(("\n", "\\n")):
            blank = word.count("n" if word[0] == "\\" else "\n") > 1
            if _over(text, at, depth, blank=blank):
                return mark.start()
        elif word in (";", "```", "~~~", "."):
            return mark.start()
    return len(text)


def _over(text: str, at: int, depth: int, *, blank: bool) -> bool:
    """Whether what begins on a new line at ``at`` is no longer SQL."""
    if _HEADING.match(text, at):
        return True
    if depth > 0:
        return False
    if blank and not _GOES_ON.match(text, at):
        return True
    return _SENTENCE.match(text, at) is not None


def _undo_escapes(statement: str) -> str:
    if "\\" in statement:
        statement = _ESCAPE.sub(lambda match: match.group(1) or match.group(2) or " ", statement)
    statement = statement.strip()
    return statement.rstrip("`").rstrip() if statement.count("`") % 2 else statement
