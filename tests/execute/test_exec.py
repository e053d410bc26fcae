"""``bench exec``: what one query prints, to a terminal and as JSON."""

from __future__ import annotations

import json
from pathlib import Path

from tests.command import bench


def test_what_a_terminal_would_obey_is_spelled_out(database: Path, tmp_path: Path) -> None:
    sql = "SELECT char(27) || ']0;title' || char(7) AS \"\x1b[31mred\""
    done = bench("exec", database, sql, cwd=tmp_path)
    assert not {"\x1b", "\x07"} & set(done.stdout + done.stderr)
    assert "␛]0;title␇" in done.stdout
    assert "␛[31mred" in done.stdout


def test_json_holds_what_it_has_no_form_for_as_verdicts_do(database: Path, tmp_path: Path) -> None:
    done = bench("exec", database, "SELECT x'00ff', 1e999, -1e999, NULL, 'a'", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["preview"] == [
        [{"blob": "00ff"}, {"float": "inf"}, {"float": "-inf"}, None, "a"]
    ]
