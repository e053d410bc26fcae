"""Keys must not move: a moved key forgets every result that people have."""

from __future__ import annotations

import hashlib

import pytest

from bench.identity import canonical, digest, fit_key, judge_key, predict_key
from bench.methods import Decoding, Full, Kid, Lora, Rkd, Sft, TeacherRef, Training, Validation

FIT = {
    "base": {"source": "tiny:medium", "sha256": "00"},
    "tuning": Lora(rank=8),
    "objective": Sft(),
    "training": Training(steps=10),
    "prompt": "compact-1",
    "data": "abc",
    "seed": 0,
    "teacher": None,
}


def test_golden_keys():
    """These change only together with a stage's version, and then everybody's results are stale."""
    assert fit_key(**FIT) == "b59e5a96a84796c96de30190919634894330fded014dfb543eba632fe612cb07"
    predicted = predict_key(weights={"fit": "x"}, prompt="compact-1", decoding=Decoding(), data="abc", seed=0)
    assert predicted == "08504adcc7f221aa70c6949b5436c0a6e9c9947a16b0646253077bf16cf3a421"
    judged = judge_key(predictions="p", rules=["ex.bird", "em.spider"], policy="q", engine="e")
    assert judged == "e31db74e85ab8b222fbc66146f95b71fa6ac0f4a0510898319996a9e4f3ce153"


@pytest.mark.parametrize(
    ("kind", "given", "later"),
    [
        (Training, {"steps": 10}, {"optimizer": "adamw-8bit"}),
        (Training, {"steps": 10}, {"gradient_checkpointing": True}),
        (Training, {"steps": 10}, {"validation": {"every": 7}}),
        (Training, {"steps": 10}, {"packing": True}),
        (Validation, {}, {"by": "ex"}),
        (Rkd, {"teacher": {"model": "m", "method": "t"}}, {"cache": 64}),
        (Lora, {"rank": 8}, {"dora": True}),
        (Kid, {"teacher": {"model": "m", "method": "t"}}, {"refresh": "never"}),
    ],
)
def test_a_field_that_came_later_moves_a_key_only_when_it_says_something(kind, given, later):
    plain = kind.model_validate(given)
    assert not kind.later & plain.model_dump().keys()
    assert digest(kind.model_validate(given | later)) != digest(plain)
    spelt_out = {name: getattr(plain, name) for name in kind.later}
    assert digest(kind.model_validate(given | spelt_out)) == digest(plain)


def test_canonical_form_is_independent_of_order_and_type_of_container():
    assert (
        canonical({"b": [1, 2], "a": None}) == canonical({"a": None, "b": (1, 2)}) == '{"a":null,"b":[1,2]}'
    )
    assert digest("é") == hashlib.sha256('"é"'.encode()).hexdigest()


def test_canonical_form_refuses_what_json_cannot_say():
    with pytest.raises(ValueError):
        canonical(float("nan"))


@pytest.mark.parametrize(
    "change",
    [
        {"base": {"source": "tiny:small", "sha256": "00"}},
        {"tuning": Full()},
        {"training": Training(steps=11)},
        {"prompt": "ddl-1"},
        {"data": "abd"},
        {"seed": 1},
        {"teacher": "t"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_changes_the_weights_changes_the_key(change):
    assert fit_key(**(FIT | change)) != fit_key(**FIT)


def test_a_teacher_is_known_by_its_weights_not_by_its_name():
    first, second = (Kid(teacher=TeacherRef(model="m", method=name)) for name in ("full", "renamed"))
    assert fit_key(**(FIT | {"objective": first, "teacher": "t"})) == fit_key(
        **(FIT | {"objective": second, "teacher": "t"})
    )


def test_batch_size_on_the_device_is_no_part_of_an_answer():
    keys = {
        predict_key(weights={}, prompt="", decoding=Decoding(batch=size), data="", seed=0) for size in (1, 64)
    }
    assert len(keys) == 1


def test_order_of_rules_is_no_part_of_a_verdict():
    assert judge_key(predictions="p", rules=["a", "b"], policy="", engine="") == judge_key(
        predictions="p", rules=["b", "a"], policy="", engine=""
    )
