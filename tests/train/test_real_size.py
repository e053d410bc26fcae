"""The script that measures at real size runs: here with shrunk shapes, on a CPU."""

from __future__ import annotations

import json

import pytest

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from tests.perf import real_size  # noqa: E402

pytestmark = pytest.mark.train


def test_every_case_is_measured(tmp_path, capsys):
    report = tmp_path / "report.json"
    real_size.main(["--smoke", "--out", str(report)])
    found = json.loads(report.read_text())
    assert list(found["kid-0.5b-7b"]) == ["sft", "rkd", "kid", "gkd"]
    assert list(found["adapters-7b"]) == list(found["adapters-14b"]) == ["lora", "qlora"]
    for name in ("kid-0.5b-7b", "adapters-7b", "adapters-14b"):
        for costs in found[name].values():
            assert 0 < costs["trainable"] < costs["parameters"]
            assert costs["step_seconds"] > 0
            assert costs["peak_bytes"] > 0
        assert next(iter(found[name].values()))["step_seconds_ratio"] == 1
    assert found["kid-0.5b-7b"]["gkd"]["parts"]["prefixes"] > found["kid-0.5b-7b"]["kid"]["parts"]["prefixes"]
    assert set(found["kid-0.5b-7b"]["sft"]["parts"]).isdisjoint({"teacher"})
    capsys.readouterr()


@pytest.mark.parametrize(
    "name, count", [("qwen2.5-0.5b", 494.0e6), ("qwen2.5-7b", 7.616e9), ("qwen2.5-14b", 14.77e9)]
)
def test_shapes_have_the_published_number_of_parameters(name, count):
    """Counted without memory; the numbers stand on the models' cards (0.49B, 7.61B, 14.7B)."""
    from transformers import AutoConfig, AutoModelForCausalLM

    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(AutoConfig.for_model("qwen2", **real_size.SHAPES[name]))
    assert sum(weight.numel() for weight in model.parameters()) == pytest.approx(count, rel=2e-3)


@pytest.mark.parametrize("words", [["nothing"], []])
def test_what_cannot_be_measured_is_said(words, capsys):
    if not words and torch.cuda.is_available():
        pytest.skip("there is a GPU")
    with pytest.raises(SystemExit):
        real_size.main(words)
    assert ("no such case" if words else "need a GPU") in capsys.readouterr().err
