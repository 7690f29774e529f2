"""The evaluator of a remote SPARQL 1.1 endpoint inside a worker: asks it, checks what comes, serialises it anew."""

import socket
import sys
import urllib.error
import warnings
from http.client import HTTPException, HTTPResponse
from typing import IO, Any, cast
from urllib.parse import urlsplit

import pyoxigraph
from SPARQLWrapper import POST, SPARQLExceptions, SPARQLWrapper

from kgservice.errors import QueryInvalid, StoreUnavailable
from kgservice.sparql import Bounds, Query
from kgservice.store import admission, serialisation
from kgservice.store.interface import Question
from kgservice.terms import is_iri

# NOTE: CSV and TSV are never asked for: a cut answer in them looks whole
_ACCEPT = {
    "bindings": "application/sparql-results+json, application/sparql-results+xml;q=0.9",
    "boolean": "application/sparql-results+json, application/sparql-results+xml;q=0.9",
    "graph": "application/n-triples, text/turtle;q=0.9, application/rdf+xml;q=0.8",
}


class Relay:
    """The evaluator of one endpoint; the process may connect to that endpoint's address and no other."""

    def __init__(self, endpoint: str, bounds: Bounds = Bounds()) -> None:  # noqa: B008  (a tuple)
        self._read = admission.remembering(bounds)
        parts = urlsplit(endpoint)
        self._endpoint = endpoint
        self._host = parts.hostname or ""
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._addresses: set[tuple[str, int]] = set()
        # NOTE: seccomp cannot see addresses, so the interpreter itself refuses: an audit hook cannot be taken off again
        sys.addaudithook(self._watch)

    def answer(self, question: Question, sink: serialisation.Sink) -> None:
        """Ask the endpoint and write its answer.

        Raises:
            QueryInvalid, QueryForbidden, NotAcceptable, StoreUnavailable: there is no answer, or none in that format.
        """
        query, kind = admission.admit(question, self._read)
        response = self._ask(question, query, kind)
        body = _Body(response)
        media = response.headers.get_content_type()
        try:
            result = _read(body, media, kind)
            sink.begin(kind, question.format)
            if question.format in serialisation.TABLES:
                from kgservice.store import tables

                tables.write(question, result, cast("IO[bytes]", sink), None, None)
            else:
                serialisation.write(result, question.format, sink)
        except (SyntaxError, ValueError, HTTPException, OSError) as error:
            if isinstance(error, BrokenPipeError):
                raise  # the pool has gone, not the endpoint
            raise StoreUnavailable("The remote store's answer is cut or damaged: {reason}", reason=error) from None
        body.check()

    def _ask(self, question: Question, query: Query, kind: str) -> HTTPResponse:
        request = SPARQLWrapper(self._endpoint, agent="kgservice")
        request.setMethod(POST)
        request.setOnlyConneg(True)
        request.setTimeout(max(1, int(question.seconds) + 1))
        request.addCustomHttpHeader("Accept", _ACCEPT[kind])
        for graph in question.default_graphs:
            request.addParameter("default-graph-uri", graph)
        for graph in question.named_graphs:
            request.addParameter("named-graph-uri", graph)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its own guess at the query's form is of no interest
            request.setQuery(_based(question, query))
            request.queryType = query.form.upper()
        try:
            found = socket.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM)
            self._addresses = {(str(address[0]), int(address[1])) for *_, address in found}
            return request.query().response
        except SPARQLExceptions.QueryBadFormed as error:
            raise QueryInvalid("The remote store does not accept this query: {said}", said=_said(error)) from None
        except SPARQLExceptions.SPARQLWrapperException as error:
            raise StoreUnavailable("The remote store failed: {said}", said=_said(error)) from None
        except urllib.error.HTTPError as error:
            message = "The remote store answered {status} {reason}."
            raise StoreUnavailable(message, status=error.code, reason=error.reason) from None
        except (urllib.error.URLError, HTTPException, OSError) as error:
            reason = getattr(error, "reason", error)
            message = "The remote store {endpoint} cannot be reached: {reason}."
            raise StoreUnavailable(message, endpoint=self._endpoint, reason=reason) from None

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "socket.connect" and tuple(arguments[1][:2]) not in self._addresses:
            raise PermissionError(f"connection to {arguments[1]} refused: only {self._endpoint} may be reached")
        if event == "socket.getaddrinfo" and arguments[0] != self._host:
            raise PermissionError(f"look-up of {arguments[0]} refused: only {self._endpoint} may be reached")


class _Body:
    """The body of a response as a file that notices when it ends too early."""

    def __init__(self, response: HTTPResponse) -> None:
        self._response = response
        length = response.headers.get("Content-Length")
        self._left = int(length) if length and length.isdigit() else None

    def read(self, size: int = -1) -> bytes:
        """Read up to `size` bytes."""
        piece = self._response.read(size if size >= 0 else None)
        if self._left is not None:
            self._left -= len(piece)
        return piece

    def check(self) -> None:
        """Read what is left, and see that it was all.

        Raises:
            StoreUnavailable: the body ended before its length.
        """
        while self.read(1 << 16):
            pass
        if self._left:
            raise StoreUnavailable("The remote store's answer is cut: {bytes} bytes are missing.", bytes=self._left)


def _read(body: _Body, media: str, kind: str) -> object:
    stream = cast("IO[bytes]", body)
    if kind == "graph":
        graph_format = pyoxigraph.RdfFormat.from_media_type(media)
        if graph_format is None:
            raise StoreUnavailable("The remote store answered with {media}, which is no graph.", media=media)
        return (quad.triple for quad in pyoxigraph.parse(stream, graph_format))
    results = pyoxigraph.QueryResultsFormat.from_media_type(media)
    if results not in (pyoxigraph.QueryResultsFormat.JSON, pyoxigraph.QueryResultsFormat.XML):
        raise StoreUnavailable("The remote store answered with {media}, which holds no results.", media=media)
    return pyoxigraph.parse_query_results(stream, results)


def _based(question: Question, query: Query) -> str:
    """Return the text with our base, if it needs one: the endpoint would resolve against its own address."""
    if not question.base or query.base:
        return question.query
    iris = (query.tree.word(index)[1:-1] for index, token in enumerate(query.tree.tokens) if token.kind == "IRI")
    return question.query if all(is_iri(iri) for iri in iris) else f"BASE <{question.base}> {question.query}"


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:500]
