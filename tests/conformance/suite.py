"""What a test of the W3C suite expects, and whether an answer is that: terms by value, rows by isomorphism."""

import csv
import io
import re
from decimal import Decimal, InvalidOperation
from pathlib import Path

import pyoxigraph
import rdflib
from rdflib.compare import isomorphic
from rdflib.namespace import RDF
from rdflib.query import Result

RS = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/result-set#")
XSD = "http://www.w3.org/2001/XMLSchema#"
_TYPED = re.compile(r'"([^"]*)"\^\^<http://www\.w3\.org/2001/XMLSchema#(integer|decimal|double)>')
_WHOLE = {XSD + name for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "unsignedInt")}
_FRACTION = {XSD + name for name in ("decimal", "double", "float")}

MEDIA = {
    "text/turtle": "turtle", "application/rdf+xml": "xml", "application/n-triples": "nt",
    "application/ld+json": "json-ld", "application/trig": "trig", "application/n-quads": "nquads",
}  # fmt: skip


def expected(path: Path) -> bool | list | rdflib.Graph:
    """Return a truth value, rows (mappings of terms), or a graph."""
    if path.suffix in (".srx", ".srj"):
        return solutions(path.read_bytes(), {".srx": "xml", ".srj": "json"}[path.suffix])
    graph = rdflib.Graph().parse(path, publicID=path.as_uri())
    if (None, RDF.type, RS.ResultSet) not in graph:
        return graph
    (found,) = graph.subjects(RDF.type, RS.ResultSet)
    boolean = graph.value(found, RS.boolean)
    if boolean is not None:
        return bool(boolean.toPython())
    rows = []
    for solution in graph.objects(found, RS.solution):
        pairs = graph.objects(solution, RS.binding)
        row = {str(graph.value(pair, RS.variable)): graph.value(pair, RS.value) for pair in pairs}
        rows.append((graph.value(solution, RS["index"]), row))
    return [row for _, row in sorted(rows, key=lambda pair: int(pair[0] or 0))]


def solutions(body: bytes, name: str) -> bool | list:
    """Return what a results document in JSON or XML says."""
    result = Result.parse(io.BytesIO(body), format=name)
    if result.type == "ASK":
        return bool(result.askAnswer)
    return [{str(key): term for key, term in row.items() if term is not None} for row in result.bindings]


def same(found: object, wanted: object, ordered: bool) -> bool:
    """Tell whether two answers are one: rows in their order where the query says one, else as a bag."""
    if isinstance(wanted, bool):
        return found is wanted
    if isinstance(wanted, rdflib.Graph):
        return isomorphic(_valued(found), _valued(wanted))
    if len(found) != len(wanted):
        return False
    return isomorphic(_table(found, ordered), _table(wanted, ordered))


def _table(rows: list, ordered: bool) -> rdflib.Graph:
    """Return rows as a graph: equal tables are isomorphic graphs whatever their blank nodes are called."""
    graph = rdflib.Graph()
    for number, row in enumerate(rows):
        node = rdflib.BNode()
        graph.add((node, RDF.type, RS.solution))
        if ordered:
            graph.add((node, RS["index"], rdflib.Literal(number)))
        for variable, term in row.items():
            graph.add((node, rdflib.URIRef(f"urn:variable:{variable}"), _value(term)))
    return graph


def _valued(graph: rdflib.Graph) -> rdflib.Graph:
    other = rdflib.Graph()
    for subject, predicate, value in graph:
        other.add((subject, predicate, _value(value)))
    return other


def _value(term: rdflib.term.Node) -> rdflib.term.Node:
    """Return a number in one way of writing it: the engine keeps values, not their spelling."""
    datatype = str(getattr(term, "datatype", "") or "")
    if datatype == XSD + "string":
        return rdflib.Literal(str(term))
    if datatype in _WHOLE | _FRACTION:
        try:
            number = Decimal(str(term)) if datatype != XSD + "double" else Decimal(repr(float(term)))
            return rdflib.Literal(format(number.normalize(), "f"), datatype=rdflib.URIRef(datatype), normalize=False)
        except (InvalidOperation, ValueError):
            return term
    if getattr(term, "language", None):
        return rdflib.Literal(str(term), lang=term.language.lower())
    return term


def same_text(found: bytes, wanted: bytes, name: str) -> bool:
    """Tell whether two CSV or TSV documents say the same, whatever the names of blank nodes and the order of rows."""
    return _lines(found, name) == _lines(wanted, name)


def _lines(body: bytes, name: str) -> list[list[str]]:
    text = body.decode("utf8")
    rows = list(csv.reader(io.StringIO(text))) if name == "csv" else [line.split("\t") for line in text.splitlines()]
    order = sorted(range(len(rows[0])), key=lambda at: rows[0][at])  # SELECT * says nothing of the order of columns
    names: dict[str, str] = {}
    cells = [[_cell(row[at], names, name) for at in order] for row in rows]
    return [cells[0], *sorted(cells[1:])]


def _cell(cell: str, names: dict[str, str], name: str) -> str:
    if cell.startswith("_:"):
        return names.setdefault(cell, f"_:{len(names)}")
    written = _TYPED.fullmatch(cell)
    number, kind = (written[1], written[2]) if written else (cell, _kind(cell))
    kind = "number" if kind and name == "csv" else kind
    try:
        return f"{Decimal(number).normalize():f}^^{kind}" if kind else cell
    except InvalidOperation:
        return cell


def _kind(cell: str) -> str:
    """Return the datatype of a number written short (SPARQL 1.1 Query 4.1.2)."""
    if not re.fullmatch(r"[+-]?[0-9.]+(?:[eE][+-]?[0-9]+)?", cell):
        return ""
    return "double" if "e" in cell.lower() else "decimal" if "." in cell else "integer"


def statements(path: Path, target: Path) -> None:
    """Write a file of RDF as N-Triples."""
    name = {
        ".ttl": pyoxigraph.RdfFormat.TURTLE,
        ".nt": pyoxigraph.RdfFormat.N_TRIPLES,
        ".rdf": pyoxigraph.RdfFormat.RDF_XML,
    }[path.suffix]
    with target.open("wb") as file:
        triples = (quad.triple for quad in pyoxigraph.parse(path=path, format=name, base_iri=path.as_uri()))
        pyoxigraph.serialize(triples, file, pyoxigraph.RdfFormat.N_TRIPLES)


def graph(reply) -> rdflib.Graph:
    """Return the graph of a reply, in whatever format it came."""
    assert reply.status == 200, reply.body[:500]
    found = rdflib.Dataset(default_union=True)
    found.parse(data=reply.body, format=MEDIA[reply.media])
    flat = rdflib.Graph()
    for triple in found.triples((None, None, None)):
        flat.add(triple)
    return flat
