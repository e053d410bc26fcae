"""Scores counted by hand on a small set of questions."""

import json
from dataclasses import replace

from bench.judge import stats
from bench.judge.score import NOT_RUN, score, values
from bench.types import Dataset, Example, Outcome, Status, Verdict

LEVELS = ["easy", "easy", "hard", "hard", "odd", None]
EXAMPLES = tuple(
    Example(str(i), "ab"[i % 2], f"question {i}", ("SELECT 1",), level) for i, level in enumerate(LEVELS)
)
DATASET = Dataset(
    "toy", "dev", "Toy", "none", ("easy", "medium", "hard"), ("ex",), False, EXAMPLES, {}, {}, fingerprint=""
)
OK = Outcome(Status.OK)


def verdict(i, ex, em=False, status=Status.OK):
    metrics = {"ex": ex, "em": em}
    return Verdict(str(i), EXAMPLES[i].db_id, LEVELS[i] or "", metrics, OK, Outcome(status))


VERDICTS = [
    verdict(0, True, True),
    verdict(1, True),
    verdict(2, False),
    verdict(3, False, status=Status.TIMEOUT),
    verdict(4, False, status=Status.ERROR_SCHEMA),
]


def test_every_question_counts_and_a_missing_answer_is_wrong():
    card = score(DATASET, VERDICTS, ["ex", "em"])
    overall = card.metrics["ex"].overall
    assert (card.n, overall.k, overall.n, overall.value) == (6, 2.0, 6, 2 / 6)
    assert score(DATASET, [], ["ex"]).metrics["ex"].overall.n == 6


def test_levels_stand_in_the_order_of_the_set_and_unknown_ones_after():
    levels = score(DATASET, VERDICTS, ["ex", "em"]).metrics["ex"].levels
    assert [(level, one.k, one.n) for level, one in levels.items()] == [
        ("easy", 2.0, 2),
        ("hard", 0.0, 2),
        ("odd", 0.0, 1),
        ("unrated", 0.0, 1),
    ]


def test_databases():
    databases = score(DATASET, VERDICTS, ["ex", "em"]).metrics["em"].databases
    assert [(name, one.k, one.n) for name, one in databases.items()] == [("a", 1.0, 3), ("b", 0.0, 3)]
    assert {one.interval for one in databases.values()} == {"wilson"}


def test_outcomes_add_up():
    card = score(DATASET, VERDICTS, ["ex", "em"])
    assert card.outcomes == {"correct": 2, "error_schema": 1, "missing": 1, "timeout": 1, "wrong_result": 1}
    assert sum(card.outcomes.values()) == card.n
    assert (card.valid.k, card.valid.n) == (3.0, 6)


def test_the_interval_is_the_wider_of_the_two():
    overall = score(DATASET, VERDICTS, ["ex"]).metrics["ex"].overall
    per_question = values(DATASET, VERDICTS, "ex")
    assert per_question == [1, 1, 0, 0, 0, 0]
    assert overall == stats.estimate(per_question, [example.db_id for example in EXAMPLES])


def test_the_order_of_verdicts_is_of_no_account():
    assert score(DATASET, VERDICTS[::-1], ["ex", "em"]) == score(DATASET, VERDICTS, ["ex", "em"])


def test_json_holds_it_all():
    told = json.loads(json.dumps(score(DATASET, VERDICTS, ["ex", "em"]).to_json()))
    assert (told["n"], told["outcomes"]["timeout"], list(told["metrics"])) == (6, 1, ["ex", "em"])
    assert told["metrics"]["ex"]["levels"]["easy"]["n"] == 2
    assert told["metrics"]["ex"]["overall"] == {
        "k": 2.0,
        "n": 6,
        "value": 0.333333,
        "low": round(stats.wilson(2, 6)[0], 6),
        "high": round(stats.wilson(2, 6)[1], 6),
        "interval": "wilson",
    }


def test_constructs_of_gold_split_the_questions():
    golds = ["SELECT a FROM t", "SELECT t.a FROM t JOIN u ON t.b = u.b WHERE u.c = (SELECT max(c) FROM u)"]
    examples = tuple(replace(example, gold=(golds[place > 1],)) for place, example in enumerate(EXAMPLES[:5]))
    dataset = replace(DATASET, examples=examples)
    assert score(dataset, VERDICTS, ["ex"]).metrics["ex"].constructs == {}
    card = score(dataset, VERDICTS, ["ex", "em"], constructs=True)
    found = card.metrics["ex"].constructs
    told = {axis: {name: (one.k, one.n) for name, one in part.items()} for axis, part in found.items()}
    assert told["joins"] == {"0": (2.0, 2), "1": (0.0, 3)} == told["nesting"] == told["aggregates"]
    assert told["tables"] == {"1": (2.0, 2), "2": (0.0, 3)}
    assert told["columns"] == {"1": (2.0, 2), "3+": (0.0, 3)}
    assert told["conditions"] == {"0": (2.0, 2), "2": (0.0, 3)}
    assert set(told) == {"joins", "nesting", "aggregates", "tables", "columns", "conditions"}
    said = json.loads(json.dumps(card.to_json()))["metrics"]["em"]["constructs"]["joins"]["0"]
    assert (said["k"], said["n"], said["value"]) == (1.0, 2, 0.5)


def test_where_only_queries_are_compared_nothing_is_known_to_be_valid():
    alike = [
        replace(one, metrics={"em.spider": one.metrics["ex"]}, prediction=Outcome(Status.OK, NOT_RUN))
        for one in VERDICTS[1:3]
    ]
    card = score(DATASET, alike, ["em.spider"])
    assert card.outcomes == {"missing": 4, "correct": 1, "wrong_result": 1}
    assert card.valid is None
    assert card.to_json()["valid"] is None
