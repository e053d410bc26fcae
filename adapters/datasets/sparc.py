"""SParC: Spider's questions taken apart into sequences of questions that build on one another.

Yu et al., "SParC: Cross-Domain Semantic Parsing in Context", ACL 2019 (arXiv 1906.02285).
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.conversation import Conversation
from adapters.datasets.folder import Splits


class Sparc(Conversation):
    """The SParC data set."""

    name = "sparc"
    title = "SParC"
    licence = "CC BY-SA 4.0"
    page = "https://yale-lily.github.io/sparc"
    files: ClassVar[Splits] = {"train": (("train.json",),), "dev": (("dev.json", "sparc.json"),)}
    host = "spider"
    holds = "train.json, dev.json, tables.json and database/"
