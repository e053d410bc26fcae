"""Doctor: what this machine has for the bench, and what it lacks."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from bench import provenance
from bench.console import out
from bench.errors import BenchError
from bench.registry import find, names


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was looked at."""

    what: str
    state: Literal["ok", "absent", "old", "wrong"]
    detail: str


def examine(*, as_json: bool) -> int:
    """Look at everything, print it, and give 1 if something needed is wrong."""
    signs = [*_core(), *_sandbox(), *_training(), *_adapters()]
    if as_json:
        print(json.dumps([asdict(sign) for sign in signs], indent=2))
    else:
        for sign in signs:
            out.print(f"{sign.state:7} {sign.what:29} {sign.detail}", markup=False)
    return int(any(sign.state == "wrong" for sign in signs))


def _core() -> Iterator[Sign]:
    machine = provenance.machine()
    yield Sign("python", "ok", sys.version.split()[0])
    yield Sign("machine", "ok", f"{machine['processor']}, {machine['cores']} cores")
    memory = int(machine["memory_bytes"]) / 2**30
    yield Sign("memory", "ok", f"{memory:.1f} GiB")
    yield Sign("disk", "ok", f"{shutil.disk_usage(Path.cwd()).free / 2**30:.1f} GiB free here")


def _sandbox() -> Iterator[Sign]:
    """Run a query with each engine of SQLite, and ask which walls stand around the process that did."""
    from bench.execute.engines import ENGINES

    for name in ENGINES:
        yield from _engine(name)


def _engine(name: str) -> Iterator[Sign]:
    from bench.execute import Executor
    from bench.execute.engines import ENGINES, SAFE_FROM, VERSIONS, is_old

    advice = ""
    if is_old(VERSIONS[name]):
        advice = f"; older than {'.'.join(map(str, SAFE_FROM))}: a hostile query may crash it, so take apsw"
    try:
        with Executor(workers=1, engine=name) as executor:
            layers = executor.sandbox
    except (BenchError, OSError) as error:
        yield Sign(f"engine: {name}", "wrong" if name == "apsw" else "absent", str(error))
        return
    yield Sign(f"engine: {name}", "old" if advice else "ok", ENGINES[name] + advice)
    for layer, stands in layers.items():
        state: Literal["ok", "absent"] = "ok" if stands else "absent"
        yield Sign(f"sandbox: {name} {layer}", state, "on" if stands else "not on this system")


def _training() -> Iterator[Sign]:
    for package in ("torch", "transformers", "peft", "accelerate", "bitsandbytes"):
        try:
            yield Sign(package, "ok", version(package))
        except PackageNotFoundError:
            yield Sign(
                package, "absent", "needed to train and to predict: pip install 'text2sql-bench[train]'"
            )
    gpu = shutil.which("nvidia-smi")
    yield Sign(
        "gpu", "ok" if gpu else "absent", "nvidia-smi is here" if gpu else "models run on the processor"
    )


def _adapters() -> Iterator[Sign]:
    for group in ("datasets", "models", "databases", "launchers", "objectives"):
        for name in names(group):
            try:
                found = find(group, name)
            except BenchError as error:
                yield Sign(f"{group}: {name}", "absent", error.what)
            except Exception as error:  # a plug-in of somebody else's may raise anything
                yield Sign(f"{group}: {name}", "wrong", f"{type(error).__name__}: {error}")
            else:
                yield Sign(f"{group}: {name}", "ok", _limits(found))


def _limits(adapter: object) -> str:
    """Say on what a verdict of an engine hangs that comes out the same on every run, and on what else."""
    limits: Mapping[str, bool] = getattr(adapter, "limits", {})
    if not limits:
        return ""
    fixed = ", ".join(name for name, same in limits.items() if same)
    loose = ", ".join(name for name, same in limits.items() if not same)
    return f"the same on every run: {fixed}" + (f"; not so: {loose}" if loose else "")
