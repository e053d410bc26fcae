"""Fuzz the executor with the grammar: ``python -m tests.execute.fuzz --minutes 30 --out found.jsonl``.

Every text runs on shared connections under two arrangements of workers and batches, with the probes of
the red team behind it. What may never happen is printed and counted: an outcome that differs between
the two, a probe that answers otherwise than before, a file that changed or appeared, a crash, a fault
of our own, a worker whose memory grows. Every text is written down with its outcome.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

from bench.execute import Executor, Judged, Pair
from bench.types import Status
from tests.execute.conftest import SMALL
from tests.execute.grammar import texts
from tests.execute.test_redteam import PROBES, state, verdict

ROUND = 100
POLICY = replace(SMALL, cpu_seconds=4.0, heap=64 * 2**20)
ARRANGEMENTS = ((1, 16), (2, 1))
NEVER = frozenset({Status.CRASH, Status.INTERNAL, Status.DB_CORRUPT, Status.DB_IO, Status.DB_MISSING})


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--victim", type=Path, required=True, help="the folder with make_victim.py")
    parser.add_argument("--engine", default="apsw")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    ends, faults, count = Counter[str](), 0, 0
    end = time.monotonic() + 60 * options.minutes
    grown = texts(options.seed)
    with tempfile.TemporaryDirectory() as name, options.out.open("a") as out:
        victim = Path(name) / "victim.sqlite"
        subprocess.run([sys.executable, options.victim / "make_victim.py", victim], check=True)
        executors = [
            Executor(POLICY, workers=workers, batch=batch, engine=options.engine)
            for workers, batch in ARRANGEMENTS
        ]
        try:
            while time.monotonic() < end:
                these = list(islice(grown, ROUND))
                for family, sql, outcome, fault in one_round(executors, victim, these):
                    count, faults = count + 1, faults + bool(fault)
                    ends[outcome] += 1
                    if fault:
                        print(f"{fault}: {sql!r}", flush=True)
                    line = {"family": family, "sql": sql, "outcome": outcome, "fault": fault}
                    out.write(json.dumps(line) + "\n")
                print(count, faults, memory(executors), dict(ends.most_common()), flush=True)
        finally:
            for executor in executors:
                executor.close()
    return min(faults, 1)


def one_round(
    executors: list[Executor], victim: Path, these: list[tuple[str, str]]
) -> Iterator[tuple[str, str, str, str]]:
    """Run texts under every arrangement; yields family, text, outcome and what is wrong, if anything."""
    before = state(victim.parent), state(Path.cwd(), of="pwn*")
    first, second = (
        {judged.key: judged for judged in executor.judge(pairs(victim, these))} for executor in executors
    )
    moved = "a file changed" if before != (state(victim.parent), state(Path.cwd(), of="pwn*")) else ""
    for number, (family, sql) in enumerate(these):
        outcome = first[str(number)].prediction
        fault = moved or wrong(first, second, number)
        yield family, sql, outcome.status.value, fault


def pairs(victim: Path, these: list[tuple[str, str]]) -> Iterator[Pair]:
    for number, (_, sql) in enumerate(these):
        yield Pair(str(number), victim, "SELECT -7 AS never", sql, ("test_suite",))
        gold, probe = PROBES[number % len(PROBES)]
        mark = f"/* {number} */"
        yield Pair(f"probe{number}", victim, f"{mark} {gold}", f"{mark} {probe}", ("test_suite",))


def wrong(first: dict[str, Judged], second: dict[str, Judged], number: int) -> str:
    """Say what is wrong with one text's results, or with those of the probe after it."""
    one, other = first[str(number)].prediction, second[str(number)].prediction
    if one.status in NEVER:
        return f"{one.status} {one.detail}"
    if verdict(one) != verdict(other):
        return f"unstable {one} {other}"
    probes = [results[f"probe{number}"] for results in (first, second)]
    if any(probe.equal["test_suite"] is not True for probe in probes):
        return f"the probe failed {probes[0].prediction}"
    return ""


def memory(executors: list[Executor]) -> int:
    """Return the largest resident size of a worker, in MiB."""
    pids = [pid for executor in executors for pid in executor.pool.pids]
    texts = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
    sizes = [text.split("VmRSS:")[1].split()[0] for text in texts if "VmRSS:" in text]  # a dead one has none
    return max(int(size) // 1024 for size in sizes)


if __name__ == "__main__":
    sys.exit(main())
