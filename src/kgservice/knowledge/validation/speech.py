"""The name by which people know a shape."""

from rdflib import Graph, URIRef
from rdflib.term import Node


def named(shapes: Graph, shape: Node | None) -> str:
    """Return the IRI of a shape, or of the nearest shape around one that has none."""
    seen = set()
    while shape is not None and not isinstance(shape, URIRef) and shape not in seen:
        seen.add(shape)
        shape = next(iter(shapes.subjects(None, shape)), None)
    return str(shape or "shape")
