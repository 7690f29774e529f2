"""Documents that a request carries, one or many, written to disk as they come."""

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from flask import Request
from werkzeug.http import parse_options_header

from kgservice.actions.edit import Document
from kgservice.errors import BodyInvalid, MediaTypeUnsupported, RequestTooLarge
from kgservice.releases.files import guarded

_BLOCK = 1 << 20
_FORMATS: Mapping[str, str] = {
    "text/turtle": "turtle",
    "application/x-turtle": "turtle",
    "application/n-triples": "ntriples",
    "text/plain": "ntriples",
    "application/rdf+xml": "rdfxml",
    "application/xml": "rdfxml",
    "text/xml": "rdfxml",
    "application/ld+json": "jsonld",
    "application/json": "jsonld",
}


def documents(request: Request, limit: int, fresh: Callable[[], Path]) -> list[Document]:
    """Return the documents of a request: its body, or the files of a `multipart/form-data` body (RFC 7578).

    `limit` is the most bytes of a body; `fresh` names the files.

    Raises:
        RequestTooLarge, MediaTypeUnsupported: the body is too long, or no format of a graph that we read.
        BodyInvalid: a multipart body carries no file.
    """
    if (request.content_length or 0) > limit:
        raise RequestTooLarge("The body is longer than {limit} bytes (KG_DELIVERY_BYTES).", limit=limit)
    request.max_content_length = limit
    if request.mimetype != "multipart/form-data":
        return [_kept(request.stream, request.headers.get("Content-Type", ""), fresh())]
    files = [file for _, file in request.files.items(multi=True)]
    if not files:
        raise BodyInvalid("A multipart body carries each document as a file: with filename and Content-Type.")
    return [_kept(file.stream, file.content_type or "", fresh()) for file in files]


def _kept(stream: IO[bytes], content_type: str, path: Path) -> Document:
    kind, parameters = parse_options_header(content_type)
    form = _FORMATS.get(kind.lower())
    if form is None:
        raise MediaTypeUnsupported(
            "A graph comes as text/turtle, application/n-triples, application/rdf+xml or application/ld+json, "
            "not as {kind}.",
            kind=kind or "nothing",
        )
    charset = parameters.get("charset", "utf-8").lower()
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise MediaTypeUnsupported("Documents are written in UTF-8, not in {charset}.", charset=charset)
    with guarded(path), path.open("wb") as file:
        shutil.copyfileobj(stream, file, _BLOCK)
    return Document(path, form)
