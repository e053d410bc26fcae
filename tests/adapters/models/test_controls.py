"""Controls and replays: exact answers, no torch, and clear refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import pytest

from adapters.models.oracle import Oracle, damaged
from adapters.models.replay import Replay
from bench.errors import BenchError, ConfigError, DataError
from bench.methods import Decoding, Full, NoTuning
from bench.types import Example, Request

REQUESTS = [Request(Example(f"q/{n}", "db", "?", (f"SELECT {n}", "SELECT 0")), "p") for n in range(1000)]
AS_IS = {"fit": None, "tuning": NoTuning(), "decoding": Decoding(), "threads": 1, "seed": 0}


def texts(adapter) -> list[str]:
    return [completion.text for completion in adapter.open(**AS_IS).complete(REQUESTS)]


def test_gold_answers_gold() -> None:
    assert texts(Oracle("gold", None)) == [request.example.gold[0] for request in REQUESTS]


@pytest.mark.parametrize("percent", [0, 20, 100])
def test_damage_is_what_was_planted(percent) -> None:
    answers = texts(Oracle(f"damaged-{percent}", None))
    planted = [damaged(request.example.id, percent) for request in REQUESTS]
    assert [answer == request.example.gold[0] for answer, request in zip(answers, REQUESTS, strict=True)] == [
        not wrong for wrong in planted
    ]
    assert sum(planted) == pytest.approx(10 * percent, abs=40)


def test_damage_does_not_depend_on_the_rest_of_the_set() -> None:
    opened = Oracle("damaged-20", None).open(**AS_IS)
    assert [opened.complete([request])[0] for request in REQUESTS] == opened.complete(REQUESTS)


def test_damage_runs_and_equals_nothing() -> None:
    import sqlite3

    from adapters.models.oracle import DAMAGE

    with sqlite3.connect(":memory:") as database:
        assert database.execute(DAMAGE).fetchall() == [("planted damage",)]


@pytest.mark.parametrize("name", ["golden", "damaged-101", "damaged-x", ""])
def test_unknown_oracles_are_refused(name) -> None:
    with pytest.raises(ConfigError, match="unknown oracle"):
        Oracle(name, None)


def test_a_replay_answers_by_id(tmp_path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text('{"id": "q/1", "sql": "SELECT 11"}\n\n{"id": "q/0", "sql": null, "note": "gave up"}\n')
    replay = Replay(str(path), None)
    said = replay.open(**AS_IS).complete(REQUESTS[:2])
    assert [completion.text for completion in said] == ["", "SELECT 11"]
    before = replay.identity()
    path.write_text(json.dumps({"id": "q/1", "sql": "SELECT 12"}) + "\n")
    assert replay.identity() != before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("answers.txt", "SELECT 10\tdb\n\nSELECT 12\n"),
        ("answers.json", '{"0": "SELECT 10\\t----- bird -----\\tdb", "2": "SELECT 12", "1": ""}'),
        ("answers.csv", 'sql\nSELECT 10\n""\nSELECT 12\n'),
    ],
)
def test_a_replay_without_ids_answers_by_place(tmp_path, name: str, content: str) -> None:
    path = tmp_path / name
    path.write_text(content)
    asked = [replace(request, place=place) for place, request in enumerate(REQUESTS[:3])]
    said = Replay(str(path), None).open(**AS_IS).complete(asked[::-1])
    assert [completion.text for completion in said] == ["SELECT 12", "", "SELECT 10"]
    with pytest.raises(DataError, match="no answer to 1 question of 1: 3"):
        Replay(str(path), None).open(**AS_IS).complete([replace(REQUESTS[3], place=3)])


def test_a_file_with_other_ids_does_not_go_by_place(tmp_path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("id,sql\nq/0,SELECT 1\n")
    with pytest.raises(DataError, match="does not go by position"):
        Replay(str(path), None).open(**AS_IS)


def test_a_replay_names_the_questions_that_it_has_no_answer_to(tmp_path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text("".join(json.dumps({"id": f"q/{n}", "sql": ""}) + "\n" for n in range(993)))
    opened = Replay(str(path), None).open(**AS_IS)
    assert opened.batch >= len(REQUESTS)
    with pytest.raises(DataError) as caught:
        opened.complete(REQUESTS)
    said = "no answer to 7 questions of 1,000: q/993, q/994, q/995, q/996, q/997 and 2 more"
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"id": "a"}\n', r"answers.jsonl: line 1: this line is no prediction"),
        ('{"id": "a", "sql": "x"}\nnonsense\n', r"answers.jsonl: line 2: this line is no prediction"),
        (
            '{"id": "a", "sql": "x"}\n{"id": "a", "sql": "y"}\n',
            r"answers.jsonl: line 2: the id 'a' comes twice",
        ),
    ],
)
def test_damaged_replays_are_refused(tmp_path, content, message) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text(content)
    with pytest.raises(DataError, match=message):
        Replay(str(path), None).open(**AS_IS)


def test_what_has_no_weights_cannot_be_fitted(tmp_path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_text("")
    for adapter in (Oracle("gold", None), Replay(str(path), None)):
        assert not adapter.trainable
        with pytest.raises(BenchError):
            adapter.base()
        with pytest.raises(BenchError, match="fitted"):
            adapter.open(**AS_IS | {"tuning": Full()})
    with pytest.raises(DataError, match="no such file"):
        Replay(str(tmp_path / "nowhere"), None)


def test_adapters_and_identities_need_no_torch() -> None:
    code = (
        "import sys\n"
        "from bench.registry import find\n"
        "import bench.generate.predict, bench.prompts\n"
        "find('models', 'oracle')('gold', None).identity()\n"
        "find('models', 'tiny')('small', None).identity()\n"
        "find('models', 'hf')('org/name', 'main').identity(); find('models', 'replay')\n"
        "assert not {'torch', 'transformers'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
