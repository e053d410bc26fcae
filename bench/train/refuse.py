"""Refusals: what can be known to fail before any time is spent on it."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from bench.errors import BenchError, FitError, near
from bench.methods import Ia3, Lora, Qlora, Training, Tuning
from bench.train.estimate import WIDE, Work, weights
from bench.train.lengths import Lengths
from bench.train.shapes import Shapes
from bench.words import size

if TYPE_CHECKING:
    from bench.train.probe import Machine


def refuse(work: Work, machine: Machine) -> None:
    """Refuse a fit that names what is not there, or whose weights are more than the memory that is free.

    Raises:
        BenchError: a package or a GPU is missing, or a module is not in the model.
        FitError: the weights alone do not fit, and the teacher is named if it is what is too large; or
            examples are longer than they may be.
    """
    check_lengths(work.lengths, work.training)
    check_targets(work.student, work.tuning)
    check_packages(work.tuning, work.training, gpu=machine.gpu)
    student = weights(work.student, work.tuning, work.training)
    taught = WIDE * work.teacher.parameters if work.teacher is not None else 0
    if student + taught <= machine.memory:
        return
    what = f"the student's weights take {size(student)}"
    if taught:
        what = f"the teacher's weights take {size(taught)} and the student's {size(student)}"
    smaller = "take a smaller teacher" if taught else "take the tuning 'qlora'"
    raise FitError(
        f"{what}, and {size(machine.memory)} of memory are free on this device ({machine.name})",
        where="objective.teacher" if taught else "model",
        todo=f"{smaller}, or a larger device",
    )


def check_lengths(lengths: Lengths, training: Training) -> None:
    """Refuse examples that are too long where nothing is said of them; the fit itself names them all.

    Raises:
        FitError: says how many of those looked at are.
    """
    if lengths.too_long and training.overflow == "error":
        raise FitError(
            f"{lengths.too_long} of {lengths.looked_at} training examples looked at are longer than "
            f"max_length = {training.max_length} tokens",
            where="training.overflow",
            todo="raise max_length, or choose overflow = 'drop' or 'truncate'",
        )


def check_targets(shapes: Shapes, tuning: Tuning) -> None:
    """Refuse modules that nothing in the model is called.

    Raises:
        FitError: names those that there are.
    """
    if not isinstance(tuning, Lora | Ia3):
        return
    modules = [name.removesuffix(".weight") for name in shapes.tensors]
    inner = {name.rpartition(".")[0] for name in modules}
    for target in tuning.targets or ():
        if not any(_ends(name, target) for name in (*modules, *inner)):
            raise FitError(
                f"the model has no module '{target}'", where="tuning.targets", todo=near(target, shapes.kinds)
            )


def check_packages(tuning: Tuning, training: Training, *, gpu: bool) -> None:
    """Refuse 4-bit weights and 8-bit optimizers without bitsandbytes, and paged ones without a GPU.

    Raises:
        BenchError: says what is missing.
    """
    if training.optimizer.startswith("paged") and not gpu:
        raise BenchError(
            f"the optimizer '{training.optimizer}' pages between GPU and host, and there is no GPU",
            where="training.optimizer",
            todo=f"take '{training.optimizer.removeprefix('paged-')}'",
        )
    wanted = "the tuning 'qlora'" if isinstance(tuning, Qlora) else f"the optimizer '{training.optimizer}'"
    if (isinstance(tuning, Qlora) or training.optimizer != "adamw") and find_spec("bitsandbytes") is None:
        raise BenchError(
            f"{wanted} needs the package 'bitsandbytes'", todo="pip install 'text2sql-bench[train]'"
        )


def _ends(name: str, target: str) -> bool:
    return name == target or name.endswith(f".{target}")
