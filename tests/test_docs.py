"""The docs say what is so: their code runs, their suites are sound, every verb stands in them."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import pytest

from bench.decode import load

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in FENCE.findall(page.read_text(encoding="utf-8")) if kind == language]


def documented(folder: Path, name: str) -> Any:
    """Import the class that a block of the page on extending defines."""
    code = next(text for text in blocks(ROOT / "docs/extending.md", "python") if f"class {name}" in text)
    path = folder / f"documented_{name.lower()}.py"
    path.write_text(code)
    spec = spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return getattr(module, name)


def test_every_verb_stands_in_the_readme_and_has_help():
    listed = subprocess.run(
        [sys.executable, "-m", "bench.cli", "--help"], capture_output=True, text=True, check=True
    ).stdout
    verbs = re.findall(r"^  (\w+) {2,}\S", listed.partition("Commands:")[2], re.MULTILINE)
    assert {"plan", "run", "show", "publish", "score", "data", "doctor"} <= set(verbs)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [verb for verb in verbs if f"`bench {verb}" not in readme] == []


@pytest.mark.parametrize(
    "text",
    [text for page in PAGES for text in blocks(page, "toml") if "[models]" in text],
    ids=lambda text: text.splitlines()[0],
)
def test_the_suites_in_the_docs_are_sound(tmp_path: Path, text: str):
    (tmp_path / "mine.toml").write_text(text)
    assert load(tmp_path / "mine.toml").cells()


def test_the_data_set_of_the_docs_loads(tmp_path: Path):
    with sqlite3.connect(tmp_path / "shop.sqlite") as database:
        database.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, price REAL)")
    database.close()
    (tmp_path / "dev.tsv").write_text("How many items are there?\tSELECT count(*) FROM item\n")
    dataset = documented(tmp_path, "Shop")(tmp_path).load("dev")
    assert dataset.examples[0].gold == ("SELECT count(*) FROM item",)
    assert [column.name for column in dataset.schemas["shop"].tables[0].columns] == ["id", "price"]


def test_the_objective_of_the_docs_is_a_record(tmp_path: Path):
    made = documented(tmp_path, "Half").model_validate({"teacher": {"model": "a", "method": "b"}})
    assert made.name == "half"
    assert made.needs_teacher


def test_links_between_pages_resolve():
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


def test_every_key_of_a_suite_is_documented():
    from bench.methods import Decoding, PromptSpec, Training
    from bench.suite import DatasetSpec, Grid, Judging, MethodSpec, ModelSpec, Suite

    text = (ROOT / "docs/suites.md").read_text(encoding="utf-8")
    kinds = (Suite, ModelSpec, MethodSpec, DatasetSpec, Grid, Judging, Training, PromptSpec, Decoding)
    fields = {name for kind in kinds for name in kind.model_fields} - {"folder", "name", "strategy", "rows"}
    assert sorted(name for name in fields if not re.search(rf"`[^`]*\b{name}\b", text)) == []
