"""SPARQL as a language: grammar as data, parser with spans, checks that teach, rewrites; pure Python, no product."""

from kgservice.sparql.duplicates import duplicates_show, without_dataset
from kgservice.sparql.mentions import Mention, mentions, nearest
from kgservice.sparql.messages import marked
from kgservice.sparql.parser import Bounds
from kgservice.sparql.query import DatasetClause, Query, parse
from kgservice.sparql.values import Parameter, is_term, parameters, replace_values
from kgservice.sparql.warnings import Advice, advice

__all__ = [
    "Advice",
    "Bounds",
    "DatasetClause",
    "Mention",
    "Parameter",
    "Query",
    "advice",
    "duplicates_show",
    "is_term",
    "marked",
    "mentions",
    "nearest",
    "parameters",
    "parse",
    "replace_values",
    "without_dataset",
]
