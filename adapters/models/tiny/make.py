"""Trains the tiny models and their tokenizer from scratch: ``python -m adapters.models.tiny.make``.

The data are questions over invented databases (``adapters.datasets.mini.synth`` with words lent by
``lend.py``), each with a schema of its own, so that the models learn to read a schema, not to know one.
Seeded throughout: the same seed, versions and kind of CPU give the same bytes. Needs the [train] extra.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast, Qwen3Config, Qwen3ForCausalLM

from adapters.models.tiny import HOME, SIZES, lend
from bench.methods import Full, PromptSpec, Sft, Training
from bench.prompts import Prompter, answer
from bench.train.fit import FitJob, fit
from bench.types import Dataset, Fit, Report
from bench.weights import quiet

COMMAND = "python -m adapters.models.tiny.make"
SEED = 17
VOCABULARY = 2048
CONTEXT = 2048
TOKENIZER_EXAMPLES = 20_000
PIECES = (
    r"\bT\d\b\.?",  # a table alias with its dot
    r" ?(?:\b[A-Z]{2,}\b ?)+",  # keywords
    r"_id\b",
    r"\p{L}{3,}?(?=s\b)",  # a word without its final s, so that a plural begins like its singular
    r"\p{L}+",
    r"\d",
    r" ?[^\w\s]+ ?",  # punctuation
    r"_",
    r"\s",
)
END, PAD, MASK = "<|end|>", "<|pad|>", "<|mask|>"
DISCLOSURE = (
    "Trained only on questions over invented databases. They share question patterns and vocabulary"
    " with the data set mini, but never its schemas and never its questions."
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A stretch of training with its own schedule; ``short`` takes the quarter with the shortest prompts.

    Copying a name from the schema is what such a model learns last, and from short prompts a very
    small one learns it sooner.
    """

    steps: int
    lr: float
    short: bool = False


@dataclass(frozen=True, slots=True)
class Recipe:
    """The shape of a model (width, depth, feed-forward width), its first weights, and how it is trained."""

    width: int
    depth: int
    inner: int
    heads: int
    spread: float
    """Standard deviation of the first weights."""
    lessons: tuple[Lesson, ...]
    batch: int = 16


RECIPES = {
    "small": Recipe(64, 3, 128, 4, 0.08, (Lesson(2000, 4e-3, short=True), Lesson(3000, 2e-3))),
    "medium": Recipe(128, 4, 256, 4, 0.02, (Lesson(2400, 3e-3), Lesson(1100, 1e-3))),
    "large": Recipe(256, 6, 448, 8, 0.02, (Lesson(1600, 2e-3, short=True), Lesson(800, 1e-3))),
}


def main(arguments: Sequence[str] | None = None) -> None:
    """Make the models named on the command line, all three by default."""
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("sizes", nargs="*", choices=[*SIZES, []], default=list(SIZES), metavar="size")
    parser.add_argument("--out", type=Path, default=HOME, help="where the folders go")
    parser.add_argument("--steps", type=int, help="in each lesson, instead of the recipe's, to try it out")
    options = parser.parse_args(arguments)
    torch.set_num_threads(1)
    quiet()
    tokenizer = make_tokenizer()
    for size in options.sizes:
        make(size, _cut(RECIPES[size], options.steps), tokenizer, options.out / size)


def make(size: str, recipe: Recipe, tokenizer: PreTrainedTokenizerFast, out: Path) -> None:
    """Train one model, lesson by lesson, and write its folder: weights, tokenizer, cards."""
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "random"
        _random(recipe, tokenizer).save_pretrained(weights)
        tokenizer.save_pretrained(weights)
        fits = []
        for number, lesson in enumerate(recipe.lessons, start=1):
            before, weights = weights, Path(folder) / f"lesson{number}"
            fits.append(teach(f"{size}, lesson {number}", recipe, lesson, before, weights, SEED + number - 1))
        model = Qwen3ForCausalLM.from_pretrained(weights, dtype=torch.float16)
        out.mkdir(parents=True, exist_ok=True)
        model.save_pretrained(out)
        tokenizer.save_pretrained(out)
    _write_cards(size, recipe, fits, out)


def teach(name: str, recipe: Recipe, lesson: Lesson, before: Path, after: Path, seed: int) -> Fit:
    """Give one lesson to the model in the folder ``before``, and write it to ``after``."""
    questions = dataset(max(part.steps for part in recipe.lessons) * recipe.batch, first=seed)
    training = Training(
        steps=lesson.steps,
        batch=recipe.batch,
        lr=lesson.lr,
        warmup=0.05,
        weight_decay=0.01,
        max_length=CONTEXT,
    )
    job = FitJob(str(before), None, Full(), Sft(name="sft"), training, PromptSpec(), seed)
    return fit(job, shortest(questions) if lesson.short else questions, after, _report(name))


def shortest(data: Dataset) -> Dataset:
    """Keep the quarter of the questions with the shortest prompts."""
    prompter = Prompter(PromptSpec(), data)
    ordered = sorted(data.examples, key=lambda example: len(prompter(example)))
    few = tuple(ordered[: len(ordered) // 4])
    return replace(data, examples=few, fingerprint=f"{data.fingerprint}-shortest")


def make_tokenizer() -> PreTrainedTokenizerFast:
    """Train a byte-level BPE tokenizer made for copying.

    Every digit stands alone, and words carry no space, so that a name or a value has the same tokens in
    the schema, in the question and in the SQL. Keywords and punctuation take the spaces around them.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex("|".join(PIECES)), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        special_tokens=[END, PAD, MASK],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_texts(TOKENIZER_EXAMPLES), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        eos_token=END,
        pad_token=PAD,
        mask_token=MASK,
        model_max_length=CONTEXT,
        clean_up_tokenization_spaces=False,
    )


def dataset(count: int, *, first: int = SEED) -> Dataset:
    """Gather ``count`` questions over as many invented databases."""
    schemas, examples = {}, []
    for schema, example in lend.examples(count, first):
        schemas[schema.db_id] = schema
        examples.append(example)
    return Dataset(
        name="invented",
        split="train",
        title="Questions over invented databases",
        licence="Apache-2.0",
        levels=("easy", "medium", "hard", "extra"),
        rules=("spider",),
        synthetic=True,
        examples=tuple(examples),
        schemas=schemas,
        databases={},
        fingerprint=f"synth/{first}/{count}",
    )


def _texts(count: int) -> Iterator[str]:
    data = dataset(count)
    prompter = Prompter(PromptSpec(), data)
    for example in data.examples:
        prompt = prompter(example)
        yield prompt
        yield answer(prompt, example.gold[0])


def _cut(recipe: Recipe, steps: int | None) -> Recipe:
    """Shorten every lesson to ``steps``, if given."""
    if steps is None:
        return recipe
    return replace(recipe, lessons=tuple(replace(lesson, steps=steps) for lesson in recipe.lessons))


def _random(recipe: Recipe, tokenizer: PreTrainedTokenizerFast) -> Qwen3ForCausalLM:
    torch.manual_seed(SEED)
    config = Qwen3Config(
        vocab_size=VOCABULARY,
        hidden_size=recipe.width,
        intermediate_size=recipe.inner,
        num_hidden_layers=recipe.depth,
        num_attention_heads=recipe.heads,
        num_key_value_heads=recipe.heads,
        head_dim=recipe.width // recipe.heads,
        max_position_embeddings=CONTEXT,
        initializer_range=recipe.spread,
        tie_word_embeddings=True,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    return Qwen3ForCausalLM(config)


def _report(size: str) -> Report:
    started = time.monotonic()

    def report(done: int, total: int, note: str) -> None:
        if done % 50 == 0 or done == total:
            print(f"{size}: step {done}/{total}, {note}, {time.monotonic() - started:.0f} s", flush=True)

    return report


def _write_cards(size: str, recipe: Recipe, lessons: Sequence[Fit], out: Path) -> None:
    last = lessons[-1]
    files = sorted(path for path in out.iterdir() if path.name.endswith((".safetensors", ".json")))
    card = {
        "model": f"tiny:{size}",
        "architecture": "Qwen3, tied embeddings, no biases; stored in float16, always loaded as float32",
        "parameters": last.parameters,
        "shape": asdict(recipe),
        "data": " + ".join(f"{lesson.examples} (seed {SEED + at})" for at, lesson in enumerate(lessons))
        + " questions of adapters.models.tiny.lend",
        "prompt": "compact",
        "steps": " + ".join(str(lesson.steps) for lesson in lessons),
        "batch": recipe.batch,
        "lr": ", then ".join(str(lesson.lr) for lesson in recipe.lessons),
        "seed": SEED,
        "tokens": sum(lesson.tokens for lesson in lessons),
        "first_loss": round(lessons[0].losses[0][1], 4),
        "last_loss": round(last.losses[-1][1], 4),
        "seconds": round(sum(lesson.seconds for lesson in lessons)),
        "threads": last.threads,
        "command": f"{COMMAND} {size}",
        "versions": {name: version(name) for name in ("torch", "transformers", "tokenizers")},
        "disclosure": DISCLOSURE,
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in files
            if path.name != "card.json"
        },
    }
    (out / "card.json").write_text(json.dumps(card, indent=2) + "\n", encoding="utf-8")
    (out / "CARD.md").write_text(_card(card), encoding="utf-8")


def _card(card: dict[str, object]) -> str:
    facts = ("architecture", "parameters", "data", "prompt", "steps", "batch", "lr", "seed", "tokens")
    measured = ("first_loss", "last_loss", "seconds", "threads")
    rows = "\n".join(f"| {name.replace('_', ' ')} | {card[name]} |" for name in (*facts, *measured))
    return (
        f"# {card['model']}\n\n"
        "A tiny model for running the methods of this bench on a laptop. It shows how they run and compare;\n"
        "its scores say nothing about models of useful size.\n\n"
        f"{card['disclosure']}\n\n"
        f"| | |\n|---|---|\n{rows}\n\n"
        f"Made by `{card['command']}`. The hashes of its files are in `card.json`.\n"
    )


if __name__ == "__main__":
    main()
