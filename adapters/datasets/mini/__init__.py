"""The embedded data set: synthetic questions over small hand-designed databases."""

from __future__ import annotations

import hashlib
from pathlib import Path

from adapters.datasets.mini import build, schemas, splits
from adapters.datasets.mini.rows import speak
from bench.errors import ConfigError, DataError, near
from bench.types import Dataset


class Mini:
    """A cross-domain text-to-SQL set that is made on first use; nothing is downloaded.

    ``dev`` and ``test`` ask databases that ``train`` never sees; ``dev-seen`` asks new queries of
    the databases of ``train``, and ``train-5000`` has other questions on these to learn from.
    """

    name = "mini"
    title = "Mini: synthetic questions over hand-designed databases"
    licence = "Apache-2.0"
    levels = ("easy", "medium", "hard", "extra")
    rules = ("test-suite", "bird")
    synthetic = True
    splits = ("train", "dev", "test", "dev-seen", "train-5000")

    def __init__(self, root: Path | None = None) -> None:
        if root is not None:
            raise ConfigError(
                "data set 'mini' is embedded and reads no folder",
                where=str(root),
                todo="leave the folder out",
            )

    def load(self, split: str) -> Dataset:
        """Return one split, made first if the cache does not have it.

        Raises:
            ConfigError: there is no such split.
            DataError: the cache cannot be written, or is damaged.
        """
        if split not in self.splits:
            raise ConfigError(f"data set 'mini' has no split '{split}'", todo=near(split, self.splits))
        plans = schemas.read_all()
        folder, digest = build.folder(plans)
        build.add(split, plans, folder)
        names = splits.databases(split, tuple(plans))
        databases = {name: folder / f"{name}.sqlite" for name in names}
        _refuse_damage(folder, [folder / f"{split}.jsonl", *databases.values()])
        return Dataset(
            self.name,
            split,
            self.title,
            self.licence,
            self.levels,
            self.rules,
            self.synthetic,
            build.read_examples(folder / f"{split}.jsonl"),
            {name: speak(name, plans[name]).schema() for name in names},
            databases,
            hashlib.sha256(f"{digest}/{split}".encode()).hexdigest(),
        )


def _refuse_damage(folder: Path, needed: list[Path]) -> None:
    missing = [path.name for path in needed if not path.is_file()]
    if missing:
        raise DataError(
            f"the built data set lacks {', '.join(missing)}",
            where=str(folder),
            todo="delete this folder; it is made anew",
        )
