"""What a mapping can say about a text: reference, template, constant, function call (RML core, Expression Map)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from kgservice.rml.functions.function import Function


@dataclass(frozen=True, slots=True)
class Reference:
    """The values that a record has at a column, a JSONPath or an XPath."""

    name: str


@dataclass(frozen=True, slots=True)
class Template:
    """Texts and references in turn; a record that lacks one of the references gives nothing."""

    parts: tuple[str | Reference, ...]


@dataclass(frozen=True, slots=True)
class Constant:
    """A term that the mapping itself writes down; a relative IRI is kept without its base."""

    text: str
    kind: Literal["iri", "literal"] = "literal"
    datatype: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A function applied to expressions, by name of parameter (FNML Function Execution)."""

    function: Function
    inputs: Mapping[str, "Expression"]
    """Parameters that vary by record."""
    settings: Mapping[str, "str | Mapping[str, str]"]
    """Parameters fixed by the mapping: texts, and code tables already read."""
    table: str = ""
    """Name of the code table, where the function has one."""


Expression: TypeAlias = Reference | Template | Constant | Call


def references(expression: Expression) -> tuple[str, ...]:
    """Return the columns or paths that an expression reads, in order, each once."""
    if isinstance(expression, Reference):
        return (expression.name,)
    if isinstance(expression, Template):
        return tuple(dict.fromkeys(part.name for part in expression.parts if isinstance(part, Reference)))
    if isinstance(expression, Call):
        return tuple(dict.fromkeys(name for item in expression.inputs.values() for name in references(item)))
    return ()


def makes_text(expression: Expression | None) -> bool:
    """Tell whether an object made by this expression is a literal unless it says otherwise (RML core, term types)."""
    return isinstance(expression, Reference | Call)
