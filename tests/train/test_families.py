"""Architectures: each is fitted with LoRA and QLoRA, saved, loaded again and asked."""

from __future__ import annotations

import json

import pytest

from tests import random_models

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.methods import Ia3, Lora, PromptSpec, Qlora, Sft, Training  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.train.objectives.step import Models  # noqa: E402
from bench.train.rollout import extend, likeliest  # noqa: E402
from bench.weights import Weights, load_model  # noqa: E402

pytestmark = pytest.mark.train
WORDS = random_models.tokenizer()
DATA = random_models.dataset(16)

PLAIN = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
}
GPT = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 512, "rotary_dim": 4}
DEEPSEEK = {
    **PLAIN,
    "num_key_value_heads": 4,
    "moe_intermediate_size": 16,
    "n_routed_experts": 4,
    "n_shared_experts": 1,
    "num_experts_per_tok": 2,
    "n_group": 1,
    "topk_group": 1,
    "first_k_dense_replace": 1,
    "q_lora_rank": 8,
    "kv_lora_rank": 8,
    "qk_rope_head_dim": 8,
    "qk_nope_head_dim": 8,
    "v_head_dim": 8,
}
FAMILIES = {
    "llama": PLAIN,
    "qwen2": PLAIN,
    "qwen3": PLAIN | {"head_dim": 8},
    "glm4": PLAIN | {"head_dim": 8},
    "mistral": PLAIN,
    "gemma": PLAIN | {"head_dim": 8},
    "phi": PLAIN,
    "falcon": {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4},
    "codegen": GPT,
    "deepseek_v3": DEEPSEEK,
}
SAMPLE = ("qwen2", "falcon", "deepseek_v3")
"""Where layers have the usual names, where they have others, and where they are experts."""


@pytest.fixture(scope="module")
def family(request, tmp_path_factory) -> str:
    """A folder with random weights of one architecture."""
    from transformers import AutoConfig, AutoModelForCausalLM

    from bench.weights import quiet

    quiet()
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp(request.param)
    config = AutoConfig.for_model(
        request.param,
        **FAMILIES[request.param],
        vocab_size=len(WORDS),
        initializer_range=0.2,
        bos_token_id=None,
        eos_token_id=WORDS.eos_token_id,
        pad_token_id=WORDS.pad_token_id,
    )
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    WORDS.save_pretrained(folder)
    return str(folder)


def asked(weights: Weights) -> list[list[int]]:
    """The first tokens of the answers to two prompts of different length."""
    model = load_model(weights)
    models = Models(model, vocabulary=len(WORDS), pad=WORDS.pad_token_id, end=WORDS.eos_token_id)
    prompts = [WORDS(text)["input_ids"] for text in ("SQL:", "Question: How many singers?\nSQL:")]
    return extend(models, [model], prompts, 6, likeliest)


def job(base: str, tuning) -> FitJob:
    training = Training(steps=6, batch=16, lr=5e-3)
    return FitJob(base, None, tuning, Sft(), training, PromptSpec(), 0)


def check(base: str, tuning, out) -> None:
    left = fit(job(base, tuning), DATA, out)
    assert left.losses[-1][1] < left.losses[0][1]
    assert 0 < left.trainable < left.parameters
    fitted, untouched = asked(Weights(base, None, out, tuning)), asked(Weights(base))
    assert fitted == asked(Weights(base, None, out, tuning))
    assert fitted != untouched


def parameters(tunings):
    rows = [(name, tuning) for name in FAMILIES for tuning in tunings]
    return [
        pytest.param(
            name,
            tuning,
            id=f"{name}-{tuning.kind}",
            marks=() if name in SAMPLE else pytest.mark.parity,
        )
        for name, tuning in rows
    ]


@pytest.mark.parametrize("family, tuning", parameters([Lora(rank=4), Qlora(rank=4)]), indirect=["family"])
def test_every_family_is_fitted_saved_and_asked_again(family, tuning, tmp_path) -> None:
    check(family, tuning, tmp_path)


@pytest.mark.parametrize(
    "tuning",
    [
        pytest.param(Lora(rank=4, dora=True), id="dora"),
        pytest.param(Lora(rank=4, rslora=True), id="rslora", marks=pytest.mark.parity),
        pytest.param(Lora(rank=4, lr_ratio=4.0), id="lora+", marks=pytest.mark.parity),
        pytest.param(
            Qlora(rank=4, quant="fp4", double_quant=False, compute_dtype="bfloat16"),
            id="fp4",
            marks=pytest.mark.parity,
        ),
        pytest.param(Ia3(), id="ia3"),
    ],
)
def test_every_variant_is_fitted_saved_and_asked_again(base, tuning, tmp_path) -> None:
    check(base, tuning, tmp_path)
    config = json.loads((tmp_path / "adapter_config.json").read_text())
    if tuning.kind == "ia3":
        assert sorted(config["target_modules"]) == ["down_proj", "q_proj", "v_proj"]
        assert config["feedforward_modules"] == ["down_proj"]
    else:
        assert (config["use_dora"], config["use_rslora"]) == (tuning.dora, tuning.rslora)
