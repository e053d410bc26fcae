"""What a fit will need, before anything is loaded: counted against peft, held against the measured peak."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from tests import random_models

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from bench.decode import load  # noqa: E402
from bench.errors import BenchError, DataError, FitError  # noqa: E402
from bench.methods import (  # noqa: E402
    Fkd,
    Full,
    Ia3,
    Lora,
    PromptSpec,
    Qlora,
    Sft,
    TeacherRef,
    Training,
)
from bench.plan import Plan  # noqa: E402
from bench.preview import preview, refuse_early  # noqa: E402
from bench.registry import find  # noqa: E402
from bench.report import plan_json, print_plan  # noqa: E402
from bench.store import Store  # noqa: E402
from bench.train import refuse, shapes, tuning  # noqa: E402
from bench.train.estimate import Work, estimate, trainable  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.train.lengths import Lengths, sampled, written  # noqa: E402
from bench.train.probe import Machine, measure  # noqa: E402
from bench.weights import Weights, count, load_model  # noqa: E402

pytestmark = pytest.mark.train
SMALL = Machine("cpu, 1 thread", 1_000_000, 1e11, 1e10, 1e-6)
LENGTHS = Lengths(90.0, 20.0, 130, 30)


def work(base: str, chosen=None, teacher: str | None = None, **training) -> Work:
    objective = Fkd(teacher=TeacherRef(model="m", method="t")) if teacher else Sft()
    return Work(
        shapes.read(base),
        chosen or Full(),
        objective,
        Training(**({"steps": 10, "batch": 4} | training)),
        10,
        LENGTHS,
        shapes.read(teacher) if teacher else None,
    )


@pytest.mark.parametrize(
    "chosen", [Full(), Lora(rank=4), Lora(rank=3, dora=True), Lora(rank=8, targets=("q_proj", "up_proj"))]
)
def test_parameters_are_counted_as_peft_counts_them(base, chosen) -> None:
    total, trained = count(tuning.apply(load_model(Weights(base)), chosen))
    found = estimate(work(base, chosen), SMALL)
    assert (found.parameters, found.trainable) == (total, trained)


@pytest.mark.parametrize(
    "chosen",
    [
        Full(),
        Lora(rank=16),
        Lora(rank=16, targets=("q_proj", "v_proj")),
        Lora(rank=16, dropout=0.1),
        Lora(rank=16, dora=True),
        Qlora(rank=16),
        Ia3(),
    ],
    ids=["full", "lora", "lora-qv", "dropout", "dora", "qlora", "ia3"],
)
def test_activations_are_those_that_autograd_saves(chosen) -> None:
    weights = Weights(find("models", "tiny")("medium", None).base(), tuning=chosen)
    model = tuning.apply(load_model(weights), chosen).train()
    own = {tensor.untyped_storage().data_ptr() for tensor in (*model.parameters(), *model.buffers())}
    saved = {}

    def note(tensor):
        storage = tensor.untyped_storage()
        saved[storage.data_ptr()] = storage.nbytes(), tensor  # alive, or its place is given away again
        return tensor

    rows, tokens = 4, 96
    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        model(input_ids=torch.ones(rows, tokens, dtype=torch.long), use_cache=False, logits_to_keep=1)
    kept = sum(size for place, (size, _) in saved.items() if place not in own)
    asked = replace(work(weights.base, chosen, batch=rows), lengths=Lengths(80.0, 16.0, tokens, 16))
    assert estimate(asked, SMALL).parts["activations"] == pytest.approx(kept, rel=0.15)


def test_settings_alone_give_the_shapes_that_weights_have(base) -> None:
    """What transformers builds without memory, against the headers of the files."""
    headers = shapes.read(base)
    imagined = shapes._imagined((Path(base) / "config.json").read_text())
    assert imagined.parameters == headers.parameters
    assert imagined.linear == headers.linear
    assert imagined.cached == headers.cached == 2 * 2 * 12


def test_a_hub_that_cannot_be_reached_leaves_a_model_unknown(monkeypatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    shapes._settings.cache_clear()
    assert shapes.read("somebody/something") is None
    shapes._settings.cache_clear()


def test_damaged_weights_are_named(base, tmp_path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "model.safetensors").write_bytes(b"\xff" * 16)
    with pytest.raises(DataError, match=r"model.safetensors is cut short"):
        shapes.read(str(tmp_path))


def test_what_takes_less_is_estimated_to_take_less(base, teacher) -> None:
    plain = estimate(work(base), SMALL)
    assert estimate(work(base, Lora(rank=2)), SMALL).parts["optimizer"] < plain.parts["optimizer"]
    assert estimate(work(base, Qlora(rank=2)), SMALL).parts["weights"] < plain.parts["weights"]
    assert estimate(work(base, gradient_checkpointing=True), SMALL).memory < plain.memory
    assert estimate(work(base, batch=2), SMALL).seconds < plain.seconds
    taught = estimate(work(base, teacher=teacher), SMALL)
    assert taught.parts["teacher"] == 4 * shapes.read(teacher).parameters
    assert taught.seconds > plain.seconds


def test_the_estimate_lies_beside_what_was_measured(base, tmp_path) -> None:
    job = FitJob(base, None, Lora(rank=4), Sft(), Training(steps=2, batch=8), PromptSpec(), 0)
    left = fit(job, random_models.dataset(), tmp_path)
    said = json.loads((tmp_path / "estimate.json").read_text())
    assert (said["parameters"], said["trainable"]) == (left.parameters, left.trainable)
    assert said["memory"] == sum(said["parts"].values())
    if not torch.cuda.is_available():  # this process holds more than a fit of its own would
        assert 0.3 < said["memory"] / left.peak_host_bytes < 3
    assert said["seconds"] > 0


def test_a_teacher_larger_than_memory_is_refused(base, teacher) -> None:
    with pytest.raises(
        FitError, match=r"the teacher's weights take 0.\d MB and the student's[\s\S]*smaller teach"
    ):
        refuse.refuse(work(base, teacher=teacher), replace(SMALL, memory=400_000))
    with pytest.raises(FitError, match=r"the student's weights take[\s\S]*'qlora'"):
        refuse.refuse(work(base), replace(SMALL, memory=100))
    refuse.refuse(work(base, teacher=teacher), replace(SMALL, memory=10_000_000))


def test_what_is_not_installed_is_refused(base, monkeypatch) -> None:
    monkeypatch.setattr(refuse, "find_spec", lambda _name: None)
    with pytest.raises(BenchError, match=r"the tuning 'qlora' needs the package 'bitsandbytes'"):
        refuse.refuse(work(base, Qlora()), measure())
    with pytest.raises(BenchError, match=r"the optimizer 'adamw-8bit' needs"):
        refuse.refuse(work(base, optimizer="adamw-8bit"), measure())
    with pytest.raises(BenchError, match=r"there is no GPU[\s\S]*take 'adamw'"):
        refuse.refuse(work(base, optimizer="paged-adamw"), SMALL)


def test_lengths_are_counted_by_the_tokenizer_that_is_there(base, tmp_path) -> None:
    texts, training = written(random_models.dataset(), PromptSpec()), Training(steps=1)
    exact = sampled(texts, PromptSpec(), training, Path(base))
    rough = sampled(texts, PromptSpec(), training, tmp_path)
    assert exact.longest >= exact.prompt + exact.answer
    assert rough.prompt < exact.prompt  # these tokens are nearly single letters
    assert sampled(texts, PromptSpec(), Training(steps=1, max_length=20), Path(base)).longest == 20


SUITE = """\
title = "Taught"
[models]
small = { source = "tiny:small" }
medium = { source = "tiny:medium" }
[datasets]
mini = { source = "mini" }
[methods.full]
tuning = "full"
training = { steps = 9 }
[methods.rkd]
tuning = TUNING
objective = { name = "rkd", teacher = { model = "medium", method = "full" } }
training = { steps = 9, LENGTH }
[[grid]]
models = ["medium"]
methods = ["full"]
[[grid]]
models = ["small"]
methods = ["rkd"]
"""


def planned(folder: Path, chosen: str, length: str = "max_length = 1024") -> Plan:
    path = folder / "taught.toml"
    path.write_text(SUITE.replace("TUNING", chosen).replace("LENGTH", length))
    return Plan(load(path), Store(folder / "runs"))


def test_a_plan_says_what_its_fits_need(tmp_path) -> None:
    full, rkd = preview(planned(tmp_path, '"full"')).cells
    small, medium = (shapes.read(find("models", "tiny")(name, None).base()) for name in ("small", "medium"))
    assert full.estimate.parameters == trainable(medium, Full()) == medium.parameters
    assert rkd.estimate.parts["teacher"] == 4 * medium.parameters
    assert rkd.estimate.parts["weights"] == 4 * small.parameters


def test_cells_that_learn_from_the_same_share_the_prompts_of_their_estimates(tmp_path) -> None:
    plan = planned(tmp_path, '"full"')
    full, rkd = plan.wanted
    assert plan.written(full) is plan.written(rkd)


def test_examples_that_are_too_long_are_refused_before_a_teacher_is_fitted(tmp_path) -> None:
    plan = planned(tmp_path, '"full"', "max_length = 100")
    with pytest.raises(FitError, match=r"methods.rkd: training.overflow: \d\d of 64 .* 100 tokens"):
        refuse_early(plan)
    refuse_early(planned(tmp_path, '"full"', 'max_length = 100, overflow = "drop"'))


def test_a_plan_says_what_a_run_would_refuse(tmp_path, capsys) -> None:
    plan = planned(tmp_path, '{ kind = "lora", targets = ["q_prog"] }', "max_length = 1024")
    with pytest.raises(FitError) as refused:
        refuse_early(plan)
    assert print_plan(plan) == refused.value.exit_code == 1
    told = capsys.readouterr()
    assert f"error: {' '.join(str(refused.value).split())}" == " ".join(told.err.split())
    assert [bool(cell["refused"]) for cell in plan_json(plan)["cells"]] == [False, True]
    assert print_plan(planned(tmp_path, '"full"')) == 0


def test_a_students_mistake_is_refused_before_its_teacher_is_fitted(tmp_path) -> None:
    plan = planned(tmp_path, '{ kind = "lora", targets = ["q_prog"] }')
    with pytest.raises(
        FitError, match=r"methods.rkd: tuning.targets: .*'q_prog'[\s\S]*did you mean 'q_proj'"
    ):
        refuse_early(plan)
