"""Tokens: what prompts ask of a model's tokenizer: how long a text is, and its chat template."""

from __future__ import annotations

from typing import Any, Protocol

from jinja2 import TemplateError

from bench.errors import ConfigError


class Tokenizer(Protocol):
    """What is needed of a tokenizer; those of transformers have it."""

    bos_token: str | None
    bos_token_id: int | None
    chat_template: Any

    def __call__(self, text: str) -> Any:  # noqa: ANN401 - a mapping of transformers' own
        """Return a mapping with ``input_ids``."""
        ...

    def apply_chat_template(
        self, conversation: list[dict[str, str]], *, tokenize: bool, add_generation_prompt: bool
    ) -> Any:  # noqa: ANN401 - text, where it is not tokenised
        """Write a conversation as the model knows it."""
        ...


def count(tokenizer: Tokenizer, text: str) -> int:
    """Return how many tokens ``text`` has, with those that the tokenizer adds to any text."""
    return len(tokenizer(text)["input_ids"])


def in_chat(tokenizer: Tokenizer, text: str, system: str) -> str:
    """Make ``text`` the user's message, up to where the model's answer begins.

    A token that the tokenizer puts before any text is left to it, or it would stand there twice.

    Raises:
        ConfigError: the tokenizer has no chat template, or the template takes no system message.
    """
    if not tokenizer.chat_template:
        raise ConfigError(
            "the tokenizer has no chat template", where="prompt.chat", todo="leave 'chat' out for this model"
        )
    messages = [{"role": "system", "content": system}] if system else []
    messages.append({"role": "user", "content": text})
    try:
        written = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    except TemplateError as error:
        raise ConfigError(
            f"the chat template refuses these messages: {error}",
            where="prompt.system" if system else "prompt.chat",
            todo="some templates take no system message: leave 'system' out",
        ) from error
    begins = tokenizer.bos_token
    adds = begins and tokenizer("x")["input_ids"][0] == tokenizer.bos_token_id
    return str(written).removeprefix(begins) if adds and begins else str(written)
