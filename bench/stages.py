"""The stages of a cell: fit → predict → judge → score, each from values to files.

Every stage holds its folder's lock, resumes what an earlier run began, and writes the file that
means "done" last. Answers (weights, predictions, verdicts, scores) are the same bytes however
often a run was interrupted; what was measured (seconds, memory, provenance) lies in files of its
own.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import cast

from bench import provenance
from bench.errors import DataError
from bench.execute import Executor
from bench.execute.live import Live
from bench.execute.policy import named
from bench.judge.judge import judge
from bench.judge.score import score
from bench.methods import Sft
from bench.plan import STAGES, Bound, Plan, Stage
from bench.prompts import Prompter, Tokenizer, kept, needs_tokenizer
from bench.prompts.recall import summarize, watched
from bench.prompts.turns import earlier, with_sql
from bench.store import append, drop_torn, read_lines, write_json, write_lines
from bench.types import Example, Prediction, Report, Request, Verdict, silent


def fit(plan: Plan, bound: Bound, report: Report = silent, *, threads: int = 1, command: str = "") -> None:
    """Train the weights of a cell, unless they are there.

    Raises:
        DataError: the training split is empty.
        FitError: training could not start or could not go on.
    """
    if bound.fit is None or bound.method.training is None:
        return
    from bench.train.fit import FitJob
    from bench.train.fit import fit as train
    from bench.weights import Weights

    with plan.store.lock(bound.fit, tell=report):
        if bound.done("fit"):
            return
        dataset = plan.training_split(bound.cell)
        if not dataset.examples:
            raise DataError("the training split is empty", where=f"{dataset.name} {dataset.split}")
        teacher = bound.teacher
        job = FitJob(
            base=bound.adapter.base(),
            revision=bound.model.revision,
            tuning=bound.method.tuning,
            objective=bound.method.objective or Sft(),
            training=bound.method.training,
            prompt=plan.suite.prompt,
            seed=bound.cell.seed,
            teacher=Weights(
                teacher.adapter.base(),
                teacher.model.revision,
                teacher.fit,
                teacher.method.tuning,
                code=teacher.model.trust_remote_code,
            )
            if teacher
            else None,
            code=bound.model.trust_remote_code,
        )
        left = train(job, dataset, bound.fit, report, threads=threads)
        write_json(bound.fit / "provenance.json", provenance.describe(command))
        write_json(bound.fit / "fit.json", {"key": bound.fit_key, **asdict(left)})


def predict(
    plan: Plan, bound: Bound, report: Report = silent, *, threads: int = 1, command: str = ""
) -> None:
    """Ask the model every question of the cell that it has not answered yet."""
    from bench.generate.predict import predict as ask

    with plan.store.lock(bound.predictions, tell=report):
        if bound.done("predict"):
            return
        write_json(bound.predictions / "cell.json", _describe(plan, bound))
        predictor = bound.adapter.open(
            bound.fit, bound.method.tuning, plan.suite.decoding, threads=threads, seed=bound.cell.seed
        )
        for requests in _rounds(plan, bound):
            ask(requests, predictor, bound.predictions, report)
        write_json(bound.predictions / "provenance.json", provenance.describe(command))
        write_json(bound.predictions / "predicted.json", {"predictions": len(requests)})


def _rounds(plan: Plan, bound: Bound) -> Iterator[list[Request]]:
    """Write the prompts of a cell: at once, or turn by turn where they show what was predicted before."""
    examples = bound.dataset.examples
    if plan.suite.prompt.history != "predicted":
        yield _requests(plan, bound, examples)
        return
    turns, path = earlier(examples), bound.predictions / "predictions.jsonl"
    for depth in sorted({len(example.history) for example in examples}):
        drop_torn(path)
        said = {prediction.example_id: prediction.sql for prediction in read_lines(path, Prediction)}
        due = [example for example in examples if len(example.history) <= depth]
        if len(due) == len(examples) or any(example.id not in said for example in due):
            yield _requests(plan, bound, [with_sql(one, turns[one.id], said) for one in due])


def _requests(plan: Plan, bound: Bound, examples: Sequence[Example]) -> list[Request]:
    """Write prompts of a cell, and what became of them into ``prompts.json``."""
    spec = plan.suite.prompt
    write = prompter(plan, bound)
    prompts = [write.prompt(example) for example in examples]
    if watched(spec):
        schemas = [bound.dataset.schema(example) for example in examples]
        write_json(bound.predictions / "prompts.json", asdict(summarize(examples, schemas, prompts)))
    places = {example.id: place for place, example in enumerate(bound.dataset.examples)}
    requests = [
        Request(example, prompt.text, places[example.id])
        for example, prompt in zip(examples, prompts, strict=True)
    ]
    if kept(spec):  # a board is made where there need be no tokenizer
        shown = ({"id": request.example.id, "prompt": request.prompt} for request in requests)
        write_lines(bound.predictions / "prompts.jsonl", shown)
    return requests


def prompter(plan: Plan, bound: Bound) -> Prompter:
    """Return what writes the prompts of a cell, with the tokenizer of its model where they depend on it."""
    return plan.prompter(bound, _tokenizer(bound) if needs_tokenizer(plan.suite.prompt) else None)


def _tokenizer(bound: Bound) -> Tokenizer | None:
    """Load the tokenizer of a cell's model, that of its base before it is fitted; none for a server's."""
    if not bound.adapter.trainable:
        return None
    from bench.weights import Weights, load_tokenizer

    fit = bound.fit if bound.done("fit") else None
    weights = Weights(
        bound.adapter.base(),
        bound.model.revision,
        fit,
        bound.method.tuning,
        code=bound.model.trust_remote_code,
    )
    return cast("Tokenizer", load_tokenizer(weights))


def judge_cell(
    plan: Plan,
    bound: Bound,
    report: Report = silent,
    *,
    workers: int | None = None,
    require_sandbox: bool = False,
) -> None:
    """Run and compare every prediction, appending verdicts in the order of the data set."""
    path = bound.judged / "verdicts.jsonl"
    with plan.store.lock(bound.judged, tell=report):
        if bound.done("score"):
            return
        predictions = read_lines(bound.predictions / "predictions.jsonl", Prediction)
        drop_torn(path)
        begun = len(read_lines(path, Verdict))
        count = len(bound.dataset.examples)
        if begun < count:
            limits = named(plan.suite.judge.policy)
            live = _live(plan, bound)
            with Executor(limits, workers=workers, require_sandbox=require_sandbox, live=live) as executor:
                _append_verdicts(path, bound, predictions, begun, executor, report)
        verdicts = read_lines(path, Verdict)
        scores = score(bound.dataset, verdicts, bound.metrics, constructs=True)
        write_json(bound.judged / "score.json", scores.to_json())


def _live(plan: Plan, bound: Bound) -> Live | None:
    """Find the databases of a cell that are not SQLite files."""
    spec = plan.suite.datasets[bound.cell.dataset]
    if spec.db is None:
        return None
    return Live(
        spec.db, expected=spec.engine or "", where=plan.suite.place(f"datasets.{bound.cell.dataset}.db")
    )


def forget(bound: Bound, stage: Stage) -> None:
    """Delete what a stage of a cell has left, so that it is done again."""
    folders = {"fit": bound.fit, "predict": bound.predictions, "judge": bound.judged, "score": bound.judged}
    folder = folders[stage]
    if folder is not None and folder.exists():
        shutil.rmtree(folder)


def until(stage: str | None) -> Sequence[Stage]:
    """List the stages up to and including ``stage``; all of them for ``None``."""
    return STAGES if stage is None else STAGES[: 1 + [str(step) for step in STAGES].index(stage)]


def _append_verdicts(
    path: Path,
    bound: Bound,
    predictions: Sequence[Prediction],
    begun: int,
    executor: Executor,
    report: Report,
) -> None:
    count = len(bound.dataset.examples)
    with path.open("ab") as file:
        verdicts = judge(bound.dataset, predictions, bound.metrics, executor, skip=begun)
        for number, verdict in enumerate(verdicts, start=begun + 1):
            append(file, [verdict])
            if number % 16 == 0 or number == count:
                report(number, count, "judged")


def _describe(plan: Plan, bound: Bound) -> dict[str, object]:
    """Write down what the cell is, for people who look into the store."""
    return {
        "suite": plan.suite.name,
        "cell": asdict(bound.cell),
        "model": bound.model.model_dump(mode="json"),
        "method": bound.method.model_dump(mode="json"),
        "prompt": plan.suite.prompt.model_dump(mode="json"),
        "decoding": plan.suite.decoding.model_dump(mode="json"),
        "fit_key": bound.fit_key,
        "predict_key": bound.predict_key,
        "dataset": {
            "name": bound.dataset.name,
            "split": bound.dataset.split,
            "fingerprint": bound.dataset.fingerprint,
        },
    }
