"""Spans to colour."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.sql.highlight import CSS_CLASSES, highlight


def joined(spans):
    return "".join(text for _, text in spans)


def test_each_kind_has_its_class():
    spans = highlight("SELECT count(a), \"b c\" FROM t -- x\nWHERE d >= 1.5 AND e = 'it''s' /* y */;")
    kinds = {text: css for css, text in spans}
    assert kinds["SELECT"] == kinds["FROM"] == kinds["AND"] == "keyword"
    assert kinds["count"] == "function"
    assert kinds["t"] == "name"
    assert kinds['"b c"'] == "quoted"
    assert kinds["'it''s'"] == "string"
    assert kinds["1.5"] == "number"
    assert kinds[">="] == kinds[","] == "operator"
    assert kinds["-- x"] == kinds["/* y */"] == "comment"
    assert {css for css, _ in spans} - {""} == set(CSS_CLASSES)


@pytest.mark.parametrize("sql", ["'never closed", "a /* never closed", '"', "x" * 30_000])
def test_what_cannot_be_cut_is_one_plain_span(sql):
    assert highlight(sql) == [("", sql)]


@given(st.text(alphabet=st.sampled_from("SELECT aé'\"`-/*;.(),=<>1\n\t\x00{}[]$:@#|\\")) | st.text())
def test_spans_give_back_the_text(sql):
    assert joined(highlight(sql)) == sql


def test_empty():
    assert highlight("") == []
