"""Decode: a suite's TOML file → a checked :class:`Suite`, or one error that names every fault."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from bench.errors import ConfigError, at, near
from bench.prompts import format_of
from bench.registry import names
from bench.sets import known
from bench.suite import Suite, check_references
from bench.words import noun


def load(path: Path) -> Suite:
    """Read and check a suite.

    Raises:
        ConfigError: the file is missing, is not TOML, or says something that cannot be meant; the
            message lists each fault with its line, its key and what was probably meant.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError(
            f"cannot read the suite ({error.strerror})", where=str(path), todo=_suites_beside(path)
        ) from error
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"is not valid TOML: {error}", where=str(path)) from error
    return parse(table, text=text, where=str(path), name=path.stem, folder=path.parent)


def parse(table: dict[str, Any], *, text: str = "", where: str, name: str, folder: Path) -> Suite:
    """Check a decoded table and make it a suite; see :func:`load`."""
    try:
        # Through JSON, where a list may stand for a tuple but "3" never stands for 3.
        suite = Suite.model_validate_json(
            json.dumps({"name": name, "folder": str(folder), **table}, default=str)
        )
    except ValidationError as error:
        faults = [_fault(fault, text) for fault in error.errors()]
        raise ConfigError("\n".join(faults), where=where) from error
    for kind, there, used in (
        *(("models", names("models"), (key, spec.scheme)) for key, spec in suite.models.items()),
        *(("datasets", known(), (key, spec.source)) for key, spec in suite.datasets.items()),
    ):
        key, adapter = used
        if adapter not in there:
            raise ConfigError(
                f"unknown {noun(kind)} source '{adapter}'",
                where=at(where, line=_line(text, (kind, key, "source")), key=f"{kind}.{key}.source"),
                todo=near(adapter, there),
            )
    check_references(suite, where)
    format_of(suite.prompt, at(where, line=_line(text, ("prompt",))))
    return suite


def _fault(fault: Mapping[str, Any], text: str) -> str:
    """Put one of pydantic's errors into words: line, key, what is wrong, what was meant."""
    # The tag of a union stands in the path, but the user never wrote it.
    location = tuple(
        part for place, part in enumerate(fault["loc"]) if not place or fault["loc"][place - 1] != "tuning"
    )
    key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
    message = str(fault["msg"]).removeprefix("Value error, ")
    if fault["type"] == "extra_forbidden":
        message = f"unknown key ({near(str(location[-1]), _fields(location[:-1]))})"
    elif fault["type"] == "union_tag_invalid":
        context = fault["ctx"]
        options = [option.strip(" '") for option in str(context["expected_tags"]).split(",")]
        message = f"unknown kind '{context['tag']}' ({near(str(context['tag']), options)})"
    elif fault["type"] == "missing":
        message = "is missing"
    elif fault["type"] == "string_pattern_mismatch":
        schemes = ", ".join(names("models"))
        message = f"'{fault['input']}' is not of the form scheme:name, as hf:org/model is (known: {schemes})"
    elif message.startswith("Input should") and isinstance(fault["input"], str | int | float):
        message = f"{message.removeprefix('Input ')}, not {json.dumps(fault['input'])}"
    place = location[:-1] if fault["type"] == "missing" else location
    line = _line(text, place)
    return f"{f'line {line}: ' if line else ''}{key}: {message}"


def _fields(location: tuple[Any, ...]) -> list[str]:
    """List the keys that are known at a place of the suite."""
    models: list[type[BaseModel]] = [Suite]
    for part in location:
        inner: list[type[BaseModel]] = []
        for model in models:
            field = model.model_fields.get(str(part))
            inner += _records(field.annotation) if field else []
        models = inner or models
    return sorted({name for model in models for name in model.model_fields if name != "folder"})


def _records(annotation: object) -> list[type[BaseModel]]:
    """Find the records inside an annotation such as ``dict[str, ModelSpec]``."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [record for argument in get_args(annotation) for record in _records(argument)]


def _line(text: str, location: tuple[Any, ...]) -> int:
    """Find the line of a key, counted from 1; 0 where it cannot be told.

    Walks the path through the file: each name moves on to the next line that opens its table or
    assigns it, and the number of an array's table moves on that many times.
    """
    lines = text.splitlines()
    found = -1
    for place, part in enumerate(location):
        name = str(location[place - 1] if isinstance(part, int) else part)
        word = re.compile(rf"(^|[\[.{{,\s\"']){re.escape(name)}([\].\"']|\s*=)")
        start = max(found, 0) if isinstance(part, str) else found + 1
        for _ in range(part if isinstance(part, int) else 1):
            found = next((number for number in range(start, len(lines)) if word.search(lines[number])), found)
            start = found + 1
    return found + 1


def _suites_beside(path: Path) -> str:
    there = sorted(str(other) for other in path.parent.glob("*.toml")) if path.parent.is_dir() else []
    return f"suites here: {', '.join(there)}" if there else "give the path of a suite's TOML file"
