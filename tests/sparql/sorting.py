"""A child process that sorts terms with the embedded engine: a sort that panics kills it, not the tests.

Reads a line of JSON per column (a list of N-Triples terms), writes the order of their indexes; with "plain" as its
argument it sorts without the rewrite, as the bare engine does.
"""

import json
import sys
from typing import Any

import pyoxigraph as ox

from kgservice.sparql import parse, rewrites, sortkey

FUNCTIONS = {ox.NamedNode(rewrites.SORT_KEY): lambda term: ox.Literal(key(term))}


def key(term: Any) -> str:
    """Return the sort key of a pyoxigraph term."""
    if isinstance(term, ox.Literal):
        return sortkey.key("literal", term.value, term.datatype.value, term.language or "")
    if isinstance(term, ox.Triple):
        return sortkey.triple(map(key, (term.subject, term.predicate, term.object)))
    return sortkey.key("uri" if isinstance(term, ox.NamedNode) else "bnode", term.value)


def main() -> None:
    for line in sys.stdin:
        column, direction = json.loads(line)
        data = "".join(f"<u:{at}> <u:p> {term} .\n" for at, term in enumerate(column))
        store = ox.Store()
        store.load(data.encode(), format=ox.RdfFormat.N_TRIPLES)
        query = f"SELECT ?s {{ ?s <u:p> ?v }} ORDER BY {direction}(?v)"
        text = query if "plain" in sys.argv else rewrites.safe(parse(query))
        order = [int(row["s"].value[2:]) for row in store.query(text, custom_functions=FUNCTIONS)]
        less = "SELECT ?s ?t { ?s <u:p> ?v . ?t <u:p> ?w FILTER(?v < ?w) }"
        pairs = [[int(row["s"].value[2:]), int(row["t"].value[2:])] for row in store.query(less)]
        print(json.dumps([order, pairs]), flush=True)


if __name__ == "__main__":
    main()
