"""CSpider: Spider with its questions in Chinese.

Min et al., "A Pilot Study for Chinese SQL Semantic Parsing", EMNLP 2019 (arXiv 1909.13293). Schemas,
values and gold are Spider's.
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.folder import Folder, Splits


class CSpider(Folder):
    """The CSpider data set."""

    name = "cspider"
    title = "CSpider"
    licence = "CC BY-SA 4.0"
    page = "https://taolusi.github.io/CSpider-explorer/"
    files: ClassVar[Splits] = {"train": (("train.json",),), "dev": (("dev.json", "CSpider.json"),)}
    host = "spider"
    holds = "train.json and dev.json"
