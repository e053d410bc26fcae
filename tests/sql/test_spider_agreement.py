"""Agreement with what the official scripts said, item by item."""

import random

import pytest

from bench.sql.spider import CLAUSES, exact_match, hardness, parse
from bench.sql.spider.tokens import tokenize

pytestmark = pytest.mark.shared

SYSTEMS = """
    c3_chatgpt c3_starwke chatgpt_zero-shot_createtable_selectcol chatgpt_zero-shot_thu codes-15b_sft
    codes-1b_sft codes-3b_sft codex_zero-shot_createtable_selectcol dail-sql_by-dea dail-sql_gpt4
    dail-sql_gpt4_selfconsistency db-gpt-hub_lora dea-sql_gpt4 din-sql_by-dea din-sql_gpt4
    dts-sql_deepseek-7b gold gpt4_zero-shot graphix-t5-3b_picard graphix-t5_dailcopy
    natsql-v1.6_gold-roundtrip ta-sql_gpt4 yale-syntaxsql_example
""".split()  # noqa: SIM905
SAMPLE = 3_000


def test_no_system_is_left_out(shared):
    assert sorted(path.stem for path in (shared / "verdicts/spider_dev").iterdir()) == sorted(SYSTEMS)


@pytest.fixture(scope="module")
def golds(verdicts):
    return [item["pred"] for item in verdicts("spider_dev/gold.jsonl")]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_item_of_spider_dev(system, golds, verdicts, schema_of):
    items = verdicts(f"spider_dev/{system}.jsonl")
    assert len(items) == len(golds) == 1034
    for gold, item in zip(golds, items, strict=True):
        schema = schema_of(item["db_id"])
        match = exact_match(gold, item["pred"], schema)
        other = exact_match(gold, item["pred"], schema, "test-suite")
        ours = {
            "hardness": hardness(parse(gold, schema)),
            "em": match.exact,
            "parse_error": bool(match.unparsed),
            "em_testsuite": other.exact,
            "parse_error_testsuite": bool(other.unparsed),
            "partial": {name: told(match.partial[name]) for name in CLAUSES},
        }
        official = {
            "hardness": item["hardness"],
            "em": bool(item["em"]),
            "parse_error": item["parse_error"] is not None,
            "em_testsuite": bool(item["em_testsuite"]),
            "parse_error_testsuite": item["parse_error_testsuite"] is not None,
            "partial": item["partial"],
        }
        assert ours == official, (item["idx"], gold, item["pred"])
        assert not match.crash


def told(partial):
    score = partial.score
    return {
        "acc": score,
        "rec": score,
        "f1": score,
        "label_total": partial.gold,
        "pred_total": partial.predicted,
    }


def sampled(records):
    return random.Random(7).sample(records, SAMPLE)


def whole(records):
    return records


extent = pytest.mark.parametrize(
    "extent", [sampled, pytest.param(whole, marks=pytest.mark.parity)], ids=["sample", "whole"]
)


@extent
@pytest.mark.parametrize("file, variant", [("spider", "spider"), ("ts", "test-suite")])
def test_generated_pairs(file, variant, extent, verdicts, schema_of):
    """These pairs went to the parser directly, so nothing is patched first."""
    for pair in extent(verdicts(f"differential/em_pairs.{file}.jsonl")):
        agree(pair, pair["pred"], variant, schema_of(pair["db_id"]))


@pytest.mark.parametrize("file, variant", [("spider", "spider"), ("testsuite", "test-suite")])
def test_hand_made_probes(file, variant, verdicts, schema_of):
    """The probes went through a file of lines, whose reader cuts a prediction at its first TAB."""
    for pair in verdicts(f"differential/probes_{file}.jsonl"):
        agree(pair, pair["pred"].split("\t")[0], variant, schema_of(pair["db_id"]))


def agree(pair, pred, variant, schema):
    gold = pair["gold"]
    match = exact_match(gold, pred, schema, variant, patch=False)
    if "gold_parse_error" in pair:
        assert match.gold_unparsed, gold
        return
    assert hardness(parse(gold, schema, variant)) == pair["hardness"], gold
    assert bool(match.unparsed) == (pair["parse_error"] is not None), (gold, pred)
    if str(pair["em"]).startswith("crash"):
        assert match.crash, (gold, pred)
        return
    assert not match.crash
    assert match.exact == bool(pair["em"]), (gold, pred)
    partials = list(match.partial.values())
    if "f1" in pair:
        assert [partial.score for partial in partials] == pair["f1"], (gold, pred)
        assert [[partial.gold, partial.predicted] for partial in partials] == pair["tot"], (gold, pred)
    else:
        official = [pair["partial"][name] for name in CLAUSES]
        assert [[*[p.score] * 3, p.gold, p.predicted] for p in partials] == official, (gold, pred)


@extent
def test_words(extent, verdicts):
    for text, words in extent(verdicts("differential/tokenize.jsonl")):
        assert tokenize(text) == words
