"""Spider-Syn: Spider's questions with the words of the schema replaced by synonyms.

Gan et al., "Towards Robustness of Text-to-SQL Models against Synonym Substitution", ACL 2021
(arXiv 2106.01065). The ``worst-`` splits are dev as two attacks left it: synonyms by BERT and by GloVe that
misled a parser.
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.folder import Folder, Splits
from bench.sets.source import Source


class SpiderSyn(Folder):
    """The Spider-Syn data set; the original question of Spider is in its files too, and not asked."""

    name = "spider-syn"
    title = "Spider-Syn"
    licence = "MIT; databases CC BY-SA 4.0"
    page = "https://github.com/ygan/Spider-Syn"
    sources = (
        Source(
            "https://raw.githubusercontent.com/ygan/Spider-Syn/7efaf37d464fbed355b9e680edb3440110532d56/Spider-Syn/dev.json",
            "c70b19cd000376d46331dce518c2bc5a672950c9bf2ee6ade7de519e373ee38d",
            "dev.json",
        ),
        Source(
            "https://raw.githubusercontent.com/ygan/Spider-Syn/7efaf37d464fbed355b9e680edb3440110532d56/Spider-Syn/train_spider.json",
            "f045467b2ec33df51362dddfcb9a9424470e3c0c5bacc2e2469805627300964a",
            "train_spider.json",
        ),
    )
    files: ClassVar[Splits] = {
        "train": (("train_spider.json",),),
        "dev": (("dev.json",),),
        "worst-bert": (("WorstCaseDevSet/Adv(BERT).json", "Adv(BERT).json"),),
        "worst-glove": (("WorstCaseDevSet/Adv(GLOVE).json", "Adv(GLOVE).json"),),
    }
    question = ("SpiderSynQuestion", "question")
    host = "spider"
    holds = "dev.json and train_spider.json"
