"""Files of other layouts than Spider's, damaged or empty: the file is named, and nothing is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.errors import DataError
from bench.sets.add import add
from tests.sets.conftest import left


@pytest.mark.parametrize(
    "name, contents, said",
    [
        ("mine", {}, r"is not laid out as Spider is.*nor has it questions in JSONL\n.*--as"),
        ("mine", {"dev.jsonl": ""}, r"dev\.jsonl: has no question of the split 'dev'\n.*write one a line"),
        ("wikisql", {"dev.jsonl": "", "dev.tables.jsonl": ""}, r"dev\.jsonl: holds no question"),
        ("wikisql", {"dev.jsonl": "{}"}, r"dev\.jsonl: has no dev\.tables\.jsonl beside it"),
        (
            "wikisql",
            {"dev.jsonl": "{}", "dev.tables.jsonl": '{"id": "1", "header": ["a"]}'},
            r"dev\.tables\.jsonl: a table has no usable 'types'",
        ),
        (
            "wikisql",
            {
                "dev.jsonl": '{"question": "q", "table_id": "1", "sql": {"sel": 9, "agg": 0, "conds": []}}',
                "dev.tables.jsonl": '{"id": "1", "header": ["a"], "types": ["text"], "rows": []}',
            },
            r"dev\.jsonl: question 0 is damaged",
        ),
        (
            "bird",
            {
                "dev_tables.json": '[{"db_id": "shop"}]',
                "dev.json": '[{"question_id": "x", "db_id": "shop", "question": "q", "SQL": "SELECT 1"}]',
            },
            r"dev\.json: question 0 is damaged",
        ),
        ("bird", {"dev_tables.json": '[{"db_id": "shop"}]', "dev.json": "[{}]"}, "question 0 has no usable"),
    ],
)
def test_files_that_are_damaged_or_empty_are_named(
    tmp_path: Path, home: Path, name: str, contents: dict[str, str], said: str
):
    mine = tmp_path / "mine"
    mine.mkdir()
    for file, content in contents.items():
        (mine / file).write_text(content)
    with pytest.raises(DataError, match=f"(?s){said}"):
        add(name, mine)
    assert left(home) == []
