"""Spider-DK: questions of Spider dev that need domain knowledge, on seven of its databases and three more.

Gan et al., "Exploring Underexplored Limitations of Cross-Domain Text-to-SQL Generalization", EMNLP 2021
(arXiv 2109.05157).
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.folder import Folder, Splits


class SpiderDk(Folder):
    """The Spider-DK data set; its ``tables.json`` describes Spider's databases as well."""

    name = "spider-dk"
    title = "Spider-DK"
    licence = "MIT; databases CC BY-SA 4.0"
    files: ClassVar[Splits] = {"dev": (("Spider-DK.json", "spider-dk.json"),)}
    host = "spider"
    holds = "Spider-DK.json, tables.json and database/"
