"""Export: what a fit left, as a folder that others load without this project.

An adapter stays in peft's layout, for ``PeftModel.from_pretrained``, vLLM and DB-GPT; merged into its base it
is a plain transformers model.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import torch
from transformers import AutoConfig

from bench.errors import ConfigError
from bench.methods import Adapter, Lora
from bench.weights import Weights, hushed, load_model, load_tokenizer

OURS = ("fit.json", "provenance.json", "teacher.jsonl", "checkpoint.pt")
"""Files of a fit that only this project reads."""


def export(weights: Weights, out: Path, *, merge: bool = False) -> None:
    """Write the fitted ``weights`` and their tokenizer into the new folder ``out``.

    An adapter is merged in float32 and saved in the precision of its base. One that learnt on a base in
    4 bits (QLoRA) is merged into the base in full precision: the 4-bit weights themselves cannot take it
    without being rounded again.

    Args:
        weights: a base, its fit and the tuning that made it.
        out: a folder that is not there yet, or empty.
        merge: whether to merge an adapter into its base; where all weights were trained there is none.

    Raises:
        ConfigError: ``out`` holds something.
        BenchError: weights are missing or damaged.
    """
    if out.exists() and any(out.iterdir()):
        raise ConfigError("the folder is not empty", where=str(out), todo="name one that is not there yet")
    assert weights.fit is not None
    partial = out.with_name(f"{out.name}.tmp")
    shutil.rmtree(partial, ignore_errors=True)
    if merge and isinstance(weights.tuning, Adapter):
        _merge(weights, partial)
    else:
        shutil.copytree(weights.fit, partial, ignore=_left_behind)
        _name_base(weights, partial)
    partial.replace(out)


def _merge(weights: Weights, out: Path) -> None:
    # Any adapter, but not a quantised base: see above.
    model = load_model(replace(weights, tuning=Lora(), precision="fp32"))
    with hushed():
        merged = model.merge_and_unload(safe_merge=True)
    stored = AutoConfig.from_pretrained(
        weights.base, revision=weights.revision, trust_remote_code=weights.code
    ).dtype
    merged.to(stored or torch.float32).save_pretrained(str(out))
    load_tokenizer(weights).save_pretrained(str(out))


def _left_behind(folder: str, names: list[str]) -> list[str]:
    """Leave out what only this project reads, and folders."""
    return [name for name in names if name in OURS or name.startswith(".") or Path(folder, name).is_dir()]


def _name_base(weights: Weights, out: Path) -> None:
    """Write the base into the adapter's settings, as a path or a name that ``from_pretrained`` reads."""
    path = out / "adapter_config.json"
    if path.exists():
        settings = json.loads(path.read_text(encoding="utf-8"))
        settings |= {"base_model_name_or_path": weights.base, "revision": weights.revision}
        path.write_text(json.dumps(settings, indent=2, sort_keys=True) + "\n", encoding="utf-8")
