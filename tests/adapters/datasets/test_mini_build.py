"""Schema files are read strictly; what is built has one place and arrives there whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.datasets.mini import build, schemas
from bench.errors import DataError

GOOD = """
about = "Clubs."
[club]
rows = 20
[club.columns]
id = { key = 1 }
town = { pool = "towns" }
[player]
rows = 30
[player.columns]
id = { key = 1 }
club_id = { to = "club" }
age = { integer = [17, 38], more = "older than {}" }
"""


def test_every_bundled_schema_is_read_and_small() -> None:
    plans = schemas.read_all()
    assert len(plans) >= 24
    assert len({frozenset(plan.tables) for plan in plans.values()}) == len(plans)
    folder = Path(schemas.__file__).parent
    data = [path for path in folder.rglob("*") if path.suffix == ".toml"]
    assert sum(path.stat().st_size for path in data) < 300_000


def test_a_good_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "league.toml"
    path.write_text(GOOD)
    plan = schemas.read(path)
    assert list(plan.tables) == ["club", "player"]
    assert plan.tables["player"].primary_key == ("id",)
    assert [column.kind for column in plan.tables["player"].columns.values()] == ["key", "link", "integer"]


@pytest.mark.parametrize(
    "old, new, said",
    [
        ("rows = 20", "rowz = 20", r"club.rows: Field required; club.rowz: Extra inputs"),
        ('pool = "towns"', 'pool = "towns", choice = ["a"]', "needs exactly one of .* has pool, choice"),
        ('pool = "towns"', "null = 0.1", "has none"),
        ('pool = "towns"', 'pool = "tonws"', r"no pool 'tonws'"),
        ('to = "club"', 'to = "clbu"', "references 'clbu'.*did you mean 'club'"),
        ("town =", "group =", "'group' cannot name"),
        ("older than {}", "older than", "has no {} for the value"),
        ("id = { key = 1 }\nclub_id", "club_id", "table 'player' has no primary key"),
        ("[17, 38]", "[17]", "at least 2 items"),
        ("[17, 38]", "[17, ", "not valid TOML"),
        ('about = "Clubs."', "", "about: Field required"),
        ('about = "Clubs."', 'about = "Clubs."\ntitel = "x"', "titel: Input should be"),
    ],
)
def test_a_bad_file_is_refused_with_its_place(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in GOOD
    path = tmp_path / "league.toml"
    path.write_text(GOOD.replace(old, new))
    with pytest.raises(DataError, match=said) as caught:
        schemas.read(path)
    assert caught.value.where == "league.toml"


def test_the_fingerprint_follows_the_inputs() -> None:
    plans, pools = schemas.read_all(), schemas.pools()
    before = build.fingerprint(plans, pools)
    assert before == build.fingerprint(schemas.read_all(), schemas.pools())
    zoo = plans["zoo"]
    tables = dict(reversed(zoo.tables.items()))
    assert build.fingerprint({**plans, "zoo": zoo.model_copy(update={"tables": tables})}, pools) != before
    assert build.fingerprint(plans, {**pools, "first": ("Ada",)}) != before


def test_two_processes_build_one_folder(tmp_path: Path) -> None:
    code = "from adapters.datasets.mini import Mini; print(Mini().load('dev').fingerprint)"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            env={"BENCH_CACHE": str(tmp_path)},
        )
        for _ in range(2)
    ]
    said = {process.communicate()[0] for process in running}
    assert [process.returncode for process in running] == [0, 0]
    assert len(said) == 1
    assert [path.name for path in (tmp_path / "mini").iterdir()] == [
        build.fingerprint(schemas.read_all(), schemas.pools())[:8]
    ]
