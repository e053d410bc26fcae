"""The command line: thin verbs over the engine, which is imported only by the verb that needs it."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from bench import __version__
from bench.cli import compare, data, execute, export, prompt, score, suites
from bench.cli.options import AsJson
from bench.errors import DONE, FAILED, INTERRUPTED, BenchError

app = typer.Typer(
    name="bench",
    help="Fit, predict, execute, judge and publish text-to-SQL models, from one suite file.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for verb in (
    suites.plan,
    suites.run,
    suites.show,
    suites.publish,
    compare.compare,
    score.score,
    export.export,
    prompt.prompt,
):
    app.command()(verb)
app.command("exec")(execute.execute)
app.add_typer(data.app, name="data")


def main() -> None:
    """Run the command line; a user's mistake is one message and an exit code."""
    try:
        app(standalone_mode=True)
    except BenchError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            more = "; the same command goes on from here" if "run" in sys.argv[1:2] else ""
            print(f"\ninterrupted{more}", file=sys.stderr)
        raise
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
    except OSError as error:
        print(f"error: {error.filename or 'system'}: {error.strerror or error}", file=sys.stderr)
        sys.exit(FAILED)


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.")] = False,
) -> None:
    if version:
        print(f"text2sql-bench {__version__}")
        raise typer.Exit


@app.command()
def doctor(as_json: AsJson = False) -> None:
    """Say what this machine has and what it lacks."""
    from bench import doctor as checks

    raise typer.Exit(checks.examine(as_json=as_json))
