"""DB-GPT-Hub's prompt, byte for byte as published, so that models tuned with it meet their own text.

The schema is told in prose, on one line, with names in lower case. Of a composite primary key it
names the first column. The format has no place for types, values, evidence or earlier turns:
they are left out. Its wrapper is put around the text once, in training and in prediction alike.
"""

from __future__ import annotations

from bench.types import Example, Schema, Table

VERSION = 1

WRAPPER = (
    "I want you to act as a SQL terminal in front of an example database. "
    "Below is an instruction that describes a task, "
    "Write a response that appropriately completes the request.\n\n"
    "###Instruction:\n{instruction}\n\n###Input:\n{question}\n\n###Response: "
)


def render(example: Example, schema: Schema) -> str:
    """Write the prompt; it ends in one space."""
    return WRAPPER.format(instruction=_prose(schema), question=example.question)


def _prose(schema: Schema) -> str:
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
