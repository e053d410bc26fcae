"""What well-known models publish gives every fit of the shipped suites an estimate, without a network."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the [train] extra")

from bench.decode import load
from bench.errors import BenchError
from bench.plan import Plan
from bench.preview import preview
from bench.report import print_plan
from bench.sets.add import add
from bench.store import Store
from bench.train import shapes
from bench.weights import Weights, load_model, load_tokenizer
from tests import shop

pytestmark = pytest.mark.train
SUITES = [
    path
    for path in sorted((Path(__file__).parents[2] / "suites").glob("*.toml"))
    if '= { source = "hf:' in path.read_text(encoding="utf-8")
]
"""Those that name models of the hub."""

PARAMETERS = {
    "Qwen/Qwen1.5-0.5B": 463_987_712,
    "Qwen/Qwen1.5-1.8B": 1_836_828_672,
    "Qwen/Qwen1.5-4B": 3_950_369_280,
    "Qwen/Qwen1.5-7B": 7_721_324_544,
    "Qwen/Qwen2.5-Coder-0.5B": 494_032_768,
    "Qwen/Qwen2.5-Coder-1.5B": 1_543_714_304,
    "TinyLlama/TinyLlama-1.1B-intermediate-step-1431k-3T": 1_100_048_384,
    "Salesforce/codegen-350M-multi": 356_712_448,
    "Salesforce/codegen-2B-multi": 2_779_356_160,
    "meta-llama/Llama-2-7b-hf": 6_738_415_616,
    "meta-llama/Llama-2-7b-chat-hf": 6_738_415_616,
    "meta-llama/Llama-2-13b-chat-hf": 13_015_864_320,
    "codellama/CodeLlama-7b-Instruct-hf": 6_738_546_688,
    "codellama/CodeLlama-13b-Instruct-hf": 13_016_028_160,
}
"""Parameters as the hub counts them in the weights; of CodeGen 2B its page says 2.78 thousand million."""


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither network nor what the developer has downloaded or installed."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("BENCH_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    shapes._settings.cache_clear()


@pytest.mark.parametrize("name", sorted(shapes._published()))
def test_published_settings_give_the_published_parameters(name: str):
    found = shapes.read(name)
    assert found is not None
    assert found.parameters == PARAMETERS[name]


@pytest.fixture
def small_sets(tmp_path: Path) -> None:
    """Two questions on one database under the name of every set that the suites ask."""
    asked = [
        {"db_id": "shop", "question": f"How many{more}?", "query": "SELECT count(*) FROM item"}
        for more in (" items", " items are there")
    ]
    birds = [{"db_id": "shop", "question": "How many?", "SQL": "SELECT count(*) FROM item", "evidence": ""}]
    files: dict[str, dict[str, object]] = {
        "spider": {"train_spider.json": asked, "train_others.json": asked[:1], "dev.json": asked},
        "spider-dk": {"Spider-DK.json": asked},
        "spider-realistic": {"spider-realistic.json": asked},
        "spider-syn": {"dev.json": asked},
        "bird": {"train.json": birds, "dev.json": birds},
    }
    for name, contents in files.items():
        add(name, shop.spider(tmp_path / name, contents))


@pytest.mark.parametrize("path", SUITES, ids=lambda path: path.stem)
def test_every_fit_of_the_shipped_suites_has_an_estimate(path: Path, tmp_path: Path, small_sets: None):
    ahead = preview(Plan(load(path), Store(tmp_path / "runs")))
    fits = [cell for cell in ahead.cells if cell.bound and cell.bound.fit]
    assert not ahead.missing
    assert fits
    assert all(cell.estimate and cell.estimate.memory and cell.estimate.seconds for cell in fits)


def test_what_an_estimate_stands_on_is_said(tmp_path: Path, small_sets: None, capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    suite = next(path for path in SUITES if path.stem == "spider-lora")
    print_plan(Plan(load(suite), Store(tmp_path / "runs")))
    said = " ".join(capsys.readouterr().out.split())
    assert "estimated from the published configuration, for the weights are not here:" in said
    assert "Qwen/Qwen2.5-Coder-0.5B" in said
    mine = tmp_path / "mine.toml"
    mine.write_text(suite.read_text().replace("hf:Qwen/Qwen2.5-Coder-0.5B", "hf:somebody/something"))
    print_plan(Plan(load(mine), Store(tmp_path / "runs")))
    said = " ".join(capsys.readouterr().out.split())
    assert "not known: " in said
    assert "plan again where the hub can be reached" in said


@pytest.mark.parametrize("offline", ["1", "0"])
def test_a_model_that_is_not_here_is_not_waited_for(monkeypatch, offline: str):
    monkeypatch.setenv("HF_HUB_OFFLINE", offline)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    for read in (load_tokenizer, load_model):
        with pytest.raises(
            BenchError, match=r"is not on this disk, and the hub does not answer[\s\S]*hf:/path"
        ):
            read(Weights("somebody/something"))
