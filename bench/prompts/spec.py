"""Spec: which formats there are, what a prompt spec may ask of each, and the id of its text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.errors import ConfigError, near
from bench.identity import digest
from bench.methods import PromptSpec
from bench.prompts import codes, compact, dbgpthub, ddl, mschema, relevance, shots
from bench.prompts.format import Format

FORMATS: Mapping[str, Format] = {
    "codes": codes.FORMAT,
    "compact": compact.FORMAT,
    "dbgpthub": dbgpthub.FORMAT,
    "ddl": ddl.FORMAT,
    "m-schema": mschema.FORMAT,
}
NO_TURNS = "DB-GPT-Hub's format and wrapper have no place for earlier turns"
ELSEWHERE = "choose another format, with wrapper = 'bare'"
ID = 16
"""Hexadecimal digits that tell apart what is asked of one format."""


def format_of(spec: PromptSpec, where: str = "") -> Format:
    """Return the format of ``spec``.

    Raises:
        ConfigError: it is unknown, or has no place for something that ``spec`` asks.
    """
    prefix = f"{where}: " if where else ""
    if spec.format not in FORMATS:
        raise ConfigError(
            f"unknown prompt format '{spec.format}'",
            where=f"{prefix}prompt.format",
            todo=near(spec.format, FORMATS),
        )
    for key, what, asked in (
        ("rows", "sample rows", spec.rows),
        ("values", "sample values", spec.values),
        ("matches", "values of the question", spec.matches),
        ("descriptions", "descriptions of columns", spec.descriptions),
    ):
        able = [name for name, known in FORMATS.items() if _has_place(known, key)]
        if asked and spec.format not in able:
            raise ConfigError(
                f"the prompt format '{spec.format}' has no place for {what}",
                where=f"{prefix}prompt.{key}",
                todo=f"leave it out, or choose {' or '.join(able)}",
            )
    if spec.history == "predicted" and not has_turns(spec):
        raise ConfigError(NO_TURNS, where=f"{prefix}prompt.history", todo=ELSEWHERE)
    return FORMATS[spec.format]


def has_turns(spec: PromptSpec) -> bool:
    """Say whether format and wrapper have a place for earlier turns."""
    known = FORMATS[spec.format]
    return known.turns and (spec.wrapper or known.wrapper) == "bare"


def _has_place(known: Format, key: str) -> bool:
    return {
        "rows": known.rows,
        "values": known.values is not None,
        "matches": known.matched is not None,
        "descriptions": known.descriptions,
    }[key]


def ranks(spec: PromptSpec) -> bool:
    """Say whether tables have to be ranked by relevance."""
    return spec.filter is not None or spec.overflow == "drop"


def kept(spec: PromptSpec) -> bool:
    """Say whether prompts have to be kept, for they cannot be written again from suite and data alone."""
    return needs_tokenizer(spec) or spec.history == "predicted"


def needs_tokenizer(spec: PromptSpec) -> bool:
    """Say whether the text depends on the tokenizer of the model."""
    return spec.chat or spec.budget is not None


def prompt_id(spec: PromptSpec, pool: str = "") -> str:
    """Name the text that ``spec`` gives, for keys: equal ids mean equal prompts.

    Args:
        spec: what is asked.
        pool: the fingerprint of the split that few-shot examples come from.

    >>> prompt_id(PromptSpec())
    'compact-1'
    """
    name = f"{spec.format}-{format_of(spec).version}"
    told: dict[str, Any] = spec.model_dump(mode="json", exclude_defaults=True, exclude={"format"})
    if not told:
        return name
    if ranks(spec):
        told["ranking"] = relevance.VERSION
    if spec.shots is not None:
        told |= {"pool": pool, "choosing": shots.VERSION}
    return f"{name}-{digest(told)[:ID]}"
