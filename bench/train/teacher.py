"""The teacher: loaded, held against the student's tokens, or asked for its answers beforehand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bench.errors import FitError
from bench.methods import Kid, Objective, PromptSpec, Seqkd, Training
from bench.registry import find, names
from bench.store import read_lines, write_lines
from bench.train import answers as answered
from bench.train.data import Encoded, encode
from bench.train.objectives.step import Models
from bench.types import Dataset, Prediction, Report
from bench.weights import Model, Tokenizer, Weights, load_model, load_tokenizer

FILE = "teacher.jsonl"
"""What the teacher answered, beside the weights that learnt from it."""


def models(
    objective: Objective, student: Model, tokenizer: Tokenizer, teacher: Weights | None, encoded: Encoded
) -> Models:
    """Put student and teacher together, with the tokens that both know.

    The heads of two models of a family may differ in width: what lies beyond the tokenizer's tokens, or
    beyond the narrower head, is left out of both distributions.

    Raises:
        FitError: the teacher's tokens are others, or there is none to mask with.
    """
    mask = _mask_token(tokenizer, objective) if isinstance(objective, Kid) else -1
    alone = Models(
        student,
        vocabulary=min(_width(student), len(tokenizer)),
        mask=mask,
        pad=tokenizer.pad_token_id,
        end=tokenizer.eos_token_id,
    )
    if teacher is None or not type(objective).needs_teacher or type(objective).of_text:
        return alone
    _same_tokens(tokenizer, load_tokenizer(teacher), encoded, objective)
    model = load_model(teacher).requires_grad_(False)
    return replace(alone, teacher=model, vocabulary=min(alone.vocabulary, _width(model)))


def answers(
    objective: Seqkd,
    dataset: Dataset,
    teacher: Weights,
    prompt: PromptSpec,
    training: Training,
    out: Path,
    report: Report,
) -> Dataset:
    """Return ``dataset`` with the teacher's answers as its gold SQL, without examples that it fails.

    The answers are kept in ``out``, so that a fit that is interrupted asks once.

    Raises:
        FitError: no answer is left to learn from.
    """
    path = out / FILE
    if not path.exists():
        write_lines(path, _ask(objective, dataset, teacher, prompt, training, report))
    said = {line.example_id: line for line in read_lines(path, Prediction) if line.sql}
    if objective.keep == "correct":
        right = answered.right(dataset, list(said.values()))
        said = {name: line for name, line in said.items() if name in right}
    if not said:
        raise FitError(
            f"of the teacher's answers to {len(dataset.examples)} training questions none is right",
            where="objective.keep",
            todo="train the teacher longer, or set keep = 'all'",
        )
    examples = [example for example in dataset.examples if example.id in said]
    return replace(
        dataset,
        examples=tuple(replace(example, gold=(said[example.id].sql or "",)) for example in examples),
    )


def _ask(
    objective: Seqkd,
    dataset: Dataset,
    teacher: Weights,
    prompt: PromptSpec,
    training: Training,
    report: Report,
) -> list[Prediction]:
    """Let the teacher answer every question."""
    tokenizer, model = load_tokenizer(teacher), load_model(teacher)
    known = Models(
        model, None, min(_width(model), len(tokenizer)), -1, tokenizer.pad_token_id, tokenizer.eos_token_id
    )
    lenient = training.model_copy(update={"overflow": "truncate", "examples": None})
    samples = encode(dataset, tokenizer, prompt, lenient, 0).samples
    return answered.write(
        known,
        tokenizer,
        samples,
        objective.max_new_tokens,
        lambda done, total, _note: report(done, total, "answers of the teacher"),
    )


def _same_tokens(student: Tokenizer, teacher: Tokenizer, encoded: Encoded, objective: Objective) -> None:
    """Refuse a teacher whose token ids mean something else."""
    texts = [student.decode(sample.ids) for sample in encoded.samples[:16]]
    if (
        student.get_vocab() == teacher.get_vocab()
        and student(texts)["input_ids"] == teacher(texts)["input_ids"]
    ):
        return
    of_text = [name for name in names("objectives") if getattr(find("objectives", name), "of_text", False)]
    raise FitError(
        f"student and teacher have different tokenizers; '{objective.name}' compares token by token",
        where="objective.teacher",
        todo=f"choose a teacher of the same family, or an objective of text: {', '.join(of_text)}",
    )


def _mask_token(tokenizer: Tokenizer, objective: Kid) -> int:
    """Find the token that stands for a masked one: any special token, as attention is kept apart.

    Raises:
        FitError: the tokenizer has no such token.
    """
    wanted = ("mask", "bos", "unk", "eos") if objective.mask == "auto" else (objective.mask,)
    for name in wanted:
        if getattr(tokenizer, f"{name}_token_id", None) is not None:
            return int(getattr(tokenizer, f"{name}_token_id"))
    has = [name for name in ("mask", "bos", "unk", "pad", "eos") if getattr(tokenizer, f"{name}_token", None)]
    raise FitError(
        f"the tokenizer has no special token to mask with: {', '.join(wanted)}",
        where="objective.mask",
        todo=f"it has {', '.join(has)}",
    )


def _width(model: Model) -> int:
    return int(model.get_output_embeddings().weight.shape[0])
