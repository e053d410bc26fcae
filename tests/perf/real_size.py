"""What training costs at real size: models of published shapes with random weights, on the GPU at hand.

Time and memory of a step do not depend on what the weights are, so nothing is downloaded::

    nox -s gpu                                      # everything below, on one GPU
    nox -s gpu -- kid-0.5b-7b                       # one of them
    python -m tests.perf.real_size --smoke          # the same code with shrunk shapes, in seconds on a CPU

Each case writes random weights into a temporary folder and calls the bench's own ``fit``. A random model
never ends an answer, so on-policy objectives are told to write as many tokens as gold has. The report is
JSON: seconds of a step and of its parts, peak memory, each against the case's first run, versions, device.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from bench import provenance
from bench.methods import Gkd, Kid, Lora, Objective, PromptSpec, Qlora, Rkd, Sft, Training, Tuning
from bench.train.fit import FitJob, fit
from bench.types import Column, Dataset, Example, Schema, Table
from bench.weights import Weights, device, quiet

WORDS = 151_643
"""Of Qwen2.5's tokenizer: divergences are taken over as many."""
SHAPES: dict[str, dict[str, object]] = {
    "qwen2.5-0.5b": {
        "vocab_size": 151_936,
        "hidden_size": 896,
        "intermediate_size": 4864,
        "num_hidden_layers": 24,
        "num_attention_heads": 14,
        "num_key_value_heads": 2,
        "tie_word_embeddings": True,
    },
    "qwen2.5-7b": {
        "vocab_size": 152_064,
        "hidden_size": 3584,
        "intermediate_size": 18_944,
        "num_hidden_layers": 28,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "tie_word_embeddings": False,
    },
    "qwen2.5-14b": {
        "vocab_size": 152_064,
        "hidden_size": 5120,
        "intermediate_size": 13_824,
        "num_hidden_layers": 48,
        "num_attention_heads": 40,
        "num_key_value_heads": 8,
        "tie_word_embeddings": False,
    },
}
"""As the configurations on the hub say; the heads of 0.5B and 7B do differ in width."""
SHRUNK = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
WARM = 2
"""Steps that are not counted: the first ones pay for what is made once."""

Run = tuple[Tuning, Objective]


@dataclass(frozen=True, slots=True)
class Size:
    """How large everything is: tokens of a prompt and of its SQL, steps, rows of a batch.

    Attributes:
        shrunk: take small shapes and few tokens instead of the real ones, to try the script.
    """

    prompt: int = 512
    answer: int = 64
    steps: int = 12
    batch: int = 16
    shrunk: bool = False

    @property
    def words(self) -> int:
        """How many tokens the tokenizer has."""
        return 300 if self.shrunk else WORDS


SMOKE = Size(prompt=24, answer=6, steps=WARM + 1, batch=2, shrunk=True)


@dataclass(frozen=True, slots=True)
class Case:
    """Runs of one student that are compared; the first is what the others are held against."""

    student: str
    runs: Mapping[str, Run]
    batch: int
    teacher: str | None = None


def cases(size: Size) -> dict[str, Case]:
    """List what is measured: KID against its rivals, and LoRA against QLoRA with DB-GPT-Hub's rank."""
    lora, teacher = Lora(rank=64, alpha=32), {"model": "teacher", "method": "full"}
    qlora = Qlora(rank=64, alpha=32, compute_dtype="bfloat16")
    written = {"share": 1.0, "max_new_tokens": size.answer}
    distilled: dict[str, Run] = {
        "sft": (lora, Sft()),
        "rkd": (lora, Rkd.model_validate({"teacher": teacher})),
        "kid": (lora, Kid.model_validate({"teacher": teacher})),
        "gkd": (lora, Gkd.model_validate({"teacher": teacher, "divergence": "rkl", **written})),
    }
    adapters: dict[str, Run] = {"lora": (lora, Sft()), "qlora": (qlora, Sft())}
    few = max(1, size.batch // 4)
    return {
        "kid-0.5b-7b": Case("qwen2.5-0.5b", distilled, size.batch, "qwen2.5-7b"),
        "adapters-7b": Case("qwen2.5-7b", adapters, few),
        "adapters-14b": Case("qwen2.5-14b", adapters, few),
    }


def measure(case: Case, size: Size, folder: Path) -> dict[str, dict[str, object]]:
    """Run all of a case, each from the same random weights."""
    student = random_weights(case.student, size, folder / "student")
    teacher = Weights(str(random_weights(case.teacher, size, folder / "teacher"))) if case.teacher else None
    found: dict[str, dict[str, object]] = {}
    for name, (tuning, objective) in case.runs.items():
        training = Training(
            steps=size.steps,
            batch=case.batch,
            max_length=2 * (size.prompt + size.answer) + 64,
            precision="bf16",
        )
        job = FitJob(str(student), None, tuning, objective, training, PromptSpec(), 0, teacher)
        found[name] = _measured(job, questions(size, case.batch * size.steps), folder / name)
    first = next(iter(found.values()))
    for costs in found.values():
        for what in ("step_seconds", "peak_bytes"):
            costs[f"{what}_ratio"] = round(costs[what] / first[what], 3)  # type: ignore[operator]
    return found


def _measured(job: FitJob, data: Dataset, out: Path) -> dict[str, object]:
    """Train a few steps; the step is the median, the parts are means over all steps."""
    ends: list[float] = []
    left = fit(job, data, out, lambda *_: ends.append(time.perf_counter()))
    steps = [after - before for before, after in zip(ends[WARM - 1 :], ends[WARM:], strict=False)]
    return {
        "step_seconds": statistics.median(steps),
        "tokens_per_second": round(left.tokens / left.steps / statistics.median(steps), 1),
        "peak_bytes": left.peak_device_bytes or left.peak_host_bytes,
        "parameters": left.parameters,
        "trainable": left.trainable,
        "parts": {name: round(seconds / left.steps, 5) for name, seconds in left.parts.items()},
    }


def random_weights(name: str, size: Size, folder: Path) -> Path:
    """Write a model of the shape ``name`` with random weights, in bfloat16, and its tokenizer."""
    shape = SHAPES[name] | (SHRUNK | {"vocab_size": size.words + 20} if size.shrunk else {})
    words = tokenizer(size.words)
    config = AutoConfig.for_model(
        "qwen2",
        **shape,
        max_position_embeddings=4096,
        bos_token_id=None,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    torch.manual_seed(0)
    with torch.device(device()):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    model.save_pretrained(folder, max_shard_size="5GB")
    words.save_pretrained(folder)
    del model
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
    return folder


def tokenizer(words: int) -> PreTrainedTokenizerFast:
    """Make a tokenizer with so many tokens that uses 256 of them, one for each byte."""
    names = ["<end>", "<pad>", "<mask>", *sorted(pre_tokenizers.ByteLevel.alphabet())]
    names += [f"unused{number}" for number in range(len(names), words)]
    made = Tokenizer(models.BPE({name: number for number, name in enumerate(names)}, []))
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<end>", pad_token="<pad>", mask_token="<mask>"
    )


def questions(size: Size, count: int) -> Dataset:
    """Make ``count`` questions of one length, whose SQL has one length, too."""
    schema = Schema("made", (Table("t", (Column("a", "integer"),)),))
    asked, gold = "q" * size.prompt, "s" * (size.answer - 1)
    examples = tuple(Example(f"made/{number}", "made", asked, (gold,), "easy") for number in range(count))
    return Dataset(
        "made", "train", "Made", "none", ("easy",), ("spider",), True, examples, {"made": schema}, {}, "made"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure the cases that are named, or all, and print the report."""
    parser = argparse.ArgumentParser(prog="python -m tests.perf.real_size")
    parser.add_argument("cases", nargs="*", help=f"of {', '.join(cases(Size()))}; all by default")
    parser.add_argument("--smoke", action="store_true", help="shrink everything, to try the script")
    parser.add_argument("--out", type=Path, help="write the report here, too")
    options = parser.parse_args(arguments)
    size = SMOKE if options.smoke else Size()
    known = cases(size)
    if unknown := set(options.cases) - set(known):
        parser.error(f"no such case: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if not options.smoke and not torch.cuda.is_available():
        parser.error("real shapes need a GPU; --smoke tries the script without one")
    quiet()
    report: dict[str, object] = {"provenance": provenance.describe(provenance.command_line())}
    for name in options.cases or known:
        with tempfile.TemporaryDirectory() as folder:
            report[name] = measure(known[name], size, Path(folder))
        print(json.dumps({name: report[name]}, indent=2), flush=True)
    if options.out:
        options.out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
