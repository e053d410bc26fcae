"""Batched greedy decoding by transformers; imports torch."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from transformers import GenerationConfig

from bench.errors import DataError
from bench.methods import Decoding
from bench.types import Completion, Request
from bench.weights import Model, Tokenizer, Weights, load_model, load_tokenizer


class Greedy:
    """Takes the likeliest token again and again, until the end of the text.

    In float32 the answers do not depend on how requests are batched; in half precision they may.
    """

    def __init__(self, weights: Weights, decoding: Decoding, *, threads: int, seed: int) -> None:
        """Load ``weights`` onto the GPU, or onto ``threads`` CPU threads."""
        torch.set_num_threads(threads)
        torch.manual_seed(seed)
        self.batch = decoding.batch
        self._tokenizer: Tokenizer = load_tokenizer(weights)
        self._tokenizer.padding_side = "left"
        self._model: Model = load_model(weights)
        self._ends = _ends(self._model, self._tokenizer)
        self._config = GenerationConfig(
            max_new_tokens=decoding.max_new_tokens,
            do_sample=False,
            eos_token_id=sorted(self._ends),
            pad_token_id=self._tokenizer.pad_token_id,
        )

    def complete(self, requests: Sequence[Request]) -> list[Completion]:
        """Continue each prompt.

        Raises:
            DataError: a prompt does not fit into the context of the model.
        """
        prompts = self._tokenizer([request.prompt for request in requests], padding=True, return_tensors="pt")
        lengths = prompts["attention_mask"].sum(-1).tolist()
        self._check(requests, lengths)
        inputs = {name: prompts[name].to(self._model.device) for name in ("input_ids", "attention_mask")}
        with torch.inference_mode():
            ids = self._model.generate(**inputs, generation_config=self._config)
        answers = ids[:, inputs["input_ids"].shape[1] :].tolist()
        return [self._completion(answer, length) for answer, length in zip(answers, lengths, strict=True)]

    def _completion(self, answer: list[int], length: int) -> Completion:
        """Cut an answer after its end; the end is counted but not shown."""
        end = next((place for place, token in enumerate(answer) if token in self._ends), None)
        shown = answer if end is None else answer[:end]
        text = self._tokenizer.decode(shown, skip_special_tokens=True)
        return Completion(text, length, len(shown) + (end is not None))

    def _check(self, requests: Sequence[Request], lengths: Sequence[int]) -> None:
        limit = getattr(self._model.config, "max_position_embeddings", None)
        for request, length in zip(requests, lengths, strict=True):
            if limit is not None and length + self._config.max_new_tokens > limit:
                raise DataError(
                    f"its prompt of {length} tokens and {self._config.max_new_tokens} new ones"
                    f" do not fit into the model's {limit}",
                    where=request.example.id,
                    todo="choose a shorter prompt format, or lower max_new_tokens",
                )


def _ends(model: Model, tokenizer: Tokenizer) -> set[int]:
    """Return the tokens that end an answer: the tokenizer's, and those of a chat model's own settings."""
    own = getattr(model.generation_config, "eos_token_id", None)
    listed = own if isinstance(own, list) else [] if own is None else [own]
    return {int(tokenizer.eos_token_id), *map(int, listed)}
