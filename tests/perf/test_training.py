"""Cost of training as ratios within one run: ``nox -s perf -- train``. Nothing is asserted about time.

The student is ``tiny:small``, the teacher ``tiny:medium``, batches hold 16 questions of ``mini``, one thread.
What is printed is CPU time of a step, so that other work on the machine counts little; the order of the
measurements goes round, and the median over the rounds stands, so that what is left of it hits all alike.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the [train] extra")

from adapters.datasets.mini import Mini  # noqa: E402
from adapters.models.tiny import HOME  # noqa: E402
from bench.methods import Full, Lora, Objective, PromptSpec, Qlora, Training, Tuning  # noqa: E402
from bench.registry import find, names  # noqa: E402
from bench.train.data import Sample, encode  # noqa: E402
from bench.train.fit import FitJob, fit  # noqa: E402
from bench.types import Dataset  # noqa: E402
from bench.weights import Weights, load_tokenizer, quiet  # noqa: E402

pytestmark = [
    pytest.mark.timeout(0),
    pytest.mark.filterwarnings("ignore"),
]  # the warnings of TRL are not ours
STEPS = int(os.environ.get("BENCH_PERF_STEPS", "12"))
ROUNDS = int(os.environ.get("BENCH_PERF_ROUNDS", "3"))
WARM = 2
"""Steps that are not counted: the first ones pay for what is made once."""
STUDENT, TEACHER = Weights(str(HOME / "small")), Weights(str(HOME / "medium"))
TRAINING = Training(steps=STEPS + WARM, batch=16, lr=1e-3)
WRITTEN = 128
"""Most tokens of an answer written while training: KID's longest output on Spider, and TRL's default."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Of a run: CPU seconds and tokens of each counted step, and the most memory held, in bytes."""

    seconds: tuple[float, ...]
    tokens: int
    peak: int = 0

    @property
    def step(self) -> float:
        return statistics.mean(self.seconds)

    @property
    def pace(self) -> float:
        return self.tokens / sum(self.seconds)


@pytest.fixture(scope="module")
def data() -> Dataset:
    quiet()
    torch.set_num_threads(1)
    return Mini().load("train")


def objective(name: str, **settings: object) -> Objective:
    """Take an objective by its name, with a teacher if it wants one."""
    kind = find("objectives", name)
    fields = kind.model_fields  # type: ignore[attr-defined]
    if "teacher" in fields:
        settings["teacher"] = {"model": "medium", "method": "full"}
    if "max_new_tokens" in fields:
        settings["max_new_tokens"] = WRITTEN
    return kind(name=name, **settings)  # type: ignore[operator]


def ours(
    learnt: Objective, data: Dataset, out: Path, student: Weights = STUDENT, tuning: Tuning | None = None
) -> Cost:
    """Train a few steps with the bench."""
    ends: list[float] = []

    def tick(_done: int, total: int, _note: str) -> None:
        if total == STEPS + WARM:
            ends.append(time.process_time())

    job = FitJob(student.base, None, tuning or Full(), learnt, TRAINING, PromptSpec(), 0, TEACHER)
    left = fit(job, data, out, tick)
    spent = tuple(after - before for before, after in pairwise(ends[WARM - 1 :]))
    return Cost(spent, round(left.tokens * len(spent) / left.steps), left.peak_host_bytes)


def rounds(runs: dict[str, Callable[[], Cost]]) -> dict[str, list[Cost]]:
    """Measure everything ``ROUNDS`` times, beginning each time with another one."""
    found: dict[str, list[Cost]] = {name: [] for name in runs}
    order = list(runs)
    for _ in range(ROUNDS):
        for name in order:
            found[name].append(runs[name]())
        order = order[1:] + order[:1]
    return found


def ratio(found: dict[str, list[Cost]], one: str, other: str, of: Callable[[Cost], float]) -> float:
    """Compare two runs round by round, and take the median of the ratios."""
    return statistics.median(of(a) / of(b) for a, b in zip(found[one], found[other], strict=True))


def report(benchmark, name: str, value: float) -> None:
    benchmark.extra_info[name] = round(value, 3)
    print(f"{name}: {value:.2f}")


def test_training_step_of_each_objective_against_sft(benchmark, data: Dataset, tmp_path: Path):
    learnt = {name: objective(name) for name in names("objectives") if name != "seqkd"}
    learnt["gkd"] = objective("gkd", divergence="rkl", share=1.0)
    learnt["kid, likelihood on gold"] = objective("kid", mle_prefix="gold")
    runs = {
        name: (lambda one=one, name=name: ours(one, data, tmp_path / f"{name}-{time.monotonic_ns()}"))
        for name, one in learnt.items()
    }
    found = benchmark.pedantic(lambda: rounds(runs), rounds=1)
    print(f"\nsft: {1000 * statistics.median(cost.step for cost in found['sft']):.0f} ms CPU a step")
    for name in sorted(found, key=lambda name: ratio(found, name, "sft", lambda cost: cost.step)):
        report(benchmark, f"{name}: step over sft", ratio(found, name, "sft", lambda cost: cost.step))
        report(benchmark, f"{name}: peak memory over sft", ratio(found, name, "sft", lambda cost: cost.peak))
    report(benchmark, "kid step over rkd (at most 1.5)", ratio(found, "kid", "rkd", lambda cost: cost.step))
    report(benchmark, "kid step over gkd (at most 0.33)", ratio(found, "kid", "gkd", lambda cost: cost.step))


@pytest.mark.parametrize("size", ["medium", "large"])
def test_training_step_of_each_tuning_against_lora(benchmark, data: Dataset, tmp_path: Path, size: str):
    tunings: dict[str, Tuning] = {"full": Full(), "lora": Lora(), "qlora": Qlora()}
    runs = {
        name: (
            lambda one=one, name=name: ours(
                objective("sft"),
                data,
                tmp_path / f"{name}-{time.monotonic_ns()}",
                Weights(str(HOME / size)),
                one,
            )
        )
        for name, one in tunings.items()
    }
    found = benchmark.pedantic(lambda: rounds(runs), rounds=1)
    print(
        f"\n{size}, lora: {1000 * statistics.median(cost.step for cost in found['lora']):.0f} ms CPU a step"
    )
    for name in ("full", "qlora"):
        report(benchmark, f"{name}: step over lora", ratio(found, name, "lora", lambda cost: cost.step))
        report(
            benchmark, f"{name}: peak memory over lora", ratio(found, name, "lora", lambda cost: cost.peak)
        )


def test_training_against_trl(benchmark, data: Dataset, tmp_path: Path):
    """The same weights, questions, tokens, optimizer and precision, by TRL's trainers and by the bench."""
    pytest.importorskip("trl", reason="needs the dependency group 'perf'")
    tokenizer = load_tokenizer(STUDENT)
    samples = encode(data, tokenizer, PromptSpec(), TRAINING, 0).samples
    learnt = {
        "sft": objective("sft"),
        "gkd": objective("gkd", divergence="rkl", share=1.0),
        "kid": objective("kid"),
    }
    runs: dict[str, Callable[[], Cost]] = {
        name: (lambda one=one, name=name: ours(one, data, tmp_path / f"{name}-{time.monotonic_ns()}"))
        for name, one in learnt.items()
    }
    runs["TRL sft"] = lambda: trl_sft(samples, tokenizer, tmp_path)
    runs["TRL sft, by length"] = lambda: trl_sft(
        samples, tokenizer, tmp_path, train_sampling_strategy="group_by_length"
    )
    runs["TRL gkd"] = lambda: trl_gkd(samples, tokenizer, tmp_path)
    found = benchmark.pedantic(lambda: rounds(runs), rounds=1)
    print()
    for name, costs in found.items():
        print(f"{name}: {1000 * statistics.median(cost.step for cost in costs):.0f} ms CPU a step")
    for name in ("TRL sft", "TRL sft, by length"):
        pace = ratio(found, "sft", name, lambda cost: cost.pace)
        report(benchmark, f"tokens a second, ours over {name} (at least 1.1)", pace)
    report(benchmark, "gkd step over TRL gkd", ratio(found, "gkd", "TRL gkd", lambda cost: cost.step))
    report(benchmark, "kid step over TRL gkd", ratio(found, "kid", "TRL gkd", lambda cost: cost.step))


def trl_sft(samples: tuple[Sample, ...], tokenizer, folder: Path, **settings: object) -> Cost:
    from trl import SFTConfig, SFTTrainer

    trainer = SFTTrainer(
        load(STUDENT),
        args=SFTConfig(**_settings(folder), completion_only_loss=True, max_length=None, **settings),
        train_dataset=_rows(samples, tokenizer),
        processing_class=tokenizer,
    )
    return _timed(trainer)


def trl_gkd(samples: tuple[Sample, ...], tokenizer, folder: Path) -> Cost:
    from trl.experimental.gkd import GKDConfig, GKDTrainer

    settings = GKDConfig(**_settings(folder), lmbda=1.0, beta=1.0, temperature=1.0, max_new_tokens=WRITTEN)
    trainer = GKDTrainer(
        load(STUDENT),
        teacher_model=load(TEACHER),
        args=settings,
        train_dataset=_rows(samples, tokenizer),
        processing_class=tokenizer,
    )
    return _timed(trainer)


def load(weights: Weights):
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(weights.base, dtype=torch.float32)


def _settings(folder: Path) -> dict[str, object]:
    return {
        "output_dir": str(folder / "trl"),
        "max_steps": TRAINING.steps,
        "per_device_train_batch_size": TRAINING.batch,
        "learning_rate": TRAINING.lr,
        "max_grad_norm": TRAINING.clip,
        "lr_scheduler_type": TRAINING.schedule,
        "optim": "adamw_torch",
        "bf16": False,
        "activation_checkpointing": False,
        "use_cpu": True,
        "dataloader_pin_memory": False,
        "include_num_input_tokens_seen": "non_padding",
        "logging_strategy": "no",
        "save_strategy": "no",
        "report_to": "none",
        "disable_tqdm": True,
    }


def _rows(samples: tuple[Sample, ...], tokenizer):
    from datasets import Dataset as Rows

    def rows() -> Iterator[dict[str, object]]:
        for sample in samples:
            answer = len(sample.ids) - sample.start
            yield {
                "input_ids": list(sample.ids),
                "completion_mask": [0] * sample.start + [1] * answer,
                "prompt": tokenizer.decode(sample.ids[: sample.start]),
            }

    return Rows.from_list(list(rows()))


def _timed(trainer) -> Cost:
    from transformers import TrainerCallback

    ends: list[tuple[float, int]] = []

    class Tick(TrainerCallback):
        def on_step_end(self, _args, state, _control, **_settings):
            ends.append((time.process_time(), int(state.num_input_tokens_seen)))

    trainer.add_callback(Tick())
    trainer.train()
    counted = ends[WARM - 1 :]
    seconds = [after - before for (before, _), (after, _) in pairwise(counted)]
    return Cost(tuple(seconds), counted[-1][1] - counted[0][1])
