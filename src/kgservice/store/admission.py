"""Which questions may run at all: queries that parse, need no network, and fit the format asked for."""

import socket
from collections.abc import Callable
from functools import lru_cache

from kgservice.errors import NotAcceptable, QueryForbidden
from kgservice.sparql import Bounds, Query, parse
from kgservice.sparql.tokens import place_in
from kgservice.store.interface import FORMATS, Question
from kgservice.terms import PREFIXES

SERVICE = "SERVICE is not executed here: this service asks no endpoint but those of KG_SERVICE_ALLOW, named by an IRI."
"""Message of the refusal."""
_SHORT = 8192  # characters
_KINDS = {"select": "bindings", "ask": "boolean", "construct": "graph", "describe": "graph"}


def remembering(bounds: Bounds = Bounds()) -> Callable[[str], Query]:  # noqa: B008  (a tuple)
    """Return `parse` within bounds, with a memory for the short texts that pages and library ask again and again."""

    def read(text: str) -> Query:
        return parse(text, bounds=bounds, prefixes=PREFIXES)

    remembered = lru_cache(maxsize=256)(read)
    return lambda text: remembered(text) if len(text) <= _SHORT else read(text)


def networkless() -> bool:
    """Tell whether this process can open no socket, as a worker that is locked in.

    There a SERVICE may be left to the engine: it fails when its call is due, and not behind a pattern without solutions
    (monitors test that); SILENT yields the one empty solution (SPARQL 1.1 Federated Query 2.3).
    """
    try:
        socket.socket().close()
    except PermissionError:
        return True
    return False


def admit(question: Question, read: Callable[[str], Query] = parse) -> tuple[Query, str]:
    """Return the query as `read` parses it, and the kind of its answer.

    Raises:
        QueryInvalid: the text is not a query.
        QueryForbidden: it is an update, or wants the network.
        NotAcceptable: the format cannot carry its kind of answer.
    """
    query = read(question.query)
    if query.is_update:
        operations = query.tree.named("Operation")
        if not operations:
            parse(question.query, update=False)  # an empty text: let the parser say so
        line, column = place_in(query.text, query.tree.span(operations[0])[0])
        raise QueryForbidden(
            "Line {line}, column {column}: {word} is an update, and releases are read-only; send updates to a draft "
            "(/drafts/<id>/update).",
            line=line,
            column=column,
            word=query.tree.word(operations[0].first).upper(),
        )
    if query.uses_service and (query.tests_service or not networkless()):
        raise QueryForbidden(SERVICE)
    kind = _KINDS[query.form]
    if question.format not in FORMATS or kind not in FORMATS[question.format][1].split():
        offered = ", ".join(name for name, (_, kinds) in FORMATS.items() if kind in kinds.split())
        raise NotAcceptable(
            "The answer of {form} cannot be written as {format}; it can be as {offered}.",
            form=query.form.upper(),
            format=question.format,
            offered=offered,
        )
    return query, kind
