"""Provenance in words: nothing lost, nothing raw, what is shared said once."""

from bench.site.origin import common, parts
from tests.site.cells import provenance


def told(record):
    return {part.title: dict(part.facts) for part in parts(record)}


def test_a_record_in_words():
    assert told(provenance("lora")) == {
        "Settings": {"learning rate": "0.001", "tuning": "lora", "LoRA rank": "8"},
        "Training and prediction": {
            "command": "bench run suites/tiny.toml",
            "date": "2026-11-20",
            "machine": "a processor, 2 cores, 8 GB of memory, Linux",
            "commit": "0123456",
            "versions": "apsw 3.50.4, python 3.11.7",
        },
        "Identities": {"fingerprint of the data": "0" * 64},
    }


def test_runs_that_differ_are_told_apart_and_a_dirty_tree_is_said():
    record = provenance("lora")
    fit = {**record["fit"], "source": {"commit": "abc", "dirty": True}}
    found = told({**record, "fit": fit})
    assert found["Training"]["commit"] == "abc, with changes that are not in it"
    assert found["Prediction"]["commit"] == "0123456"


def test_settings_of_one_name_keep_their_full_names():
    record = {"method": {"tuning": {"seed": 1}, "objective": {"seed": 2, "name": "kid"}}}
    assert told(record)["Settings"] == {"objective": "kid", "objective seed": "2", "tuning seed": "1"}


def test_settings_of_a_teacher_are_told_as_its_own():
    record = {"method": {"objective": {"name": "kid", "teacher": {"method": "full", "model": "medium"}}}}
    assert told(record)["Settings"] == {
        "objective": "kid",
        "method of the teacher": "full",
        "model of the teacher": "medium",
    }


def test_an_unknown_part_of_a_machine_is_not_lost():
    assert told({"predict": {"machine": {"cores": 1, "gpu_name": "H200"}}}) == {
        "Prediction": {"machine": "1 core, gpu name H200"}
    }


def test_what_records_share():
    one, other = provenance("lora"), provenance("qlora")
    shared = common([one, other])
    assert shared["method"] == {"title": "", "tuning": {"rank": 8}, "training": {"lr": 0.001, "epochs": None}}
    assert shared["predict"] == one["predict"]
    assert common([]) == {}
    assert common([one]) == one
    assert "fit" not in common([one, provenance("base")])
