from collections.abc import Mapping

from kgservice.rml.functions.addresses import iri
from kgservice.rml.functions.codes import lookup, slug
from kgservice.rml.functions.dates import date, earliest, latest, year
from kgservice.rml.functions.function import Function, Parameter, by_column, by_value
from kgservice.rml.functions.logic import empty, equal, filled, matches, otherwise
from kgservice.rml.functions.numbers import decimal, integer
from kgservice.rml.functions.text import concat, lower, match, replace, split, trim

LIBRARY: Mapping[str, Function] = {
    function.iri: function
    for function in (
        trim, split, lower, concat, match, replace, date, year, earliest, latest, integer, decimal, slug, lookup, iri,
        filled, empty, equal, matches, otherwise,
    )
}  # fmt: skip
"""Our functions by IRI; to add one: write it in the room of its family and name it here."""

__all__ = ["LIBRARY", "Function", "Parameter", "by_column", "by_value"]
