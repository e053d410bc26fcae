"""Arguments: what a caller may give an executor, and the one clear error for anything else."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.errors import ConfigError
from bench.execute import Executor, Pair, Policy
from bench.execute.policy import FAST
from bench.types import Status

Make = Callable[..., Executor]
LONG = (
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) "
    "SELECT sum(length(hex(zeroblob(3000000 + n)))) FROM r"
)
"""Few operations, each of which takes milliseconds."""


@pytest.mark.parametrize(
    "arguments, options, named",
    [
        (["fats"], {}, "did you mean 'fast'"),
        ([None], {}, "policy: not a Policy"),
        ([{}], {}, "policy: not a Policy"),
        ([], {"workers": 0}, "workers: a whole number above zero, and not 0"),
        ([], {"workers": 1.5}, "workers: a whole number"),
        ([], {"batch": -1}, "batch: a whole number"),
        ([], {"batch": "16"}, "batch: a whole number"),
    ],
)
def test_what_is_no_policy_or_number_is_refused_at_once(
    arguments: list[Any], options: dict[str, Any], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        Executor(*arguments, **options)


def test_a_policy_is_named_and_a_cache_may_be_text(database: Path, tmp_path: Path) -> None:
    with Executor("fast", workers=1, cache=str(tmp_path / "cache.sqlite")) as executor:
        assert executor.policy is FAST
        assert executor.run(database, "SELECT 1").status is Status.OK
    assert (tmp_path / "cache.sqlite").exists()


def test_a_text_of_a_type_of_its_own_is_a_text(executor: Make, database: Path) -> None:
    one, two = np.array(["SELECT 1", "SELECT 2"])
    names = tuple(np.array(["bird"]))
    pairs = [Pair("k", database, one, sql, names) for sql in (one, two)]
    made = executor()
    assert [judged.equal["bird"] for judged in made.judge(pairs)] == [True, False]
    assert made.run(database, two).preview == ((2,),)


@pytest.mark.parametrize("text", [None, 7, b"SELECT 1", ["SELECT 1"], {"sql": "SELECT 1"}])
def test_what_is_no_text_is_judged_as_such(executor: Make, database: Path, text: Any) -> None:
    right = Pair("a", database, "SELECT 1", "SELECT 1", ("bird",))
    others = [
        Pair("b", database, "SELECT 1", text, ("bird",)),
        Pair("c", database, text, "SELECT 1", ("bird",)),
    ]
    pairs = [right, *others, right]
    judged = list(executor().judge(pairs))
    assert [one.equal["bird"] for one in judged] == [True, False, False, True]
    assert judged[1].prediction.status is judged[2].gold.status is Status.NOT_A_QUERY


@pytest.mark.parametrize(
    "names, named",
    [
        ({"comparisons": ["bird"]}, r"comparisons are a tuple of names, and not \['bird'\]"),
        ({"comparisons": "bird"}, "comparisons are a tuple of names, and not 'bird'"),
        ({"comparisons": ("bird",), "everywhere": ("bag",)}, "'bag' has to hold everywhere"),
    ],
)
def test_names_that_make_no_sense_are_told(
    executor: Make, database: Path, names: dict[str, Any], named: str
) -> None:
    with pytest.raises(ConfigError, match=named):
        list(executor().judge([Pair("a", database, "SELECT 1", "SELECT 1", **names)]))


def test_what_is_no_pair_is_named(executor: Make, database: Path) -> None:
    one = executor()
    pair = Pair("k", database, "SELECT 1", "SELECT 1", ("bird",))
    with pytest.raises(TypeError, match=r"write \[pair\]"):
        list(one.judge(pair))  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"not a bench\.execute\.Pair but tuple: "):
        list(one.judge([(database, "SELECT 1", "SELECT 1")]))  # type: ignore[list-item]
    with pytest.raises(TypeError, match=r"not a bench\.execute\.Query but str: 'SELECT 1'"):
        list(one.run_all(["SELECT 1"]))  # type: ignore[list-item]
    assert [judged.equal for judged in one.judge([pair])] == [{"bird": True}]


def test_a_closed_executor_says_so(small: Policy, database: Path) -> None:
    one = Executor(small, workers=1)
    stream = one.judge(Pair(str(n), database, "SELECT 1", f"SELECT {n}", ("bird",)) for n in range(3000))
    next(stream)
    one.close()
    one.close()
    for use in (lambda: list(stream), lambda: one.run(database, "SELECT 1"), lambda: one.sandbox):
        with pytest.raises(RuntimeError, match="is closed"):
            use()


def test_a_folder_and_a_pipe_are_no_database(executor: Make, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.sqlite")
    for path in (tmp_path, tmp_path / "pipe.sqlite"):
        outcome = executor().run(path, "SELECT 1")
        assert (outcome.status, outcome.detail) == (
            Status.DB_IO,
            "a folder, a pipe or a device, and not a database",
        )


def test_a_backstop_says_what_was_counted(executor: Make, database: Path, small: Policy) -> None:
    outcome = executor(replace(small, value_bytes=10**7)).run(database, LONG)
    assert (outcome.status, outcome.detail) == (Status.TIMEOUT, "cpu: more than 0.7 s for one query")


def test_pairs_that_come_slowly_are_judged_while_the_next_is_made(executor: Make, database: Path) -> None:
    """The source waits for its own first results: without overlap it would wait for ever."""
    seen = threading.Event()

    def source() -> Iterator[Pair]:
        for number in range(3):
            yield Pair(str(number), database, "SELECT 1", f"SELECT {number}", ("bird",))
            time.sleep(0.25)
        assert seen.is_set()
        yield Pair("last", database, "SELECT 1", "SELECT 1", ("bird",))

    keys, made = [], executor()
    made.run(database, "SELECT 1")  # a worker that has to start first could be later than the source
    for judged in made.judge(source()):
        keys.append(judged.key)
        seen.set()
    assert keys == ["0", "1", "2", "last"]
