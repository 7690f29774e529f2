"""SPARQL as a language: grammar as data, parser with spans, checks that teach, rewrites; pure Python, no product."""

from kgservice.sparql.duplicates import duplicates_show, without_dataset
from kgservice.sparql.query import DatasetClause, Query, parse
from kgservice.sparql.values import Parameter, is_term, parameters, replace_values

__all__ = [
    "DatasetClause",
    "Parameter",
    "Query",
    "duplicates_show",
    "is_term",
    "parameters",
    "parse",
    "replace_values",
    "without_dataset",
]
