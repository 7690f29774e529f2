"""Evaluation of one query on the read-only store of a release, inside a worker."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import IO, cast

import pyoxigraph

from kgservice.errors import EngineCrash, FunctionUnknown, QueryForbidden, QueryInvalid
from kgservice.sparql import Bounds, rewrites, sortkey
from kgservice.store import admission, serialisation
from kgservice.store.datasets import Datasets
from kgservice.store.interface import Question
from kgservice.store.notices import Noticing
from kgservice.terms import Graphs

_Term = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple
_PLACE = re.compile(r"error at (\d+):(\d+): ?(.*)", re.DOTALL)
_FUNCTION = re.compile(r"custom function <(.*)> is not supported")


class Evaluation:
    """The evaluator of a release: a pyoxigraph store that is never written to; `known` names its default graph."""

    def __init__(self, folder: Path | pyoxigraph.Store, known: str, bounds: Bounds = Bounds()) -> None:  # noqa: B008
        self._store = folder if isinstance(folder, pyoxigraph.Store) else pyoxigraph.Store.read_only(str(folder))
        self._folder = folder if isinstance(folder, Path) else None
        self._known = known
        self._most = bounds.merged
        self.changed()
        self._read = admission.remembering(bounds)
        names = Graphs(known.removesuffix("graph/known")) if known else None
        self._noticing = Noticing(self._store, names)

    def changed(self) -> None:
        """Forget what was found out about the graphs: the store (of a draft) was written to."""
        self._datasets = Datasets(self._store, self._known, self._most)

    def answer(self, question: Question, sink: serialisation.Sink) -> None:
        """Evaluate a question and write its answer.

        Raises:
            QueryInvalid, QueryForbidden, ParameterInvalid, NotAcceptable, EngineCrash: there is no answer, or none in
                that format.
        """
        query, kind = admission.admit(question, self._read)
        dataset = self._datasets.choose(question, query)
        notices = self._noticing.of(question, query)
        text = rewrites.safe(query)
        try:
            result = dataset.store.query(
                text,
                base_iri=question.base or None,
                default_graph=dataset.default_graph,
                named_graphs=dataset.named_graphs,
                custom_functions=FUNCTIONS,
            )
            sink.begin(kind, question.format, notices)
            if question.format in serialisation.TABLES:
                from kgservice.store import tables

                tables.write(question, result, cast("IO[bytes]", sink), self._store, self._folder, notices)
            else:
                serialisation.write(result, question.format, sink)
        except SyntaxError as error:
            raise self._invalid(question, error) from None
        except OSError as error:
            if query.uses_service and not isinstance(error, BrokenPipeError | ConnectionResetError):
                raise QueryForbidden(admission.SERVICE) from None  # its call was due
            if isinstance(error, PermissionError):
                raise QueryForbidden("This query wants the network, which no query reaches from here.") from None
            raise
        except (RuntimeError, ValueError) as error:
            if query.uses_service and "service name is unbound" in str(error):
                raise QueryForbidden(admission.SERVICE) from None  # SERVICE ?variable
            if found := _FUNCTION.search(str(error)):
                raise FunctionUnknown("There is no function <{function}> here.", function=found[1]) from None
            raise EngineCrash("The engine failed on this query: {reason}", reason=error) from None

    def _invalid(self, question: Question, error: SyntaxError) -> QueryInvalid:
        try:  # the rewritten text has other columns than the asker's
            self._store.query(question.query, base_iri=question.base or None)
        except SyntaxError as original:
            error = original
        found = _PLACE.search(str(error))
        line, column, said = (int(found[1]), int(found[2]), found[3]) if found else (0, 0, str(error))
        said = said if len(said) < 200 and "[" not in said else "?"  # a page of character classes helps nobody
        return QueryInvalid(
            "Line {line}, column {column}: the engine does not accept this query ({said}).",
            line=line,
            column=column,
            said=said,
        )


def _sort_key(term: object) -> pyoxigraph.Literal:
    return pyoxigraph.Literal(_text(term))


def _text(term: object) -> str:
    if isinstance(term, pyoxigraph.Literal):
        return sortkey.key("literal", term.value, term.datatype.value, term.language or "")
    if isinstance(term, pyoxigraph.NamedNode):
        return sortkey.key("uri", term.value)
    if isinstance(term, pyoxigraph.Triple):
        return sortkey.triple(_text(part) for part in (term.subject, term.predicate, term.object))
    return sortkey.key("bnode", "")


FUNCTIONS: dict[pyoxigraph.NamedNode, Callable[..., _Term | None]] = {
    pyoxigraph.NamedNode(rewrites.SORT_KEY): _sort_key
}
"""What the engine is given for `rewrites.safe`, by name."""
