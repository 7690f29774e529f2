"""W3C: SPARQL Protocol, Graph Store Protocol, and every update suite, on a draft of the served program."""

import json
from urllib.parse import quote

import pytest
import rdflib
from rdflib.collection import Collection
from rdflib.compare import isomorphic, to_isomorphic
from rdflib.namespace import RDF, RDFS

from drafts import suites
from drafts.suites import MF, UT
from sparql.conformance import folder

pytestmark = pytest.mark.conformance
BASE = "http://localhost:8080/"
UPDATES = (
    "add", "basic-update", "clear", "copy", "delete", "delete-data", "delete-insert", "delete-where", "drop", "move",
    "update-silent",
)  # fmt: skip
TABULAR = {
    "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values",
}  # fmt: skip
GRAPH = {"text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json", "application/n-quads"}
KINDS = {"boolean": TABULAR, "tabular": TABULAR, "RDF": GRAPH}
EXPECTED_FAILURES = {
    # test of the deprecated http-rdf-update: why it fails; a test that passes leaves the list
    "delete__existing_graph": "no test before it makes the graph person/2.ttl",
    "post__existing_graph": "its document is no Turtle: the last statement lacks its dot",
    "get_of_post__existing_graph": "follows from the one before",
    "post__multipart_formdata": "its documents are no Turtle: the last statement of each lacks its dot",
    "get_of_post__multipart_formdata": "follows from the one before",
}
UPDATE_FAILURES: dict[str, str] = {}  # of the update suites; none


@pytest.fixture(scope="module")
def one(served):
    """A draft that each test empties first."""
    return served.draft()


def sent(draft, step, location=""):
    """Send a step of a suite to the addresses of a draft; return the reply."""
    path, update = step.path, _is_update(step)
    if path.startswith("/sparql/"):
        path = path.replace("/sparql/", f"{draft.path}/{'update' if update else 'sparql'}", 1)
    else:
        path = path.replace("/gsp", f"{draft.path}/graphs", 1)
    path = path.replace("$LOCATION$", quote(location, safe=""))
    headers = {name.title().replace("-", "_"): value for name, value in step.headers.items()}
    return draft.served.send(step.method, path, step.body, **headers)


def _is_update(step):
    kind = step.headers.get("content-type", "")
    body = step.body or b""
    return (
        "sparql-update" in kind
        or "update=" in step.path
        or body.startswith(b"update=")
        or b"CLEAR" in body.replace(b"\0", b"")
    )


def wrong(draft, case):
    """Return what is wrong with the replies to a case, or nothing."""
    assert draft.update("DROP ALL").status == 204
    for graph, file in case.graphs:
        reply = draft.graph("PUT", graph, file.read_text("utf8"), Content_Type="application/n-triples")
        assert reply.status == 201
    location = ""
    for number, step in enumerate(case.steps, 1):
        reply = sent(draft, step, location)
        if not suites.fits(reply.status, step.statuses):
            return f"step {number}: {reply.status}, not one of {step.statuses}: {reply.body[:300]!r}"
        if step.boolean is not None and json.loads(reply.body)["boolean"] is not step.boolean:
            return f"step {number}: not {step.boolean}"
        if step.format and reply.media not in KINDS[step.format]:
            return f"step {number}: {reply.media} is not {step.format}"
        if step.expected_media and reply.media != step.expected_media:
            return f"step {number}: {reply.media} is not {step.expected_media}"
        if step.location:
            location = reply.headers["Location"]
        if step.expected_body and not _same(reply.body.decode(), step.expected_body):
            return f"step {number}: another graph: {reply.body.decode()}"
    return ""


def _same(one: str, other: str) -> bool:
    found, wanted = (rdflib.Graph().parse(data=text, format="turtle") for text in (one, other))
    return isomorphic(found, wanted)


@pytest.mark.parametrize(
    ("manifest", "count"),
    [
        ("protocol/manifest.ttl", 34),
        ("graph-store-protocol/manifest-indirect.ttl", 9),
        ("graph-store-protocol/manifest-direct.ttl", 4),
    ],
)
def test_protocol_and_graph_store_pass_to_the_letter(one, manifest, count):
    found = suites.cases(manifest)
    failures = {case.name: said for case in found if (said := wrong(one, case))}

    print(f"W3C {manifest}: {len(found) - len(failures)} of {len(found)} pass")
    assert len(found) == count
    assert failures == {}


def test_the_older_prose_suite_of_the_graph_store_passes_but_for_its_own_mistakes(one):
    assert one.update("DROP ALL").status == 204
    failures, new = {}, ""
    for case in suites.prose():
        (step,) = case.steps
        host = f"{BASE}graphs"
        path = step.path.replace("$GRAPHSTORE$?graph=http://$HOST$/$GRAPHSTORE$", f"$GRAPHSTORE$?graph={host}")
        path = path.replace("$GRAPHSTORE$", f"{one.path}/graphs").replace("$NEWPATH$", new)
        headers = {name.replace("-", "_"): value for name, value in step.headers.items()}
        body = step.body and step.body.replace(b"http://$HOST$/$GRAPHSTORE$", host.encode())
        reply = one.served.send(step.method, path, body, **headers)
        if step.location and reply.status == 201:
            new = reply.headers["Location"].removeprefix(one.served.url)
        wanted = next(iter(step.statuses))
        said = ""
        if str(reply.status) != wanted and not (wanted == "200" and reply.status == 204):
            said = f"{reply.status}, not {wanted}: {reply.body[:200]!r}"
        elif step.expected_body and "@prefix" in step.expected_body:
            expected = step.expected_body.replace("http://$HOST$/$GRAPHSTORE$", host)
            said = "" if _same(reply.body.decode(), expected) else f"another graph: {reply.body.decode()}"
        if said:
            failures[case.name] = said

    print(f"W3C http-rdf-update: {18 - len(failures)} of 18 pass, {len(EXPECTED_FAILURES)} are expected to fail")
    assert {name: failures[name] for name in failures.keys() - EXPECTED_FAILURES.keys()} == {}
    assert EXPECTED_FAILURES.keys() <= failures.keys(), "a test that passes leaves the list"


def test_every_update_suite_passes(one):
    failures, count = {}, 0
    for section in UPDATES:
        manifest = folder() / section / "manifest.ttl"
        graph = rdflib.Graph().parse(manifest, publicID=manifest.as_uri())
        (entries,) = graph.objects(None, MF.entries)
        for entry in Collection(graph, entries):
            if graph.value(entry, RDF.type) != MF.UpdateEvaluationTest:
                continue
            count += 1
            said = _evaluated(one, graph, graph.value(entry, MF.action), graph.value(entry, MF.result))
            if said:
                failures[f"{section}/{str(entry).rpartition('#')[2]}"] = said

    print(f"W3C update evaluation: {count - len(failures)} of {count} pass")
    assert count == 94
    assert failures == UPDATE_FAILURES


def _evaluated(draft, graph, action, result):
    """Load what stands before, run the update, compare what stands after."""
    assert draft.update("DROP ALL").status == 204
    for name, text in _state(graph, action):
        assert draft.graph("PUT", name, text).status in (201, 204)
    request = suites.Path(str(graph.value(action, UT.request)).removeprefix("file://"))
    reply = draft.update(request.read_text("utf8"))
    if reply.status != 204:
        return f"{reply.status}: {reply.body[:300]!r}"
    wanted = rdflib.Dataset()
    for name, text in _state(graph, result):
        place = wanted.default_graph if name is None else wanted.graph(rdflib.URIRef(name))
        place.parse(data=text, format="turtle", publicID=name or f"{BASE}drafts/{draft.id}/graphs")
    found = {}
    for name in {None, *_names(draft)}:
        body = draft.graph("GET", name, Accept="text/turtle").body.decode()
        parsed = rdflib.Graph().parse(data=body, format="turtle")
        if len(parsed):
            found[name] = to_isomorphic(parsed)
    expected = {}
    for one in wanted.graphs():
        name = None if one.identifier == wanted.default_graph.identifier else str(one.identifier)
        if len(one):
            expected[name] = to_isomorphic(_plain(one))
    return "" if found == expected else f"{sorted(map(str, found))} is not {sorted(map(str, expected))}, or differs"


def _plain(graph):
    plain = rdflib.Graph()
    for triple in graph:
        plain.add(triple)
    return plain


def _names(draft):
    reply = draft.query("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")
    return [row["g"]["value"] for row in json.loads(reply.body)["results"]["bindings"]]


def _state(graph, node):
    """Yield (graph or None, Turtle) of each graph of a state."""
    for data in graph.objects(node, UT.data):
        yield None, suites.Path(str(data).removeprefix("file://")).read_text("utf8")
    for named in graph.objects(node, UT.graphData):
        file = graph.value(named, UT.graph) or graph.value(named, UT.data)
        yield str(graph.value(named, RDFS.label)), suites.Path(str(file).removeprefix("file://")).read_text("utf8")
