"""Score: prediction files → verdicts, every distinct SQL run and compared once for all of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.answers import read
from bench.console import counting
from bench.execute import Executor, Policy
from bench.execute.live import Live
from bench.judge.clauses import ClauseScore, clause_scores
from bench.judge.disagree import Disagreement, disagreements
from bench.judge.ends import ENDINGS
from bench.judge.exact import EM_RULES, UNREAD, UNREAD_GOLD
from bench.judge.garbage import seldom_collected
from bench.judge.judge import judge_each
from bench.judge.rules import metrics
from bench.judge.score import Scorecard, outcome, score_each
from bench.scoring.kept import Kept
from bench.types import Dataset, Prediction, Status, Verdict

QUIRK = "quirk: "
"""How a note begins that tells what a verdict owes its success to."""


@dataclass(frozen=True, slots=True)
class Scored:
    """A scored prediction file; verdicts and predictions in the order of the data set."""

    name: str
    dataset: Dataset
    predictions: tuple[Prediction, ...]
    verdicts: tuple[Verdict, ...]
    card: Scorecard

    @property
    def headline(self) -> str:
        """The metric that decides what counts as correct."""
        return next(iter(self.card.metrics))

    @property
    def disagreements(self) -> tuple[Disagreement, ...]:
        """On which questions two of the rules differ."""
        return disagreements(self.verdicts, list(self.card.metrics))

    @property
    def spoiled(self) -> dict[tuple[str, str], int]:
        """Count the verdicts that the environment spoiled, by database and what broke.

        A database that is not the first of its question goes by its file: ``pets/pets_2.sqlite``.
        """
        broken = [(verdict.db_id, end) for verdict in self.verdicts if (end := verdict.spoiled)]
        return dict(Counter((self._file(db_id, end.detail), end.status.value) for db_id, end in broken))

    def _file(self, db_id: str, detail: str) -> str:
        file = detail.partition(": ")[0]
        names = [path.name for path in self.dataset.suites.get(db_id, ())]
        return f"{db_id}/{file}" if file in names else db_id

    @property
    def failed(self) -> list[str]:
        """Give the examples whose gold did not run, which is no fault of the environment."""
        ends = ((verdict.example_id, verdict.gold.status) for verdict in self.verdicts)
        return [name for name, status in ends if status is not Status.OK and not status.infra]

    @property
    def misplaced(self) -> int:
        """Count the answers that ask for tables or columns unknown to their database, where most do."""
        unknown = self.card.outcomes.get(Status.ERROR_SCHEMA.value, 0)
        return unknown if 2 * unknown > self.card.n else 0

    @property
    def quirks(self) -> dict[str, list[str]]:
        """Give the examples that are right only by a quirk, by metric and quirk."""
        found: defaultdict[str, list[str]] = defaultdict(list)
        for verdict in self.verdicts:
            for note in verdict.notes:
                if note.startswith(QUIRK):
                    found[note.removeprefix(QUIRK)].append(verdict.example_id)
        return dict(found)

    @property
    def unread(self) -> dict[str, list[str]]:
        """Give the examples whose prediction a rule cannot read, by rule and its reader."""
        return self._noted(UNREAD)

    @property
    def unread_gold(self) -> dict[str, list[str]]:
        """Give the examples whose gold a rule cannot read, likewise; none of their answers is right."""
        return self._noted(UNREAD_GOLD)

    def _noted(self, words: str) -> dict[str, list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for verdict in self.verdicts:
            for note in verdict.notes:
                rule, found_it, _ = note.partition(f" {words}")
                if found_it:
                    found[rule].append(verdict.example_id)
        return dict(found)

    @property
    def clauses(self) -> dict[str, tuple[ClauseScore, ...]]:
        """Score each clause under each rule of exact match, by level."""
        return {
            metric: clause_scores(self.dataset, self.predictions, metric)
            for metric in self.card.metrics
            if metric in EM_RULES
        }

    def ending(self, verdict: Verdict) -> str:
        """Say in words how an answer ended."""
        return ENDINGS[outcome(verdict, self.headline)]


@seldom_collected()
def score_files(
    files: Sequence[Path],
    dataset: Dataset,
    rules: Sequence[str],
    policy: Policy,
    *,
    workers: int | None = None,
    cache: Path | None = None,
    require_sandbox: bool = False,
    live: Live | None = None,
    constructs: bool = False,
) -> tuple[Scored, ...]:
    """Score prediction files for the same questions.

    Args:
        files: what was predicted; all are read before any SQL runs.
        dataset: what was asked.
        rules: rules, the headline first; those of the data set if there are none.
        policy: the limits of execution.
        workers: how many processes run SQL.
        cache: a file of verdicts to look in first and to add to.
        require_sandbox: whether to refuse to run where a layer of the sandbox is absent.
        live: where the databases are, if they are not SQLite files.
        constructs: whether to break scores down by the constructs of gold too.

    Raises:
        ConfigError: a rule is not known.
        DataError: a file is missing, or does not answer each example once.
    """
    names = metrics(rules, dataset.rules, where="--rules")
    answers = [{one.example_id: one for one in read(file, dataset)} for file in files]
    with Executor(
        policy, workers=workers, cache=cache, require_sandbox=require_sandbox, live=live
    ) as executor:
        kept = (
            Kept(cache.with_name("whole.sqlite"), dataset, names, policy, executor.engine) if cache else None
        )
        verdicts = _verdicts(dataset, answers, names, executor, None if live else kept)
    predictions = [tuple([said[example.id] for example in dataset.examples]) for said in answers]
    own = [tuple([verdicts[one.example_id, one.sql] for one in said]) for said in predictions]
    cards = score_each(dataset, own, names, constructs=constructs)
    return tuple(
        Scored(name, dataset, said, judged, card)
        for name, said, judged, card in zip(_names(files), predictions, own, cards, strict=True)
    )


def _verdicts(
    dataset: Dataset,
    answers: Sequence[Mapping[str, Prediction]],
    names: Sequence[str],
    executor: Executor,
    kept: Kept | None,
) -> dict[tuple[str, str | None], Verdict]:
    """Judge each distinct SQL for each example once; answers to one example follow one another."""
    asked = [
        (example, sql)
        for example in dataset.examples
        for sql in dict.fromkeys(answer[example.id].sql for answer in answers)
    ]
    known = kept.recall(asked) if kept else {}
    fresh = [answer for place, answer in enumerate(asked) if place not in known]
    answered = ((example, Prediction(example.id, sql or "", sql)) for example, sql in fresh)
    judged = list(counting(judge_each(dataset, answered, names, executor), len(fresh), "judged"))
    if kept and fresh:
        kept.keep(zip(fresh, judged, strict=True))
    found = [(asked[place], verdict) for place, verdict in known.items()]
    return {(example.id, sql): one for (example, sql), one in (*found, *zip(fresh, judged, strict=True))}


def _names(files: Sequence[Path]) -> list[str]:
    """Name files as shortly as tells them apart."""
    names = Counter(file.name for file in files)
    return [file.name if names[file.name] == 1 else str(file) for file in files]
