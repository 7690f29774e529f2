"""Evaluation of one query on the read-only store of a release, inside a worker."""

import re
from pathlib import Path

import pyoxigraph

from kgservice.errors import EngineCrash, QueryForbidden, QueryInvalid
from kgservice.store import admission, serialisation
from kgservice.store.datasets import Datasets
from kgservice.store.interface import Question

_PLACE = re.compile(r"error at (\d+):(\d+): ?(.*)", re.DOTALL)
_FUNCTION = re.compile(r"custom function <(.*)> is not supported")


class Evaluation:
    """The evaluator of a release: a pyoxigraph store that is never written to; `known` names its default graph."""

    def __init__(self, folder: Path, known: str) -> None:
        self._store = pyoxigraph.Store.read_only(str(folder))
        self._datasets = Datasets(self._store, known)

    def answer(self, question: Question, sink: serialisation.Sink) -> None:
        """Evaluate a question and write its answer.

        Raises:
            QueryInvalid, QueryForbidden, ParameterInvalid, NotAcceptable, EngineCrash: there is no answer, or none in
                that format.
        """
        query, kind = admission.admit(question)
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
    said = said if len(said) < 200 and "[" not in said else "?"  # a page of character classes helps nobody
    return QueryInvalid(
        "Line {line}, column {column}: the engine does not accept this query ({said}).",
        line=line,
        column=column,
        said=said,
    )
