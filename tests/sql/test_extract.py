"""Model text of many kinds, and the one statement in it."""

import pytest

from bench.sql.extract import extract

S = "SELECT name FROM singer WHERE age > 20"


@pytest.mark.parametrize(
    "text",
    [
        S,
        f"{S};",
        f"  {S} ;\n",
        f"```sql\n{S};\n```",
        f"```\n{S}\n```",
        f"```SQL {S} ```",
        f"~~~sql\n{S}\n~~~",
        f"```sqlite\n{S}",
        f"{S}\n```\nThis query lists the names.",
        f"{S};\n\nThis query lists the names of all singers older than 20.",
        f"{S}\n\nExplanation: we select the names from the table.",
        f"{S}\nThis query returns the names.",
        f"{S}. This query returns the names.",
        f"{S}\n\nQuestion: How many singers are there?\nSQL: SELECT count(*) FROM singer",
        f"{S}\n\n### Question\nHow many?",
        f"{S};\nSELECT count(*) FROM singer;",
        f"SQL: {S}",
        f"Answer: {S}",
        f"SQL Query:\n{S}",
        f"**SQL:** `{S}`",
        f"The answer is: `{S}`.",
        f"Sure! Here is the query you asked for:\n\n```sql\n{S};\n```\n\nLet me know if you need more.",
        f"To select the names from the table of singers, we filter by age. The query is {S};",
        f"You can select those rows with the WHERE clause:\n{S}",
        f"A SELECT statement will do.\n\n{S}",
        f"{S}<|im_end|>\n<|im_start|>user\nNext one",
        f"{S}</s>",
        f"{S}<|eot_id|>",
        f"<s> {S} </s>",
        f"<|im_start|>assistant\n{S}<|im_end|>",
        f"<think>\nI could SELECT x FROM y here.\n</think>\n{S}",
        f"reasoning that began in the prompt: SELECT x FROM y\n</think>\n\n{S}",
        f'{{"sql": "{S}"}}',
        f'{{"reasoning": "by age", "sql": "{S}", "sure": true}}',
        f"1. First, look at the singers.\n2. Then filter.\n\nSQL:\n```sql\n{S}\n```",
        f"```python\nprint('hello')\n```\n```sql\n{S}\n```",
        f"{S}\n/* Answer the following: how many",
        f"{S}\n-- Question 2",
        f"> {S}\n\nThe result is a list.",
        f"Human: list the names\nAssistant: {S}\nHuman: thanks",
    ],
)
def test_the_statement_is_found(text):
    found = extract(text)
    assert found is not None
    assert found.removesuffix("-- Question 2").strip() == S


@pytest.mark.parametrize(
    "text, statement",
    [
        ("SELECT name\\nFROM singer\\nWHERE age > 20", "SELECT name FROM singer WHERE age > 20"),
        ("SELECT T1.singer\\_id FROM singer AS T1", "SELECT T1.singer_id FROM singer AS T1"),
        ("SELECT a FROM t WHERE b = 'x\\ny'", "SELECT a FROM t WHERE b = 'x\\ny'"),
        ('{"sql": "SELECT a FROM t WHERE b = \\"x\\""}', 'SELECT a FROM t WHERE b = "x"'),
        ("SELECT a FROM t WHERE b = 'semi; colon'; rest", "SELECT a FROM t WHERE b = 'semi; colon'"),
        ("SELECT a\nFROM t\n\nWHERE b = 1\n\nThis is it.", "SELECT a\nFROM t\n\nWHERE b = 1"),
        (
            "SELECT a FROM t WHERE b IN (\n\nSELECT c FROM u\n)",
            "SELECT a FROM t WHERE b IN (\n\nSELECT c FROM u\n)",
        ),
        ("WITH x AS (SELECT 1) SELECT * FROM x", "WITH x AS (SELECT 1) SELECT * FROM x"),
        (
            "with recursive c(n) as (select 1) select n from c",
            "with recursive c(n) as (select 1) select n from c",
        ),
        ("We go with the first plan: select a from t", "select a from t"),
        ("(SELECT a FROM t) UNION (SELECT b FROM u)", "(SELECT a FROM t) UNION (SELECT b FROM u)"),
        ("The value (SELECT max(a) FROM t) is used", "SELECT max(a) FROM t"),
        ("SELECT `a b` FROM `t`", "SELECT `a b` FROM `t`"),
        ("SELECT count(*) FROM `Transcripts`", "SELECT count(*) FROM `Transcripts`"),
        ("SELECT -- the name\n name FROM t", "SELECT -- the name\n name FROM t"),
        ("SELECT 1", "SELECT 1"),
        ("SELECT * FROM t WHERE note = 'it''s'", "SELECT * FROM t WHERE note = 'it''s'"),
        ("Select Name From t", "Select Name From t"),
    ],
)
def test_what_belongs_to_it_and_what_does_not(text, statement):
    assert extract(text) == statement


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n ",
        "I don't know.",
        "The singer with the most concerts is Joe Sharp.",
        "name FROM singer WHERE age > 20",
        "To answer this, select the names of the singers and count them.",
        "Select the option that fits best.",
        "You should select only those which are older, with the help of a filter.",
        "SELECT",
        "SELECT;",
        "DROP TABLE singer",
        "How many singers are there?\nQuestion: How many stadiums are there?\nQuestion: Who",
        "\x00\x00",
        "```\nno code here\n```",
        "selecting is fun; preselect none",
    ],
)
def test_prose_has_no_statement(text):
    assert extract(text) is None


@pytest.mark.shared
def test_every_right_prediction_of_spider_dev_is_left_as_it_is(verdicts, shared):
    """What the official script judged right is a statement already: finding it changes nothing."""
    for path in sorted((shared / "verdicts/spider_dev").iterdir()):
        for item in verdicts(f"spider_dev/{path.name}"):
            if item["ex"] == 1:
                found = extract(item["pred"]) or ""
                assert found == item["pred"].strip().rstrip("; "), (path.stem, item["idx"])


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "SELECT " * 150_000,
        "select a from " * 70_000,
        "```" * 300_000,
        "SELECT (\n" * 100_000,
        "SELECT a FROM b WHERE " + "(" * 1_000_000,
        "SELECT a\n" + "\n" * 500_000 + "from",
        "SELECT /*" + "/*" * 400_000,
        '"SELECT ' + '"' * 900_000,
        "<think>" * 150_000,
        "SELECT" + " " * 1_000_000 + "x",
        "SELECT 1\nExplanation" + " " * 900_000,
        "(" * 1_000_000 + "SELECT a",
        "with a(" + "x" * 1_000_000,
    ],
)
def test_hostile_text_ends_soon(text):
    assert len(extract(text) or "") <= len(text)
