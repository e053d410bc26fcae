"""How a base model is made to answer: tuning × objective, and how it is trained, as values.

Nothing here imports torch: a suite that trains can be read, checked and planned on a machine that
cannot train. The mathematics of each objective is in ``bench.train.objectives``.
"""

from __future__ import annotations

from bench.methods.answering import Decoding
from bench.methods.objective import (
    Abkd,
    Akl,
    Distillation,
    Distillm,
    Divergence,
    Fdistill,
    Fkd,
    Gkd,
    Imitkd,
    Jsd,
    Kid,
    Minillm,
    Objective,
    OnPolicy,
    Opd,
    Rkd,
    Seqkd,
    Sft,
    SkewKl,
    SkewRkl,
    SpeculativeKd,
    Taid,
    TeacherRef,
    Tvd,
)
from bench.methods.prompt import Filter, PromptSpec, Shots
from bench.methods.record import Record
from bench.methods.training import Training, Validation
from bench.methods.tuning import Adapter, Full, Ia3, Lora, NoTuning, Qlora, Tuning

__all__ = [
    "Abkd",
    "Adapter",
    "Akl",
    "Decoding",
    "Distillation",
    "Distillm",
    "Divergence",
    "Fdistill",
    "Filter",
    "Fkd",
    "Full",
    "Gkd",
    "Ia3",
    "Imitkd",
    "Jsd",
    "Kid",
    "Lora",
    "Minillm",
    "NoTuning",
    "Objective",
    "OnPolicy",
    "Opd",
    "PromptSpec",
    "Qlora",
    "Record",
    "Rkd",
    "Seqkd",
    "Sft",
    "Shots",
    "SkewKl",
    "SkewRkl",
    "SpeculativeKd",
    "Taid",
    "TeacherRef",
    "Training",
    "Tuning",
    "Tvd",
    "Validation",
]
