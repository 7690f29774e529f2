"""What a store is asked and what it gives back. To add one: a room with a class that has the methods of `Store`."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from kgservice.report import Text
from kgservice.store.unspooling import SpooledFile

FORMATS: dict[str, tuple[str, str]] = {
    # short name: (media type, kinds of answers)
    "json": ("application/sparql-results+json", "bindings boolean"),
    "xml": ("application/sparql-results+xml", "bindings boolean"),
    "csv": ("text/csv; charset=utf-8", "bindings"),
    "tsv": ("text/tab-separated-values; charset=utf-8", "bindings"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "bindings"),
    "excel": ("text/csv; charset=utf-8", "bindings"),  # CSV as Excel reads it; by its name only
    "parquet": ("application/vnd.apache.parquet", "bindings"),
    "turtle": ("text/turtle; charset=utf-8", "graph"),
    "ntriples": ("application/n-triples", "graph"),
    "jsonld": ("application/ld+json", "graph"),
    "rdfxml": ("application/rdf+xml", "graph"),
    "trig": ("application/trig", "graph"),
    "nquads": ("application/n-quads", "graph"),
}
"""Formats a store serialises to, by short name; the kinds say which answers each can carry."""


@dataclass(frozen=True, slots=True)
class Question:
    """A query as the protocol gave it (SPARQL 1.1 Protocol 2.1)."""

    query: str
    format: str = "json"
    """Short name in `FORMATS`; must fit the query's form."""
    default_graphs: tuple[str, ...] = ()
    named_graphs: tuple[str, ...] = ()
    """Dataset of the protocol; not both empty means it overrides FROM (2.1.4)."""
    base: str = ""
    """Base for relative IRIs; the endpoint's address."""
    seconds: float = 30.0
    client: str = ""
    """Who asks: a token's name or an address; for fairness and logs."""
    id: str = ""
    """Query-Id: whoever knows it may stop the query."""
    language: str = ""
    """Of the labels and headings that a workbook has beside the answer."""
    federated: bool = False
    """True where another endpoint asks on behalf of a SERVICE: then we ask nobody else."""
    lowered: bool = False
    """True where the request itself asked for fewer seconds than the service allows."""
    every_graph: bool = False
    """True where GRAPH sees every named graph beside the default graphs chosen, which the protocol would hide."""


@dataclass(frozen=True, slots=True)
class Notice:
    """A warning about a query that was answered: a slow form, or a term that the release does not know."""

    name: str
    """`unknown-term`, or a name of `kgservice.sparql.Advice`."""
    text: Text
    line: int
    column: int
    iri: str = ""
    """The unknown term; "" for a slow form."""
    near: str = ""
    """The known term that was likely meant; "" where there is none."""


@dataclass(slots=True)
class Answer:
    """A whole or streaming answer. Iterate `chunks` once, and `close()` in any case: closing early stops the query."""

    kind: str
    """`bindings`, `boolean` or `graph`."""
    chunks: Iterator[bytes]
    size: int | None = None
    """Bytes, when the whole answer was spooled (the usual case); None while it streams."""
    complete: bool = True
    """False while the answer streams: only its end tells."""
    rows: int | None = None
    timings: dict[str, float] = field(default_factory=dict)
    """Milliseconds by name (`queue`, `engine`), for Server-Timing."""
    notices: tuple[Notice, ...] = ()
    """Warnings about the query, in order of its text."""
    file: SpooledFile | None = None
    """The same as `chunks`, one of which is read, where the answer is whole and not small."""
    store: Path | None = None
    """The store folder that answered, which names the release; None for a remote store."""

    def close(self) -> None:
        """Give back what the answer holds: its spool file, or the worker of a streaming answer."""
        close = getattr(self.chunks, "close", None)
        if close:
            close()


class Store(Protocol):
    """Answers questions on one release, or on a remote endpoint."""

    def answer(self, question: Question) -> Answer:
        """Answer a question; errors before the first byte are raised here.

        Raises:
            QueryInvalid, QueryForbidden: the query does not parse, or must not run here.
            NotAcceptable: the format cannot carry this kind of answer, or what it holds.
            ParameterInvalid: a graph of the dataset is not an IRI.
            QueryTimeout, QueryMemory, EngineCrash, ResultTooLarge, QueryStopped: it ran and was ended.
            Busy, StoreUnavailable: nobody could run it.
        """

    def stop(self, query_id: str) -> bool:
        """Stop a running query by its id; tell whether there was one."""

    def close(self) -> None:
        """End all workers."""
