"""Unpack: a folder or an archive of the user's → files in a folder of ours, or an error that says why not.

Nothing that an archive holds is written outside the folder: names that lead out of it, links and
devices are refused before anything is written.
"""

from __future__ import annotations

import lzma
import shutil
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from bench.errors import DataError

ARCHIVES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
POINTER = b"version https://git-lfs"
JUNK = ("__MACOSX", ".git", ".DS_Store", "._*")
COMPANIONS = ("database", "set.toml", "*.sqlite", "*.db", "*.sqlite3")
"""What lies beside a single file of questions and belongs to it."""
_DAMAGED = (zipfile.BadZipFile, tarfile.TarError, EOFError, lzma.LZMAError, zlib.error, OSError, ValueError)


def bring(source: Path, target: Path) -> None:
    """Copy a folder, or a file with its databases, or unpack an archive; unpack what archives it holds.

    Raises:
        DataError: there is no such file, the disk is too small, or an archive is damaged, encrypted or
            would write outside its folder.
    """
    if source.is_dir():
        _copy(source, target)
    elif is_archive(source):
        unpack(source, target)
    elif source.is_file():
        target.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, target)
        for beside in (path for pattern in COMPANIONS for path in source.parent.glob(pattern)):
            if beside.is_dir():
                _copy(beside, target / beside.name)
            else:
                shutil.copy2(beside, target)
    else:
        raise DataError("is not there", where=str(source), todo="give a folder or an archive")
    for inner in sorted(path for path in target.rglob("*") if path.is_file() and is_archive(path)):
        if len(inner.relative_to(target).parts) <= 3:
            unpack(inner, inner.parent)
            inner.unlink()


def is_archive(path: Path) -> bool:
    """Tell an archive by its name."""
    return path.name.lower().endswith(ARCHIVES)


def unpack(archive: Path, target: Path) -> None:
    """Unpack one archive into a folder.

    Raises:
        DataError: it is missing, damaged, encrypted, too large, or would write outside the folder.
    """
    try:
        with archive.open("rb") as file:
            head = file.read(len(POINTER))
    except OSError as error:
        raise DataError(f"cannot be read ({error.strerror})", where=str(archive)) from error
    if head == POINTER:
        raise DataError(
            "this is a Git LFS pointer, not the archive", where=str(archive), todo="run 'git lfs pull'"
        )
    if head.lstrip().lower().startswith((b"<!doctype", b"<html")):
        raise DataError(
            "this is a web page, not the archive",
            where=str(archive),
            todo="download the file itself, not the page that offers it",
        )
    target.mkdir(parents=True, exist_ok=True)
    try:
        if archive.name.lower().endswith(".zip"):
            with zipfile.ZipFile(archive) as package:
                _unzip(package, archive, target)
        else:
            with tarfile.open(archive) as package_:
                _untar(package_, archive, target)
    except RuntimeError as error:  # what zipfile says of a password
        raise DataError(f"cannot be unpacked ({error})", where=str(archive)) from error
    except _DAMAGED as error:
        raise DataError(
            f"the archive is damaged or cut short ({error})", where=str(archive), todo="download it again"
        ) from error


def pointers(folder: Path) -> Iterator[Path]:
    """Find files that are Git LFS pointers."""
    for path in folder.rglob("*"):
        if path.is_file() and path.stat().st_size < 1024:
            with path.open("rb") as file:
                if file.read(len(POINTER)) == POINTER:
                    yield path


def _unzip(package: zipfile.ZipFile, archive: Path, target: Path) -> None:
    members = [one for one in package.infolist() if not _is_junk(one.filename)]
    for member in members:
        mode = member.external_attr >> 16
        _refuse_escape(member.filename, archive, is_link=stat.S_ISLNK(mode))
    _refuse_large(sum(member.file_size for member in members), archive, target)
    package.extractall(target, [member.filename for member in members])  # noqa: S202 (names were checked)


def _untar(package: tarfile.TarFile, archive: Path, target: Path) -> None:
    members = [one for one in package.getmembers() if not _is_junk(one.name)]
    for member in members:
        _refuse_escape(member.name, archive, is_link=not (member.isfile() or member.isdir()))
    _refuse_large(sum(member.size for member in members), archive, target)
    package.extractall(target, members, filter="data")


def _refuse_escape(name: str, archive: Path, *, is_link: bool) -> None:
    path = PurePosixPath(name.replace("\\", "/"))
    if path.is_absolute() or ".." in path.parts or ":" in path.parts[0] or is_link:
        what = "is a link" if is_link else "would be written outside the folder"
        raise DataError(
            f"its member '{name}' {what}; nothing was unpacked",
            where=str(archive),
            todo="do not trust this archive; get it from its authors, or unpack it yourself and give the "
            "folder",
        )


def _refuse_large(size: int, archive: Path, target: Path) -> None:
    free = shutil.disk_usage(target).free
    if size > free:
        raise DataError(
            f"unpacks to {size / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free at {target}",
            where=str(archive),
            todo="make room, or set BENCH_DATA to a folder on another disk",
        )


def _is_junk(name: str) -> bool:
    return any(PurePosixPath(part).match(pattern) for part in PurePosixPath(name).parts for pattern in JUNK)


def _copy(source: Path, target: Path) -> None:
    try:
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=shutil.ignore_patterns(*JUNK))
    except shutil.Error as error:
        path, _, why = error.args[0][0]
        raise DataError(f"cannot be copied ({why})", where=path, todo="mend it, or leave it out") from error
    except OSError as error:
        where = str(error.filename or source)
        raise DataError(f"cannot be copied ({error.strerror})", where=where) from error
