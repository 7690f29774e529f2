"""The W3C protocol and graph store suites as plain requests and expectations, read with rdflib."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDFS

from sparql.conformance import folder

MF = rdflib.Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
UT = rdflib.Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
HT = rdflib.Namespace("http://www.w3.org/2011/http#")
CNT = rdflib.Namespace("http://www.w3.org/2011/content#")


@dataclass
class Step:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    statuses: set[str] = field(default_factory=set)
    boolean: bool | None = None
    format: str = ""
    location: bool = False
    expected_media: str = ""
    expected_body: str = ""


@dataclass
class Case:
    name: str
    graphs: list[tuple[str, Path]]
    steps: list[Step]


def cases(manifest: str) -> list[Case]:
    path = folder() / manifest
    graph = rdflib.Graph().parse(path, publicID=path.as_uri())
    (entries,) = graph.objects(None, MF.entries)
    return [_case(graph, entry) for entry in Collection(graph, entries)]


def _case(graph, entry) -> Case:
    graphs = []
    for data in graph.objects(entry, UT.graphData):
        file = Path(unquote(urlsplit(str(graph.value(data, UT.graph))).path))
        graphs.append((str(graph.value(data, RDFS.label)), file))
    action = graph.value(entry, MF.action)
    steps = [_step(graph, request) for request in Collection(graph, graph.value(action, HT.requests))]
    return Case(str(entry).rpartition("#")[2], graphs, steps)


def _step(graph, request) -> Step:
    response = graph.value(request, HT.resp)
    body = graph.value(request, HT.body)
    sent = None
    if body is not None:
        encoding = str(graph.value(body, CNT.characterEncoding) or "UTF-8")
        sent = str(graph.value(body, CNT.chars)).encode(encoding)
    step = Step(
        str(graph.value(request, HT.methodName)),
        str(graph.value(request, HT.absolutePath)),
        _headers(graph, request),
        sent,
        {str(status).rpartition("#")[2] for status in graph.objects(response, MF.expectedStatus)},
    )
    truth = graph.value(response, MF.expectedBoolean)
    step.boolean = None if truth is None else bool(truth.toPython())
    step.format = str(graph.value(response, MF.expectedFormat) or "")
    step.location = graph.value(response, MF.expectedLocation) is not None
    step.expected_media = _headers(graph, response).get("content-type", "").partition(";")[0]
    expected = graph.value(response, HT.body)
    step.expected_body = str(graph.value(expected, CNT.chars)) if expected is not None else ""
    return step


def _headers(graph, node) -> dict[str, str]:
    listed = graph.value(node, HT.headers)
    headers = Collection(graph, listed) if listed is not None else []
    return {str(graph.value(h, HT.fieldName)): str(graph.value(h, HT.fieldValue)) for h in headers}


NAMES = {"OK": 200, "Created": 201, "NoContent": 204, "NotFound": 404}


def fits(status: int, expected: set[str]) -> bool:
    """Tell whether a status is one of those expected: names, or classes such as StatusCode4xx."""
    return any(NAMES.get(name) == status or name == f"StatusCode{status // 100}xx" for name in expected)


def prose() -> list[Case]:
    """Return `http-rdf-update`, whose requests stand in comments; each has one step, and they follow one another."""
    path = folder() / "http-rdf-update" / "manifest.ttl"
    graph = rdflib.Graph().parse(path, publicID=path.as_uri())
    (entries,) = graph.objects(None, MF.entries)
    return [_prose(graph, entry) for entry in Collection(graph, entries)]


def _prose(graph, entry) -> Case:
    (text,) = (str(text) for text in graph.objects(entry, RDFS.comment) if "#### Request" in str(text))
    request, response = (re.sub(r"(?m)^    ", "", part).strip("\n") for part in text.split("#### Response"))
    head, _, body = request.partition("#### Request")[2].strip("\n").partition("\n\n")
    first, *lines = head.splitlines()
    headers = {name: value.strip() for name, _, value in (line.partition(":") for line in lines) if name != "Host"}
    method, path, _ = first.split(" ")
    if "multipart" in headers.get("Content-Type", ""):
        body = body.replace("\n", "\r\n")
    sent = body.encode() if method in ("PUT", "POST") else None
    status, _, rest = response.partition("\n")
    expected_head, _, expected = rest.partition("\n\n")
    step = Step(method, path, headers, sent, {status.split()[0]})
    step.location = "Location:" in expected_head
    step.expected_body = expected
    return Case(str(entry).rpartition("#")[2], [], [step])
