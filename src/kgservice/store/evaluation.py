"""Evaluation of one query on the read-only store of a release, inside a worker."""

import re
from pathlib import Path

import pyoxigraph

from kgservice.errors import EngineCrash, NotAcceptable, QueryForbidden, QueryInvalid
from kgservice.sparql import Query, parse
from kgservice.store import serialisation
from kgservice.store.datasets import Datasets
from kgservice.store.interface import FORMATS, Question

KINDS = {"select": "bindings", "ask": "boolean", "construct": "graph", "describe": "graph"}
_PLACE = re.compile(r"error at (\d+):(\d+): ?(.*)", re.DOTALL)
_FUNCTION = re.compile(r"custom function <(.*)> is not supported")


def admit(question: Question) -> tuple[Query, str]:
    """Return the parsed query and the kind of its answer, when the query may run at all.

    Raises:
        QueryInvalid: the text is not a query.
        QueryForbidden: it is an update, or wants the network.
        NotAcceptable: the format cannot carry its kind of answer.
    """
    query = parse(question.query)
    if query.form == "update":
        raise QueryForbidden("This is an update, and releases are read-only; send updates to a draft.")
    if query.uses_service:
        raise QueryForbidden("SERVICE is not executed here: a query never leaves this service.")
    if query.uses_load:
        raise QueryForbidden("LOAD is not executed here: nothing is fetched from the network.")
    kind = KINDS[query.form]
    kinds = FORMATS[question.format][1].split()
    if kind not in kinds:
        offered = ", ".join(name for name, (_, carried) in FORMATS.items() if kind in carried.split())
        raise NotAcceptable(
            "A {form} query cannot be answered as {format}; it can be as {offered}.",
            form=query.form.upper(),
            format=question.format,
            offered=offered,
        )
    return query, kind


class Evaluation:
    """The evaluator of a release: a pyoxigraph store that is never written to."""

    def __init__(self, folder: Path) -> None:
        self._store = pyoxigraph.Store.read_only(str(folder))
        self._datasets = Datasets(self._store)

    def answer(self, question: Question, sink: serialisation.Sink) -> None:
        """Evaluate a question and write its answer.

        Raises:
            QueryInvalid, QueryForbidden, NotAcceptable, EngineCrash: there is no answer, or none in that format.
        """
        query, kind = admit(question)
        dataset = self._datasets.choose(question, query)
        try:
            result = dataset.store.query(
                question.query,
                base_iri=question.base or None,
                default_graph=dataset.default_graph,
                named_graphs=dataset.named_graphs,
            )
            sink.begin(kind, question.format)
            serialisation.write(result, question.format, sink)
        except SyntaxError as error:
            raise _invalid(str(error)) from None
        except PermissionError:
            raise QueryForbidden("This query wants the network, which no query reaches from here.") from None
        except (RuntimeError, ValueError) as error:
            if found := _FUNCTION.search(str(error)):
                raise QueryInvalid("There is no function <{function}> here.", function=found[1]) from None
            raise EngineCrash("The engine failed on this query: {reason}", reason=error) from None


def _invalid(text: str) -> QueryInvalid:
    found = _PLACE.search(text)
    line, column, said = (int(found[1]), int(found[2]), found[3]) if found else (0, 0, text)
    said = said if len(said) < 200 and "[" not in said else ""  # a page of character classes helps nobody
    return QueryInvalid(
        "The engine does not accept this query (line {line}, column {column}). {said}",
        line=line,
        column=column,
        said=said,
    )
