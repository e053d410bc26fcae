"""Spider-DK: questions of Spider dev that need domain knowledge, on seven of its databases and three more.

Gan et al., "Exploring Underexplored Limitations of Cross-Domain Text-to-SQL Generalization", EMNLP 2021
(arXiv 2109.05157).
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.folder import Folder, Splits
from bench.sets.source import Source


class SpiderDk(Folder):
    """The Spider-DK data set; its ``tables.json`` describes Spider's databases as well."""

    name = "spider-dk"
    title = "Spider-DK"
    licence = "MIT; databases CC BY-SA 4.0"
    page = "https://github.com/ygan/Spider-DK"
    sources = (
        Source(
            "https://raw.githubusercontent.com/ygan/Spider-DK/5e16fa1f8cdbb401f3b55d2afb5a7c7435360590/Spider-DK.json",
            "f8590106c56e0850c2e1412179a78fdcf86f02226ab9f81a4c367d1ae8575397",
            "Spider-DK.json",
        ),
        Source(
            "https://raw.githubusercontent.com/ygan/Spider-DK/5e16fa1f8cdbb401f3b55d2afb5a7c7435360590/tables.json",
            "aeaa9268303e7d5871c3e6bff4330b997fcdaea4414bba32d0160406527ffe35",
            "tables.json",
        ),
        Source(
            "https://raw.githubusercontent.com/ygan/Spider-DK/5e16fa1f8cdbb401f3b55d2afb5a7c7435360590/database/new_concert_singer/new_concert_singer.sqlite",
            "3640db4739de19f1cb81fa6f5abe938f22beebd51889036f4a51ecb43135eaa0",
            "database/new_concert_singer/new_concert_singer.sqlite",
        ),
        Source(
            "https://raw.githubusercontent.com/ygan/Spider-DK/5e16fa1f8cdbb401f3b55d2afb5a7c7435360590/database/new_orchestra/new_orchestra.sqlite",
            "8e452adcb335fad523a54d5ba4ebb8d9b0ad85e30e849fcc40ac5f0d956831a9",
            "database/new_orchestra/new_orchestra.sqlite",
        ),
        Source(
            "https://raw.githubusercontent.com/ygan/Spider-DK/5e16fa1f8cdbb401f3b55d2afb5a7c7435360590/database/new_pets_1/new_pets_1.sqlite",
            "270d319add83d7ced59db0119c71f3ab101ced02a77a5a4e58ac88fdaeadb13d",
            "database/new_pets_1/new_pets_1.sqlite",
        ),
    )
    files: ClassVar[Splits] = {"dev": (("Spider-DK.json", "spider-dk.json"),)}
    host = "spider"
    holds = "Spider-DK.json, tables.json and database/"
