"""The scanner gives the words that the official tokenizer gives."""

import pytest

from bench.sql.spider.tokens import tokenize


@pytest.mark.parametrize(
    "text, words",
    [
        ("SELECT a FROM t", ["select", "a", "from", "t"]),
        ("a>= 1 AND b! = 2 AND c>=3", ["a", ">=", "1", "and", "b", "!=", "2", "and", "c", ">", "=3"]),
        ("a=1", ["a=1"]),
        ("a-b a - b a*b", ["a-b", "a", "-", "b", "a", "*", "b"]),
        ("limit 1,2", ["limit", "1,2"]),
        ("a,b", ["a", ",", "b"]),
        ("a ,, b", ["a", ",", ",", "b"]),
        ("a,,b", ["a", ",", ",b"]),
        ("a,", ["a", ","]),
        ("count(*)", ["count", "(", "*", ")"]),
        ("x = 'New York'", ["x", "=", '"New York"']),
        ("x='New York'", ["x=__val_2_11__"]),
        ("'a''b'", ["__val_0_2____val_3_5__"]),
        ("x > 20.", ["x", ">", "20", "."]),
        ("T1.* x. y e. g e. G 2. x", ["t1", ".", "*", "x.", "y", "e.", "g", "e.", "g", "2.", "x"]),
        ("T.* word. next", ["t", ".", "*", "word", ".", "next"]),
        ("t1.a.b 1.5 a..b ...", ["t1.a.b", "1.5", "a", "..", "b", "..."]),
        ("a -- b ---c", ["a", "--", "b", "--", "-c"]),
        ("`a` ``b", ["`", "a", "`", "``", "b"]),
        ("cannot gonna xcannot", ["can", "not", "gon", "na", "xcannot"]),
        ("<> ==", ["<", ">", "=="]),
        ("ÄB 〈x〉 a—b", ["äb", "〈x〉", "a", "—", "b"]),
        ("", []),
        ("\x00", ["\x00"]),
    ],
)
def test_words(text, words):
    assert tokenize(text) == words


@pytest.mark.parametrize("text", ["'", "it's", "'a' \"", 'a = "it\'s"'])
def test_an_odd_number_of_quotes_has_no_words(text):
    assert tokenize(text) is None


@pytest.mark.parametrize("piece", [",", "=", "> = ", ".", "-", "'", "(", "a,b.", "cannot ", "`", " \n"])
def test_a_megabyte_takes_linear_time(piece):
    tokenize(piece * (1_000_000 // len(piece)))
