"""Export: what is written loads without this project and says the same."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests import random_models
from tests.command import bench

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.errors import ConfigError  # noqa: E402
from bench.methods import Full, Ia3, Lora, PromptSpec, Qlora, Sft, Training  # noqa: E402
from bench.train.export import export  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.weights import Weights, load_model  # noqa: E402

pytestmark = pytest.mark.train
WORDS = random_models.tokenizer()
DATA = random_models.dataset(16)
TEXT = "Question: How many singers?\nSQL:"

OUTSIDE = """
import sys, torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from peft import PeftModel
base, folder, out = sys.argv[1:]
model = AutoModelForCausalLM.from_pretrained(base or folder, dtype=torch.float32)
if base:
    model = PeftModel.from_pretrained(model, folder)
tokens = AutoTokenizer.from_pretrained(folder)
assert not any(name.split(".")[0] in ("bench", "adapters") for name in sys.modules)
with torch.no_grad():
    torch.save(model.eval()(**tokens("Question: How many singers?\\nSQL:", return_tensors="pt")).logits, out)
"""


def outside(base: str, folder: Path, out: Path):
    """The logits of an exported model in a process that has never heard of this project."""
    words = [sys.executable, "-I", "-W", "ignore", "-c", OUTSIDE, base, str(folder), str(out)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return torch.load(out)


def inside(weights: Weights):
    ids = torch.tensor([WORDS(TEXT)["input_ids"]])
    with torch.no_grad():
        return load_model(weights)(input_ids=ids).logits


def fitted(base: str, tuning, out: Path) -> Weights:
    training = Training(steps=4, batch=16, lr=2e-2, warmup=0.0)
    fit(FitJob(base, None, tuning, Sft(), training, PromptSpec(), 0), DATA, out)
    return Weights(base, None, out, tuning)


@pytest.mark.parametrize(
    "tuning, merge",
    [(Lora(rank=4), False), (Lora(rank=4), True), (Full(), False)],
    ids=["adapter", "merged adapter", "whole model"],
)
def test_what_is_exported_says_the_same_outside(base, tmp_path, tuning, merge) -> None:
    weights = fitted(base, tuning, tmp_path / "fit")
    expected = inside(weights)
    assert (expected - inside(Weights(base))).abs().max() > 1e-2
    export(weights, tmp_path / "out", merge=merge)
    alone = merge or tuning.kind == "full"
    found = outside("" if alone else base, tmp_path / "out", tmp_path / "logits.pt")
    assert torch.allclose(found, expected, atol=1e-4, rtol=1e-4)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert not {"fit.json", "checkpoint.pt", "adapter_config.json" if alone else "config.json"} & names


@pytest.mark.parametrize("tuning", [Lora(rank=4, dora=True), Ia3()], ids=["dora", "ia3"])
def test_every_kind_of_adapter_is_merged(base, tmp_path, tuning) -> None:
    weights = fitted(base, tuning, tmp_path / "fit")
    export(weights, tmp_path / "out", merge=True)
    found = inside(Weights(str(tmp_path / "out")))
    assert torch.allclose(found, inside(weights), atol=1e-4, rtol=1e-4)


def test_an_adapter_that_learnt_in_four_bits_is_merged_in_full_precision(base, tmp_path) -> None:
    weights = fitted(base, Qlora(rank=4), tmp_path / "fit")
    export(weights, tmp_path / "out", merge=True)
    beside = inside(Weights(base, None, tmp_path / "fit", Lora(rank=4)))
    found = inside(Weights(str(tmp_path / "out")))
    assert torch.allclose(found, beside, atol=1e-4, rtol=1e-4)
    assert "quantization_config" not in json.loads((tmp_path / "out" / "config.json").read_text())


def test_a_folder_with_something_in_it_is_left_alone(base, tmp_path) -> None:
    (tmp_path / "mine.txt").write_text("kept")
    with pytest.raises(ConfigError, match="not empty"):
        export(Weights(base, None, Path(base)), tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "kept"


SUITE = """\
title = "One"
[models]
small = { source = "tiny:small" }
[datasets]
mini = { source = "mini" }
[methods.base]
tuning = "none"
[methods.qlora]
tuning = { kind = "qlora", rank = 2 }
training = { steps = 1, batch = 2, examples = 8 }
"""


def test_the_verb(tmp_path) -> None:
    (tmp_path / "one.toml").write_text(SUITE)
    cell, known = "small-qlora-mini-s0", ("--suite", "one.toml")
    assert "one that was only planned needs its suite" in bench("export", cell, cwd=tmp_path, code=2).stderr
    said = bench("export", cell, *known, cwd=tmp_path, code=2).stderr
    assert "not been fitted yet" in said
    assert f"bench run one.toml --cell {cell} --stage fit" in said
    bench("run", "one.toml", "--cell", cell, "--stage", "fit", cwd=tmp_path)
    assert (
        f"did you mean '{cell}'" in bench("export", "small-qlora-min-s0", *known, cwd=tmp_path, code=2).stderr
    )
    assert "trains nothing" in bench("export", "small-base-mini-s0", *known, cwd=tmp_path, code=2).stderr
    said = bench("export", cell, "--merge", *known, cwd=tmp_path).stdout
    assert f"exports/{cell}: " in said
    assert "merged into the base in full precision" in said
    assert (tmp_path / "exports" / cell / "model.safetensors").exists()
    assert (tmp_path / "exports" / cell / "tokenizer.json").exists()
