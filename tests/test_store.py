"""The store survives torn lines, damaged files and two runs at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.errors import StoreError
from bench.store import (
    Store,
    append,
    decode,
    drop_torn,
    encode,
    read_json,
    read_lines,
    write_json,
    write_lines,
)
from bench.types import Outcome, Prediction, Scalar, Status, Verdict

VERDICT = Verdict(
    example_id="a/0",
    db_id="db",
    difficulty="easy",
    metrics={"ex.bird": True, "soft": 0.5},
    gold=Outcome(Status.OK, steps=7, rows=2, columns=("a", "b"), preview=((1, None), ("x", 2.5))),
    prediction=Outcome(Status.TIMEOUT, "steps"),
    notes=("one",),
)


def test_a_verdict_survives_the_disk():
    assert decode(Verdict, encode(VERDICT)) == VERDICT


@pytest.mark.parametrize(
    "value",
    [b"\x00\xff\xfe", b"text", b"", "text", "\x00", 10**30, 1, 1.0, float("inf"), float("-inf"), None],
)
def test_every_value_of_a_result_survives_the_disk(value: Scalar):
    kept = decode(Outcome, encode(Outcome(Status.OK, preview=((value, 7),))))
    assert kept.preview == ((value, 7),)
    assert type(kept.preview[0][0]) is type(value)


def test_a_line_of_before_blobs_had_a_form_is_read():
    line = '{"status": "ok", "rows": 1, "columns": ["a"], "preview": [["abc", 2.5, null]]}'
    assert decode(Outcome, line) == Outcome(Status.OK, rows=1, columns=("a",), preview=(("abc", 2.5, None),))


@pytest.mark.parametrize("cell", ['{"blob": "zz"}', '{"lob": "00"}', '{"float": "x"}', "[]"])
def test_a_damaged_value_is_named(tmp_path: Path, cell: str):
    path = tmp_path / "verdicts.jsonl"
    path.write_text(f'{{"status": "ok", "preview": [[{cell}]]}}\n')
    with pytest.raises(StoreError, match="line 1 is damaged"):
        read_lines(path, Outcome)


def test_truth_and_numbers_stay_apart():
    metrics = decode(Verdict, encode(VERDICT)).metrics
    assert metrics["ex.bird"] is True
    assert metrics["soft"] == 0.5


def test_a_torn_last_line_is_dropped(tmp_path: Path):
    path = tmp_path / "p.jsonl"
    records = [Prediction(str(number), "t\u2028\n", "SELECT 1") for number in range(3)]
    write_lines(path, records)
    whole = path.read_bytes()
    path.write_bytes(whole[:-4])
    assert read_lines(path, Prediction) == records[:2]
    drop_torn(path)
    with path.open("ab") as file:
        append(file, records[2:])
    assert path.read_bytes() == whole


def test_a_damaged_line_is_named(tmp_path: Path):
    path = tmp_path / "p.jsonl"
    path.write_text('{"example_id": "a", "text": "", "sql": null}\n{"nonsense": 1}\n')
    with pytest.raises(StoreError, match="line 2 is damaged"):
        read_lines(path, Prediction)


@pytest.mark.parametrize("text", ["", "{", "[1]"])
def test_a_damaged_json_file_is_named(tmp_path: Path, text: str):
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(StoreError, match=r"x\.json"):
        read_json(path)


def test_json_is_replaced_whole(tmp_path: Path):
    path = tmp_path / "deep" / "x.json"
    write_json(path, {"a": 1})
    write_json(path, {"a": 2})
    assert read_json(path) == {"a": 2}
    assert [entry.name for entry in path.parent.iterdir()] == ["x.json"]


def test_the_second_run_says_who_holds_the_store(tmp_path: Path):
    code = (
        "import sys, time; from pathlib import Path; from bench.store import Store\n"
        "with Store(Path(sys.argv[1])).lock(Path(sys.argv[1]) / 'cell'):\n"
        "    print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        store, folder = Store(tmp_path), tmp_path / "cell"
        with pytest.raises(StoreError, match=f"process {other.pid} on "), store.lock(folder, wait=False):
            pass
        other.kill()
        other.wait()
        with store.lock(folder, wait=False):  # a killed holder leaves nothing locked
            pass
