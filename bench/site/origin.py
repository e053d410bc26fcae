"""Origin: where numbers come from, in the words of a reader, out of the records of a store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.site.text import flatten
from bench.words import count

_WORDS = {
    "accumulation": "gradient accumulation",
    "alpha": "LoRA alpha",
    "batch": "examples in a batch",
    "columns": "share of gold's columns that are shown",
    "clip": "gradient norm clipped at",
    "dropped": "with tables left out to fit the budget",
    "dataset_fingerprint": "fingerprint of the data",
    "fit_key": "identity of the training",
    "judged": "folder of the verdicts",
    "longest": "tokens of the longest",
    "lr": "learning rate",
    "max_length": "longest example, tokens",
    "overflow": "examples that are longer",
    "predict_key": "identity of the answers",
    "quantization": "quantisation",
    "rank": "LoRA rank",
    "tables": "share of gold's tables that are shown",
    "targets": "layers adapted",
    "truncated": "cut off to fit the budget",
    "unread": "golds that cannot be read for these shares",
}
"""Names of settings that do not explain themselves."""

_RUNS = {"fit": "Training", "predict": "Prediction"}

_PROMPTS = {"prompts": "Prompts asked", "training_prompts": "Prompts learnt from"}
"""What the summaries of prompts are called: how often they were cut, how much of gold they show."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is known of one side of the making: names and values."""

    title: str
    facts: tuple[tuple[str, str], ...]


def parts(record: Mapping[str, object]) -> tuple[Part, ...]:
    """Tell how something was made: settings, runs, identities; empty settings are left out."""
    runs = {title: _mapping(record.get(name)) for name, title in _RUNS.items()}
    if runs["Training"] == runs["Prediction"]:
        runs = {"Training and prediction": runs["Training"]}
    rest = {name: value for name, value in record.items() if name not in (*_RUNS, *_PROMPTS, "method")}
    found = (
        Part("Settings", _settings(_mapping(record.get("method")))),
        *(Part(title, _run(run)) for title, run in runs.items()),
        *(Part(title, _settings(_mapping(record.get(name)))) for name, title in _PROMPTS.items()),
        Part("Identities", _settings(rest)),
    )
    return tuple(part for part in found if part.facts)


def common(records: Iterable[Mapping[str, object]]) -> Mapping[str, object]:
    """Give what all records say alike."""
    first, *others = list(records) or [{}]
    if not others:
        return first
    kept: dict[str, object] = {}
    for name, value in first.items():
        told = [other.get(name) for other in others]
        if isinstance(value, Mapping):
            inner = common([value, *(_mapping(one) for one in told)])
            kept |= {name: inner} if inner else {}
        elif all(one == value for one in told):
            kept[name] = value
    return kept


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _settings(values: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    flat = {name: value for name, value in flatten(values).items() if value not in ("", "–")}
    return tuple((_name(name, flat), value) for name, value in flat.items())


def _name(dotted: str, others: Iterable[str]) -> str:
    """Name a setting by its last word, and by all of them where that is not enough."""
    above, _, last = dotted.rpartition(".")
    if above.endswith("teacher"):
        return f"{last.replace('_', ' ')} of the teacher"
    alone = sum(name.rpartition(".")[2] == last for name in others) == 1
    if last in ("kind", "name", "title") or not alone:
        return dotted.removesuffix(".kind").removesuffix(".name").replace(".", " ").replace("_", " ")
    return _WORDS.get(last, last.replace("_", " "))


def _run(run: Mapping[str, object]) -> tuple[tuple[str, str], ...]:
    machine, source, versions = (_mapping(run.get(name)) for name in ("machine", "source", "versions"))
    commit = str(source.get("commit", ""))
    told = {
        "command": str(run.get("command", "")),
        "date": str(run.get("date", "")),
        "machine": _machine(machine),
        "commit": f"{commit}, with changes that are not in it" if source.get("dirty") else commit,
        "versions": ", ".join(f"{name} {version}" for name, version in sorted(versions.items())),
    }
    rest = {name: value for name, value in run.items() if name not in (*told, "source")}
    return (*((name, value) for name, value in told.items() if value), *_settings(rest))


def _machine(machine: Mapping[str, object]) -> str:
    memory, cores = machine.get("memory_bytes"), machine.get("cores")
    told = [
        str(machine.get("processor", "")),
        count(cores, "core") if isinstance(cores, int) else "",
        f"{memory / 1e9:.0f} GB of memory" if isinstance(memory, int) and memory else "",
        str(machine.get("system", "")),
    ]
    known = ("processor", "cores", "memory_bytes", "system")
    rest = [f"{name} {value}" for name, value in flatten(machine).items() if name not in known]
    return ", ".join(filter(None, told + rest)).replace("_", " ")
