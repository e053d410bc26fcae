"""Ends: how an answer ended, in the words that the terminal and the pages share."""

from __future__ import annotations

from bench.judge.score import CORRECT, GOLD_FAILED, MISSING, WRONG_RESULT
from bench.types import Status

ENDINGS = {
    CORRECT: "correct",
    WRONG_RESULT: "wrong result",
    MISSING: "no answer",
    Status.NOT_A_QUERY.value: "no query",
    Status.MULTI_STATEMENT.value: "several statements",
    Status.FORBIDDEN.value: "forbidden",
    Status.ERROR_SYNTAX.value: "syntax error",
    Status.ERROR_SCHEMA.value: "unknown table or column",
    Status.ERROR_RUNTIME.value: "runtime error",
    Status.ERROR_LIMIT.value: "too complex for the engine",
    Status.ERROR_DECODE.value: "undecodable text",
    Status.TIMEOUT.value: "timeout",
    Status.TOO_LARGE.value: "result too large",
    Status.MEMORY.value: "out of memory",
    Status.CRASH.value: "engine crashed",
    GOLD_FAILED: "gold failed",
    Status.DB_MISSING.value: "database missing (infrastructure)",
    Status.DB_CORRUPT.value: "database corrupt (infrastructure)",
    Status.DB_IO.value: "database unreadable (infrastructure)",
    Status.INTERNAL.value: "internal error (infrastructure)",
}
"""How an answer ended → the words for it, from the best end to the worst."""
