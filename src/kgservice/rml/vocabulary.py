"""The words of RML core and FNML that we read, and where each may stand."""

from rdflib import Namespace
from rdflib.term import URIRef

RML = Namespace("http://w3id.org/rml/")
OLD = {
    "http://www.w3.org/ns/r2rml#": "R2RML",
    "http://semweb.mmlab.be/ns/rml#": "the RML of before 2023",
    "http://semweb.mmlab.be/ns/ql#": "the RML of before 2023",
}
"""Namespaces that look like RML and are not."""

_EXPRESSION = ("reference", "template", "constant", "functionExecution", "return", "returnMap")
_TEXT = (*_EXPRESSION, "termType")
_TERM = (*_TEXT, "condition")
PROPERTIES: dict[str, frozenset[URIRef]] = {
    kind: frozenset(RML[name] for name in names)
    for kind, names in {
        "triples map": ("logicalSource", "subject", "subjectMap", "predicateObjectMap", "baseIRI"),
        "logical source": ("source", "referenceFormulation", "iterator"),
        "source": ("path", "root"),
        "subject map": (*_TERM, "class", "graph", "graphMap"),
        "predicate map": _TERM,
        "graph map": _TERM,
        "object map": (*_TERM, "language", "languageMap", "datatype", "datatypeMap"),
        "language map": _TEXT,
        "datatype map": _TERM,
        "condition": _TEXT,
        "input value map": _TEXT,
        "join expression": _TEXT,
        "predicate object map": ("predicate", "predicateMap", "object", "objectMap", "graph", "graphMap"),
        "reference to a triples map": ("parentTriplesMap", "joinCondition"),
        "join condition": ("child", "childMap", "parent", "parentMap"),
        "function execution": ("function", "functionMap", "input"),
        "input": ("parameter", "parameterMap", "inputValue", "inputValueMap"),
        "constant map": ("constant",),
    }.items()
}
"""Properties that each kind of node may have."""

CLASSES = frozenset(
    RML[name]
    for name in (
        "TriplesMap", "LogicalSource", "AbstractLogicalSource", "Source", "RelativePathSource", "FilePath",
        "SubjectMap", "PredicateMap", "ObjectMap", "GraphMap", "TermMap", "ExpressionMap", "LanguageMap", "DatatypeMap",
        "PredicateObjectMap", "RefObjectMap", "Join", "FunctionExecution", "Execution", "Input", "FunctionMap",
        "ParameterMap", "ReturnMap", "InputValueMap", "Condition", "ConditionMap", "ReferenceFormulation",
        "ParentMap", "ChildMap",
    )
)  # fmt: skip
VALUES = frozenset(
    RML[name]
    for name in (
        "CSV", "JSONPath", "XPath", "SQL2008Table", "SQL2008Query",
        "IRI", "URI", "UnsafeIRI", "UnsafeURI", "BlankNode", "Literal", "defaultGraph",
        "MappingDirectory", "CurrentWorkingDirectory",
    )
)  # fmt: skip
EVERY_PROPERTY = frozenset().union(*PROPERTIES.values())
