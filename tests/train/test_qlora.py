"""QLoRA's gradients, after an evaluation pass, against a model with the same weights dequantised."""

from __future__ import annotations

import pytest

from tests import random_models
from tests.random_models import cost

torch = pytest.importorskip("torch", reason="needs the [train] extra")
bitsandbytes = pytest.importorskip("bitsandbytes", reason="needs the [train] extra")

from bench.methods import Lora, PromptSpec, Qlora, Sft, Training  # noqa: E402
from bench.train import tuning  # noqa: E402
from bench.train.data import collate, encode  # noqa: E402
from bench.train.objectives.step import Models, predict  # noqa: E402
from bench.weights import Weights, load_model  # noqa: E402

pytestmark = pytest.mark.train
WORDS = random_models.tokenizer()


def adapted(base: str, chosen):
    torch.manual_seed(5)
    model = tuning.apply(load_model(Weights(base, None, None, chosen)), chosen)
    generator = torch.Generator().manual_seed(6)
    for name, value in model.named_parameters():
        if "lora_B" in name:
            value.data = 0.05 * torch.randn(value.shape, generator=generator)
    return model


def dequantise(packed, plain) -> None:
    """Give ``plain`` the weights that ``packed`` holds in four bits."""
    targets = dict(plain.named_modules())
    for name, module in packed.named_modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            weight = bitsandbytes.functional.dequantize_4bit(module.weight.data, module.weight.quant_state)
            targets[name].weight.data = weight.float()


def gradients(model, batch):
    model.train()
    model.zero_grad(set_to_none=True)
    cost(Sft(), Models(model), batch).total.backward()
    return {name: value.grad for name, value in model.named_parameters() if value.grad is not None}


def test_gradients_survive_an_evaluation_pass(base) -> None:
    settings = {"rank": 4}
    packed, plain = adapted(base, Qlora(**settings)), adapted(base, Lora(**settings))
    dequantise(packed, plain)
    samples = encode(random_models.dataset(), WORDS, PromptSpec(), Training(steps=1), 0).samples
    batch = collate(samples[:8], WORDS.pad_token_id)
    with torch.no_grad():
        packed.eval()
        predict(packed, batch.ids, batch.attention, batch.answer)
    ours, reference = gradients(packed, batch), gradients(plain, batch)
    assert sum(".lora_" in name for name in ours) == len(ours) == len(reference) == 28
    for name, expected in reference.items():
        cosine = torch.nn.functional.cosine_similarity(ours[name].flatten(), expected.flatten(), dim=0)
        assert cosine > 0.97, name
        assert ours[name].norm() == pytest.approx(expected.norm().item(), rel=0.1), name


def test_four_bit_layers_are_really_four_bit(base) -> None:
    packed = load_model(Weights(base, None, None, Qlora()))
    layers = [module for module in packed.modules() if isinstance(module, bitsandbytes.nn.Linear4bit)]
    assert len(layers) == 14
    for layer in layers:
        assert layer.weight.dtype is torch.uint8
        assert layer.weight.quant_state.quant_type == "nf4"
        assert layer.weight.quant_state.nested
        assert not layer.support_avx512bf16_for_cpu
