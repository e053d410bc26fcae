"""Shapes: how large the parts of a model are, without loading any of its weights.

The headers of safetensors say it, where weights are on this disk; where only the settings of a model
can be had, transformers builds it without memory (on torch's meta device). What well-known models publish
of their settings lies in ``published.toml``; others are asked of the hub.
"""

from __future__ import annotations

import json
import math
import os
import tempfile
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import requests

from bench import hub
from bench.errors import DataError

EMBEDDINGS = ("embed_tokens", "word_embeddings", "wte", "wpe", "embed_out", "embeddings", "embd")
PUBLISHED = Path(__file__).with_name("published.toml")
HEADS = ("lm_head", "output", "output_layer", "embed_out")


@dataclass(frozen=True, slots=True)
class Shapes:
    """The weights of a model by name, and its settings.

    Attributes:
        tensors: name → shape.
        config: what ``config.json`` says.
    """

    tensors: Mapping[str, tuple[int, ...]]
    config: Mapping[str, Any]

    @property
    def parameters(self) -> int:
        """How many numbers all weights are."""
        return sum(map(math.prod, self.tensors.values()))

    @property
    def linear(self) -> dict[str, tuple[int, int]]:
        """The matrices of linear layers but the head, by the name of their module."""
        found: dict[str, tuple[int, int]] = {}
        for name, shape in self.tensors.items():
            module = name.removesuffix(".weight")
            kind = module.rsplit(".", 1)[-1]
            if len(shape) == 2 and module != name and kind not in (*EMBEDDINGS, *HEADS):
                found[module] = (shape[0], shape[1])
        return found

    @property
    def kinds(self) -> tuple[str, ...]:
        """The ends of the names of linear layers, such as ``q_proj``."""
        return tuple(sorted({name.rsplit(".", 1)[-1] for name in self.linear}))

    def setting(self, *names: str, default: int = 0) -> int:
        """Return the first setting there is: families call one thing by several names."""
        return next((int(self.config[name]) for name in names if self.config.get(name)), default)

    @property
    def layers(self) -> int:
        """How many blocks it has."""
        return self.setting("num_hidden_layers", "n_layer", "num_layers", default=1)

    @property
    def width(self) -> int:
        """The length of a hidden state."""
        return self.setting("hidden_size", "n_embd", "n_embed", default=1)

    @property
    def vocabulary(self) -> int:
        """How many rows its head has."""
        return self.setting("vocab_size", "padded_vocab_size", default=1)

    @property
    def cached(self) -> int:
        """How many numbers a layer remembers of a token while it writes: keys and values."""
        heads = self.setting("num_attention_heads", "n_head", default=1)
        wide = self.setting("head_dim", default=self.width // heads)
        own = 1 if self.config.get("multi_query") else heads
        return 2 * wide * self.setting("num_key_value_heads", "multi_query_group_num", default=own)


def read(base: str, revision: str | None = None) -> Shapes | None:
    """Return the shapes of a base, or ``None`` where neither weights nor settings can be had.

    Args:
        base: a folder in transformers' layout, or a name on the hub.
        revision: a branch, tag or commit on the hub.

    Raises:
        DataError: its files are damaged.
    """
    folder = here(base)
    if folder is not None:
        try:
            config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
            tensors = {
                name: shape for path in folder.glob("*.safetensors") for name, shape in _header(path).items()
            }
        except (OSError, ValueError) as error:
            raise DataError(f"its settings or weights are damaged ({error})", where=str(folder)) from error
        return Shapes(tensors, config)
    config = _published().get(base) or _settings(base, revision or "main")
    return None if config is None else _imagined(json.dumps(config, sort_keys=True))


def here(base: str) -> Path | None:
    """Return the folder with the weights of a base: its own, or the newest in the hub's cache."""
    folder = Path(base)
    if not folder.is_dir():
        folder = _hub_cache() / f"models--{base.replace('/', '--')}" / "snapshots"
    newest = max(folder.glob("**/*.safetensors"), key=lambda path: path.stat().st_mtime, default=None)
    return newest.parent if newest else None


def _hub_cache() -> Path:
    home = os.environ.get("HF_HOME", "~/.cache/huggingface")
    return Path(os.environ.get("HF_HUB_CACHE", f"{home}/hub")).expanduser()


def _header(path: Path) -> dict[str, tuple[int, ...]]:
    """Read which tensors a file holds; they lie behind a header of JSON, whose length comes first."""
    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > path.stat().st_size:
            raise ValueError(f"{path.name} is cut short")
        said = json.loads(file.read(length))
    return {name: tuple(entry["shape"]) for name, entry in said.items() if name != "__metadata__"}


@cache
def _published() -> dict[str, dict[str, Any]]:
    """Read the settings of well-known models."""
    return tomllib.loads(PUBLISHED.read_text(encoding="utf-8"))


@cache
def _settings(name: str, revision: str) -> dict[str, Any] | None:
    """Ask the hub for the settings of a model; ``None`` if it cannot be reached or does not tell."""
    if not hub.reachable():
        return None
    try:
        answer = requests.get(f"{hub.endpoint()}/{name}/resolve/{revision}/config.json", timeout=hub.SECONDS)
        said = answer.json() if answer.ok else None
    except (requests.RequestException, ValueError):
        return None
    return said if isinstance(said, dict) else None


@cache
def _imagined(config: str) -> Shapes | None:
    """Build a model without memory from its settings; ``None`` where transformers cannot."""
    if find_spec("transformers") is None or find_spec("torch") is None:
        return None
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "config.json").write_text(config, encoding="utf-8")
        try:
            settings = AutoConfig.from_pretrained(folder, trust_remote_code=False)
            with torch.device("meta"):
                model = AutoModelForCausalLM.from_config(settings, trust_remote_code=False)
        except (OSError, ValueError, KeyError, AttributeError):
            return None
    sizes = {name: tuple(value.shape) for name, value in model.named_parameters()}
    return Shapes(sizes, json.loads(config))
