"""Report: scored prediction files, and what else was asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.execute import Policy
from bench.execute.cache import default
from bench.scoring.compare import Contrast, contrast
from bench.scoring.diagnoses import Diagnosed, diagnose
from bench.scoring.load import Source, load
from bench.scoring.score import Scored, score_files


@dataclass(frozen=True, slots=True)
class Report:
    """What one call of ``bench score`` found.

    Attributes:
        scored: the prediction files, all for the same questions.
        other: the file that they are held against, if any.
        contrasts: each file held against it.
        diagnosed: what is wrong with each file's answers, if that was asked for.
    """

    scored: tuple[Scored, ...]
    other: Scored | None
    contrasts: tuple[tuple[Contrast, ...], ...]
    diagnosed: tuple[Diagnosed, ...]

    @property
    def paged(self) -> tuple[Scored, ...]:
        """The files that pages show, the other first: differences have the same sign there as here."""
        return (self.other, *self.scored) if self.other else self.scored

    @property
    def spoiled(self) -> bool:
        """Whether the environment spoiled a verdict."""
        return any(one.spoiled for one in self.scored)


def report(
    files: Sequence[Path],
    against: Path | None,
    source: Source,
    rules: Sequence[str],
    policy: Policy,
    *,
    workers: int | None = None,
    cache: bool = False,
    require_sandbox: bool = False,
    constructs: bool = False,
    profile: bool = False,
) -> Report:
    """Score prediction files, and look at them as far as that is asked for.

    Args:
        files: what was predicted.
        against: another such file, which they are held against.
        source: what was asked.
        rules: rules, the headline first; those of the data set if there are none.
        policy: the limits of execution.
        workers: how many processes run SQL.
        cache: whether to look in the user's cache of verdicts first, and to add to it.
        require_sandbox: whether to refuse to run where a layer of the sandbox is absent.
        constructs: whether to break scores down by the constructs of gold too.
        profile: whether to say what wrong answers do otherwise than gold.

    Raises:
        BenchError: what was asked or predicted cannot be read, or a rule is not known.
    """
    scored = score_files(
        (*files, against) if against else files,
        load(source, rules),
        rules,
        policy,
        workers=workers,
        cache=default() if cache else None,
        require_sandbox=require_sandbox,
        live=source.live,
        constructs=constructs,
    )
    mine, other = scored[: len(files)], scored[-1] if against else None
    return Report(
        mine,
        other,
        tuple(contrast(one, other) for one in mine) if other else (),
        tuple(diagnose(one, workers=workers) for one in mine) if profile else (),
    )
