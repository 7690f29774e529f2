"""How much a delivery changes: what would remove most of a source is confirmed first, and additions are merged in."""

from pathlib import Path

from kgservice.errors import ConfirmationNeeded
from kgservice.intake.interface import Source
from kgservice.releases import Statements
from kgservice.releases.statements import merged, without, write


def confirm(source: Source, before: dict[str, Statements], after: dict[str, Statements]) -> None:
    """Stop what would empty a source or remove more than half of it, however its graphs are cut."""
    old = [Path(statements.file) for statements in before.values()]
    new = [Path(statements.file) for statements in after.values()]
    kept = sum(1 for _ in merged(old))
    removed = sum(1 for _ in without(merged(old), merged(new)))
    if removed * 2 > kept:
        raise ConfirmationNeeded(
            "This delivery would remove {removed} of the {kept} statements of {source}; "
            "if it is whole, say so: import it with --yes.",
            removed=removed,
            kept=kept,
            source=source.name,
        )


def added(standing: dict[str, Path], after: dict[str, Statements], out: Path) -> dict[str, Statements]:
    """Return the graphs of a source with what a delivery adds to them."""
    joined = {}
    for number, graph in enumerate(sorted({*standing, *after})):
        parts = [standing[graph]] if graph in standing else []
        parts += [Path(after[graph].file)] if graph in after else []
        path = out / f"added-{number}.nt.gz"
        joined[graph] = write(path, merged(parts), str(path))
    return joined
