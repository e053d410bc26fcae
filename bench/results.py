"""What a finished cell leaves for readers: the values that tables and pages are views of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bench.types import Dataset, Fit, Prediction, Verdict

NOT_RUN, SKIPPED = "not run", "skipped: "
"""Why a cell has no score: nothing was run yet, or the suite leaves it out, and says why."""


@dataclass(frozen=True, slots=True)
class CellResult:
    """One point of a suite's grid with everything that was learned about it.

    Attributes:
        slug: ``<model>-<method>-<dataset>-s<seed>``, readable and unique within a suite.
        key: the first 8 hexadecimal digits of the identity of its answers.
        source: the base weights, such as ``tiny:medium`` or ``hf:Qwen/Qwen2.5-0.5B``.
        base_note: what a reader must know about the base, such as that it is a toy; may be empty.
        method_text: tuning, objective and teacher in words.
        missing: why there are no verdicts (``"not run"``), or empty when the cell is done.
        predictions: the answers, and ``verdicts`` on them, which may be read anew whenever asked for.
        prompts: example id → the prompt that the model met.
        seconds: wall time of prediction over all questions, ``None`` where it was not measured or no
            model answered.
        provenance: versions, machine, commit, settings: JSON values only.
        command: the one command that runs this cell again.
    """

    slug: str
    key: str
    model: str
    method: str
    dataset_name: str
    seed: int
    dataset: Dataset
    source: str
    base_note: str
    method_text: str
    missing: str = ""
    fit: Fit | None = None
    predictions: Sequence[Prediction] = ()
    verdicts: Sequence[Verdict] = ()
    prompts: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None
    provenance: Mapping[str, object] = field(default_factory=dict)
    command: str = ""

    @property
    def publishable(self) -> bool:
        """Whether no verdict was spoiled by the environment."""
        return not self.missing and not any(verdict.spoiled for verdict in self.verdicts)


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """All cells of one suite, in the order of its grid."""

    name: str
    title: str
    notes: str
    metrics: tuple[str, ...]
    """The metrics to show, the headline first, such as ``("ex.spider", "em.spider")``."""
    cells: tuple[CellResult, ...]
    command: str
    """The command that renders its board again."""
    answers: bool = True
    """Whether answers and questions have pages of their own, as cells have."""
    compare: tuple[tuple[str, str], ...] = ()
    """Pairs of methods that the suite is about, the first against the second."""
