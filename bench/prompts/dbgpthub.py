"""DB-GPT-Hub's prompt, byte for byte as published, so that models tuned with it meet their own text.

The schema is told in prose, on one line, with names in lower case. Of a composite primary key it
names the first column. The format has no place for types, values or earlier turns, which are refused, and
shows evidence only when told to. Its wrapper is put around the text once, in training and in prediction
alike, and may stand around the other formats' schemas too.
"""

from __future__ import annotations

from bench.prompts.format import Contents, Format
from bench.types import Example, Schema, Table

WRAPPER = (
    "I want you to act as a SQL terminal in front of an example database. "
    "Below is an instruction that describes a task, "
    "Write a response that appropriately completes the request.\n\n"
    "###Instruction:\n{instruction}\n\n###Input:\n{question}\n\n###Response: "
)


def wrap(instruction: str, example: Example) -> str:
    """Put the wrapper around a schema and a question; the text ends in one space."""
    question = f"{example.evidence}\n{example.question}" if example.evidence else example.question
    return WRAPPER.format(instruction=instruction, question=question)


def _schema(schema: Schema, _shown: Contents) -> str:
    names = ", ".join(table.name.lower() for table in schema.tables)
    sentences = [f"{schema.db_id} contains tables such as {names}."]
    for table in schema.tables:
        sentences += _table(table)
    sentences += [
        f"The {key.column.lower()} of {key.table.lower()} is the foreign key"
        f" of {key.to_column.lower()} of {key.to_table.lower()}."
        for key in schema.foreign_keys
    ]
    return " ".join(sentences)


def _table(table: Table) -> list[str]:
    columns = ", ".join(column.name.lower() for column in table.columns)
    sentences = [f"Table {table.name.lower()} has columns such as {columns}."]
    if table.primary_key:
        sentences.append(f"{table.primary_key[0].lower()} is the primary key.")
    return sentences


def _ask(example: Example) -> str:
    """Write the question as the records hold it, for those who want no wrapper."""
    return "\n".join(part for part in (example.evidence, example.question) if part) + "\n"


FORMAT = Format(version=1, schema=_schema, ask=_ask, turns=False, evidence=False, wrapper="dbgpthub")
