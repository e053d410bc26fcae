"""A grammar of hostile SQL: seeded, endless, each text with the family that it was grown from.

A family is the rule that the text begins with; ``<name>`` in a rule stands for one of that name's
alternatives. Below a certain depth the first alternative is taken, so that every text ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

DEPTH = 5

FAMILIES: dict[str, tuple[str, ...]] = {
    "read": (
        "SELECT <distinct> <cells> FROM <source> <where> <group> <order> <limit>",
        "SELECT <cells> FROM <source> WHERE <expr> IN (SELECT <expr> FROM <source>)",
        "SELECT <aggregate>, <aggregate> FROM <source> <group> HAVING <expr>",
        "SELECT * FROM <source> NATURAL <join> <source>",
    ),
    "compound": (
        "SELECT <expr> FROM <source> <set> SELECT <expr> FROM <source> <order> <limit>",
        "VALUES (<expr>, <expr>), (<expr>, <expr>) <set> SELECT <expr>, <expr>",
    ),
    "recursion": (
        "WITH RECURSIVE r(n) AS (SELECT <number> <union> SELECT <step> FROM r <stop>) SELECT <over_n> FROM r",
        "WITH RECURSIVE r(n, m) AS (SELECT 1, <expr> <union> SELECT n + 1, <blow> FROM r <stop>) "
        "SELECT count(*), max(length(m)) FROM r",
        "WITH RECURSIVE a(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM a WHERE n < <number>), "
        "b(m) AS (SELECT n FROM a UNION SELECT m * 2 FROM b <stop>) SELECT sum(m) FROM b, a",
    ),
    "join": (
        "SELECT <over_ab> FROM <table> a <join> <table> b ON <expr>",
        "SELECT <over_ab> FROM <table> a, <table> b, <table> c WHERE a.rowid + b.rowid <compare> c.rowid",
    ),
    "window": (
        "SELECT <window> OVER (<partition> ORDER BY <expr> <frame>) FROM <source> <limit>",
        "SELECT <window> OVER w, <window> OVER w FROM <source> WINDOW w AS (ORDER BY <expr> <frame>) <limit>",
    ),
    "bytes": (
        "SELECT length(<blow>)",
        "SELECT <blow>",
        "SELECT instr(<blow>, <blow>), replace(<blow>, <text>, <text>)",
        "SELECT group_concat(<blow>, <text>) FROM <table>",
        "SELECT quote(<blow>), hex(<blow>), <blow> || <blow>",
    ),
    "pattern": (
        "SELECT <blow> LIKE <pattern>",
        "SELECT <blow> GLOB <pattern>",
        "SELECT count(*) FROM <table> WHERE <expr> LIKE <pattern> ESCAPE <text>",
        "SELECT <text> REGEXP <pattern>, <text> MATCH <pattern>",
    ),
    "json": (
        "SELECT <json>",
        "SELECT count(*), max(key), max(fullkey) FROM json_tree(<jtext>)",
        "SELECT e.value, t.path FROM json_each(<jtext>) e, json_tree(<jtext>, <jpath>) t <limit>",
        "SELECT json_group_array(<expr>), json_group_object(<text>, <expr>) FROM <table>",
    ),
    "date": (
        "SELECT <date>(<when>, <modifier>), <date>(<expr>, <modifier>, <modifier>)",
        "SELECT strftime(<text>, <when>), unixepoch(<when>), julianday(<when>)",
        "SELECT timediff(<when>, <when>), CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP",
    ),
    "chance": (
        "SELECT random() % <number>, randomblob(<number>), <expr> FROM <table> ORDER BY random() <limit>",
        "SELECT last_insert_rowid(), changes(), total_changes(), <info>()",
    ),
    "schema": (
        "SELECT <schema_cell> FROM <schema_table> <where_schema>",
        "SELECT * FROM pragma_<pragma>",
        "SELECT * FROM pragma_<pragma>(<text>)",
        "SELECT m.name, p.* FROM sqlite_master m, pragma_<pragma>(m.name) p",
    ),
    "hidden": (
        "SELECT * FROM <hidden>",
        "SELECT count(*) FROM <hidden>(<text>)",
        "SELECT <forbidden_function>(<text>, <text>)",
        "SELECT <forbidden_function>(<text>) FROM <source>",
    ),
    "write": (
        "INSERT INTO <table> VALUES (<expr>) <returning>",
        "WITH x AS (SELECT <expr>) INSERT INTO <table> SELECT * FROM x <returning>",
        "WITH x AS (SELECT 1) DELETE FROM <table> <where> <returning>",
        "UPDATE <table> SET name = <expr> <where> <returning>",
        "REPLACE INTO <table> SELECT * FROM <table>",
        "CREATE <temp> TABLE <name> AS SELECT <expr>",
        "CREATE <temp> VIEW <name> AS SELECT <expr>",
        "CREATE <temp> TRIGGER t1 AFTER INSERT ON <table> BEGIN SELECT <expr>; END",
        "CREATE VIRTUAL TABLE temp.<name> USING <module>(<text>)",
        "CREATE UNIQUE INDEX <name> ON <table>(<expr>)",
        "ALTER TABLE <table> <alteration>",
        "DROP TABLE IF EXISTS <table>",
    ),
    "command": (
        "PRAGMA <pragma>",
        "PRAGMA <pragma> = <number>",
        "PRAGMA main.<pragma>(<text>)",
        "ATTACH <file> AS <name>",
        "DETACH <name>",
        "VACUUM <into>",
        "<transaction>",
        "ANALYZE <table>",
        "REINDEX <table>",
        "EXPLAIN <plan> SELECT <expr> FROM <source>",
        "EXPLAIN <plan> DELETE FROM <table>",
        ".<dot> <text>",
    ),
    "shape": (
        "<lead> SELECT <expr> <tail>",
        "<lead> <tail>",
        "SELECT <quoted> FROM <table> <tail>",
        "SELECT <expr>; <lead> DROP TABLE <table>",
        "SELECT <expr> AS <quoted>, <expr> AS <quoted> <tail>",
        "SELECT <parameter>, <parameter>",
        "SELECT <deep>",
        "SELECT <cells>, <many>",
    ),
}

_WORDS: dict[str, tuple[str, ...]] = {
    "distinct": ("", "", "DISTINCT"),
    "cells": ("<expr>", "*", "<expr>, <expr>", "<aggregate>", "a1.*", "rowid, *", "<expr> AS x, x + 1"),
    "table": ("singer", "singer", "concert", "stadium", "big", "badtext", "emptyt", "singer_in_concert", "v_big"),
    "source": (
        "<table>", "<table> a1", "(<sub>) s1", "<table> <join> <table> USING (name)", "<table>, <table> b1",
        "json_each(<jtext>)", "<table> INDEXED BY nope", "<table> NOT INDEXED",
    ),
    "sub": ("SELECT <expr> AS name FROM <table> <limit>", "SELECT * FROM (<sub>)", "VALUES (1), (<expr>)"),
    "join": ("JOIN", "LEFT JOIN", "CROSS JOIN", "FULL JOIN", "RIGHT JOIN", "INNER JOIN"),
    "where": ("", "WHERE <expr>", "WHERE <expr> <compare> <expr>", "WHERE EXISTS (<sub>)", "WHERE <text>"),
    "group": ("", "", "GROUP BY <expr>", "GROUP BY 1, 2", "GROUP BY name HAVING <aggregate> > 1"),
    "order": ("", "", "ORDER BY <expr>", "ORDER BY 1 DESC NULLS LAST", "ORDER BY name COLLATE <collation>"),
    "limit": ("LIMIT 5", "LIMIT 5", "", "LIMIT -1", "LIMIT <number> OFFSET <number>", "LIMIT (SELECT <expr>)"),
    "collation": ("NOCASE", "RTRIM", "BINARY", "UNICODE", "nope"),
    "compare": ("=", "<", ">=", "IS", "IS NOT", "IS DISTINCT FROM", "<>", "->>", "||", "<<", "%", "/"),
    "set": ("UNION ALL", "UNION", "INTERSECT", "EXCEPT"),
    "union": ("UNION ALL", "UNION"),
    "expr": (
        "<number>", "<text>", "name", "rowid", "<column>", "<expr> <compare> <expr>", "CAST(<expr> AS <type>)",
        "<function>(<expr>)", "<function>(<expr>, <expr>)", "(SELECT <aggregate> FROM <table>)", "NOT <expr>",
        "CASE WHEN <expr> THEN <expr> ELSE <expr> END", "<expr> BETWEEN <expr> AND <expr>", "-<expr>", "~<expr>",
        "<expr> IN (<expr>, <expr>)", "(<expr>, <expr>) = (<expr>, <expr>)", "<expr> COLLATE <collation>", "<json>",
        "iif(<expr>, <expr>, <expr>)", "NULL", "RAISE(IGNORE)", "<date>(<when>)",
    ),
    "column": ("singer_id", "age", "country", "title", "val", "txt", "t", "x", "nope", "a1.name", "singer.nope"),
    "number": (
        "1", "0", "10", "1000", "100000", "-1", "2147483647", "4294967296", "9223372036854775807",
        "-9223372036854775808", "9223372036854775808", "1e308", "1e999", "-1e999", "0.1", "5e-324", "0x7fffffffffffffff",
        "0x10000000000000000", "1_000", "99999999999999999999999999999999", ".5", "1.",
    ),
    "text": (
        "'a'", "''", "'%'", "'é'", "'\U0001f600'", "char(0)", "char(1114111)", "x'ff'", "CAST(x'fffe41' AS TEXT)",
        "'it''s'", "\"US\"", "'singer'", "'%Y %J %f %s'", "printf('%c%q%Q', 'a', 'b', 'c')", "NULL", "x''",
        "'" + "a" * 300 + "'",
    ),
    "type": ("INTEGER", "TEXT", "REAL", "BLOB", "NUMERIC", "nothing(1, 2)", "\"odd type\""),
    "aggregate": (
        "count(*)", "sum(<expr>)", "avg(<expr>)", "total(<expr>)", "max(<expr>)", "group_concat(<expr>, <text>)",
        "count(DISTINCT <expr>)", "string_agg(<expr>, <text>)", "median(<expr>)", "sum(<expr>) FILTER (WHERE <expr>)",
        "json_group_array(<expr>)", "group_concat(<expr> ORDER BY <expr>)",
    ),
    "function": (
        "abs", "length", "upper", "round", "typeof", "quote", "hex", "unhex", "trim", "substr", "instr", "coalesce", "nullif",
        "likely", "zeroblob", "randomblob", "unicode", "char", "soundex", "sqrt", "pow", "log", "exp", "sign", "min",
        "octet_length", "format", "concat", "concat_ws", "if", "subtype", "sqlite_compileoption_get", "glob", "like", "nope",
    ),
    "over_n": ("count(*)", "n", "max(n)", "DISTINCT n % 7", "group_concat(n)", "sum(n * n)", "length(printf('%.*c', n, 'x'))"),
    "over_ab": ("count(*)", "*", "a.*", "DISTINCT a.rowid % 5", "max(a.rowid || b.rowid)", "group_concat(a.rowid)"),
    "step": ("n + 1", "n * 2", "n || n", "n - 1", "-n", "n + random()", "(SELECT n)", "r.n"),
    "stop": ("WHERE n < 1000", "", "LIMIT 10", "LIMIT <number>", "WHERE n < 100000", "WHERE n IS NOT NULL", "ORDER BY 1 DESC"),
    "blow": (
        "zeroblob(1000)", "zeroblob(<number>)", "hex(zeroblob(4000000))", "printf('%.*c', <number>, 'x')", "printf('%<number>d', 1)",
        "replace(hex(zeroblob(3000)), '0', <blow>)", "randomblob(100000)", "char(120, 121, 122)", "<blow> || <blow>",
        "printf('%,.<number>f', 1e300)", "replace(printf('%.3000c', 'a'), 'a', 'ab')", "hex(<blow>)", "concat_ws(<blow>, 1, 2, 3)",
        "json_quote(<text>)", "(SELECT group_concat(txt) FROM big)", "upper(<blow>)", "printf('%s%s', <blow>, <blow>)",
    ),
    "pattern": (
        "'%a%'", "'%a%a%a%a%a%a%a%b'", "'*a*a*a*a*a*b'", "'[^a-z]*[!]]'", "replace(hex(zeroblob(10000)), '00', '%a')", "'_%_%_%_'",
        "'[[[['", "hex(zeroblob(30000))", "'(a+)+$'", "<text>", "'%' || char(0) || '%'",
    ),
    "json": (
        "json(<jtext>)", "json_extract(<jtext>, <jpath>)", "<jtext> -> <jpath>", "<jtext> ->> <jpath>", "json_valid(<jtext>, 6)",
        "json_patch(<jtext>, <jtext>)", "json_set(<jtext>, <jpath>, <number>)", "json_insert(<jtext>, <jpath>, <text>)",
        "json_array_length(<jtext>)", "json_type(<jtext>, <jpath>)", "json_remove(<jtext>, <jpath>)", "jsonb(<jtext>)",
        "json(jsonb(<text>))", "json_pretty(<jtext>)", "json_error_position(<jtext>)", "json_object(<text>, <number>, <text>)",
    ),
    "jtext": (
        "'[1, 2, {\"a\": [3]}]'", "'{\"a\": 1, \"a\": 2}'", "'{'", "'[1,]'", "'{a: 1, b: +Infinity, /* c */}'", "replace(hex(zeroblob(2000)), '00', '[')",
        "replace(hex(zeroblob(500)), '00', '[') || replace(hex(zeroblob(500)), '00', ']')", "x'ffffff'", "'\"\\ud800\"'", "'1e999'", "NULL",
        "(SELECT json_group_array(txt) FROM big)", "'null'",
    ),
    "jpath": ("'$'", "'$.a'", "'$[#-1]'", "'$[999999999999]'", "'$.a[0].b'", "'$.\"'", "'a'", "'$[*]'", "0", "-1", "'$..a'"),
    "date": ("date", "time", "datetime", "julianday", "unixepoch"),
    "when": ("'now'", "'2024-02-30'", "'2024-01-01 25:00'", "<number>", "'-4713-11-24'", "'9999-12-31'", "NULL", "'12:00'", "2460000.5"),
    "modifier": (
        "'+1 day'", "'start of month'", "'+999999999999 years'", "'weekday 7'", "'localtime'", "'utc'", "'unixepoch'", "'auto'", "'ceiling'",
        "'subsec'", "'+1e308 seconds'", "'nope'",
    ),
    "info": ("sqlite_version", "sqlite_source_id", "sqlite_compileoption_get", "sqlite_offset", "likelihood"),
    "window": ("sum(<expr>)", "row_number()", "rank()", "ntile(<number>)", "lag(<expr>, <number>)", "nth_value(<expr>, 2)", "group_concat(<text>)", "count(*)"),
    "partition": ("", "PARTITION BY <expr>"),
    "frame": (
        "", "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW", "ROWS BETWEEN 1000 PRECEDING AND 1000 FOLLOWING EXCLUDE TIES",
        "RANGE BETWEEN <number> PRECEDING AND <number> FOLLOWING", "GROUPS BETWEEN 10 PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE GROUP",
        "ROWS BETWEEN CURRENT ROW AND 5 PRECEDING",
    ),
    "schema_table": ("sqlite_master", "sqlite_schema", "sqlite_temp_master", "main.sqlite_schema", "sqlite_sequence", "sqlite_stat1", "temp.sqlite_schema"),
    "schema_cell": ("*", "name, sql", "rootpage", "group_concat(sql)", "length(sql)"),
    "where_schema": ("", "WHERE type = 'table'", "WHERE name LIKE <pattern>", "WHERE rootpage > <number>"),
    "pragma": (
        "table_info", "user_version", "database_list", "compile_options", "function_list", "module_list", "table_list", "index_list", "journal_mode",
        "writable_schema", "hard_heap_limit", "integrity_check", "case_sensitive_like", "mmap_size", "temp_store_directory", "wal_checkpoint",
        "foreign_key_list", "schema_version", "optimize", "cache_size", "reverse_unordered_selects", "data_version", "trusted_schema", "nope", "encoding",
    ),
    "hidden": (
        "dbstat", "sqlite_dbpage", "sqlite_stmt", "bytecode", "tables_used", "generate_series", "fsdir", "zipfile", "csv", "sqlite_memstat",
        "completion", "carray", "wholenumber", "fts3tokenize", "fts5vocab", "rtreecheck", "sqlite_btreeinfo", "pragma_pragma_list",
    ),
    "forbidden_function": (
        "readfile", "writefile", "load_extension", "edit", "fts3_tokenizer", "lsmode", "sha3_query", "eval", "sqlite_rename_table", "shell_add_schema",
        "rtreecheck", "rtreenode", "fts5", "matchinfo", "snippet", "match", "sqlite_log", "usleep", "getenv", "system", "pg_sleep", "sleep", "benchmark",
    ),
    "returning": ("", "RETURNING *", "RETURNING <expr>"),
    "temp": ("", "TEMP"),
    "name": ("pwn", "singer", "\"main\"", "temp", "o", "sqlite_pwn"),
    "module": ("fts3", "fts5", "rtree", "csv", "geopoly", "unionvtab", "nope", "zipfile", "dbstat"),
    "alteration": ("RENAME TO pwn", "ADD COLUMN x", "DROP COLUMN age", "RENAME COLUMN age TO pwn"),
    "file": ("'pwn.db'", "'/etc/passwd'", "':memory:'", "''", "'file:pwn.db?mode=rwc'", "'victim.sqlite'", "'file:/tmp/pwn?vfs=unix-none'", "zeroblob(10)"),
    "into": ("", "INTO 'pwn.db'", "main INTO '/tmp/pwn.db'", "INTO ''"),
    "transaction": ("BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT s", "RELEASE s", "BEGIN IMMEDIATE", "ROLLBACK TO s"),
    "plan": ("", "QUERY PLAN"),
    "dot": ("shell", "read", "open", "system", "import", "load", "quit", "timeout 0"),
    "lead": ("", "-- c\n", "/* c */", "/*", "(", ";;", "\ufeff", "\u00a0", "\x0b", "sql\n", "```sql\n", "```", "WITH", "Answer: ", "/**/ --\n", "\x00", "\u200b"),
    "tail": ("", ";", ";;;", "-- c", "/* no end", "; -- DROP TABLE singer", ";\n```", "'", "\"", ")", "; SELECT 2", "; PRAGMA user_version = 1", "\x00", "; /* ; */ ;", "[", "`"),
    "quoted": ("\"name\"", "[name]", "`name`", "'name'", "\"no such\"", "\"a\"\"b\"", "[sp ace]", "\"\"", "é", "名"),
    "parameter": ("?", ":a", "@b", "$c", "?999", "?99999", "$c::d(e)", "?0"),
    "deep": (
        "((((1))))", "<open>1<close>", "<nots>1", "<minuses>1", "<case>", "<unions>", "<ands>", "<pipes>",
    ),
    "open": ("(" * 90, "(" * 900, "(" * 5000, "abs(" * 80, "(SELECT " * 50, "(SELECT " * 300),
    "close": (")" * 90, ")" * 900, ")" * 5000, ")" * 80, ")" * 50, ")" * 300),
    "nots": ("NOT " * 50, "NOT " * 990, "NOT " * 5000),
    "minuses": ("- " * 90, "- " * 2000, "~" * 999),
    "case": ("CASE WHEN 1 THEN " * 30 + "1" + " END" * 30, "CASE WHEN 1 THEN " * 600 + "1" + " END" * 600),
    "unions": ("1" + " UNION ALL SELECT 1" * 100, "1" + " UNION ALL SELECT 1" * 499, "1" + " UNION SELECT 2" * 700),
    "ands": ("1" + " AND 1" * 800, "1" + " OR 0" * 3000, "1" + " + 1" * 998),
    "pipes": ("'a'" + "||'a'" * 500, "'a'" + "||'a'" * 2500, "x'00'" + "||zeroblob(9)" * 99),
    "many": (", ".join(["1"] * 100), ", ".join(["1"] * 2100), ", ".join(["count(*) OVER ()"] * 60)),
}  # fmt: skip

_PLACE = re.compile("<([a-z_]+)>")


def grow(rng: Random, text: str, depth: int = 0) -> str:
    """Replace every ``<name>`` by one of its alternatives, again and again."""

    def one(match: re.Match[str]) -> str:
        ways = _WORDS[match[1]]
        return grow(rng, ways[0] if depth > DEPTH else rng.choice(ways), depth + 1)

    return _PLACE.sub(one, text)


def texts(seed: int) -> Iterator[tuple[str, str]]:
    """Yield (family, SQL) without end, the same for the same seed."""
    rng = Random(seed)
    while True:
        family = rng.choice(list(FAMILIES))
        yield family, grow(rng, rng.choice(FAMILIES[family]))
