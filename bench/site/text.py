"""Text that is safe to show, names that are safe to write, numbers that line up.

Model output is hostile: markup is escaped by the templates; what is left here is text that would
change how its surroundings read (direction overrides), that HTML forbids (control characters), or
that never ends.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256

CLIP = 4000
"""Characters shown of one text; the count of the rest is stated."""

_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ud800-\udfff\ufdd0-\ufdef\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
    "|[\U0001fffe\U0001ffff\U0002fffe\U0002ffff\U0010fffe\U0010ffff]"
)


def visible(text: str) -> str:
    r"""Spell out what the eye cannot see or HTML may not hold.

    >>> visible("a\x00b\u202ec")
    'a␀b⟨U+202E⟩c'
    """
    return text if text.isprintable() else _UNSEEN.sub(_spell, text)


def _spell(found: re.Match[str]) -> str:
    code = ord(found[0])
    return chr(0x2400 + code) if code < 0x20 else f"⟨U+{code:04X}⟩"


def finalize(value: object) -> object:
    """Clean whatever a template is about to print; markup of our own passes unchanged."""
    # Asked some dozen times for each answer; Markup and names of our own are other classes of text.
    return value if type(value) is not str or value.isprintable() else visible(value)


def clip(text: str, limit: int = CLIP) -> tuple[str, int]:
    """Cut a text for display.

    Returns:
        The part to show, and how many characters were left out.
    """
    return (text, 0) if len(text) <= limit else (text[:limit], len(text) - limit)


def address(name: str) -> str:
    """Make a file name or fragment out of any name; different names stay different.

    >>> address("tiny-lora-mini-s0"), address("../etc/passwd")
    ('tiny-lora-mini-s0', 'etc-passwd-7fef78')
    """
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip(".-")
    if plain == name and 0 < len(name) <= 120:
        return name
    return f"{plain[:100]}-{sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:6]}".lstrip("-")


def percent(value: float, decimals: int = 1) -> str:
    """Write a share as a percentage without its sign; 100 % only when nothing is missing.

    >>> percent(0.7125), percent(0.99996), percent(1.0), percent(0.0002)
    ('71.3', '99.9', '100.0', '0.1')
    """
    shown, least = 100 * value, 10.0**-decimals
    if 0 < shown < least / 2:
        shown = least
    if 100 - least / 2 <= shown < 100:
        shown = 100 - least
    return f"{shown + 1e-9:.{decimals}f}"


def amount(value: float) -> str:
    """Write a count, with a decimal only where it is a mean that is not whole.

    >>> amount(1234), amount(2 / 3)
    ('1,234', '0.7')
    """
    return f"{value + 1e-9:,.1f}".removesuffix(".0")


def points(value: float) -> str:
    """Write a difference of shares in points, always with its sign.

    >>> points(0.1234), points(-0.05), points(0.0)
    ('+12.3', '−5.0', '±0.0')
    """
    shown = f"{abs(100 * value) + 1e-9:.1f}"
    return ("±" if float(shown) == 0 else "+" if value > 0 else "−") + shown


def chance(p: float) -> str:
    """Write a p value.

    >>> chance(0.125), chance(0.00004)
    ('0.125', '< 0.001')
    """
    return f"{p + 1e-12:.3f}" if p >= 0.001 else "< 0.001"


def listed(names: Sequence[str]) -> str:
    """Write names one after the other.

    >>> listed(["EX", "TS", "EM"]), listed(["EX"])
    ('EX, TS and EM', 'EX')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def flatten(mapping: Mapping[str, object], prefix: str = "") -> dict[str, str]:
    """Lay nested JSON values out as dotted keys and their text, sorted by key.

    >>> flatten({"b": {"x": 1}, "a": [1, "two"]})
    {'a': '1, two', 'b.x': '1'}
    """
    flat: dict[str, str] = {}
    for key, value in sorted(mapping.items()):
        if isinstance(value, Mapping):
            flat |= flatten(value, f"{prefix}{key}.")
        elif isinstance(value, (list, tuple)):
            flat[prefix + key] = ", ".join(str(one) for one in value)
        else:
            flat[prefix + key] = _plain(value)
    return flat


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "–" if value is None else str(value)
