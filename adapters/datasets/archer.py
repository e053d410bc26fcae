"""Archer: questions that need arithmetic, common sense and hypothetical reasoning, on Spider's databases.

Zheng et al., "Archer: A Human-Labeled Text-to-SQL Dataset with Arithmetic, Commonsense and
Hypothetical Reasoning", EACL 2024 (arXiv 2402.12554). The knowledge that a question needs is its
evidence.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from adapters.datasets.folder import Folder, Item, Splits
from bench.types import Example


class Archer(Folder):
    """The Archer data set, its English part."""

    name = "archer"
    title = "Archer (English)"
    licence = "CC BY-SA 4.0"
    page = "https://sig4kg.github.io/archer-bench/"
    files: ClassVar[Splits] = {
        "train": (("archer_en_train.json", "en_data/train.json"),),
        "dev": (("archer_en_dev.json", "en_data/dev.json"),),
    }
    host = "spider"
    holds = "archer_en_train.json and archer_en_dev.json"

    def example(self, split: str, number: int, item: Item) -> Example:
        """Take over the common sense that a question asks for."""
        known = (item.get("commonsense_knowledge") or "").strip()
        return replace(super().example(split, number, item), evidence=known)
