"""Spider-Syn: Spider's questions with the words of the schema replaced by synonyms.

Gan et al., "Towards Robustness of Text-to-SQL Models against Synonym Substitution", ACL 2021
(arXiv 2106.01065).
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.folder import Folder, Splits


class SpiderSyn(Folder):
    """The Spider-Syn data set; the original question of Spider is in its files too, and not asked."""

    name = "spider-syn"
    title = "Spider-Syn"
    licence = "MIT; databases CC BY-SA 4.0"
    files: ClassVar[Splits] = {"train": (("train_spider.json",),), "dev": (("dev.json",),)}
    question = ("SpiderSynQuestion",)
    host = "spider"
    holds = "dev.json and train_spider.json"
