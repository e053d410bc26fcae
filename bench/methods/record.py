"""A record: a frozen value of a suite, as what it holds enters keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Strict, model_serializer


class Record(BaseModel):
    """A frozen value that refuses keys it does not know.

    Attributes:
        later: fields that came after keys were handed out. At their default they are not written, so
            that what was keyed before they existed keeps its key.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    later: ClassVar[frozenset[str]] = frozenset()

    @model_serializer(mode="wrap")
    def _write(self, write: Callable[[Any], dict[str, Any]]) -> dict[str, Any]:
        fields = type(self).model_fields
        return {
            name: value
            for name, value in write(self).items()
            if name not in self.later or getattr(self, name) != fields[name].get_default()
        }


Names: TypeAlias = Annotated[tuple[str, ...], Strict(False)]
"""Names; behind ``named`` a list no longer passes for a tuple by itself."""


def named(key: str) -> BeforeValidator:
    """Let a bare string stand for a table with only that key."""
    return BeforeValidator(lambda value: {key: value} if isinstance(value, str) else value)
