"""Which values of two results are marked as different."""

from bench.site.grids import COLUMNS, ROWS, WIDTH, grid
from bench.types import Outcome, Status


def ok(*rows, columns=("a", "b")):
    return Outcome(Status.OK, "", 0, len(rows), columns[: len(rows[0])] if rows else columns, rows)


def marked(left, right):
    return [[slot.differs for slot in row] for row in grid(left, right).rows]


def test_equal_rows_are_unmarked_wherever_they_stand():
    assert marked(ok((1, "x"), (2, "y")), ok((2, "y"), (1, "x"))) == [[False, False], [False, False]]


def test_only_the_differing_value_is_marked():
    assert marked(ok((1, "x"), (2, "z")), ok((1, "x"), (2, "y"))) == [[False, False], [False, True]]


def test_a_duplicate_that_the_other_has_once_is_marked_once():
    assert marked(ok((1, "x"), (1, "x")), ok((1, "x"))) == [[False, False], [True, True]]


def test_a_column_too_many_is_marked():
    assert marked(ok((1, "x")), ok((1,))) == [[False, True]]


def test_nothing_is_marked_against_a_failure():
    assert marked(ok((1, "x")), Outcome(Status.TIMEOUT)) == [[False, False]]


def test_a_failure_has_no_table():
    assert grid(Outcome(Status.ERROR_SYNTAX, "near x")) is None


def test_what_was_not_run_has_no_table():
    assert grid(Outcome(Status.OK, "not run: only queries were compared")) is None


def test_an_empty_result_has_a_table_without_rows():
    empty = grid(Outcome(Status.OK, "", 0, 0, ("a",), ()))
    assert (empty.rows, empty.total, empty.more_rows) == ((), 0, 0)


def test_what_is_left_out_is_counted():
    wide = Outcome(Status.OK, "", 0, 1000, tuple(f"c{i}" for i in range(40)), ((1,) * 40,) * 10)
    shown = grid(wide)
    assert (len(shown.rows), shown.more_rows, shown.total) == (ROWS, 1000 - ROWS, 1000)
    assert (len(shown.columns), len(shown.rows[0]), shown.more_columns) == (COLUMNS, COLUMNS, 40 - COLUMNS)


def test_kinds_of_values():
    (row,) = grid(ok((None, 1.5, "NULL", b"\x00\xff", "x" * 500), columns=tuple("abcde"))).rows
    assert [slot.kind for slot in row] == ["null", "number", "text", "blob", "text"]
    assert [slot.text for slot in row[:4]] == ["NULL", "1.5", "NULL", "X'00FF'"]
    assert row[4].text == "x" * WIDTH + "…"


def test_a_long_blob_is_cut():
    (row,) = grid(ok((b"\xab" * 500,))).rows
    assert row[0].text == "X'" + "AB" * (WIDTH // 2) + "…'"
