"""Loads weights: a tokenizer and a causal language model, in 4 bits where asked, with what was fitted.

The only place that reads base weights, for training and for prediction. It takes safetensors only:
a pickle can run code. Importing this module imports torch.
"""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import torch
import transformers
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer, BitsAndBytesConfig

from bench import hub
from bench.errors import BenchError, ConfigError
from bench.methods import Adapter, Full, NoTuning, Qlora, Tuning

Model = Any
"""A transformers ``PreTrainedModel`` or a peft ``PeftModel``; neither is typed."""
Tokenizer = Any

Precision = Literal["fp32", "bf16"]
DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "float32": torch.float32, "bfloat16": torch.bfloat16}


@dataclass(frozen=True, slots=True)
class Weights:
    """Which model: a base, and what fitting left beside it.

    Attributes:
        base: a local folder in transformers' layout, or a name on the hub.
        revision: a branch, tag or commit on the hub.
        fit: the folder that fitting wrote: a full model, or an adapter in peft's layout.
        tuning: how ``fit`` was made; a QLoRA base is held in 4 bits.
        code: whether code that lies beside the weights may run.
    """

    base: str
    revision: str | None = None
    fit: Path | None = None
    tuning: Tuning = field(default_factory=NoTuning)
    precision: Precision = "fp32"
    code: bool = False

    @property
    def folder(self) -> str:
        """Where the weights of the whole model are read from."""
        return str(self.fit) if self.fit is not None and isinstance(self.tuning, Full) else self.base


def device() -> torch.device:
    """Return the device that models go to: the GPU where there is one."""
    return (
        torch.device("cuda", torch.cuda.current_device())
        if torch.cuda.is_available()
        else torch.device("cpu")
    )


def load_tokenizer(weights: Weights) -> Tokenizer:
    """Load the tokenizer of ``weights``, with a padding token.

    Raises:
        BenchError: there is no tokenizer, or it has no end-of-text token.
    """
    quiet()
    _check(weights)
    try:
        tokenizer = AutoTokenizer.from_pretrained(
            weights.folder,
            revision=weights.revision,
            trust_remote_code=weights.code,
            local_files_only=hub.is_away(weights.folder),
        )
    except (OSError, ValueError) as error:
        _refuse_away(weights, error)
        _refuse_code(weights, error)
        raise BenchError(f"no tokenizer can be loaded: {_first_line(error)}", where=weights.folder) from error
    if tokenizer.eos_token_id is None:
        raise BenchError(
            "the tokenizer has no end-of-text token, so answers would not end", where=weights.folder
        )
    if tokenizer.pad_token_id is None:
        tokenizer.pad_token = tokenizer.eos_token
    return tokenizer


def load_model(weights: Weights) -> Model:
    """Load the model of ``weights`` onto the device, in evaluation mode, with its adapter if it has one.

    Raises:
        BenchError: weights are missing or pickled, or bitsandbytes is not there for 4 bits.
    """
    quiet()
    _check(weights)
    options: dict[str, Any] = {}
    if isinstance(weights.tuning, Qlora):
        options["quantization_config"] = _four_bits(weights.tuning)
    try:
        model = AutoModelForCausalLM.from_pretrained(
            weights.folder,
            revision=weights.revision,
            dtype=DTYPES[weights.precision],
            use_safetensors=True,
            device_map={"": device()},
            trust_remote_code=weights.code,
            local_files_only=hub.is_away(weights.folder),
            **options,
        )
    except (OSError, ValueError, SafetensorError) as error:
        _refuse_away(weights, error)
        _refuse_code(weights, error)
        raise BenchError(
            f"the weights cannot be loaded: {_first_line(error)}", where=weights.folder
        ) from error
    if options:
        keep_unpacked(model)
    if weights.fit is not None and isinstance(weights.tuning, Adapter):
        model = _attach(model, weights.fit)
    return model.eval()


def _refuse_away(weights: Weights, error: Exception) -> None:
    """Say that a model is neither here nor to be had.

    Raises:
        BenchError: the hub does not answer, and what was downloaded before is not enough.
    """
    if hub.is_away(weights.folder):
        raise BenchError(
            f"is not on this disk, and the hub does not answer ({hub.endpoint()})",
            where=weights.folder,
            todo="try again where there is a network, or name a folder that holds the model: hf:/path/to/it",
        ) from error


def _refuse_code(weights: Weights, error: Exception) -> None:
    """Say how to allow a model whose code lies beside its weights.

    Raises:
        BenchError: that is what ``error`` is about.
    """
    if not weights.code and "trust_remote_code" in str(error):
        raise BenchError(
            "its code lies beside its weights, and running it has to be allowed",
            where=weights.folder,
            todo="read it, then set trust_remote_code = true, with 'revision' a whole commit on the hub",
        ) from error


def keep_unpacked(model: Model) -> None:
    """Keep bitsandbytes' 4-bit layers differentiable on CPUs with AVX512-BF16.

    There, bitsandbytes 0.50 repacks a 4-bit layer at its first evaluation forward, and from then on
    multiplies with a kernel that has no backward pass: training after an evaluation, which is what
    KID does at every step, silently loses the gradient through every frozen layer.
    """
    import bitsandbytes

    for module in model.modules():
        if isinstance(module, bitsandbytes.nn.Linear4bit):
            module.support_avx512bf16_for_cpu = False


def count(model: Model) -> tuple[int, int]:
    """Count the parameters of ``model``: in all, and trainable. Four-bit weights count as weights."""
    total = trainable = 0
    for parameter in model.parameters():
        state = getattr(parameter, "quant_state", None)
        size = parameter.numel() if state is None else torch.Size(state.shape).numel()
        total += size
        trainable += size if parameter.requires_grad else 0
    return total, trainable


def _four_bits(tuning: Qlora) -> BitsAndBytesConfig:
    """Configure 4-bit weights whose block constants are quantised again (arXiv 2305.14314)."""
    try:
        import bitsandbytes  # noqa: F401
    except ImportError as error:
        raise BenchError(
            "QLoRA needs the package 'bitsandbytes'", todo="pip install 'text2sql-bench[train]'"
        ) from error
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type=tuning.quant,
        bnb_4bit_use_double_quant=tuning.double_quant,
        bnb_4bit_compute_dtype=DTYPES[tuning.compute_dtype],
    )


def _attach(model: Model, fit: Path) -> Model:
    from peft import PeftModel

    with hushed():
        return PeftModel.from_pretrained(model, str(fit), is_trainable=False)


@contextmanager
def hushed() -> Iterator[None]:
    """Silence names about to be dropped in transformers 6, and peft where experts are no linear layers."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*gradient_checkpointing", category=FutureWarning)
        warnings.filterwarnings(
            "ignore", message=".*_pattern keys did not match any", category=RuntimeWarning
        )
        yield


def _check(weights: Weights) -> None:
    """Refuse what transformers would answer with a long traceback."""
    for folder in filter(None, (weights.folder if is_local(weights.folder) else "", str(weights.fit or ""))):
        _check_folder(Path(folder).expanduser())


def _check_folder(folder: Path) -> None:
    if not folder.is_dir():
        raise ConfigError("there is no such folder of weights", where=str(folder))
    if not any((folder / name).exists() for name in ("config.json", "adapter_config.json")):
        raise ConfigError(
            "this folder holds no model: config.json is missing",
            where=str(folder),
            todo="give a folder written by save_pretrained, or the name of a model on the hub",
        )
    if not any(folder.glob("*.safetensors")):
        pickled = any(folder.glob("*.bin")) or any(folder.glob("*.pt")) or any(folder.glob("*.pth"))
        raise ConfigError(
            "its weights are pickled, and a pickle can run code" if pickled else "it holds no weights",
            where=str(folder),
            todo="save it as safetensors: model.save_pretrained(folder)" if pickled else "",
        )


def is_local(source: str) -> bool:
    """Whether ``source`` is a path rather than a name on the hub."""
    return source.startswith(("/", ".", "~")) or Path(source).exists()


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]


def quiet() -> None:
    """Silence what libraries print while they load: progress is reported by the bench itself."""
    transformers.utils.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)
