"""Tags: which questions a reader chooses by what gold is made of."""

from dataclasses import replace

from bench.site.tags import tags


def test_a_tag_has_the_questions_whose_gold_spells_it(result):
    dataset = result.cells[0].dataset
    found = tags(dataset)
    for name, word in (("join", " JOIN "), ("GROUP BY", "GROUP BY"), ("LIMIT", "LIMIT")):
        spelled = tuple(i for i, one in enumerate(dataset.examples) if word in one.gold[0])
        assert spelled, word
        assert found[name] == spelled


def test_a_tag_of_all_or_none_chooses_nothing_and_is_left_out(result):
    dataset = result.cells[0].dataset
    joined = tuple(one for one in dataset.examples if " JOIN " in one.gold[0])
    assert "join" not in tags(replace(dataset, examples=joined))
    assert "window function" not in tags(dataset)


def test_gold_that_cannot_be_read_has_no_tag(result):
    dataset = result.cells[0].dataset
    broken = replace(dataset.examples[0], gold=("SELECT FROM JOIN (",))
    bare = replace(dataset.examples[1], gold=())
    told = tags(replace(dataset, examples=(broken, bare, *dataset.examples[2:])))
    assert all(place >= 2 for places in told.values() for place in places)
