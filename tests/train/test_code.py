"""Models whose code lies beside their weights: refused unless allowed, then fitted as any other."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests import random_models

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from adapters.models.hf import Hub  # noqa: E402
from bench.errors import BenchError  # noqa: E402
from bench.methods import Lora, PromptSpec, Sft, Training  # noqa: E402
from bench.suite import ModelSpec  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.weights import Weights, load_model  # noqa: E402

pytestmark = pytest.mark.train
COMMIT = "0123456789abcdef0123456789abcdef01234567"

CODE = """
from transformers import Qwen3Config, Qwen3ForCausalLM


class OwnConfig(Qwen3Config):
    model_type = "own"


class OwnForCausalLM(Qwen3ForCausalLM):
    config_class = OwnConfig
"""


@pytest.fixture
def own(base, tmp_path, monkeypatch) -> str:
    """A model of a kind that transformers does not know, with its code beside it."""
    monkeypatch.setattr("transformers.dynamic_module_utils.HF_MODULES_CACHE", str(tmp_path / "modules"))
    folder = tmp_path / "own"
    shutil.copytree(base, folder)
    (folder / "own.py").write_text(CODE)
    config = json.loads((folder / "config.json").read_text())
    config |= {
        "model_type": "own",
        "architectures": ["OwnForCausalLM"],
        "auto_map": {"AutoConfig": "own.OwnConfig", "AutoModelForCausalLM": "own.OwnForCausalLM"},
    }
    (folder / "config.json").write_text(json.dumps(config))
    return str(folder)


def job(base: str, *, code: bool) -> FitJob:
    training = Training(steps=2, batch=8)
    return FitJob(base, None, Lora(rank=2), Sft(), training, PromptSpec(), 0, code=code)


def test_code_runs_only_where_it_is_allowed(own, tmp_path) -> None:
    data, out = random_models.dataset(16), tmp_path / "out"
    with pytest.raises(BenchError, match=r"running it has to be allowed[\s\S]*trust_remote_code = true"):
        fit(job(own, code=False), data, out)
    fit(job(own, code=True), data, out)
    again = load_model(Weights(own, None, out, Lora(rank=2), code=True))
    assert "OwnForCausalLM" in type(again.get_base_model()).__name__


def test_the_code_of_a_folder_belongs_to_its_identity(own) -> None:
    before = Hub(own, None, trust_remote_code=True).identity()
    assert before != Hub(own, None).identity()
    Path(own, "own.py").write_text(CODE + "\n")
    from adapters.models import hf

    hf._digest.cache_clear()
    assert Hub(own, None, trust_remote_code=True).identity() != before


@pytest.mark.parametrize("revision", [None, "main", COMMIT[:8]])
def test_code_from_the_hub_is_pinned(revision) -> None:
    settings = {"source": "hf:baichuan-inc/Baichuan2-7B-Base", "trust_remote_code": True}
    with pytest.raises(ValidationError, match="a whole commit of 40 digits"):
        ModelSpec(**settings, revision=revision)
    assert ModelSpec(**settings, revision=COMMIT).trust_remote_code


def test_only_models_of_transformers_have_such_code() -> None:
    with pytest.raises(ValidationError, match="is for the scheme 'hf'"):
        ModelSpec(source="replay:answers.jsonl", trust_remote_code=True)
