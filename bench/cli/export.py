"""``bench export``: the weights of a cell, for those who do not have this project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli.suites import StoreFolder, bound
from bench.errors import ConfigError, near

if TYPE_CHECKING:
    from bench.plan import Bound


def export(
    cell: Annotated[str, typer.Argument(metavar="CELL", help="A cell, as bench plan names it.")],
    merge: Annotated[
        bool, typer.Option("--merge", help="Merge an adapter into its base: a plain transformers model.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="A new folder; by default exports/CELL.", show_default=False)
    ] = None,
    suite: Annotated[
        str, typer.Option(help="The suite of the cell; by default the one that the store knows it from.")
    ] = "",
    store: StoreFolder = Path("runs"),
) -> None:
    """Write the weights of a cell as others load them: an adapter of peft, or a transformers model."""
    from bench.methods import Adapter, Qlora

    found = _bound(cell, suite or _suite_of(cell, store), store)
    folder = out or Path("exports") / cell
    try:
        from bench.train.export import export as write
        from bench.weights import Weights
    except ModuleNotFoundError as error:
        raise ConfigError(
            f"weights cannot be read without the package '{error.name}'",
            todo="pip install 'text2sql-bench[train]'",
        ) from error
    tuning, base = found.method.tuning, found.adapter.base()
    code = found.model.trust_remote_code
    write(Weights(base, found.model.revision, found.fit, tuning, code=code), folder, merge=merge)
    if not isinstance(tuning, Adapter):
        print(f"{folder}: a transformers model, for AutoModelForCausalLM.from_pretrained")
    elif not merge:
        print(f"{folder}: an adapter of {base}, for peft.PeftModel.from_pretrained")
    else:
        print(f"{folder}: {base} with its adapter merged, for AutoModelForCausalLM.from_pretrained")
    if merge and isinstance(tuning, Qlora):
        print("it learnt on its base in 4 bits and is merged into the base in full precision:")
        print("answers can differ a little from those of the cell")


def _bound(cell: str, suite: str, store: Path) -> Bound:
    """Bind a cell of a suite whose weights are there.

    Raises:
        ConfigError: there is no such cell, it trains nothing, or it has not been fitted.
    """
    plan = bound(suite, store, None)
    known = {one.slug: one for one in plan.suite.cells()}
    if cell not in known:
        raise ConfigError(f"no cell is called '{cell}'", where=suite, todo=near(cell, known))
    found = plan.bind(known[cell])
    if found.fit is None:
        raise ConfigError(
            f"the method '{known[cell].method}' trains nothing, so there is nothing to export",
            where=cell,
            todo=f"its model is {found.model.source} as it is",
        )
    if not found.done("fit"):
        raise ConfigError(
            "it has not been fitted yet",
            where=cell,
            todo=f"bench run {suite} --cell {cell} --stage fit --store {store}",
        )
    return found


def _suite_of(cell: str, store: Path) -> str:
    """Find which suite a cell of the store was run for.

    Raises:
        ConfigError: the store has no such cell.
    """
    from bench.store import read_json
    from bench.suite import Cell

    suites: dict[str, str] = {}
    for path in sorted(store.glob("*/cell.json")):
        said = read_json(path)
        suites.setdefault(Cell(**said["cell"]).slug, str(said["suite"]))  # type: ignore[arg-type]
    if cell not in suites:
        raise ConfigError(
            f"no cell is called '{cell}'",
            where=str(store),
            todo=f"{near(cell, suites)}; one that was only planned needs its suite: --suite NAME",
        )
    return suites[cell]
