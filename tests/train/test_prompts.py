"""Training and prediction meet the same prompt: compared token by token, for every format and option."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests import random_models

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.ask import ask  # noqa: E402
from bench.decode import parse  # noqa: E402
from bench.methods import Filter, Lora, PromptSpec, Sft, Training  # noqa: E402
from bench.plan import Plan  # noqa: E402
from bench.prompts import FORMATS, Prompter, answer  # noqa: E402
from bench.stages import _requests  # noqa: E402
from bench.store import Store  # noqa: E402
from bench.train.data import encode  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.types import Turn  # noqa: E402
from bench.weights import Weights, load_tokenizer  # noqa: E402

pytestmark = pytest.mark.train
TEMPLATE = (
    "<begin>{% for message in messages %}[{{ message.role }}] {{ message.content }}{% endfor %}"
    "{% if add_generation_prompt %}[assistant]\n{% endif %}"
)
SPECS = [
    *({"format": name} for name in sorted(FORMATS)),
    *({"format": name, "wrapper": "dbgpthub", "evidence": True} for name in sorted(FORMATS)),
    *({"format": name, "chat": True, "system": "Answer in SQL."} for name in sorted(FORMATS)),
    *({"format": name, "filter": {"tables": 1, "columns": 2}} for name in sorted(FORMATS)),
    {"rows": 2},
    {"format": "ddl", "rows": 3},
    {"format": "codes", "budget": 700, "overflow": "truncate"},
    {"budget": 230, "overflow": "drop", "chat": True},
]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A tokenizer that opens every text with a token, as its chat template does too."""
    from tokenizers.processors import TemplateProcessing

    folder = tmp_path_factory.mktemp("model")
    random_models.make(folder)
    words = random_models.tokenizer()
    words.add_special_tokens({"bos_token": "<begin>"})
    words.backend_tokenizer.post_processor = TemplateProcessing(
        single="<begin> $A", special_tokens=[("<begin>", words.bos_token_id)]
    )
    words.chat_template = TEMPLATE
    words.save_pretrained(folder)
    return str(folder)


def planned(spec: dict[str, object], model: str, store: Path) -> Plan:
    table = {
        "title": "t",
        "models": {"random": {"source": f"hf:{model}"}},
        "datasets": {"mini": {"source": "mini"}},
        "methods": {"base": {"tuning": "none"}},
        "prompt": spec,
    }
    return Plan(parse(table, where="t.toml", name="t", folder=store), Store(store), limit=8)


@pytest.mark.parametrize("spec", SPECS, ids=json.dumps)
def test_training_and_prediction_meet_the_same_tokens(spec, model: str, tmp_path: Path) -> None:
    plan = planned(spec, model, tmp_path)
    bound = plan.cells[0]
    tokenizer = load_tokenizer(Weights(model))
    training = Training(steps=1, max_length=100_000)
    learnt = encode(bound.dataset, tokenizer, PromptSpec.model_validate_json(json.dumps(spec)), training, 0)
    requests = _requests(plan, bound, bound.dataset.examples)
    assert [sample.id for sample in learnt.samples] == [request.example.id for request in requests]
    tokenizer.padding_side = "left"
    met = tokenizer([request.prompt for request in requests])["input_ids"]  # as adapters.models.greedy does
    shown = [ask(plan, request.example, bound).prompt.text for request in requests]
    assert shown == [request.prompt for request in requests]
    for sample, request, ids in zip(learnt.samples, requests, met, strict=True):
        assert list(sample.ids[: sample.start]) == ids
        assert ids.count(tokenizer.bos_token_id) == 1
        target = tokenizer.decode(sample.ids[sample.start : -1])
        assert target == answer(request.prompt, request.example.gold[0])


def test_what_the_tokenizer_wrote_is_kept_for_the_board(model: str, tmp_path: Path) -> None:
    plan = planned({"chat": True, "budget": 230, "overflow": "drop"}, model, tmp_path)
    bound = plan.cells[0]
    requests = _requests(plan, bound, bound.dataset.examples)
    lines = (bound.predictions / "prompts.jsonl").read_text().splitlines()
    assert [json.loads(line)["prompt"] for line in lines] == [request.prompt for request in requests]
    summary = json.loads((bound.predictions / "prompts.json").read_text())
    assert summary["prompts"] == 8
    assert summary["dropped"] > 0
    assert summary["longest"] <= 230
    assert 0 < summary["tables"] <= 1


def test_what_became_of_the_prompts_of_training_is_told(tmp_path: Path) -> None:
    random_models.make(tmp_path / "model")
    model = str(tmp_path / "model")
    bound = planned({}, model, tmp_path).cells[0]
    spec = PromptSpec(filter=Filter(tables=1, columns=2), budget=120, overflow="truncate")
    training = Training(steps=1, batch=2, lr=1e-3, max_length=2000)
    fit(FitJob(model, None, Lora(rank=2), Sft(), training, spec, 0), bound.dataset, tmp_path / "fit")
    told = json.loads((tmp_path / "fit/prompts.json").read_text())
    prompter = Prompter(spec, bound.dataset, tokenizer=load_tokenizer(Weights(model)))
    cuts = [prompter.prompt(example).cut for example in bound.dataset.examples]
    assert (told["prompts"], told["truncated"]) == (8, cuts.count("truncated"))
    assert 0 < told["truncated"] < 8
    assert 0 < told["columns"] < 1  # two columns of one table are less than some golds name


def test_training_shows_the_gold_of_earlier_turns_in_place_of_predictions(tmp_path: Path) -> None:
    random_models.make(tmp_path / "model")
    tokenizer = load_tokenizer(Weights(str(tmp_path / "model")))
    dataset = random_models.dataset()
    first = dataset.examples[0]
    second = replace(first, id="second", question="And then?", history=(Turn(first.question),))
    talk = replace(dataset, examples=(replace(first, gold=("SELECT 'before'",)), second))
    spec = PromptSpec(history="predicted")
    shown = [
        tokenizer.decode(sample.ids[: sample.start])
        for sample in encode(talk, tokenizer, spec, Training(steps=1, max_length=100_000), 0).samples
    ]
    assert "before" not in shown[0]
    assert shown[1].endswith(f"Question: {first.question}\nSQL: SELECT 'before'\nQuestion: And then?\nSQL:")
    assert second.gold[0] not in shown[1]
