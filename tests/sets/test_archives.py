"""Archives are unpacked to what a folder would have given, or refused with nothing written."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.errors import DataError
from bench.sets import opened
from bench.sets.add import add
from bench.sets.shelf import place
from tests.sets.conftest import POINTER, left, packed


@pytest.mark.parametrize("name", ["", "s.zip", "s.tar", "s.tar.gz", "s.tar.bz2", "s.tar.xz"])
def test_a_folder_and_every_archive_end_in_the_same_content(folder: Path, name: str):
    added = add("spider", packed(folder, name) if name else folder)
    assert added.splits == {"dev": 2}
    assert added.entry.folder.name == added.entry.content[:16]
    before = opened("spider", folder).load("dev")
    after = opened("spider").load("dev")
    assert (after.fingerprint, after.examples) == (before.fingerprint, before.examples)
    shutil.rmtree(folder)
    assert add("spider", added.entry.folder).entry.content == added.entry.content


def test_archives_inside_an_archive_are_unpacked_as_birds_are(folder: Path, tmp_path: Path):
    bird = tmp_path / "dev_20240627"
    bird.mkdir()
    shutil.make_archive(
        str(bird / "dev_databases"), "zip", _renamed(folder / "database", "dev_databases").parent
    )
    shutil.copy(folder / "tables.json", bird / "dev_tables.json")
    question = {"question_id": 7, "db_id": "shop", "question": "q", "SQL": "SELECT 1", "evidence": ""}
    (bird / "dev.json").write_text(json.dumps([question]))
    (bird / "__MACOSX").mkdir()
    (bird / "__MACOSX/._dev.json").write_text("junk")
    added = add("bird", packed(bird, "dev.zip"))
    assert added.missing == ()
    assert not list(added.entry.folder.rglob("*.zip"))
    assert not list(added.entry.folder.rglob("._*"))


def _renamed(folder: Path, name: str) -> Path:
    inner = folder.parent / "inner"
    inner.mkdir()
    return Path(shutil.copytree(folder, inner / name))


def escaping_zip(folder: Path, name: str, mode: int = 0o644) -> Path:
    path = folder.parent / "evil.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("spider/dev.json", "[]")
        member = zipfile.ZipInfo(name)
        member.external_attr = mode << 16
        package.writestr(member, "/etc/passwd")
    return path


def escaping_tar(folder: Path, name: str, kind: bytes = tarfile.REGTYPE) -> Path:
    path = folder.parent / "evil.tar.gz"
    with tarfile.open(path, "w:gz") as package:
        member = tarfile.TarInfo(name)
        member.type, member.linkname, member.size = kind, "/etc/passwd", 1 if kind == tarfile.REGTYPE else 0
        package.addfile(member, io.BytesIO(b"x"))
    return path


def cut(path: Path, share: float) -> Path:
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    return path


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    "spoil, said",
    [
        (lambda folder: folder / "nowhere", "nowhere: is not there"),
        (lambda folder: escaping_zip(folder, "../../evil"), r"'\.\./\.\./evil' would be written outside"),
        (lambda folder: escaping_zip(folder, "/evil"), "'/evil' would be written outside"),
        (lambda folder: escaping_zip(folder, "..\\evil"), "would be written outside"),
        (lambda folder: escaping_zip(folder, "C:/evil"), "would be written outside"),
        (lambda folder: escaping_zip(folder, "link", 0o120777), "'link' is a link"),
        (lambda folder: escaping_tar(folder, "../evil"), r"'\.\./evil' would be written outside"),
        (lambda folder: escaping_tar(folder, "link", tarfile.SYMTYPE), "'link' is a link"),
        (lambda folder: escaping_tar(folder, "pipe", tarfile.FIFOTYPE), "'pipe' is a link"),
        (lambda folder: cut(packed(folder, "s.zip"), 0.6), "damaged or cut short.*\n.*download it again"),
        (lambda folder: cut(packed(folder, "s.tar.gz"), 0.6), "damaged or cut short"),
        (lambda folder: cut(packed(folder, "s.tar.xz"), 0.6), "damaged or cut short"),
        (lambda folder: written(folder.parent / "s.zip", POINTER), "Git LFS pointer, not the archive"),
        (lambda folder: written(folder.parent / "s.zip", b"<!DOCTYPE html>"), "a web page, not the archive"),
        (lambda folder: written(folder.parent / "s.zip", b""), "damaged or cut short"),
    ],
)
def test_a_bad_archive_is_refused_and_nothing_is_written(
    folder: Path, home: Path, tmp_path: Path, spoil: Callable[[Path], Path], said: str
):
    with pytest.raises(DataError, match=f"(?s){said}"):
        add("spider", spoil(folder))
    assert left(home) == []
    assert not place("spider").exists()
    assert not (tmp_path / "evil").exists()
    assert not Path("/evil").exists()
