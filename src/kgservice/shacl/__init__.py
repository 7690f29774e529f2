"""SHACL compiled to SPARQL: one query per constraint, run wherever a query can be answered."""

from kgservice.shacl.affected import Focus, affected, merged
from kgservice.shacl.closure import closure
from kgservice.shacl.compiler import Below, compile_shapes, subclasses, target_pattern
from kgservice.shacl.model import Answers, Check, Origin, Result, ShapesInvalid, ShapeUnsupported
from kgservice.shacl.paths import path as path_text
from kgservice.shacl.sparql_constraints import namespaces
from kgservice.shacl.validator import validate
from kgservice.shacl.ways import Read

__all__ = [
    "Answers",
    "Below",
    "Check",
    "Focus",
    "Origin",
    "Read",
    "Result",
    "ShapeUnsupported",
    "ShapesInvalid",
    "affected",
    "closure",
    "compile_shapes",
    "merged",
    "namespaces",
    "path_text",
    "subclasses",
    "target_pattern",
    "validate",
]
