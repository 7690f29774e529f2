"""Shapes that are not compiled, evaluated by pyshacl on the small part of the data that they read."""

import re
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import pyshacl
from pyshacl.errors import ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure
from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef
from rdflib.exceptions import ParserError
from rdflib.plugins.sparql.sparql import SPARQLError
from rdflib.term import BNode, Node

from kgservice.errors import QueryTimeout, ResultTooLarge
from kgservice.shacl import Answers, Origin, Read, Result, ShapesInvalid, closure, path_text, target_pattern

FAILURES = (
    *(ConstraintLoadError, ReportableRuntimeError, ShapeLoadError, ValidationFailure),
    *(TypeError, ValueError, NotImplementedError, re.error),  # pyshacl lets these escape for malformed shapes
)
_MANY = 20_000  # triples: pyshacl parses a query anew for every focus node
_SECONDS = 60
_TARGETS = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target)
_CLASSES = (RDFS.Class, URIRef("http://www.w3.org/2002/07/owl#Class"))
_SUBCLASSES = f"SELECT ?s (<{RDFS.subClassOf}> AS ?p) ?o WHERE {{ ?s <{RDFS.subClassOf}> ?o }}"
_ALL = "SELECT ?s ?p ?o WHERE { ?s ?p ?o }"


def validate(shapes: Graph, root: str, answers: Answers) -> Iterator[Result]:
    """Yield the results of one shape, named as `Origin.root` names it, over what it reads of the default graph.

    Raises:
        ResultTooLarge: it reads more than 20,000 triples.
        QueryTimeout: it took longer than a minute.
        ShapesInvalid: pyshacl refuses it too.
    """
    node: Node = URIRef(root[1:-1]) if root.startswith("<") else BNode(root[2:])
    data = _part(shapes, root, node, answers)
    try:
        with _deadline(_SECONDS):
            _, report, text = pyshacl.validate(
                data, shacl_graph=_alone(shapes, node), inplace=True, advanced=(node, SH.target, None) in shapes
            )
    except (*FAILURES, SPARQLError, ParserError, SyntaxError, KeyError, AttributeError, RecursionError) as error:
        raise ShapesInvalid("pyshacl does not evaluate it either: {reason}", reason=_told(error)) from None
    if not isinstance(report, Graph):
        raise ShapesInvalid("pyshacl does not evaluate it either: {reason}", reason=_told(text))
    for result in report.objects(next(report.subjects(RDF.type, SH.ValidationReport)), SH.result):
        yield _result(shapes, root, report, result)


def _part(shapes: Graph, root: str, node: Node, answers: Answers) -> Graph:
    """Return all the data where it is small, else what the shape reads of it."""
    rows = list(answers(f"{_ALL} LIMIT {_MANY + 1}"))
    if len(rows) > _MANY:
        target = target_pattern(shapes, node, answers)
        rows = list(answers(_SUBCLASSES))
        for read in closure(shapes)[root]:
            rows += answers(_query(target, read))
            if len(rows) > _MANY:
                break
    if len(rows) > _MANY:
        raise ResultTooLarge(
            "It reads more than {limit} triples, too many for the engine that knows what it asks.", limit=_MANY
        )
    data = Graph()
    for at in range(0, len(rows), 1000):
        lines = (f"{s} {p} {o} ." for s, p, o in rows[at : at + 1000])
        data.parse(data="\n".join(lines), format="nt")
    return data


def _query(target: str, read: Read) -> str:
    if read.way is None:
        return f"{_ALL} LIMIT {_MANY + 1}"
    end = "?o" if read.inverse else "?s"
    way = f"?this {'/'.join(read.way)} {end} ." if read.way else f"FILTER(sameTerm(?this, {end}))"
    predicate = "?p" if read.predicate is None else f"<{read.predicate}>"
    shown = "?p" if read.predicate is None else f"(<{read.predicate}> AS ?p)"
    return f"SELECT DISTINCT ?s {shown} ?o WHERE {{ {target} . {way} ?s {predicate} ?o }} LIMIT {_MANY + 1}"


def _alone(shapes: Graph, root: Node) -> Graph:
    """Return the shapes with no other target than that of one shape."""
    alone = Graph()
    for s, p, o in shapes:
        elsewhere = p in _TARGETS or (p == RDF.type and o in _CLASSES)
        if s == root or not elsewhere:
            alone.add((s, p, o))
    return alone


def _result(shapes: Graph, root: str, report: Graph, node: Node) -> Result:
    steps = report.value(node, SH.resultPath)
    path = None if steps is None else path_text(report, steps)
    focus, value, shape = (report.value(node, name) for name in (SH.focusNode, SH.value, SH.sourceShape))
    texts = report.objects(node, SH.resultMessage)
    messages = {(text.language or "").lower(): str(text) for text in texts if isinstance(text, Literal)}
    origin = Origin(
        root=root,
        shape=_label(shape) if shape is not None and (shape, None, None) in shapes else root,
        component=str(report.value(node, SH.sourceConstraintComponent)),
        severity=str(report.value(node, SH.resultSeverity)),
        path=path,
        messages=messages,
        name={},
    )
    return Result(origin, _term(focus) or "", path, _term(value), _term(focus) or "", messages)


def _label(node: Node) -> str:
    return f"_:{node}" if isinstance(node, BNode) else f"<{node}>"


def _term(node: Node | None) -> str | None:
    if isinstance(node, Literal):
        return Literal(str(node), lang=node.language, datatype=node.datatype).n3()
    return None if node is None else _label(node)


def _told(error: object) -> str:
    return " ".join(str(getattr(error, "message", error)).split())


@contextmanager
def _deadline(seconds: int) -> Iterator[None]:
    """End what is inside after so many seconds, where the process can: jobs run in the main thread of their process."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(number: int, frame: FrameType | None) -> None:
        raise QueryTimeout("It took longer than {limit} s.", limit=seconds)

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
