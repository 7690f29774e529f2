"""Updates whose later operations have a prologue of their own, which the engine does not read, written without."""

from kgservice.sparql import iris
from kgservice.sparql.edits import Edit, applied
from kgservice.sparql.query import Query


def expanded(query: Query) -> str:
    """Return an update with all names written as IRIs where a PREFIX or BASE stands behind its first operation.

    Any other text comes back as it is (SPARQL 1.1 Update 3: `Update ::= Prologue ( Update1 ( ';' Update )? )?`;
    pyoxigraph 0.5.13 refuses PREFIX and BASE after the semicolon). Names mean what the lines before them say.
    """
    tree = query.tree
    operations = tree.named("Operation")
    lines = {node.first: node for node in tree.named("Prefix", "Base")}
    if not operations or not any(first > operations[0].first for first in lines):
        return query.text
    edits: list[Edit] = []
    base, namespaces, inside = "", dict[str, str](), 0
    for at, token in enumerate(tree.tokens):
        node = lines.get(at)
        if node:
            written = iris.resolved(tree.word(node.end - 1)[1:-1], base)
            if node.name == "Base":
                base = written
            else:
                namespaces[tree.word(at + 1).partition(":")[0]] = written
            edits.append(Edit(*tree.span(node), ""))
            inside = node.end
        if at < inside or token.kind not in ("IRI", "PN"):
            continue
        word = tree.word(at)
        if token.kind == "IRI":
            iri = iris.resolved(word[1:-1], base)
        else:
            name, _, local = word.partition(":")
            iri = namespaces[name] + iris.local(local)
        edits.append(Edit(token.start, token.end, f" <{iri}> "))
    return applied(query.text, edits)
