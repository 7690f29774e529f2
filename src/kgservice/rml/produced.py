"""What mapping leaves behind: statements with their row, and failures with their cell."""

from dataclasses import dataclass

import polars as pl

from kgservice.report import Text
from kgservice.rml.functions import LIBRARY
from kgservice.terms import PREFIXES, shortened


@dataclass(frozen=True, slots=True)
class Failure:
    """A cell that has text which a rule of the mapping cannot use."""

    row: int
    """Row as the reader numbers it."""
    columns: tuple[str, ...]
    """The columns or paths that the rule reads."""
    value: str
    """The text that could not be used: the cell's, or the part of it that a function got."""
    rule: str
    """`map/<function>`, or one of the rules in `_TEXTS`."""
    function: str = ""
    """Name of the function that gave nothing, if one did."""
    target: str = ""
    """What it was to become: IRI of the predicate, or `subject`, `graph`."""
    detail: str = ""
    """Datatype or code table that was asked for."""


@dataclass(frozen=True, slots=True)
class Produced:
    """A part of the result, in no particular order and with repetitions."""

    statements: pl.DataFrame
    """Columns graph (null = default graph), subject, predicate, object as N-Triples terms, and row (UInt32)."""
    failures: list[Failure]


SCHEMA = {"graph": pl.String, "subject": pl.String, "predicate": pl.String, "object": pl.String, "row": pl.UInt32}
"""Columns of `Produced.statements`."""

_TEXTS = {
    "map/empty-key": "the row makes no thing: its key {columns} is empty, so its other cells are lost",
    "map/no-graph": "the row says nothing of its evidence in {columns}, so its statements have no graph",
    "map/not-an-iri": "“{value}” is not an address (IRI): it may hold no spaces, quotes or brackets",
    "map/not-of-datatype": "“{value}” is not a value of {detail}",
    "map/not-a-language": "“{value}” is not a language tag such as ru or en-GB",
    "map/no-parent": "“{value}” stands in no row that {columns} should lead to",
    "map/not-a-value": "{columns} leads to a list or an object where one value is expected",
    "map/not-text": "{columns} holds half of a character (a lone surrogate), which no file can store",
}


def explain(failure: Failure) -> Text:
    """Return the sentence that tells a person what is wrong with the cell."""
    params: dict[str, object] = {
        "value": failure.value,
        "columns": ", ".join(failure.columns) or "—",
        "detail": shortened(failure.detail),
        "table": failure.detail,
    }
    if failure.rule in _TEXTS:
        return Text(_TEXTS[failure.rule], params)
    function = LIBRARY.get(PREFIXES["fn"] + failure.function)
    expects = function.expects if function else "what the function {function} expects"
    return Text("“{value}” is not " + expects, {**params, "function": failure.function})
