"""The options of ``bench score``: ours, and those of the official scripts by their own names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

# What was answered, and by whom.
Files = Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...", show_default=False)]
Predictions = Annotated[
    list[Path] | None,
    typer.Option(
        "-p",
        "--predictions",
        "--pred",
        "--predicted_sql_path",
        help="Somebody's predictions: a file, a folder of files, or a pattern; can be given again.",
    ),
]
Against = Annotated[
    Path | None, typer.Option(help="Other predictions, to be paired with question by question.")
]

# What was asked: a data set, or the files of the official scripts.
DatasetName = Annotated[str, typer.Option(help="Name of the data set: spider, if nothing is said.")]
Folder = Annotated[Path | None, typer.Option("--data", help="Folder of the data set.")]
Split = Annotated[str, typer.Option(help="Split that was answered: dev, if nothing is said.")]
Gold = Annotated[
    Path | None,
    typer.Option("--gold", "--ground_truth_path", help="File of gold queries, in place of a data set."),
]
Databases = Annotated[
    str | None,
    typer.Option(
        "--db",
        "--db_root_path",
        help="Folder of its SQLite databases; or of any set, an address: postgresql://me@host/{db_id}.",
    ),
]
Tables = Annotated[
    Path | None, typer.Option("--table", help="Its tables.json; by default read off the databases.")
]
Questions = Annotated[
    Path | None,
    typer.Option("--diff_json", "--diff_json_path", help="Its questions with difficulty, as BIRD's."),
]

# How it is scored.
Kind = Annotated[
    str, typer.Option(help="exec, match or all: the rules and the table of the test-suite script.")
]
PlugValue = Annotated[
    bool, typer.Option("--plug_value", help="As the test-suite script: plug gold values in.")
]
KeepDistinct = Annotated[
    bool, typer.Option("--keep_distinct", help="As the test-suite script: keep DISTINCT.")
]
DataMode = Annotated[
    str,
    typer.Option(
        "--data_mode", help="As BIRD's script, with its rule: MODE_gold.sql, predict_MODE.json in folders."
    ),
]
ModeOfGold = Annotated[str, typer.Option("--mode_gt", help="As BIRD's script: gt.")]
ModeOfPredictions = Annotated[str, typer.Option("--mode_predict", help="As BIRD's script: gpt.")]
TimeOut = Annotated[
    float | None, typer.Option("--meta_time_out", help="BIRD's seconds; counted in steps here.")
]
Rule = Annotated[list[str] | None, typer.Option("--rule", help="Rule, such as ex.bird; can be given again.")]
Rules = Annotated[str, typer.Option(help="Rules with commas between them, compared with one another.")]
GoldCheck = Annotated[
    bool, typer.Option("--gold-check", help="Hold gold against itself; needs no predictions.")
]
PolicyName = Annotated[str, typer.Option(help="Limits of execution: standard, spider or fast.")]
Now = Annotated[str, typer.Option(help="What SQL's clock shows, such as 2026-11-20.")]
Workers = Annotated[
    int | None, typer.Option("--workers", "--num_cpus", min=1, help="Processes that run SQL.")
]
UseCache = Annotated[
    bool, typer.Option("--cache", help="Remember verdicts in your cache folder, and use those there.")
]

# What is shown and written.
Profile = Annotated[bool, typer.Option("--profile", help="Count what wrong answers do otherwise than gold.")]
By = Annotated[
    list[str] | None, typer.Option("--by", help="Show scores by difficulty, database or construct too.")
]
Out = Annotated[Path | None, typer.Option(help="Write the verdicts of one file as JSONL here.")]
Csv = Annotated[Path | None, typer.Option(help="Write a row for each question here.")]
JUnit = Annotated[Path | None, typer.Option(help="Write a test case for each question here.")]
Html = Annotated[Path | None, typer.Option(help="Folder for pages that show each question, --against too.")]
