"""Spider-Realistic: questions of Spider dev that no longer name the columns they ask for.

Deng et al., "Structure-Grounded Pretraining for Text-to-SQL", NAACL 2021 (arXiv 2010.12773).
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.folder import Folder, Splits


class SpiderRealistic(Folder):
    """The Spider-Realistic data set."""

    name = "spider-realistic"
    title = "Spider-Realistic"
    licence = "CC BY-SA 4.0"
    page = "https://doi.org/10.5281/zenodo.5205322"
    files: ClassVar[Splits] = {"dev": (("spider-realistic.json",),)}
    host = "spider"
    holds = "spider-realistic.json"
