"""Documents that are sent to a draft: read by the engine, and nothing else of the world is read for them."""

from collections.abc import Iterator
from contextlib import contextmanager

import pyoxigraph

from kgservice.errors import BodyInvalid

FORMATS = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
}
"""What may be sent, by short name. A JSON-LD context that is not in the document itself is refused, never fetched."""


@contextmanager
def told() -> Iterator[None]:
    """Turn what the reader of a document says into a sentence with line and column.

    Raises:
        BodyInvalid: the document cannot be read.
    """
    try:
        yield
    except (SyntaxError, ValueError) as error:
        said = " ".join(str(error.args[0] if error.args else error).split())[:300]
        if "LoadDocumentCallback" in said:
            said = "its context is an address, and contexts are not fetched; put the context into the document"
        raise BodyInvalid("The document cannot be read: {reason}.", reason=said.rstrip(".")) from None


def triples(sent: list[tuple[str, str]], base: str) -> str:
    """Return the triples of documents (path, format) as Turtle without prefixes; blank nodes of each stay apart.

    Raises:
        BodyInvalid: one cannot be read.
    """
    found = []
    for number, (path, form) in enumerate(sent):
        with told():
            for quad in pyoxigraph.parse(path=path, format=FORMATS[form], base_iri=base):
                found.append(f"{_apart(quad.subject, number)} {quad.predicate} {_apart(quad.object, number)} .\n")
    return "".join(found)


def _apart(term: object, number: int) -> str:
    return f"_:d{number}x{term.value}" if isinstance(term, pyoxigraph.BlankNode) else str(term)
