"""Prediction: the same bytes however it was interrupted, and nothing lost or asked twice."""

from __future__ import annotations

import json

import pytest

from bench.errors import DataError, StoreError
from bench.generate.predict import predict
from bench.store import read_json, read_lines
from bench.types import Completion, Example, Prediction, Request

REQUESTS = [
    Request(Example(f"q/{number}", "db", "?", ("SELECT 1",)), "prompt " * (number * 7 % 11 + 1))
    for number in range(23)
]


class Echo:
    """Answers with the id, in a code fence; stops the run at call ``fatal``."""

    def __init__(self, batch: int = 4, fatal: int | None = None) -> None:
        self.batch, self._fatal = batch, fatal
        self.asked: list[str] = []
        self.lengths: list[int] = []

    def complete(self, requests):
        if self._fatal is not None and len(self.lengths) == self._fatal:
            raise KeyboardInterrupt
        self.asked += [request.example.id for request in requests]
        self.lengths.append(max(len(request.prompt) for request in requests))
        return [Completion(f"```sql\nSELECT '{r.example.id}'\n``` \u2028é", 3, 5) for r in requests]


def finished(folder) -> bytes:
    predict(REQUESTS, Echo(), folder)
    return (folder / "predictions.jsonl").read_bytes()


def test_one_line_per_question_in_their_order(tmp_path) -> None:
    lines = finished(tmp_path).decode().rstrip("\n").split("\n")
    assert [json.loads(line)["example_id"] for line in lines] == [r.example.id for r in REQUESTS]
    first = read_lines(tmp_path / "predictions.jsonl", Prediction)[0]
    assert first.sql == "SELECT 'q/0'"
    assert first.text.endswith("\u2028é")
    assert (first.tokens_in, first.tokens_out) == (3, 5)


def test_longest_prompts_come_first(tmp_path) -> None:
    echo = Echo()
    predict(REQUESTS, echo, tmp_path)
    assert echo.lengths == sorted(echo.lengths, reverse=True)


@pytest.mark.parametrize("fatal", [0, 1, 3, 5])
@pytest.mark.parametrize("batch", [1, 4, 7])
def test_interrupted_and_uninterrupted_runs_end_with_the_same_bytes(tmp_path, fatal, batch) -> None:
    whole = finished(tmp_path / "whole")
    begun = tmp_path / "begun"
    with pytest.raises(KeyboardInterrupt):
        predict(REQUESTS, Echo(fatal=fatal), begun)
    rest = Echo(batch=batch)
    predict(REQUESTS, rest, begun)
    assert (begun / "predictions.jsonl").read_bytes() == whole
    assert len(rest.asked) == len(set(rest.asked)) == len(REQUESTS) - 4 * fatal


@pytest.mark.parametrize("kept", [1, 40, 200, 1000])
def test_a_torn_line_is_asked_again(tmp_path, kept) -> None:
    whole = finished(tmp_path / "whole")
    begun = tmp_path / "begun"
    begun.mkdir()
    (begun / "predictions.jsonl").write_bytes(whole[:kept])
    predict(REQUESTS, Echo(), begun)
    assert (begun / "predictions.jsonl").read_bytes() == whole


def test_a_finished_file_is_left_alone(tmp_path) -> None:
    whole = finished(tmp_path)
    echo = Echo()
    predict(REQUESTS, echo, tmp_path)
    assert echo.asked == []
    assert (tmp_path / "predictions.jsonl").read_bytes() == whole


def test_seconds_add_up_over_runs(tmp_path) -> None:
    with pytest.raises(KeyboardInterrupt):
        predict(REQUESTS, Echo(fatal=2), tmp_path)
    before = read_json(tmp_path / "predict.json")["seconds"]
    predict(REQUESTS, Echo(), tmp_path)
    assert read_json(tmp_path / "predict.json")["seconds"] > before > 0


def test_half_a_surrogate_pair_is_kept_as_a_question_mark(tmp_path) -> None:
    class Broken(Echo):
        def complete(self, requests):
            return [Completion("SELECT '\ud800'") for _ in requests]

    predict(REQUESTS, Broken(), tmp_path)
    assert read_lines(tmp_path / "predictions.jsonl", Prediction)[0].text == "SELECT '?'"


def test_a_foreign_line_is_an_error_that_names_its_place(tmp_path) -> None:
    (tmp_path / "predictions.jsonl").write_text('{"answer": 42}\n')
    with pytest.raises(StoreError, match=r"predictions.jsonl: line 1 is damaged"):
        predict(REQUESTS, Echo(), tmp_path)


def test_two_questions_with_one_id_are_refused(tmp_path) -> None:
    with pytest.raises(DataError, match="q/3"):
        predict([*REQUESTS, REQUESTS[3]], Echo(), tmp_path)
