"""Chooses which parameters are trained: all of them, or low-rank adapters on frozen weights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from peft import IA3Config, LoraConfig, TaskType, get_peft_model
from peft.utils.constants import TRANSFORMERS_MODELS_TO_IA3_FEEDFORWARD_MODULES_MAPPING as IA3_FEEDFORWARD
from peft.utils.constants import TRANSFORMERS_MODELS_TO_IA3_TARGET_MODULES_MAPPING as IA3_TARGETS
from torch import Tensor, nn

from bench.errors import FitError, near
from bench.methods import Full, Ia3, Lora, NoTuning, Tuning
from bench.weights import Model, Tokenizer, hushed


def apply(model: Model, tuning: Tuning) -> Model:
    """Make the parameters that ``tuning`` names trainable, and no others.

    Raises:
        FitError: there is nothing to train, or a named module does not exist.
    """
    if isinstance(tuning, NoTuning):
        raise FitError(
            "tuning 'none' trains nothing", where="tuning", todo="choose one of full, lora, qlora and ia3"
        )
    if isinstance(tuning, Full):
        return model.requires_grad_(True)
    config = _ia3(model, tuning) if isinstance(tuning, Ia3) else _lora(model, tuning)
    with hushed():
        return get_peft_model(model, config)


def save(model: Model, tokenizer: Tokenizer, out: Path, whole: Mapping[str, Tensor] | None = None) -> None:
    """Write what was trained into ``out`` as safetensors, with the tokenizer.

    An adapter is in peft's own layout, a full model in transformers': both load without this project.
    ``whole`` are the weights where ``model`` holds only a part of them.
    """
    given = {} if whole is None else {"state_dict": dict(whole)}
    model.save_pretrained(str(out), safe_serialization=True, **given)
    tokenizer.save_pretrained(str(out))


def linear_modules(model: Model) -> tuple[str, ...]:
    """Name the kinds of linear layers of ``model`` but its head, such as ``q_proj`` and ``up_proj``."""
    head = model.get_output_embeddings()
    return tuple(
        sorted(
            {
                name.rsplit(".", 1)[-1]
                for name, module in model.named_modules()
                if module is not head and _is_linear(module)
            }
        )
    )


def _lora(model: Model, tuning: Lora) -> LoraConfig:
    _check(model, tuning.targets)
    return LoraConfig(
        task_type=TaskType.CAUSAL_LM,
        r=tuning.rank,
        lora_alpha=tuning.alpha,
        lora_dropout=tuning.dropout,
        use_dora=tuning.dora,
        use_rslora=tuning.rslora,
        target_modules=list(tuning.targets or linear_modules(model)),
    )


def _ia3(model: Model, tuning: Ia3) -> IA3Config:
    """Configure IA3, by default on the modules that peft knows for the architecture."""
    kind = model.config.model_type
    targets = tuning.targets or IA3_TARGETS.get(kind)
    feedforward = tuning.feedforward if tuning.targets else IA3_FEEDFORWARD.get(kind)
    if targets is None:
        raise FitError(
            f"peft names no modules for IA3 in a model of the kind '{kind}'",
            where="tuning.targets",
            todo=f"name keys, values and the feed-forward output among: {', '.join(linear_modules(model))}",
        )
    _check(model, targets)
    _check(model, feedforward, where="tuning.feedforward")
    return IA3Config(
        task_type=TaskType.CAUSAL_LM,
        target_modules=list(targets),
        feedforward_modules=list(feedforward or ()),
    )


def _check(model: Model, targets: Iterable[str] | None, where: str = "tuning.targets") -> None:
    """Refuse modules that the model does not have, or that cannot be adapted."""
    for target in targets or ():
        found = [module for name, module in model.named_modules() if _ends(name, target)]
        if not any(_is_linear(module) or isinstance(module, nn.Embedding) for module in found):
            what = f"'{target}' is no linear layer" if found else f"the model has no module '{target}'"
            raise FitError(what, where=where, todo=near(target, linear_modules(model)))


def _ends(name: str, target: str) -> bool:
    return name == target or name.endswith(f".{target}")


def _is_linear(module: nn.Module) -> bool:
    """Whether peft can adapt ``module`` as a linear layer; GPT-2 calls its own kind Conv1D."""
    return isinstance(module, nn.Linear) or type(module).__name__ == "Conv1D"
