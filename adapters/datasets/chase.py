"""CHASE: Chinese questions in context, on databases of DuSQL and of SParC.

Guo et al., "CHASE: A Large-Scale and Pragmatic Chinese Dataset for Cross-Database Context-Dependent
Text-to-SQL", ACL 2021.
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.conversation import Conversation
from adapters.datasets.folder import Splits


class Chase(Conversation):
    """The CHASE data set."""

    name = "chase"
    title = "CHASE"
    licence = "CC BY-SA 4.0"
    page = "https://github.com/xjtu-intsoft/chase"
    files: ClassVar[Splits] = {
        "train": (("chase_train.json", "train.json"),),
        "dev": (("chase_dev.json", "dev.json"),),
        "test": (("chase_test.json", "test.json"),),
    }
    tables = ("tables.json", "chase_tables.json")
    holds = "chase_train.json, chase_dev.json, tables.json and database/"
