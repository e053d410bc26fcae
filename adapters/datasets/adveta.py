"""ADVETA: Spider dev with columns renamed (RPL) or distracting columns added (ADD) in its tables.

Pi et al., "Towards Robustness of Text-to-SQL Models Against Natural and Realistic Adversarial Table
Perturbation", ACL 2022 (arXiv 2212.09994). Gold keeps the original names, so that it runs on Spider's
databases; what is perturbed is the description of the schema, if the folder brings one.
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.folder import Folder, Splits


class Adveta(Folder):
    """The ADVETA data set, its part on Spider."""

    name = "adveta"
    title = "ADVETA (Spider)"
    licence = "MIT; databases CC BY-SA 4.0"
    page = "https://github.com/microsoft/ContextualSP"
    files: ClassVar[Splits] = {
        "rpl": (("adveta_rpl.json", "rpl.json"),),
        "add": (("adveta_add.json", "add.json"),),
    }
    host = "spider"
    holds = "adveta_rpl.json and adveta_add.json"
