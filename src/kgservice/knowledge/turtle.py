"""The canonical Turtle of the authored files: one form for one content, in the order its author chose."""

import re
from collections.abc import Callable, Iterable, Sequence

from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[\w\-.]*[\w\-])?")
_SHORT = {XSD.integer: r"[+-]?[0-9]+", XSD.decimal: r"[+-]?[0-9]*\.[0-9]+", XSD.boolean: "true|false"}
_FIRST_PREDICATES = (
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#type",
    "http://purl.org/dc/terms/title",
    "http://www.w3.org/2000/01/rdf-schema#label",
    "http://www.w3.org/2004/02/skos/core#prefLabel",
    "http://www.w3.org/2004/02/skos/core#altLabel",
    "http://www.w3.org/2004/02/skos/core#notation",
    "http://www.w3.org/2004/02/skos/core#definition",
    "http://www.w3.org/ns/shacl#name",
    "http://www.w3.org/ns/shacl#targetClass",
    "http://www.w3.org/ns/shacl#path",
)
_SUBJECT = re.compile(r"^(<[^>]*>|[A-Za-z][\w\-]*:[\w\-./]*)(?=\s|$)", re.MULTILINE)


def canonical(graph: Graph, text: str = "") -> str:
    """Return a graph in the canonical Turtle of this house: used prefixes sorted, predicates in one order.

    Subjects come in the order in which `text` (an earlier writing of the graph) has them, new ones after them by IRI.
    Blank nodes are written in place, those that nothing points to at the end.
    Comments are not part of the graph and are not kept.
    """
    writer = _Writer(graph)
    named = sorted({node for node in graph.subjects() if isinstance(node, URIRef)}, key=_place(graph, text))
    roots = {node for node in graph.subjects() if isinstance(node, BNode) and (None, None, node) not in graph}
    blocks = [writer.block(subject) for subject in named] + sorted(writer.block(root) for root in roots)
    body = "\n".join(blocks)
    names = {prefix: str(iri) for prefix, iri in graph.namespaces() if prefix in writer.used}
    heads = [f"@prefix {prefix}: <{names[prefix]}> .\n" for prefix in sorted(names)]
    return "".join(heads) + ("\n" if heads else "") + body


def subject_lines(text: str, graph: Graph) -> dict[str, int]:
    """Return the line, counted from 1, on which `text` first writes about each subject that begins a line, by IRI."""
    spaces = {prefix: str(iri) for prefix, iri in graph.namespaces()}
    found: dict[str, int] = {}
    for match in _SUBJECT.finditer(text):
        written, line = match[1], text.count("\n", 0, match.start()) + 1
        prefix, _, local = written.partition(":")
        if written.startswith("<"):
            found.setdefault(written[1:-1], line)
        elif prefix in spaces:
            found.setdefault(spaces[prefix] + local, line)
    return found


def _place(graph: Graph, text: str) -> Callable[[URIRef], tuple[int, str]]:
    lines = subject_lines(text, graph)
    return lambda subject: (lines.get(str(subject), len(text) + 1), str(subject))


class _Writer:
    """Writes one graph, remembering the prefixes it used."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.used: set[str] = set()
        spaces = [(str(iri), prefix) for prefix, iri in graph.namespaces()]
        self.spaces = sorted(spaces, key=lambda pair: -len(pair[0]))

    def block(self, subject: Node) -> str:
        """Return the statements of one subject, ended by a dot and a line break."""
        name = "[]" if isinstance(subject, BNode) else self.term(subject, 0)
        return f"{name}{self.pairs(subject, 1).rstrip()} .\n"

    def pairs(self, subject: Node, depth: int) -> str:
        """Return predicates and objects of a subject, one predicate a line."""
        indent = "    " * depth
        predicates = sorted(set(self.graph.predicates(subject)), key=_predicate_rank)
        written = []
        for at, predicate in enumerate(predicates):
            objects = sorted(self.objects(subject, predicate, depth))
            name = "a" if predicate == RDF.type else self.term(predicate, depth)
            if at == 0 and predicate == RDF.type:
                written.append(f" {name} {', '.join(objects)}")
            else:
                written.append(f"\n{indent}{name} {(',' + chr(10) + indent + '    ').join(objects)}")
        return " ;".join(written)

    def objects(self, subject: Node, predicate: Node, depth: int) -> Iterable[str]:
        """Return the objects of a predicate, each as text."""
        return (self.term(value, depth) for value in self.graph.objects(subject, predicate))

    def term(self, node: Node, depth: int) -> str:
        """Return a term: a name, a literal, a list, or a blank node written in place."""
        if isinstance(node, URIRef):
            return self.name(node)
        if isinstance(node, Literal):
            return self.literal(node)
        if node == RDF.nil or (node, RDF.first, None) in self.graph:
            return self.list(self.members(node), depth)
        return "[" + self.pairs(node, depth + 1) + f"\n{'    ' * depth}]"

    def members(self, head: Node) -> Sequence[Node]:
        """Return the members of an RDF list."""
        return list(self.graph.items(head))

    def list(self, members: Sequence[Node], depth: int) -> str:
        """Return a list in round brackets, on one line when it is short."""
        texts = [self.term(member, depth + 1) for member in members]
        line = f"( {' '.join(texts)} )" if texts else "()"
        if len(line) <= 100 and "\n" not in line:
            return line
        indent = "    " * (depth + 1)
        return "(" + "".join(f"\n{indent}{text}" for text in texts) + f"\n{'    ' * depth})"

    def name(self, node: URIRef) -> str:
        """Return an IRI as a prefixed name where a prefix fits."""
        if node == RDF.nil:
            return "()"
        for space, prefix in self.spaces:
            if node.startswith(space) and _LOCAL.fullmatch(node[len(space) :]):
                self.used.add(prefix)
                return f"{prefix}:{node[len(space) :]}"
        return f"<{node}>"

    def literal(self, node: Literal) -> str:
        """Return a literal, numbers and truth values bare where Turtle allows it."""
        text = str(node)
        if node.datatype in _SHORT and re.fullmatch(_SHORT[node.datatype], text):
            return text
        quoted = _quoted(text)
        if node.language:
            return f"{quoted}@{node.language}"
        if node.datatype and node.datatype != XSD.string:
            return f"{quoted}^^{self.name(node.datatype)}"
        return quoted


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("\r", "\\r")
    if "\n" in text:
        return (
            '"""'
            + escaped.replace('"""', '\\"\\"\\"').removesuffix('"')
            + ('\\"' if text.endswith('"') else "")
            + '"""'
        )
    return '"' + escaped.replace('"', '\\"').replace("\t", "\\t") + '"'


def _predicate_rank(predicate: Node) -> tuple[int, str]:
    text = str(predicate)
    rank = _FIRST_PREDICATES.index(text) if text in _FIRST_PREDICATES else len(_FIRST_PREDICATES)
    return rank, text
