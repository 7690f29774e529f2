"""SHACL compiled to SPARQL: one query per constraint, run wherever a query can be answered."""

from kgservice.shacl.compiler import compile_shapes
from kgservice.shacl.model import Answers, Check, Origin, Result, ShapesInvalid
from kgservice.shacl.validator import validate

__all__ = ["Answers", "Check", "Origin", "Result", "ShapesInvalid", "compile_shapes", "validate"]
