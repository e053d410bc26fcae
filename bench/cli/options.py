"""What several verbs share: options, and the check of a word against the known ones."""

from __future__ import annotations

from typing import Annotated

import typer

from bench.errors import ConfigError, near

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
RequireSandbox = Annotated[
    bool, typer.Option("--require-sandbox", help="Refuse to run SQL where a layer of the sandbox is absent.")
]
AllowUnsafe = Annotated[
    bool, typer.Option("--allow-unsafe", help="With an address: take an account that can write.")
]


def choice(option: str, value: str, known: tuple[str, ...]) -> str:
    """Return the value, or refuse it with the nearest word that is known."""
    if value not in known:
        raise ConfigError(f"unknown value '{value}'", where=option, todo=near(value, known))
    return value
