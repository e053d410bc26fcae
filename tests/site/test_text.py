"""Text, names and numbers as they are shown."""

import doctest

import pytest

from bench.site import figures, payload, ranks, text


def test_examples_in_the_documentation_hold():
    for module in (text, figures, payload, ranks):
        found = doctest.testmod(module)
        assert (found.failed, found.attempted > 0) == (0, True)


@pytest.mark.parametrize(
    "hidden", ["\x00", "\x1b", "\r", "\x7f", "\u202e", "\u2028", "\u2066", "\ufeff", "\ud800", "\ufffe"]
)
def test_what_cannot_be_seen_is_spelled_out(hidden):
    shown = text.visible(f"a{hidden}b")
    assert hidden not in shown
    assert shown.startswith("a")
    assert shown.endswith("b")
    shown.encode("utf-8")


def test_whatever_is_spelled_out_counts_as_not_printable():
    """The short cut for printable text misses nothing."""
    everything = "".join(map(chr, range(0x110000)))
    assert not any(found.isprintable() for found in text._UNSEEN.findall(everything))


def test_what_can_be_seen_stays():
    plain = "Zoë \ufffd's 東京 \t\n naïve — 👍🏽 قاعدة"
    assert text.visible(plain) == plain


@pytest.mark.parametrize(
    "name", ["", "..", "a/b", "a\\b", "CON ", "x" * 300, "東京", ".hidden", "a b", "a\x00b"]
)
def test_an_address_is_one_plain_name(name):
    address = text.address(name)
    assert address
    assert set(address) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
    assert not address.startswith((".", "-"))
    assert len(address) <= 120


def test_different_names_have_different_addresses():
    names = ["a/b", "a b", "a-b", "a\\b", "A-b", "", "..", "."]
    assert len({text.address(name) for name in names}) == len(names)


def test_clip_says_what_is_left_out():
    assert text.clip("abc", 3) == ("abc", 0)
    assert text.clip("abcd", 3) == ("abc", 1)


def test_nothing_rounds_to_all_or_none():
    assert text.percent(0.9999) == "99.9"
    assert text.percent(0.0001) == "0.1"
    assert text.percent(0.0) == "0.0"
    assert text.percent(1.25) == "125.0"
