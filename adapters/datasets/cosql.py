"""CoSQL: conversations between a user and an expert, with the SQL of each question that was answered.

Yu et al., "CoSQL: A Conversational Text-to-SQL Challenge Towards Cross-Domain Natural Language
Interfaces to Databases", EMNLP 2019 (arXiv 1909.05378). The folder is the archive's, of which the
task of parsing in context is read (``sql_state_tracking/``).
"""

from __future__ import annotations

from typing import ClassVar

from adapters.datasets.conversation import Conversation
from adapters.datasets.folder import Splits


class CoSql(Conversation):
    """The CoSQL data set."""

    name = "cosql"
    title = "CoSQL"
    licence = "CC BY-SA 4.0"
    page = "https://yale-lily.github.io/cosql"
    files: ClassVar[Splits] = {
        "train": (("sql_state_tracking/cosql_train.json", "train.json"),),
        "dev": (("sql_state_tracking/cosql_dev.json", "dev.json"),),
    }
    host = "spider"
    holds = "sql_state_tracking/, tables.json and database/"
