"""The W3C SHACL suite (core and SPARQL) on the compiled checks."""

import os
import pathlib
from collections import Counter
from collections.abc import Iterator

import pyoxigraph
import pytest
import rdflib
from rdflib import RDF, SH, Graph, Namespace, URIRef

from kgservice.knowledge.validation import slices
from kgservice.shacl import Result, ShapesInvalid, ShapeUnsupported, compile_shapes, validate
from kgservice.shacl.paths import path

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
SHT = Namespace("http://www.w3.org/ns/shacl-test#")
FOLDER = os.environ.get("KG_CONFORMANCE", "")

LEFT = {
    # what the compiler leaves to pyshacl, which evaluates it over a slice of the data
    "nodeValidator-001": "custom constraint components",
    "optional-001": "custom constraint components",
    "propertyValidator-select-001": "custom constraint components",
    "validator-001": "custom constraint components",
    "pre-binding-002": "an inner group uses $this without binding it: set-based evaluation would differ",
    "pre-binding-003": "the same",
    "pre-binding-005": "the same",
    "pre-binding-007": "the same",
}
UNEVALUATED = {
    # refused by the compiler and by pyshacl: raised, and a finding in a report, never silently passed
    "shapesGraph-001": "$shapesGraph: pyshacl 0.40 raises NotImplementedError",
}


def cases() -> list[pathlib.Path]:
    root = pathlib.Path(FOLDER) / "shacl"
    return (
        sorted(p for part in ("core", "sparql") for p in (root / part).rglob("*.ttl") if "manifest" not in p.name)
        if FOLDER
        else []
    )


@pytest.fixture(autouse=True)
def _lexical_forms_as_written(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdflib, "NORMALIZE_LITERALS", False)


def canonical(node: object) -> str | None:
    """A term as the engine gives it back, so that both sides compare by the same lexical forms."""
    if node is None:
        return None
    if isinstance(node, rdflib.BNode):
        return "_:"
    text = node.n3()  # type: ignore[attr-defined]
    store = pyoxigraph.Store()
    store.load(f"<http://a> <http://b> {text} .".encode(), pyoxigraph.RdfFormat.TURTLE)
    return written(next(iter(store)).object)


def written(term: object) -> str | None:
    if term is None:
        return None
    text = str(term).removesuffix("^^<http://www.w3.org/2001/XMLSchema#string>")
    return "_:" if text.startswith("_:") else text


def store_of(graph_file: pathlib.Path) -> pyoxigraph.Store:
    store = pyoxigraph.Store()
    store.load(path=str(graph_file), format=pyoxigraph.RdfFormat.TURTLE, base_iri=graph_file.as_uri())
    return store


def answers(store: pyoxigraph.Store):  # type: ignore[no-untyped-def]
    def run(query: str) -> Iterator[list[str | None]]:
        for solution in store.query(query):  # type: ignore[union-attr]
            yield [None if term is None else str(term) for term in solution]

    return run


@pytest.mark.conformance
@pytest.mark.skipif(not FOLDER, reason="KG_CONFORMANCE is not set: the W3C SHACL suite did not run")
@pytest.mark.parametrize("file", cases(), ids=lambda p: p.stem)
def test_w3c_case(file: pathlib.Path) -> None:
    manifest = Graph().parse(file, publicID=file.as_uri())
    for entry in manifest.subjects(RDF.type, SHT.Validate):
        action = manifest.value(entry, MF.action)
        data = pathlib.Path(str(manifest.value(action, SHT.dataGraph)).removeprefix("file://"))
        shapes = pathlib.Path(str(manifest.value(action, SHT.shapesGraph)).removeprefix("file://"))
        expected = manifest.value(entry, MF.result)
        run = answers(store_of(data))
        graph = Graph().parse(shapes, publicID=shapes.as_uri())
        if file.stem in UNEVALUATED or expected == SHT.Failure:
            with pytest.raises(ShapesInvalid):
                list(results(graph, run))
            return

        found = Counter(
            (written(r.focus), r.path, written(r.value), r.origin.component, r.origin.severity)
            for r in results(graph, run, leaves=file.stem in LEFT)
        )

        assert found == wanted(manifest, expected)


def results(shapes: Graph, run, leaves: bool = False) -> Iterator[Result]:  # type: ignore[no-untyped-def]
    left: dict[str, ShapeUnsupported] = {}
    checks = compile_shapes(shapes, run, left)
    yield from validate(checks, run)
    for root in left:
        yield from slices.validate(shapes, root, run)
    assert bool(left) == leaves


def wanted(manifest: Graph, report: object) -> Counter[tuple[str | None, ...]]:
    results: Counter[tuple[str | None, ...]] = Counter()
    for node in manifest.objects(report, SH.result):  # type: ignore[arg-type]
        steps = manifest.value(node, SH.resultPath)
        results[
            (
                canonical(manifest.value(node, SH.focusNode)),
                None if steps is None else path(manifest, steps),
                canonical(manifest.value(node, SH.value)),
                str(manifest.value(node, SH.sourceConstraintComponent)),
                str(manifest.value(node, SH.resultSeverity) or URIRef(SH.Violation)),
            )
        ] += 1
    return results
