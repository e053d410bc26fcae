"""Draw a chart's specification into files: SVG for day and night, PNG, and data for the interactive one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from bench.site import picture
from bench.site.dress import ACCENT, GROUND, INK, MUTED, RULE, Chart
from bench.site.payload import script

NIGHT = {INK: "#e3e5e8", MUTED: "#9ca4ac", RULE: "#2b3035", GROUND: "#131517", ACCENT: "#7fc1ec"}
VERSION = "6.4"
"""Of Vega-Lite, as vendored."""


def files(chart: Chart, stem: str) -> Iterator[tuple[str, bytes]]:
    """Give the files of one chart under ``charts/``."""
    svg = _svg(json.dumps(chart.spec, sort_keys=True))
    yield f"charts/{stem}.svg", svg.encode("utf-8")
    yield f"charts/{stem}-dark.svg", night(svg).encode("utf-8")
    yield f"charts/{stem}.png", _png(svg)
    yield f"charts/{stem}.js", script("chart", {"name": stem, "spec": dict(chart.spec)})


def night(drawing: str) -> str:
    """Put the colours of the night in the place of those of the day."""
    for day, dark in NIGHT.items():
        drawing = drawing.replace(day, dark)
    return drawing


@lru_cache(maxsize=256)
def _svg(spec: str) -> str:
    import vl_convert

    parsed: dict[str, Any] = json.loads(spec)
    drawn: str = vl_convert.vegalite_to_svg(parsed, vl_version=VERSION)
    return drawn


@lru_cache(maxsize=256)
def _png(svg: str) -> bytes:
    import vl_convert

    drawn: bytes = vl_convert.svg_to_png(svg, scale=2)
    return picture.named(drawn, svg)
