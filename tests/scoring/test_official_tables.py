"""The official command lines with our name in front: the same files in, the official numbers out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from bench.sql.spider import CLAUSES
from tests.scoring.said import ANSWERS, GOLD

SURROGATE = "wta_1"
"""The database whose stand-in takes most of the time; left out here, not in the tests of rules."""

Item = Mapping[str, Any]


def verdicts(shared: Path, place: str) -> list[Item]:
    path = shared / "verdicts" / place
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def by_level(items: Sequence[Item], level: str) -> dict[str, list[Item]]:
    found: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        found[item[level]].append(item)
    return {**found, "all": list(items)}


def rows(out: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Read a printed table: the levels, and each row's name and figures."""
    lines = out.splitlines()
    levels = lines[1].split()
    body = [line.rsplit(None, len(levels)) for line in lines[2:] if line.strip() and line[-1].isdigit()]
    return levels, [(name.strip(), figures) for name, *figures in body]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("system", "options", "field", "rule"),
    [
        ("dail-sql_gpt4", [], "ex", "ex.test-suite"),
        ("graphix-t5-3b_picard", ["--keep_distinct"], "ex_keep_distinct", "ex.test-suite-distinct"),
    ],
)
def test_spiders_files_give_spiders_table(
    shared: Path, home: Path, bench, system: str, options: list[str], field: str, rule: str
):
    items = [item for item in verdicts(shared, f"spider_dev/{system}.jsonl") if item["db_id"] != SURROGATE]
    data = shared / "data" / "spider_dev"
    gold = (data / "dev_gold.sql").read_text(encoding="utf-8").splitlines()
    (home / "dev_gold.sql").write_text("\n".join(gold[item["idx"]] for item in items) + "\n")
    (home / "pred.sql").write_text("\n".join(item["pred"].replace("\n", " ") for item in items) + "\n")
    files = ["--gold", "dev_gold.sql", "--pred", "pred.sql", "--db", data / "database"]
    _, out, _ = bench(*files, "--table", data / "tables.json", "--etype", "all", *options)
    levels, printed = rows(out)
    groups = by_level(items, "hardness")
    assert levels == [level for level in ("easy", "medium", "hard", "extra", "all") if level in groups]
    expected = [
        ("count", [str(len(groups[level])) for level in levels]),
        (rule, [f"{fmean(item[field] for item in groups[level]):.3f}" for level in levels]),
        (
            "em.test-suite",
            [f"{fmean(item['em_testsuite'] for item in groups[level]):.3f}" for level in levels],
        ),
        *(
            (clause, [f"{partial(groups[level], clause, measure):.3f}" for level in levels])
            for measure in ("precision", "recall", "f1")
            for clause in CLAUSES
        ),
    ]
    assert printed[: len(expected)] == expected


def partial(items: Sequence[Item], clause: str, measure: str) -> float:
    """Aggregate official partial scores as the official script does."""
    found = [item["partial"][clause] for item in items]
    said = [one["acc"] for one in found if one["pred_total"]]
    asked = [one["rec"] for one in found if one["label_total"]]
    precision, recall = (fmean(scores) if scores else 0.0 for scores in (said, asked))
    if measure == "f1":
        return 2 * precision * recall / (precision + recall) if precision + recall else 1.0
    return precision if measure == "precision" else recall


@pytest.mark.shared
@pytest.mark.parametrize(
    ("split", "system", "data", "databases"),
    [
        ("bird_dev", "codes-7b_sft_evidence", "bird/bird_dev/dev.json", ["superhero"]),
        (
            "bird_minidev_sqlite",
            "gpt-4-turbo_cot_TA",
            "bird/bird_minidev/mini_dev_sqlite.json",
            ["superhero", "formula_1"],
        ),
    ],
)
def test_birds_files_give_birds_numbers(
    shared: Path, home: Path, bench, split: str, system: str, data: str, databases: list[str]
):
    found = [item for item in verdicts(shared, f"bird/{split}/{system}.jsonl") if item["db_id"] in databases]
    asked = json.loads((shared / "data" / data).read_text(encoding="utf-8"))
    asked = [asked[item["idx"]] for item in found]
    (home / "dev.json").write_text(json.dumps(asked))
    lines = [one["SQL"].replace("\n", " ") + "\t" + one["db_id"] for one in asked]
    (home / "dev.sql").write_text("\n".join(lines) + "\n")
    said = {str(at): f"{item['pred']}\t----- bird -----\t{item['db_id']}" for at, item in enumerate(found)}
    (home / "predict_dev.json").write_text(json.dumps(said))
    files = ["--predicted_sql_path", "predict_dev.json", "--ground_truth_path", "dev.sql"]
    where = ["--db_root_path", shared / "data/bird/bird_dev/dev_databases", "--diff_json_path", "dev.json"]
    code, out, _ = bench(*files, *where, "--num_cpus", 2, "--rules", "bird,soft-f1", "--json")
    card = json.loads(out)
    assert (code, card["n"]) == (0, len(found))
    for metric, field in (("ex.bird", "ex"), ("soft-f1", "soft_f1")):
        parts = card["metrics"][metric]
        assert parts["overall"]["k"] == pytest.approx(sum(item[field] for item in found), abs=1e-5)
        for level, group in by_level(found, "difficulty").items():
            part = parts["overall"] if level == "all" else parts["levels"][level]
            assert part["value"] == pytest.approx(fmean(item[field] for item in group), abs=1e-6)


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        (["--plug_value"], "ex.test-suite-plug"),
        (["--keep_distinct"], "ex.test-suite-distinct"),
        (["--plug_value", "--keep_distinct"], "ex.test-suite-plug-distinct"),
    ],
)
def test_execution_is_what_the_test_suite_script_asks_for_by_itself(
    home: Path, bench, options: list[str], rule: str
):
    bare = bench("--gold", "gold.sql", "--pred", "said/some.sql", "--db", "db", *options)
    assert bare == bench(
        "--gold", "gold.sql", "--pred", "said/some.sql", "--db", "db", "--etype", "exec", *options
    )
    assert [name for name, _ in rows(bare[1])[1]][:2] == ["count", rule]


def test_birds_folders_are_read_as_its_script_reads_them(home: Path, bench):
    (home / "data").mkdir()
    (home / "gold.sql").rename(home / "data" / "dev_gold.sql")
    for name, texts in ANSWERS.items():
        (home / name).mkdir()
        marked = {str(at): f"{sql}\t----- bird -----\t{GOLD[at][1]}" for at, sql in enumerate(texts)}
        (home / name / "predict_dev.json").write_text(json.dumps(marked))
    words = ["--ground_truth_path", "data/", "--db_root_path", "db/", "--num_cpus", 1, "--mode_gt", "gt"]
    words += ["--mode_predict", "gpt", "--data_mode", "dev", "--meta_time_out", 30.0]
    for name, right in (("gold.sql", 6), ("some.sql", 3)):
        code, out, told = bench(*words, "--predicted_sql_path", f"{name}/")
        printed = [(name, figures[-1]) for name, figures in rows(out)[1]]
        assert (code, printed[:2]) == (0, [("count", "6"), ("ex.bird", f"{right / 6:.3f}")])
        assert "--meta_time_out is not looked at" in told
