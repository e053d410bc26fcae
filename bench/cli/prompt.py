"""``bench prompt``: the text that a model meets."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.options import AsJson
from bench.cli.suites import Cells, Limit, StoreFolder, SuiteName, bound
from bench.errors import ConfigError
from bench.words import count


def prompt(
    suite: SuiteName,
    name: Annotated[str, typer.Option("--id", help="A question of the set, as in its predictions.")] = "",
    question: Annotated[str, typer.Option(help="A new question instead.")] = "",
    database: Annotated[str, typer.Option("--db", help="The database that the new question asks.")] = "",
    evidence: Annotated[str, typer.Option(help="What one must know to answer the new question.")] = "",
    cell: Cells = None,
    limit: Limit = None,
    store: StoreFolder = Path("runs"),
    as_json: AsJson = False,
) -> None:
    """Print the prompt that the model of a cell meets, to the byte; its id goes to the standard error."""
    from bench.ask import ask, known, new

    if bool(name) == bool(question) or bool(question) != bool(database):
        raise ConfigError("needs --id, or --question with --db", where="bench prompt")
    plan = bound(suite, store, limit, cell)
    chosen = plan.bind(plan.wanted[0])
    example = known(chosen.dataset, name) if name else new(chosen.dataset, question, database, evidence)
    asked = ask(plan, example, chosen)
    if as_json:
        print(json.dumps(asked.to_json(), indent=2, ensure_ascii=False))
        return
    sys.stdout.write(asked.prompt.text)
    sys.stdout.flush()
    tokens = f", {asked.prompt.tokens} tokens" if asked.prompt.tokens is not None else ""
    cut = f", {asked.prompt.cut} to fit the budget" if asked.prompt.cut else ""
    print(f"\nprompt {asked.id} of {asked.cell}{tokens}{cut}", file=sys.stderr)
    if asked.unanswered:
        print(
            f"{count(asked.unanswered, 'earlier turn')} shown without SQL: {store} holds no answer to them; "
            "run the suite first, and give the --limit of that run here too",
            file=sys.stderr,
        )
