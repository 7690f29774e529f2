"""The graphs of authored files: the current release's, where neither the files nor what reads them has changed."""

from dataclasses import replace
from pathlib import Path

from kgservice.actions.content import Content
from kgservice.releases import Release, Statements
from kgservice.releases.statements import write

_MADE_BY = "authored.code"


def authored(content: Content, current: Release | None, work: Path) -> tuple[dict[str, Statements], str]:
    """Return the graphs by IRI, files by absolute path, and the hash of what they were made of and by.

    What must be read anew is written into the folder `work`.

    Raises:
        AuthoredInvalid: a file does not parse; names file and line.
    """
    from kgservice.knowledge import ontology  # slow to load: a build that finds nothing to do never comes here

    names, made_by = content.graphs, ontology.fingerprint(content.authored)
    graphs = {"ontology": names.ontology, "vocabularies": names.vocabularies, "shapes": names.shapes}
    if current and current.manifest.base == names.base and _made_by(current) == made_by:
        there = current.manifest.graphs
        return {
            graph: replace(there[graph], file=str(current.statements(graph)))
            for graph in graphs.values()
            if graph in there
        }, made_by
    found = {}
    for name, texts in ontology.statements(content.authored).items():
        path = work / f"{name}.authored.nt.gz"
        written = write(path, (f"{text}\n".encode() for text in texts), str(path))
        if written.triples:
            found[graphs[name]] = written
    # somebody may save a file while it is read
    return found, made_by if ontology.fingerprint(content.authored) == made_by else ""


def remember(folder: Path, made_by: str) -> None:
    """Write into the folder of a release what its authored graphs were made of and by."""
    (folder / _MADE_BY).write_text(made_by, "ascii")


def _made_by(release: Release) -> str:
    path = release.path / _MADE_BY
    return path.read_text("ascii") if path.exists() else ""
