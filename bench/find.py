"""Find: which suite file a name on the command line means."""

from __future__ import annotations

from pathlib import Path

import bench
from bench.errors import ConfigError, near

BUNDLED = Path(bench.__file__).parent / "bundled" / "suites"
"""Where an installed wheel carries the suites of the project."""


def suite_path(name: str) -> Path:
    """Find a suite by its path, or by its name in ``suites/`` or among the bundled ones.

    Raises:
        ConfigError: there is none; the message lists near matches.
    """
    path = Path(name)
    if path.suffix == ".toml" and path.is_file():
        return path
    known = suites()
    if path.stem in known and path.name in (path.stem, f"{path.stem}.toml"):
        return known[path.stem]
    raise ConfigError(f"there is no suite '{name}'", where="bench", todo=near(path.stem, known))


def suites() -> dict[str, Path]:
    """List suites by name: those bundled, those of a checkout, those under the current folder."""
    folders = (BUNDLED, Path(bench.__file__).parents[1] / "suites", Path("suites"))
    return {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
