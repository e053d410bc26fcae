"""Write a suite's pages into a folder, touching only what changed, or say what is out of date."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bench.errors import StoreError
from bench.results import SuiteResult
from bench.site.pages import render
from bench.site.releases import releases

LIST = "files.txt"
"""Names every file of a publish, so that the next one can remove what it no longer has."""


def publish(result: SuiteResult, out: Path) -> list[Path]:
    """Write the board of ``result`` into ``out``.

    The same result leaves the same bytes. A file that is already as it should be is not touched;
    files of an earlier publish that are no longer part of the board are removed; other files stay,
    and releases among them are shown.

    Returns:
        The files that were written or removed.

    Raises:
        StoreError: the folder cannot be written, or a release in it cannot be read.
    """
    return write(render(result, releases(out)), out)


def check(result: SuiteResult, out: Path) -> list[str]:
    """Name the files in ``out`` that a publish would write or remove; none when it is up to date."""
    stale, names = [], []
    for name, content in render(result, releases(out)):
        names.append(name)
        if not _same(out / name, content):
            stale.append(name)
    stale += [name for name in _listed(out) if name not in set(names) and (out / name).is_file()]
    if not _same(out / LIST, _listing(names)):
        stale.append(LIST)
    return sorted(stale)


def write(pages: Iterable[tuple[str, bytes]], out: Path) -> list[Path]:
    """Bring a folder up to date with some pages; see :func:`publish`."""
    changed, names = [], []
    try:
        for name, content in pages:
            names.append(name)
            if not _same(out / name, content):
                (out / name).parent.mkdir(parents=True, exist_ok=True)
                (out / name).write_bytes(content)
                changed.append(out / name)
        for name in sorted(set(_listed(out)).difference(names)):
            if (out / name).is_file():
                (out / name).unlink()
                changed.append(out / name)
                _prune((out / name).parent, out)
        if not _same(out / LIST, _listing(names)):
            (out / LIST).write_bytes(_listing(names))
            changed.append(out / LIST)
    except OSError as error:
        raise StoreError(
            f"cannot write the board: {error.strerror}",
            where=str(error.filename or out),
            todo="free the path, or publish elsewhere with --out",
        ) from error
    return changed


def _same(path: Path, content: bytes) -> bool:
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
