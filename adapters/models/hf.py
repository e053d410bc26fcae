"""Causal language models of transformers, from the hub or from a local folder: ``hf:Qwen/Qwen2.5-0.5B``."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from bench.errors import BenchError, ConfigError
from bench.generate.protocol import Predictor
from bench.methods import Adapter, Decoding, Full, Tuning

PARTS = ("*.json", "*.safetensors", "*.model", "*.txt", "*.jinja")
"""The files of a model folder that can change its answers."""


class Hub:
    """A model by name on the hub, or in a folder that ``save_pretrained`` wrote."""

    trainable = True
    note = ""

    def __init__(self, source: str, revision: str | None, *, trust_remote_code: bool = False) -> None:
        """Take a hub name or a folder; what looks like a path must exist.

        Args:
            source: the name or the folder.
            revision: a branch, tag or commit on the hub.
            trust_remote_code: whether code beside the weights may run; it then belongs to the identity.

        Raises:
            ConfigError: there is no such folder, or a folder was given a revision.
        """
        self._source, self._revision, self._code = source, revision, trust_remote_code
        folder = Path(source).expanduser()
        self._folder = folder.resolve() if source.startswith(("/", ".", "~")) or folder.is_dir() else None
        if self._folder is not None and not self._folder.is_dir():
            raise ConfigError("there is no such folder of weights", where=f"hf:{source}")
        if self._folder is not None and revision is not None:
            raise ConfigError("a folder has no revisions", where=f"hf:{source}", todo="leave 'revision' out")

    def identity(self) -> Mapping[str, str]:
        """Return the hash of a folder's files, or the name and revision on the hub."""
        if self._folder is not None:
            return {"sha256": _digest(self._folder, (*PARTS, "*.py") if self._code else PARTS)}
        return {"name": self._source, "revision": self._revision or "main"}

    def base(self) -> str:
        """Return the folder or the name on the hub."""
        return str(self._folder or self._source)

    def open(
        self, fit: Path | None, tuning: Tuning, decoding: Decoding, *, threads: int, seed: int
    ) -> Predictor:
        """Load the model for batched greedy decoding.

        Raises:
            BenchError: torch is not installed, weights are missing, or a fit is missing or superfluous.
        """
        if (fit is not None) != isinstance(tuning, Full | Adapter):
            raise BenchError(
                f"tuning '{tuning.kind}' and what was fitted do not belong together", where=str(fit)
            )
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # before torch is imported: see bench.train
        try:
            from adapters.models.greedy import Greedy
        except ModuleNotFoundError as error:
            raise BenchError(
                f"running a model needs the package '{error.name}'",
                todo="pip install 'text2sql-bench[train]'",
            ) from error
        from bench.weights import Weights

        weights = Weights(self.base(), self._revision, fit, tuning, decoding.precision, self._code)
        return Greedy(weights, decoding, threads=threads, seed=seed)


@cache
def _digest(folder: Path, parts: tuple[str, ...]) -> str:
    """Hash the files of a model folder by name and content."""
    digest = hashlib.sha256()
    for path in sorted({path for pattern in parts for path in folder.glob(pattern)}):
        with path.open("rb") as file:
            digest.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()
