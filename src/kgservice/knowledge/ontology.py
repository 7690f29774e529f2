"""The authored Turtle files (ontology, vocabularies, shapes): read with file and line, and handed on as statements."""

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from diffable_rdf import canonicalize_rdf_graph
from rdflib import BNode, Graph, URIRef
from rdflib.plugins.parsers.notation3 import BadSyntax
from rdflib.term import Node

from kgservice.errors import AuthoredInvalid
from kgservice.knowledge.turtle import subject_lines
from kgservice.terms import is_iri

FOLDERS: dict[str, tuple[str, ...]] = {
    "ontology": ("ontology", "ontology/alignments"),
    "vocabularies": ("ontology/vocabularies",),
    "shapes": ("shapes",),
}
"""Folders of each authored graph, below the content folder."""


@dataclass(frozen=True)
class Authored:
    """One authored Turtle file, read."""

    path: Path
    text: str
    graph: Graph

    def line(self, subject: str) -> int:
        """Return the line (from 1) where the file writes about a subject's IRI, 0 when it does not."""
        return self.lines.get(subject, 0)

    @cached_property
    def lines(self) -> dict[str, int]:
        """Return the line (from 1) of each subject that begins a line, by IRI."""
        return subject_lines(self.text, self.graph)


def read(path: Path) -> Authored:
    """Read one Turtle file.

    Raises:
        AuthoredInvalid: it cannot be read, is not UTF-8, does not parse, or holds an IRI that N-Triples cannot.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise AuthoredInvalid("{path} cannot be read: {reason}.", path=str(path), reason=error.strerror) from error
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise AuthoredInvalid(
            "{path}, line {line}: this is not UTF-8. Save the file as UTF-8.", path=str(path), line=line
        ) from error
    graph = Graph(bind_namespaces="none")
    try:
        graph.parse(data=text, format="turtle", publicID=path.as_uri() if path.is_absolute() else None)
    except BadSyntax as error:
        raise _unparsed(path, error) from error
    for node in {node for triple in graph for node in triple if isinstance(node, URIRef) and not is_iri(node)}:
        raise AuthoredInvalid("{path}: <{iri}> is not an IRI. Mend its writing.", path=str(path), iri=str(node))
    return Authored(path, text, graph)


def files(content: Path, name: str) -> tuple[Authored, ...]:
    """Read every Turtle file of the authored graph `name` (`ontology`, `vocabularies`, `shapes`), by path.

    Raises:
        AuthoredInvalid: a file does not parse; names file and line.
    """
    return tuple(read(path) for folder in FOLDERS[name] for path in sorted((content / folder).glob("*.ttl")))


def merged(authored: tuple[Authored, ...]) -> Graph:
    """Return the graph of several files; blank nodes of different files stay apart."""
    whole = Graph(bind_namespaces="none")
    for at, part in enumerate(authored):
        apart: dict[Node, Node] = {}
        for triple in part.graph:
            whole.add(tuple(_apart(node, at, apart) for node in triple))  # type: ignore[arg-type]
        for prefix, namespace in part.graph.namespaces():
            whole.bind(prefix, namespace)
    return whole


def statements(content: Path) -> dict[str, list[str]]:
    """Return the sorted N-Triples lines of each authored graph, blank nodes under labels that depend on content only.

    Raises:
        AuthoredInvalid: a file does not parse; names file and line.
    """
    return {name: sorted(set(_lines(merged(files(content, name))))) for name in FOLDERS}


def fingerprint(content: Path) -> str:
    """Return the hash of the files that `statements` reads, and of the code that reads them."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for name in ("rdflib", "diffable-rdf"):
        digest.update(version(name).encode() + b"\0")
    folders = [content / folder for several in FOLDERS.values() for folder in several]
    for path in (path for folder in folders for path in sorted(folder.glob("*.ttl"))):
        digest.update(path.relative_to(content).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def _lines(graph: Graph) -> list[str]:
    text = canonicalize_rdf_graph(graph, output_format="nt", diff_stable=True)
    return [line for line in text.split("\n") if line]


def _apart(node: Node, at: int, apart: dict[Node, Node]) -> Node:
    return apart.setdefault(node, BNode(f"f{at}x{node}")) if isinstance(node, BNode) else node


def _unparsed(path: Path, error: BadSyntax) -> AuthoredInvalid:
    reason = re.sub(r"\s+", " ", error._why).strip()
    return AuthoredInvalid(
        "{path}, line {line}: this is not Turtle ({reason}). Mend the line or the one before it.",
        path=str(path),
        line=error._str.rstrip().count(b"\n", 0, error._i) + 1,  # `error.lines` counts some lines twice
        reason=reason,
    )
