"""What would be right where a shape is broken, in few words, read from the constraint itself."""

from itertools import islice

from rdflib import Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.namespace import SH, XSD
from rdflib.term import Node

from kgservice.report import Text
from kgservice.terms import shortened

_FORMS = {
    str(XSD.integer): "a whole number, such as 15",
    str(XSD.decimal): "a number, such as 12.5",
    str(XSD.double): "a number, such as 12.5",
    str(XSD.date): "a day, such as 2026-11-25",
    str(XSD.dateTime): "a day and a time, such as 2026-11-25T10:30:00",
    str(XSD.gYear): "a year, such as 2026",
    str(XSD.gYearMonth): "a year and a month, such as 2026-11",
    str(XSD.boolean): "true or false",
}
_SENTENCES = {
    "minCount": "{value} or more values",
    "maxCount": "no more values than {value}",
    "minLength": "at least {value} characters",
    "maxLength": "at most {value} characters",
    "minInclusive": "{value} or more",
    "maxInclusive": "{value} or less",
    "minExclusive": "more than {value}",
    "maxExclusive": "less than {value}",
    "class": "a thing of the class {value}",
    "hasValue": "exactly {value}",
    "lessThan": "less than {value}",
    "lessThanOrEquals": "no more than {value}",
    "equals": "the same as {value}",
    "disjoint": "another one than {value}",
}
_LISTS = ("in", "languageIn")
_KINDS = {"IRI": "an address or identifier (IRI), no text", "Literal": "a text or number, no IRI"}
_WORDINGS = 8


def expected(shapes: Graph, shape: Node, component: str) -> Text | None:
    """Return what a constraint component (SHACL 4) of a shape would take; None where a few words do not say it."""
    name = component.rpartition("#")[2].removesuffix("ConstraintComponent")
    name = name[:1].lower() + name[1:]
    if name == "uniqueLang":
        return Text("one in each language")
    # of two values of one parameter it is not known which is broken
    values = list(islice(shapes.objects(shape, URIRef(f"{SH}{name}")), 2))
    if len(values) != 1:
        return None
    if name in _LISTS:
        items = [_said(item) for item in Collection(shapes, values[0])]
        more = len(items) > _WORDINGS
        params = {"wordings": ", ".join(items[:_WORDINGS])}
        return Text("one of: {wordings}, …", params) if more else Text("one of: {wordings}", params)
    if name == "datatype":
        return Text(_FORMS.get(str(values[0]), "a value of the datatype {value}"), {"value": _said(values[0])})
    if name == "nodeKind":
        kind = _KINDS.get(str(values[0]).rpartition("#")[2])
        return Text(kind) if kind else None
    return Text(_SENTENCES[name], {"value": _said(values[0])}) if name in _SENTENCES else None


def _said(value: Node) -> str:
    return str(value) if isinstance(value, Literal) else shortened(str(value))
