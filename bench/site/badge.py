"""A badge: one cell's headline with its doubt, as a small SVG for a README."""

from __future__ import annotations

from markupsafe import Markup, escape

from bench.site.text import percent, visible
from bench.types import Score

_WIDTH = 6.6
"""Pixels that a character takes at 11 px, on the wide side."""

_DRAWING = Markup(
    '<svg xmlns="http://www.w3.org/2000/svg" width="{whole}" height="20" role="img"'
    ' aria-label="{name}: {value}">'
    "<title>{name}: {value}</title>"
    '<rect width="{left}" height="20" fill="#3c4248"/>'
    '<rect x="{left}" width="{right}" height="20" fill="#0a5c8f"/>'
    '<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
    '<text x="6" y="14">{name}</text><text x="{start}" y="14">{value}</text></g></svg>\n'
)


def badge(label: str, dataset: str, score: Score, *, synthetic: bool) -> bytes:
    """Draw a score with its 95 % interval; data made by a program is called so."""
    name = visible(f"{label}, {dataset}{' (synthetic)' if synthetic else ''}")
    value = f"{percent(score.value)} % ({percent(score.low)} to {percent(score.high)})"
    left, right = (round(12 + _WIDTH * len(text)) for text in (name, value))
    drawn = _DRAWING.format(
        whole=left + right, left=left, right=right, start=left + 6, name=escape(name), value=value
    )
    return drawn.encode("utf-8")
