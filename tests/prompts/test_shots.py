"""Solved examples: which are chosen, how they are shown, and that none gives the answer away."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.errors import ConfigError
from bench.methods import PromptSpec, Shots
from bench.prompts import Prompter, prompt_id, refuse_asked
from bench.prompts.shots import Chooser, _grams, masked, names_of
from bench.types import Example
from tests.prompts.samples import WORLD, dataset, world

POOL = tuple(
    Example(f"pool/{number}", "world", question, (sql,), evidence=f"hint {number}")
    for number, (question, sql) in enumerate(
        [
            ("How many cities are there?", "SELECT count(*) FROM city"),
            ("What is the name of the oldest city?", "SELECT name FROM city ORDER BY founded LIMIT 1"),
            ("Which grapes score above 90?", "SELECT grape FROM wine WHERE score > 90"),
            ("Show all grapes with a score over 80.", "SELECT grape FROM wine WHERE score > 80"),
            ("List the code of Germany.", "SELECT code FROM land"),
        ]
    )
)
ASKED = Example("dev/0", "world", "How many grapes are there?", ("SELECT count(*) FROM wine",))


def chosen(shots: Shots, example: Example = ASKED, pool=POOL, seed: int = 0) -> list[str]:
    chooser = Chooser(shots, dataset(pool, WORLD, split="train"), seed)
    return [shot.id for shot in chooser.choose(example, WORLD)]


def test_masking_hides_what_belongs_to_the_database() -> None:
    assert masked("Which grapes from Aachen score above 90.5 or 'x y'?", names_of(WORLD)) == [
        "which",
        "#name",
        "from",
        "#value",
        "#name",
        "above",
        "#value",
        "or",
        "#value",
    ]


def test_similar_questions_ask_the_same_of_other_things() -> None:
    """ "How many cities" is most like "How many grapes" once both nouns are masked; it comes last."""
    assert chosen(Shots(number=1)) == ["pool/0"]
    assert chosen(Shots(number=3))[-1] == "pool/0"


def test_the_order_is_that_of_bm25_over_all_words_at_once() -> None:
    """What is kept word by word adds up to what bm25s says of the whole question."""
    chooser = Chooser(Shots(), dataset(POOL, WORLD, split="train"), 0)
    for question in (one.question for one in (*POOL, ASKED)):
        grams = _grams(masked(question, names_of(WORLD)))
        whole = chooser._index.get_scores(grams)
        order = [POOL.index(one) for one in chooser._similar(replace(ASKED, question=question), WORLD)]
        assert order == sorted(range(len(POOL)), key=lambda place: -whole[place])


def test_fixed_examples_come_in_their_order() -> None:
    assert chosen(Shots(choose="fixed", number=2)) == ["pool/0", "pool/1"]
    assert chosen(Shots(choose="fixed", number=2, ids=("pool/3", "pool/1"))) == ["pool/3", "pool/1"]


def test_random_examples_hang_on_the_seed_and_the_question() -> None:
    shots = Shots(choose="random", number=3)
    assert chosen(shots) == chosen(shots)
    drawn = {tuple(chosen(shots, seed=seed)) for seed in range(8)}
    drawn |= {tuple(chosen(shots, replace(ASKED, id=f"dev/{number}"))) for number in range(8)}
    assert len(drawn) > 8
    assert all(len(set(ids)) == 3 for ids in drawn)


@pytest.mark.parametrize("choose", ["similar", "random", "fixed"])
def test_in_training_no_example_shows_its_own_answer(choose) -> None:
    twin = replace(POOL[0], id="pool/twin", question="Count the cities.")
    again = replace(POOL[0], id="pool/again", gold=("SELECT 2",))
    pool = (*POOL, twin, again)
    found = chosen(Shots(choose=choose, number=4), POOL[0], pool)
    assert len(found) == 4
    assert not {"pool/0", "pool/twin", "pool/again"} & set(found)


def test_pairs_stand_before_the_schema(tmp_path) -> None:
    spec = PromptSpec(shots=Shots(choose="fixed", number=2), evidence=False)
    pool = dataset(POOL, WORLD, split="train")
    prompt = Prompter(spec, dataset([ASKED], WORLD), pool=pool)(ASKED)
    assert prompt == (
        "Question: How many cities are there?\nSQL: SELECT count(*) FROM city\n\n"
        "Question: What is the name of the oldest city?\n"
        "SQL: SELECT name FROM city ORDER BY founded LIMIT 1\n\n"
        + Prompter(PromptSpec(), dataset([ASKED], WORLD))(ASKED)
    )


def test_full_examples_bring_their_schema_and_the_wrapper_stands_once(tmp_path) -> None:
    path = world(tmp_path)
    shots = Shots(choose="fixed", number=1, show="full")
    spec = PromptSpec(format="codes", wrapper="dbgpthub", shots=shots)
    pool = dataset(POOL, WORLD, path, split="train")
    prompt = Prompter(spec, dataset([ASKED], WORLD, path), pool=pool)(ASKED)
    assert prompt.count("###Instruction:\n") == prompt.count("###Response:") == 1
    assert prompt.count("database schema :") == 2
    assert (
        "matched contents : None\nhint 0 How many cities are there?\nSELECT count(*) FROM city\n\n"
        "database schema :\n"
    ) in prompt


def test_the_evaluated_split_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"s\.toml, datasets\.world\.train: .*evaluated split \(pool/2"):
        refuse_asked(dataset(POOL, WORLD), dataset(POOL[2:3], WORLD), where="s.toml, datasets.world.train")
    refuse_asked(dataset(POOL, WORLD), dataset([ASKED], WORLD), where="")


def test_gold_of_the_question_is_never_shown() -> None:
    """Even if another example of the pool has it, the asked one's gold does not choose or appear."""
    spec = PromptSpec(shots=Shots(number=3))
    pool = dataset(POOL, WORLD, split="train")
    planted = replace(ASKED, gold=("SELECT planted",))
    prompts = {Prompter(spec, dataset([example], WORLD), pool=pool)(example) for example in (ASKED, planted)}
    assert len(prompts) == 1


def test_examples_that_are_not_there_are_named() -> None:
    with pytest.raises(ConfigError, match="no example of toy/train is called 'pool/33'"):
        chosen(Shots(choose="fixed", number=1, ids=("pool/33",)))
    with pytest.raises(
        ConfigError, match=r"prompt\.shots\.number: 5 examples cannot be shown: toy/train has 5"
    ):
        chosen(Shots(number=5))
    with pytest.raises(ConfigError, match="no split to come from"):
        Prompter(PromptSpec(shots=Shots()), dataset([ASKED], WORLD))


def test_the_pool_is_part_of_the_id() -> None:
    spec = PromptSpec(shots=Shots())
    assert prompt_id(spec, "a") != prompt_id(spec, "b")
    assert prompt_id(spec, "a") != prompt_id(PromptSpec(shots=Shots(number=5)), "a")
