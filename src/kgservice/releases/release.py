"""A release as its folder says: the manifest with a hash for each graph, and where its files are."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from kgservice.releases.files import read_json
from kgservice.report import Report

KEPT = "kept"
"""File of a release whose store stays however old it grows."""


@dataclass(frozen=True, slots=True)
class Statements:
    """One graph as sorted, unique N-Triples in a file; `sha256` is of its text, unpacked."""

    file: str
    """Path below the folder of the release or draft."""
    sha256: str
    triples: int


@dataclass(frozen=True)
class Manifest:
    """What a release is: its graphs by hash, where they came from, who made it."""

    id: int
    parent: int | None
    created: str
    """UTC, ISO 8601, to the second."""
    base: str
    origin: str
    """`build` or the id of the draft."""
    actor: str
    graphs: Mapping[str, Statements]
    """Graphs that people or sources made, by IRI; everything else is derived from them."""
    imports: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    """By source, the deliveries whose statements stand in its graphs, as `actions.ingest` records them."""
    suppressed: Mapping[str, list[str]] = field(default_factory=dict)
    """By graph of a source, statements (N-Triples) that people removed and deliveries do not bring back."""
    inputs: str = ""
    """Hash over authored files, deliveries and mapping code of a build; "" for a draft of another origin."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """Triples by graph IRI, derived graphs too."""
    review: Mapping[str, Any] = field(default_factory=dict)
    """Who worked on the draft (`authors`), who accepted it (`accepted`: actor, role, time, text) and its `preview`."""
    dumps: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """Files for others to take, by path below the folder of the release: `sha256` of the file, and its `bytes`."""

    @cached_property
    def content_hash(self) -> str:
        """Return the hash over the sorted hashes of the graphs: the same content has the same one."""
        lines = "".join(f"{graph} {self.graphs[graph].sha256}\n" for graph in sorted(self.graphs))
        return hashlib.sha256(lines.encode()).hexdigest()

    @property
    def triples(self) -> int:
        """Return the number of statements that people or sources made."""
        return sum(statements.triples for statements in self.graphs.values())

    def to_json(self) -> dict[str, Any]:
        """Return the manifest as JSON-ready values, with its content hash."""
        return {**asdict(self), "content_hash": self.content_hash}


@dataclass(frozen=True, slots=True)
class Release:
    """A sealed release in its folder."""

    path: Path
    manifest: Manifest

    @property
    def id(self) -> int:
        """Return its number."""
        return self.manifest.id

    @property
    def store(self) -> Path:
        """Return the folder of its store; gone when retention removed it."""
        return self.path / "store"

    @property
    def lease(self) -> Path:
        """Return the file that its readers lock shared."""
        return self.path / "lease"

    @property
    def lineage(self) -> Path:
        """Return the folder that knows, by source, which cell a statement came from."""
        return self.path / "lineage"

    @property
    def kept(self) -> bool:
        """Tell whether somebody wants its store to stay, however old it grows."""
        return (self.path / KEPT).exists()

    def statements(self, graph: str) -> Path:
        """Return the statement file of a graph."""
        return self.path / self.manifest.graphs[graph].file

    def report(self) -> Report:
        """Return what the checks found when it was published."""
        return Report.from_json(read_json(self.path / "report.json"))
