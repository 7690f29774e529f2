"""What a mapping function is: parameters, what it expects, and a body over whole columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from kgservice.terms import PREFIXES

Body = Callable[..., pl.Series]


@dataclass(frozen=True, slots=True)
class Parameter:
    """An input of a function."""

    iri: str
    name: str
    kind: str
    """`cell`: varies by record; `setting`: a text fixed by the mapping; `table`: the name of a code table."""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Function:
    """A function of FNML: text in, text or texts out; nothing out means that the text is not what it expects."""

    iri: str
    name: str
    parameters: tuple[Parameter, ...]
    expects: str
    """Message id that completes "… is not": a date such as 2021-09-01."""
    body: Body
    """Takes a column per cell parameter and a text or table per setting; null and the empty list mean nothing."""
    returns: tuple[str, ...] = ()
    """IRIs that `rml:return` may name; none = any."""
    datatype: str = ""
    """IRI of the datatype of its texts, all of which are valid and canonical; empty = plain text."""
    pattern: str = ""
    """Name of a setting that is a regular expression, checked when the mapping is loaded."""

    def parameter(self, iri: str) -> Parameter | None:
        """Return the parameter of that IRI, or None."""
        return next((parameter for parameter in self.parameters if parameter.iri == iri), None)


def by_column(
    expects: str, *, namespace: str = PREFIXES["fn"], iris: Mapping[str, str] | None = None,
    returns: tuple[str, ...] = (), datatype: str = "", pattern: str = "", **kinds: str,
) -> Callable[[Body], Function]:  # fmt: skip
    """Make a function of a body over columns; `kinds` tells `cell`, `setting` or `table` per parameter, `?` = optional.

    `iris` gives parameters an IRI other than namespace and name.
    """
    named = iris or {}

    def made(body: Body) -> Function:
        parameters = tuple(
            Parameter(named.get(name, namespace + name), name, kind.rstrip("?"), kind.endswith("?"))
            for name, kind in kinds.items()
        )
        name = body.__name__.rstrip("_")
        return Function(namespace + name, name, parameters, expects, body, returns, datatype, pattern)

    return made


def by_value(
    expects: str, *, namespace: str = PREFIXES["fn"], iris: Mapping[str, str] | None = None,
    returns: tuple[str, ...] = (), datatype: str = "", listing: bool = False, **kinds: str,
) -> Callable[[Callable[..., Any]], Function]:  # fmt: skip
    """Make a function of a body over single texts: it runs once per distinct value, and may return None or a list."""

    def made(body: Callable[..., Any]) -> Function:
        cells = [name for name, kind in kinds.items() if kind.startswith("cell")]

        def over_columns(**arguments: Any) -> pl.Series:
            settings = {name: value for name, value in arguments.items() if name not in cells}
            columns = {name: arguments[name] for name in cells if name in arguments}
            return _distinctly(body, columns, settings, pl.List(pl.String) if listing else pl.String())

        over_columns.__name__, over_columns.__doc__ = body.__name__, body.__doc__
        over_columns.__module__ = body.__module__
        made_by = by_column(expects, namespace=namespace, iris=iris, returns=returns, datatype=datatype, **kinds)
        return made_by(over_columns)

    return made


def _distinctly(
    body: Callable[..., Any], columns: Mapping[str, pl.Series], settings: Mapping[str, Any], dtype: pl.DataType
) -> pl.Series:
    names = list(columns)
    if not names:
        return pl.Series("result", [body(**settings)], dtype=dtype)
    frame = pl.DataFrame(dict(columns))
    distinct = frame.unique()
    results = [body(**dict(zip(names, row, strict=True)), **settings) for row in distinct.iter_rows()]
    table = distinct.with_columns(pl.Series("__result", results, dtype=dtype))
    return frame.join(table, on=names, how="left", nulls_equal=True, maintain_order="left")["__result"]
