"""Keys of copies: those that hold are made on every engine, and each other one is named with its reason."""

from __future__ import annotations

from pathlib import Path

import apsw
import duckdb
import psycopg
import pymysql
import pytest

from adapters.databases.build import Key
from adapters.databases.duckdb import DuckDb
from bench.errors import BenchError, DataError
from bench.execute.live import Live

SHOP = """
CREATE TABLE "Order"(Id INTEGER PRIMARY KEY, "Group" TEXT NOT NULL UNIQUE, Note TEXT);
CREATE TABLE Line(OrderId INT NOT NULL REFERENCES "Order", No INT, Label TEXT REFERENCES "order"("group"),
    PRIMARY KEY (No, OrderId));
CREATE TABLE Part(a INT, b INT, FOREIGN KEY (a, b) REFERENCES Line(OrderId, No));
CREATE TABLE Broken(x INT REFERENCES "Order"(Id));
CREATE TABLE Loose(x INT);
CREATE TABLE ToLoose(x INT REFERENCES Loose(x));
CREATE TABLE Typed(x TEXT REFERENCES "Order"(Id));
CREATE TABLE Gone(x INT REFERENCES Nowhere(y));
CREATE TABLE Block(code TEXT PRIMARY KEY);
CREATE TABLE ToCode(code TEXT REFERENCES Block);
CREATE TABLE Hen(id INTEGER PRIMARY KEY, egg INT REFERENCES Egg(id));
CREATE TABLE Egg(id INTEGER PRIMARY KEY, hen INT REFERENCES Hen(id));
CREATE TABLE Boss(id INTEGER PRIMARY KEY, boss INT REFERENCES Boss(id));
INSERT INTO "Order" VALUES (1, 'a', NULL), (2, 'b', 'x');
INSERT INTO Line VALUES (1, 1, 'a'), (1, 2, 'b'), (2, 1, NULL);
INSERT INTO Part VALUES (1, 2), (NULL, 9), (2, 1);
INSERT INTO Broken VALUES (1), (7), (8), (NULL);
INSERT INTO Loose VALUES (1), (1);
INSERT INTO ToLoose VALUES (1);
INSERT INTO Typed VALUES ('1');
INSERT INTO Gone VALUES (1);
INSERT INTO Block VALUES ('a'), (NULL);
INSERT INTO ToCode VALUES ('a');
INSERT INTO Hen VALUES (1, 1), (2, NULL);
INSERT INTO Egg VALUES (1, 2);
INSERT INTO Boss VALUES (1, 2), (2, 3), (3, 3);
"""

UNIQUE = {"Order(Id)", "Order(Group)", "Line(No, OrderId)", "Hen(id)", "Egg(id)", "Boss(id)"}
FOREIGN = {
    "Line(OrderId) → Order(Id)",
    "Line(Label) → Order(Group)",
    "Part(b, a) → Line(No, OrderId)",
    "Hen(egg) → Egg(id)",
    "Egg(hen) → Hen(id)",
    "Boss(boss) → Boss(id)",
}
LEFT = {
    "Broken(x) → Order(Id)": "2 rows reference nothing",
    "ToLoose(x) → Loose(x)": "what it references is not declared unique",
    "Typed(x) → Order(Id)": "x is text, and Id is integer",
    "Gone(x) → Nowhere(y)": "there is no such table",
    "Block(code)": "code is NULL in a row",
    "ToCode(code) → Block(code)": "what it references is no key: code is NULL in a row",
}
REQUIRED = {"order.id", "order.group", "line.orderid", "line.no", "hen.id", "egg.id", "boss.id"}
CIRCLES = "what it references is not there before it, as DuckDB wants"


def made(path: Path, script: str) -> Path:
    database = apsw.Connection(str(path))
    database.execute(script)
    database.close()
    return path


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return made(tmp_path / "shop.sqlite", SHOP)


def told(keys: tuple[Key, ...]) -> tuple[set[str], dict[str, str]]:
    """Keys that were made, and why others were not."""
    return {str(key) for key in keys if not key.left}, {str(key): key.left for key in keys if key.left}


def small(names: set[str]) -> set[str]:
    return set(map(str.lower, names))


def test_sqlite_itself_finds_the_rows_that_reference_nothing(shop: Path) -> None:
    database = apsw.Connection(str(shop))
    assert len(database.execute("PRAGMA foreign_key_check(Broken)").fetchall()) == 2
    for name in ("Line", "Part", "Hen", "Egg", "Boss"):
        assert not database.execute(f"PRAGMA foreign_key_check({name})").fetchall()
    with pytest.raises(apsw.SQLError, match="mismatch"):
        database.execute("PRAGMA foreign_key_check(ToLoose)").fetchall()


def test_duckdb_has_the_keys_that_hold_and_run_in_no_circle(shop: Path, tmp_path: Path) -> None:
    keys = DuckDb().fill(f"duckdb:{tmp_path}/shop.duckdb", shop, "bench")
    circles = {"Egg(hen) → Hen(id)", "Boss(boss) → Boss(id)"}
    assert told(keys) == (UNIQUE | FOREIGN - circles, LEFT | dict.fromkeys(circles, CIRCLES))
    with duckdb.connect(str(tmp_path / "shop.duckdb")) as database:
        rows = database.execute("""
            SELECT table_name, constraint_column_names, referenced_table, referenced_column_names
            FROM duckdb_constraints() WHERE constraint_type <> 'NOT NULL'""").fetchall()
        assert {
            str(Key("", name, tuple(columns), to or "", tuple(toward))) for name, columns, to, toward in rows
        } == (UNIQUE | FOREIGN - circles)
        assert _required(database.execute(NULLABLE.format("main")).fetchall()) == REQUIRED
        with pytest.raises(duckdb.ConstraintException):
            database.execute("INSERT INTO Part VALUES (2, 2)")


NULLABLE = """
SELECT lower(table_name), lower(column_name) FROM information_schema.columns
WHERE table_schema = '{}' AND is_nullable = 'NO'"""


def _required(rows: object) -> set[str]:
    return {".".join(row) for row in rows}


def test_postgres_has_every_key_that_holds(shop: Path, postgres) -> None:
    address = postgres.owner.replace("{db_id}", "shop")
    keys = Live(address).adapter.fill(address, shop, "bench")
    assert told(keys) == (small(UNIQUE | FOREIGN), {key.lower(): why for key, why in LEFT.items()})
    with psycopg.connect(address) as link:
        rows = link.execute("""
            SELECT conrelid::regclass, regexp_replace(pg_get_constraintdef(oid), '^[A-Z ]+ ', '')
            FROM pg_constraint WHERE contype IN ('p', 'u', 'f') AND convalidated
            AND connamespace = 'public'::regnamespace""").fetchall()
        found = {f"{name}{rule}".replace(" REFERENCES", " →").replace('"', "") for name, rule in rows}
        assert found == small(UNIQUE | FOREIGN)
        assert _required(link.execute(NULLABLE.format("public")).fetchall()) == REQUIRED
        with pytest.raises(psycopg.errors.ForeignKeyViolation):
            link.execute("INSERT INTO part VALUES (2, 2)")


def test_mariadb_has_every_key_that_holds_and_plans_without_their_indexes(shop: Path, mariadb) -> None:
    address = mariadb.owner.replace("{db_id}", "shop")
    keys = Live(address).adapter.fill(address, shop, "bench")
    assert told(keys) == (small(UNIQUE | FOREIGN), {key.lower(): why for key, why in LEFT.items()})
    with (
        pymysql.connect(
            host="127.0.0.1", port=mariadb.port, user="owner", database="shop", ssl_disabled=True
        ) as link,
        link.cursor() as cursor,
    ):
        cursor.execute("""
            SELECT table_name, group_concat(column_name ORDER BY ordinal_position SEPARATOR ', '),
                referenced_table_name,
                group_concat(referenced_column_name ORDER BY ordinal_position SEPARATOR ', ')
            FROM information_schema.key_column_usage WHERE table_schema = 'shop'
            GROUP BY table_name, constraint_name, referenced_table_name""")
        rows = cursor.fetchall()
        found = {
            f"{name}({columns})" + (f" → {to}({toward})" if to else "") for name, columns, to, toward in rows
        }
        assert found == small(UNIQUE | FOREIGN)
        cursor.execute(NULLABLE.format("shop"))
        assert _required(cursor.fetchall()) == REQUIRED
        cursor.execute("EXPLAIN SELECT * FROM line WHERE label = 'a'")
        assert cursor.fetchone()[3] == "ALL"
        with pytest.raises(pymysql.IntegrityError, match="foreign key constraint fails"):
            cursor.execute("INSERT INTO part VALUES (2, 2)")


CLASHING = """
CREATE TABLE mixed(code PRIMARY KEY); INSERT INTO mixed VALUES (1), ('1');
CREATE TABLE padded(code TEXT PRIMARY KEY); INSERT INTO padded VALUES ('a'), ('a ');
"""


@pytest.mark.parametrize("kind, refused", [("duckdb", 1), ("postgres", 1), ("mariadb", 2)])
def test_a_key_that_only_the_engine_refuses_is_left_out_in_its_words(
    kind: str, refused: int, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    source = made(tmp_path / "clashing.sqlite", CLASHING)
    owner = f"duckdb:{tmp_path}/{{db_id}}.duckdb" if kind == "duckdb" else request.getfixturevalue(kind).owner
    address = owner.replace("{db_id}", "clashing")
    keys = Live(address).adapter.fill(address, source, "bench")
    left = [key.left for key in keys if key.left]
    assert len(left) == refused
    assert all("uplicate" in why or "could not create unique index" in why for why in left), left
    tables = {table.name: len(list(table.rows)) for table in Live(address).adapter.tables(address)}
    assert tables == {"mixed": 2, "padded": 2}


def test_half_a_database_is_not_copied(shop: Path, tmp_path: Path) -> None:
    shop.with_name("shop.sqlite-wal").write_bytes(b"rows")
    with pytest.raises(DataError, match="wal_checkpoint"):
        DuckDb().fill(f"duckdb:{tmp_path}/shop.duckdb", shop, "bench")
    assert not (tmp_path / "shop.duckdb").exists()


def test_damage_among_the_rows_is_named(tmp_path: Path) -> None:
    rows = (
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) SELECT i, hex(i) FROM n"
    )
    source = made(
        tmp_path / "a.sqlite", f"CREATE TABLE t(a INTEGER PRIMARY KEY, b TEXT); INSERT INTO t {rows}"
    )
    content = bytearray(source.read_bytes())
    content[4096 * 8 : 4096 * 12] = b"\xff" * 4096 * 4
    source.write_bytes(content)
    with pytest.raises(DataError, match="damaged") as refused:
        DuckDb().fill(f"duckdb:{tmp_path}/a.duckdb", source, "bench")
    assert refused.value.where == str(source)


def test_a_copy_that_cannot_be_written_is_one_clear_error(shop: Path) -> None:
    with pytest.raises(BenchError, match="cannot be made") as refused:
        DuckDb().fill(f"duckdb:{shop}/inside/a.duckdb", shop, "bench")
    assert refused.value.where == f"{shop}/inside/a.duckdb"
