"""Write a suite's pages into a folder, touching only what changed, or say what is out of date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bench.errors import StoreError
from bench.results import NOT_RUN, SuiteResult
from bench.site import picture
from bench.site.board import board
from bench.site.crew import crew
from bench.site.pages import explained, front, sections
from bench.site.releases import releases
from bench.site.sections import Section
from bench.site.stamps import Stamps
from bench.store import read_json

LIST = "files.txt"
"""Names every file of a publish, so that the next one can remove what it no longer has."""


def publish(result: SuiteResult, out: Path, *, indexed: bool = False) -> list[Path]:
    """Write the board of ``result`` into ``out``.

    The same result leaves the same bytes, but for the pixels of a PNG, which are the machine's; one that was
    made of the same drawing stays as it is. A section made of what it was made of before is not rendered
    again, and a file that is already as it should be is not touched;
    files of an earlier publish that are no longer part of the board are removed; other files stay,
    and releases among them are shown.

    Args:
        result: the suite.
        out: the folder of its board.
        indexed: whether the folder above has a list of boards, to link to.

    Returns:
        The files that were written or removed.

    Raises:
        StoreError: the folder cannot be written, or a release in it cannot be read.
    """
    with _writing(out), crew(result) as hands:
        arranged = board(result, hands)
        stamps = Stamps(arranged.result, out)
        stale = [section for section in sections(arranged) if not stamps.hold(section)]
        # The crew is at the sections while this process renders the rest.
        settling = hands.each(partial(_settle, out=out), explained(hands, stale))
        brought = [_bring(front(arranged, releases(out), indexed=indexed), out), *settling]
        for section, pages in zip(stale, brought[1:], strict=True):
            stamps.take(section, pages.names)
        names = {name for pages in brought for name in pages.names} | stamps.names()
        changed = [name for pages in brought for name in pages.changed] + _remove(out, names)
        stamps.write()
    return [out / name for name in changed]


def check(result: SuiteResult, out: Path, *, indexed: bool = False) -> list[str]:
    """Name the files in ``out`` that a publish would write or remove; none when it is up to date.

    Everything is rendered and compared, whatever an earlier publish found to be as it was; a PNG by the
    drawing that it was made of.
    """
    with crew(result) as hands:
        arranged = board(result, hands)
        settling = hands.each(partial(_settle, out=out, dry=True), explained(hands, list(sections(arranged))))
        brought = [_bring(front(arranged, releases(out), indexed=indexed), out, dry=True), *settling]
    names = {name for pages in brought for name in pages.names}
    stale = [name for pages in brought for name in pages.changed]
    stale += [name for name in _listed(out) if name not in names and (out / name).is_file()]
    if not _same(out / LIST, _listing(names)):
        stale.append(LIST)
    return sorted(stale)


def lost(result: SuiteResult, out: Path) -> list[str]:
    """Name the cells that the board in ``out`` shows scores of, and that are not run in ``result``.

    Raises:
        StoreError: the data of that board cannot be read.
    """
    if not (out / "results.json").is_file():
        return []
    cells = read_json(out / "results.json").get("cells")
    there = {one.get("slug") for one in cells if not one.get("missing")} if isinstance(cells, list) else ()
    return [cell.slug for cell in result.cells if cell.missing == NOT_RUN and cell.slug in there]


def write(pages: Iterable[tuple[str, bytes]], out: Path) -> list[Path]:
    """Bring a folder up to date with some pages; see :func:`publish`."""
    with _writing(out):
        brought = _bring(pages, out)
        changed = [*brought.changed, *_remove(out, set(brought.names))]
    return [out / name for name in changed]


class _Brought(NamedTuple):
    """The files of some pages, and which of them were not as they should be."""

    names: list[str]
    changed: list[str]


def _settle(result: SuiteResult, section: Section, out: Path, *, dry: bool = False) -> _Brought:
    return _bring(section.pages(result), out, dry=dry)


def _bring(pages: Iterable[tuple[str, bytes]], out: Path, *, dry: bool = False) -> _Brought:
    """Write the pages that are not as they should be; with ``dry``, only name them."""
    brought = _Brought([], [])
    for name, content in pages:
        brought.names.append(name)
        if not _same(out / name, content):
            brought.changed.append(name)
            if not dry:
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                (out / name).write_bytes(content)
    return brought


def _remove(out: Path, names: AbstractSet[str]) -> list[str]:
    """Remove what an earlier publish listed and this one has not, and list this one's files."""
    gone = sorted(name for name in set(_listed(out)) - names if (out / name).is_file())
    for name in gone:
        (out / name).unlink()
        _prune((out / name).parent, out)
    if _same(out / LIST, _listing(names)):
        return gone
    (out / LIST).write_bytes(_listing(names))
    return [*gone, LIST]


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot write the board: {error.strerror}",
            where=str(error.filename or out),
            todo="free the path, or publish elsewhere with --out",
        ) from error


def _same(path: Path, content: bytes) -> bool:
    if path.suffix == ".png" and path.is_file():
        return picture.same(path.read_bytes(), content)
    return path.is_file() and path.stat().st_size == len(content) and path.read_bytes() == content


def _listing(names: Iterable[str]) -> bytes:
    return "".join(f"{name}\n" for name in sorted(names)).encode("utf-8")


def _listed(out: Path) -> list[str]:
    """Read the list of an earlier publish, leaving out anything that points outside the folder."""
    if not (out / LIST).is_file():
        return []
    names = (out / LIST).read_text("utf-8", "replace").splitlines()
    root = out.resolve()
    return [name for name in names if name and (out / name).resolve().is_relative_to(root)]


def _prune(folder: Path, out: Path) -> None:
    """Remove folders that have become empty, never ``out`` itself."""
    while folder != out and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
