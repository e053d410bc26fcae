"""Modern against Spider's official verdicts: where they differ, and what it makes of the unreadable."""

from collections import Counter

import pytest

from bench.sql.modern import exact_match


@pytest.fixture(scope="session")
def compared(verdicts, schema_of):
    """Count the predictions of systems: what the official script says, and whether modern sees a match."""

    def count(*systems):
        golds = verdicts("spider_dev/gold.jsonl")
        return Counter(
            (
                "unreadable" if item["parse_error"] else "right" if item["em"] == 1 else "wrong",
                exact_match(gold["pred"], item["pred"] or "", schema_of(item["db_id"])).exact,
            )
            for system in systems
            for gold, item in zip(golds, verdicts(f"spider_dev/{system}.jsonl"), strict=True)
        )

    return count


@pytest.mark.shared
def test_gold_matches_itself(compared):
    assert compared("gold") == {("right", True): 1_034}


@pytest.mark.shared
def test_compares_what_the_official_grammar_cannot_read(compared):
    """The two readable pairs seen otherwise: DISTINCT and the order of tables within a subquery."""
    assert compared("c3_starwke") == {
        ("right", True): 485,
        ("wrong", False): 331,
        ("wrong", True): 2,
        ("unreadable", True): 72,
        ("unreadable", False): 144,
    }


@pytest.mark.shared
@pytest.mark.parity
@pytest.mark.timeout(1800)
def test_all_systems(compared, shared):
    """The table of docs/scoring.md."""
    names = sorted(path.stem for path in (shared / "verdicts" / "spider_dev").glob("*.jsonl"))
    names.remove("gold")
    assert len(names) == 22
    assert compared(*names) == {
        ("right", True): 14_046,
        ("right", False): 20,
        ("wrong", False): 5_734,
        ("wrong", True): 24,
        ("unreadable", True): 726,
        ("unreadable", False): 2_198,
    }
