"""The loop: several processes, validation, memory, optimizers, and where seconds go."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests import random_models

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from safetensors.torch import load_file  # noqa: E402

from bench.errors import BenchError, FitError  # noqa: E402
from bench.methods import Distillm, Full, Kid, Lora, PromptSpec, Sft, TeacherRef, Training, Validation  # noqa: E402
from bench.train import guard, optimizer, schedule, tuning, validate  # noqa: E402
from bench.train.data import encode  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.weights import Weights, load_model  # noqa: E402

pytestmark = pytest.mark.train
DATA = random_models.dataset()
WORDS = random_models.tokenizer()
KID = Kid(teacher=TeacherRef(model="m", method="t"), fill="sample", mle_prefix="gold")


def job(base: str, chosen=None, objective=None, teacher: Weights | None = None, **training) -> FitJob:
    settings = {"steps": 4, "batch": 8, "lr": 5e-3} | training
    return FitJob(
        base, None, chosen or Full(), objective or Sft(), Training(**settings), PromptSpec(), 1, teacher
    )


APART = """
import json, sys
from pathlib import Path
from bench.weights import Weights
from tests.train import test_loop
base, teacher, out = sys.argv[1:]
chosen = test_loop.job(base, test_loop.DROPPED, test_loop.KID, Weights(teacher))
left = test_loop.fit(chosen, test_loop.DATA, Path(out))
print(json.dumps([left.losses, left.tokens, left.logs["supervised_tokens"]]))
"""
DROPPED = Lora(rank=4, dropout=0.1)


PIECES = {
    "ACCELERATE_USE_FSDP": "true",
    "FSDP_VERSION": "2",
    "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP",
    "FSDP_RESHARD_AFTER_FORWARD": "true",
    "FSDP_STATE_DICT_TYPE": "FULL_STATE_DICT",
}
"""What ``accelerate launch`` makes of fsdp.yaml."""


def test_two_processes_are_one_with_twice_the_accumulation(base, teacher, tmp_path) -> None:
    """The same data, masks, fills and dropout, so the same losses but for rounding."""
    together(base, teacher, tmp_path, {})


@pytest.mark.parity
def test_a_model_in_pieces_is_one_with_twice_the_accumulation(base, teacher, tmp_path) -> None:
    """FSDP: each of two processes holds half of the weights; what is saved is whole."""
    together(base, teacher, tmp_path, PIECES)
    one, two = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("one", "two"))
    assert one.keys() == two.keys()
    for name, expected in one.items():
        assert torch.allclose(two[name], expected, atol=2e-4), name


@pytest.mark.parity
def test_one_launch_fits_more_than_once(base, teacher, tmp_path) -> None:
    """As a suite does: each fit in processes of its own, which meet where the earlier ones met."""
    script = tmp_path / "fits.py"
    script.write_text(
        "import subprocess, sys\n"
        f"for out in {[str(tmp_path / name) for name in ('first', 'second')]}:\n"
        f"    subprocess.run([sys.executable, '-c', {APART!r}, {base!r}, {teacher!r}, out], check=True)\n"
    )
    launch = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc-per-node=2",
        str(script),
    ]
    root = str(Path(__file__).parents[2])
    alone = {**os.environ, "PYTHONPATH": root, "ACCELERATE_USE_CPU": "true", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(launch, env=alone, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr
    first, second = (load_file(tmp_path / name / "adapter_model.safetensors") for name in ("first", "second"))
    assert all(torch.equal(first[name], second[name]) for name in first)


def together(base, teacher, tmp_path, extra: dict[str, str]) -> None:
    one = fit(job(base, DROPPED, KID, Weights(teacher), accumulation=2), DATA, tmp_path / "one")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    root = Path(__file__).parents[2]
    running = [
        subprocess.Popen(
            [sys.executable, "-c", APART, base, teacher, str(tmp_path / "two")],
            env={
                **os.environ,
                "PYTHONPATH": str(root),
                "ACCELERATE_USE_CPU": "true",
                "OMP_NUM_THREADS": "1",
                "MASTER_ADDR": "127.0.0.1",
                "MASTER_PORT": str(port),
                "WORLD_SIZE": "2",
                "LOCAL_WORLD_SIZE": "2",
                "RANK": str(rank),
                "LOCAL_RANK": str(rank),
                **extra,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for rank in range(2)
    ]
    for process in running:
        out, said = process.communicate(timeout=280)
        assert process.returncode == 0, said
        losses, tokens, supervised = json.loads(out.splitlines()[-1])
        assert [loss for _, loss in losses] == pytest.approx([loss for _, loss in one.losses], rel=1e-4)
        assert tokens == one.tokens
        assert supervised == one.logs["supervised_tokens"]


def test_killed_and_resumed_with_a_memory_equals_never_stopped(base, teacher, tmp_path) -> None:
    """DistiLLM's buffer and share, from a checkpoint: the same losses and the same weights."""
    settings = Validation(share=0.2, every=2, patience=9)
    objective = Distillm(teacher=KID.teacher, share=0.9, max_new_tokens=8, buffer=12)
    chosen = job(base, None, objective, Weights(teacher), steps=6, validation=settings)

    def killed(done: int, _total: int, _note: str) -> None:
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit(chosen, DATA, tmp_path / "killed", killed, checkpoint_steps=3)
    resumed = fit(chosen, DATA, tmp_path / "killed")
    straight = fit(chosen, DATA, tmp_path / "straight")
    assert resumed.losses == straight.losses
    assert resumed.logs == straight.logs
    assert 0 < straight.logs["generated"] < 1
    one, two = ((tmp_path / name / "model.safetensors").read_bytes() for name in ("killed", "straight"))
    assert one == two


def test_validation_stops_early_and_keeps_the_best_weights(base, tmp_path) -> None:
    """A rate this high spoils the model: the best look is an early one, and its weights are left."""
    settings = Validation(share=0.25, every=1, patience=2)
    chosen = job(base, steps=30, lr=0.3, warmup=0.0, validation=settings)
    left = fit(chosen, DATA, tmp_path)
    assert left.steps < 30
    assert left.examples == 48
    samples = encode(DATA, WORDS, PromptSpec(), chosen.training, 1).samples
    _, held = validate.hold_out(samples, settings, 1)
    kept = validate.mean_loss(load_model(Weights(str(tmp_path))), held, 8, WORDS.pad_token_id)
    assert kept == pytest.approx(left.logs["validation_loss"], rel=1e-5)
    assert "validation" in left.parts


def test_what_is_held_out_is_not_trained_on() -> None:
    samples = encode(DATA, WORDS, PromptSpec(), Training(steps=1), 0).samples
    rest, held = validate.hold_out(samples, Validation(share=0.25), 1)
    assert len(held) == 12
    assert sorted(sample.id for sample in (*rest, *held)) == sorted(sample.id for sample in samples)
    assert validate.hold_out(samples, None, 1) == (samples, ())
    assert validate.hold_out(samples, Validation(share=0.25), 2)[1] != held


def test_patience() -> None:
    settings = Validation(patience=2)
    assert not validate.exhausted([3.0, 2.0, 2.5], settings)
    assert validate.exhausted([3.0, 2.0, 2.5, 2.1], settings)
    assert not validate.exhausted([3.0, 2.0, 2.5, 1.9], settings)


def test_gradient_checkpointing_changes_no_weight(base, tmp_path) -> None:
    plain = fit(job(base), DATA, tmp_path / "plain")
    again = fit(job(base, gradient_checkpointing=True), DATA, tmp_path / "again")
    assert plain.losses == again.losses


def test_memory_that_runs_out_is_told_with_what_takes_less() -> None:
    words = r"memory ran out at step 3, with batches of 8[\s\S]*batch = 4 with accumulation = 2, gradient"
    for error in (torch.OutOfMemoryError("CUDA out of memory"), RuntimeError("can't allocate memory: x")):
        with pytest.raises(FitError, match=words), guard.enough_memory(Training(steps=9, batch=8), 2):
            raise error
    with pytest.raises(RuntimeError, match="another"), guard.enough_memory(Training(steps=9), 2):
        raise RuntimeError("another")


def test_the_rate_of_b_is_a_multiple(base) -> None:
    chosen = Lora(rank=4, lr_ratio=16.0)
    model = tuning.apply(load_model(Weights(base)), chosen)
    made = optimizer.make(model, Training(steps=1), chosen)
    grouped = {id(value): group["ratio"] for group in made.param_groups for value in group["params"]}
    trained = [(name, value) for name, value in model.named_parameters() if value.requires_grad]
    assert len(grouped) == len(trained) == 28
    for name, value in trained:
        assert grouped[id(value)] == (16.0 if "lora_B" in name else 1.0)


def test_eight_bit_adamw_learns_and_paged_ones_want_a_gpu(base, tmp_path) -> None:
    left = fit(job(base, optimizer="adamw-8bit", steps=8), DATA, tmp_path)
    assert left.losses[-1][1] < left.losses[0][1]
    if not torch.cuda.is_available():
        with pytest.raises(BenchError, match=r"there is no GPU[\s\S]*take 'adamw-8bit'"):
            fit(job(base, optimizer="paged-adamw-8bit"), DATA, tmp_path / "paged")


def test_an_epoch_is_shared_by_processes() -> None:
    training = Training(epochs=2, batch=4, accumulation=2)
    assert schedule.steps(training, 80) == 20
    assert schedule.steps(training, 80, processes=2) == 10
