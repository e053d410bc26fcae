"""Models of transformers: greedy answers that depend on nothing but the prompt and the weights."""

from __future__ import annotations

import pytest

from tests import random_models

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from adapters.models.hf import Hub  # noqa: E402
from adapters.models.tiny import SIZES, Tiny  # noqa: E402
from bench.errors import BenchError, ConfigError, DataError  # noqa: E402
from bench.methods import Decoding, Full, Lora, NoTuning, PromptSpec, Qlora, Sft, Training  # noqa: E402
from bench.prompts import Prompter  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.types import Example, Request  # noqa: E402

pytestmark = pytest.mark.train
DATA = random_models.dataset(12)
REQUESTS = [Request(example, Prompter(PromptSpec(), DATA)(example)) for example in DATA.examples]


def opened(base, *, batch=8, fitted=None, tuning=None, tokens=12, **changes):
    decoding = Decoding(max_new_tokens=tokens, batch=batch, **changes)
    return Hub(base, None).open(fitted, tuning or NoTuning(), decoding, threads=1, seed=0)


def answers(predictor, batch: int):
    return [
        completion
        for begin in range(0, len(REQUESTS), batch)
        for completion in predictor.complete(REQUESTS[begin : begin + batch])
    ]


@pytest.mark.parametrize("tuning", [NoTuning(), Qlora(rank=4)], ids=lambda tuning: tuning.kind)
def test_batches_do_not_change_answers(base, tmp_path, tuning) -> None:
    fitted = None
    if tuning.kind != "none":
        training = Training(steps=2, batch=4, lr=1e-3)
        fit(FitJob(base, None, tuning, Sft(), training, PromptSpec(), 1), DATA, tmp_path)
        fitted = tmp_path
    predictor = opened(base, fitted=fitted, tuning=tuning)
    one, eight = answers(predictor, 1), answers(predictor, 8)
    assert one == eight
    assert len({completion.text for completion in one}) > 1


def test_greedy_is_the_argmax_again_and_again(base) -> None:
    """Against a loop over the plain model without a cache."""
    from transformers import AutoModelForCausalLM, AutoTokenizer

    words = AutoTokenizer.from_pretrained(base)
    model = AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32).eval()
    for request, found in zip(REQUESTS[:3], opened(base).complete(REQUESTS[:3]), strict=True):
        ids = words(request.prompt)["input_ids"]
        start = len(ids)
        while len(ids) < start + 12 and words.eos_token_id not in ids:
            with torch.no_grad():
                ids.append(int(model(input_ids=torch.tensor([ids])).logits[0, -1].argmax()))
        assert found.text == words.decode(ids[start:], skip_special_tokens=True)
        assert (found.tokens_in, found.tokens_out) == (start, len(ids) - start)


def test_it_answers_what_it_was_taught_and_stops(base, tmp_path) -> None:
    one = random_models.dataset(1)
    training = Training(steps=40, batch=1, lr=1e-2)
    fit(FitJob(base, None, Full(), Sft(), training, PromptSpec(), 1), one, tmp_path)
    found = opened(base, fitted=tmp_path, tuning=Full(), tokens=60).complete(REQUESTS[:1])[0]
    assert found.text.strip() == one.examples[0].gold[0]
    assert found.tokens_out < 60


def test_a_prompt_beyond_the_context_is_named(base) -> None:
    long = Request(Example("q/long", "concerts", "?", ("SELECT 1",)), "singer " * 600)
    with pytest.raises(DataError, match="q/long"):
        opened(base).complete([long])


def test_identity_follows_the_content(base, tmp_path) -> None:
    copy = random_models.make(tmp_path / "copy")
    other = random_models.make(tmp_path / "other", seed=9)
    assert Hub(base, None).identity() == Hub(copy, None).identity() != Hub(other, None).identity()
    assert Hub("org/name", "v1").identity() == {"name": "org/name", "revision": "v1"}


def test_refusals(base, tmp_path) -> None:
    with pytest.raises(ConfigError, match="no such folder"):
        Hub(str(tmp_path / "nowhere"), None)
    with pytest.raises(ConfigError, match="revision"):
        Hub(base, "main")
    with pytest.raises(BenchError, match="belong together"):
        opened(base, tuning=Lora())
    with pytest.raises(BenchError, match="belong together"):
        opened(base, fitted=tmp_path)
    with pytest.raises(ConfigError, match="did you mean 'medium'"):
        Tiny("midium", None)


@pytest.mark.parametrize("size", SIZES)
def test_tiny_models_are_whole_and_say_what_they_are(size) -> None:
    import hashlib
    import json
    from pathlib import Path

    from bench.weights import Weights, count, load_model

    tiny = Tiny(size, None)
    folder = Path(tiny.base())
    card = json.loads((folder / "card.json").read_text())
    for name, digest in card["sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    model = load_model(Weights(tiny.base()))
    assert count(model)[0] == card["parameters"]
    assert {value.dtype for value in model.parameters()} == {torch.float32}
    assert "never its schemas" in (folder / "CARD.md").read_text()
    assert "trained from scratch" in tiny.note
