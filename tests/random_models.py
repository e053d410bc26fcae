"""Small causal models with random weights, made on the spot, and a data set to train them on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bench.types import Column, Dataset, Example, ForeignKey, Schema, Table

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

SCHEMA = Schema(
    "concerts",
    (
        Table("singer", (Column("singer_id", "integer"), Column("name", "text")), ("singer_id",)),
        Table("concert", (Column("concert_id", "integer"), Column("singer_id", "integer")), ("concert_id",)),
    ),
    (ForeignKey("concert", "singer_id", "singer", "singer_id"),),
)


def dataset(count: int = 48) -> Dataset:
    """Questions whose SQL has to copy a number, of different lengths."""
    examples = tuple(
        Example(
            f"toy/{number}",
            "concerts",
            f"How many singers have the id {number}" + " or less" * (number % 4) + "?",
            (f"SELECT count(*) FROM singer WHERE singer_id {'<=' if number % 4 else '='} {number}",),
            "easy",
        )
        for number in range(count)
    )
    return Dataset(
        "toy",
        "train",
        "Toy",
        "none",
        ("easy",),
        ("spider",),
        True,
        examples,
        {"concerts": SCHEMA},
        {},
        "toy-1",
    )


def tokenizer(extra: int = 0) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer with a padding and a mask token; ``extra`` makes it another one."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=300,
        special_tokens=["<end>", "<pad>", "<mask>"],
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    text = "Question: SQL: SELECT count FROM WHERE singer singer_id concert"
    made.train_from_iterator([text + " another vocabulary" * extra] * 20, trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=made, eos_token="<end>", pad_token="<pad>", mask_token="<mask>"
    )


def make(folder: Path, *, width: int = 48, seed: int = 0, head: int = 0, extra: int = 0) -> str:
    """Write a random Qwen3 into ``folder``; ``head`` more rows pad its vocabulary."""
    import torch
    from transformers import Qwen3Config, Qwen3ForCausalLM

    from bench.weights import quiet

    quiet()
    torch.manual_seed(seed)
    words = tokenizer(extra)
    config = Qwen3Config(
        vocab_size=len(words) + head,
        hidden_size=width,
        intermediate_size=2 * width,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=width // 4,
        max_position_embeddings=512,
        initializer_range=0.2,
        tie_word_embeddings=True,
        eos_token_id=words.eos_token_id,
        pad_token_id=words.pad_token_id,
    )
    Qwen3ForCausalLM(config).save_pretrained(folder)
    words.save_pretrained(folder)
    return str(folder)


def cost(objective, models, batch, seed: int = 11):
    """What one batch costs under ``objective``, as the loop would find it, as a sum over tokens."""
    from importlib import import_module

    import torch

    from bench.train.objectives.step import Moment, loss

    mathematics = import_module(objective.implementation)
    moment = Moment(torch.Generator().manual_seed(seed))
    return loss(
        mathematics, objective, models, mathematics.readings(objective, models, batch, moment), moment
    )


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A random student."""
    torch = pytest.importorskip("torch", reason="needs the [train] extra")
    torch.set_num_threads(1)
    return make(tmp_path_factory.mktemp("student"))


@pytest.fixture(scope="session")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A random teacher, whose head is wider than the student's."""
    pytest.importorskip("torch", reason="needs the [train] extra")
    return make(tmp_path_factory.mktemp("teacher"), width=64, seed=1, head=20)
