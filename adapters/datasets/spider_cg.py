"""Spider-CG: questions composed of parts of Spider's, by substitution (CG-SUB) and appending (CG-APP).

Gan et al., "Measuring and Improving Compositional Generalization in Text-to-SQL via Component
Alignment", NAACL 2022 Findings (arXiv 2205.02054). ``-T`` is made of Spider's train, ``-D`` of its dev.
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.folder import Folder, Splits


class SpiderCg(Folder):
    """The Spider-CG data set."""

    name = "spider-cg"
    title = "Spider-CG"
    licence = "MIT; databases CC BY-SA 4.0"
    page = "https://github.com/ygan/SpiderSS-SpiderCG"
    files: ClassVar[Splits] = {
        "sub": (("CG-SUB-D.json", "CG-SUB_D.json", "cg_sub.json"),),
        "app": (("CG-APP-D.json", "CG-APP_D.json", "cg_app.json"),),
        "sub-train": (("CG-SUB-T.json", "CG-SUB_T.json"),),
        "app-train": (("CG-APP-T.json", "CG-APP_T.json"),),
    }
    host = "spider"
    holds = "CG-SUB-D.json and CG-APP-D.json"
