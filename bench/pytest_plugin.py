"""The pytest plug-in: a suite's TOML file given to pytest runs its cells and holds its expectations.

``pytest suites/quickstart.toml`` collects each cell as a test, which runs what is not done, and each
``[[expect]]`` entry as a test, which compares scores. Files are collected only when named on the
command line, so that an ordinary run of a project's tests never trains a model.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bench.plan import Plan
    from bench.suite import Cell, Expectation


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that say where results lie."""
    group = parser.getgroup("text2sql-bench")
    group.addoption("--bench-store", default="runs", help="folder of results (default: runs)")
    group.addoption("--bench-limit", type=int, default=None, help="ask only the first N examples")


def pytest_collect_file(parent: pytest.Collector, file_path: Path) -> pytest.Collector | None:
    """Collect a TOML file that was named on the command line and declares models."""
    if file_path.suffix != ".toml" or not parent.session.isinitpath(file_path):
        return None
    return SuiteFile.from_parent(parent, path=file_path)


class SuiteFile(pytest.File):
    """A suite as a file of tests."""

    def collect(self) -> Iterator[pytest.Item]:
        """Give a test for each cell, then one for each expectation."""
        from bench.decode import load
        from bench.errors import BenchError
        from bench.plan import Plan
        from bench.store import Store

        try:
            suite = load(self.path)
        except BenchError as error:
            raise self.CollectError(str(error)) from error
        store = Store(Path(self.config.getoption("--bench-store")))
        plan = Plan(suite, store, limit=self.config.getoption("--bench-limit"))
        for cell in suite.cells():
            yield CellItem.from_parent(self, name=cell.slug, plan=plan, cell=cell)
        for number, expected in enumerate(suite.expect):
            yield ExpectItem.from_parent(self, name=f"expect[{number}]", plan=plan, expected=expected)


class _Item(pytest.Item):
    """A test whose failure is a message, not a traceback."""

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:  # noqa: ANN401
        """Show a user's mistake or an unmet expectation as its message."""
        from bench.errors import BenchError

        if isinstance(excinfo.value, (BenchError, UnmetError)):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Name the suite and the cell."""
        return self.path, None, self.name


class UnmetError(AssertionError):
    """An expectation that a score does not meet."""


class CellItem(_Item):
    """Runs a cell, and with it the cells that teach it."""

    def __init__(self, *, plan: Plan, cell: Cell, **rest: Any) -> None:  # noqa: ANN401
        super().__init__(**rest)
        self.plan, self.cell = plan, cell

    def runtest(self) -> None:
        """Run what is not done of this cell."""
        from bench.errors import StoreError
        from bench.plan import Plan
        from bench.runner import Options, run, tasks

        alone = Plan(self.plan.suite, self.plan.store, limit=self.plan.limit, cells=self.cell.slug)
        options = Options(command=f"pytest {self.path.name}")
        fared = run(alone, options, tasks(alone, options), lambda _event: None)
        if fared.failed:
            raise StoreError("; ".join(f"{name}: {why}" for name, why in fared.failed.items()))


class ExpectItem(_Item):
    """Holds one expectation against the scores in the store."""

    def __init__(self, *, plan: Plan, expected: Expectation, **rest: Any) -> None:  # noqa: ANN401
        super().__init__(**rest)
        self.plan, self.expected = plan, expected

    def runtest(self) -> None:
        """Compare."""
        from bench.collect import collect
        from bench.expect import check

        suite = self.plan.suite.model_copy(update={"expect": (self.expected,)})
        lost = [finding for finding in check(suite, collect(self.plan)) if not finding.met]
        if lost:
            raise UnmetError("\n".join(f"expected {finding.text}, got {finding.detail}" for finding in lost))
