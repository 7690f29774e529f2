"""A SPARQL text understood: what it asks, of which dataset, what it needs, and where each piece stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from kgservice.sparql import iris
from kgservice.sparql.hints import NOT_WHOLE, WHOLE
from kgservice.sparql.messages import invalid
from kgservice.sparql.names import Prefix, prefixes_of, refuse_many_values, refuse_unknown_functions
from kgservice.sparql.parser import Bounds, tree_of
from kgservice.sparql.scope import Scopes, is_star, projected, refuse_bound_again, refuse_ungrouped
from kgservice.sparql.tree import Node, Tree

_FORMS = ("Select", "Construct", "Describe", "Ask")


@dataclass(frozen=True, slots=True)
class DatasetClause:
    """A FROM, FROM NAMED, USING or USING NAMED: the graph as written and as an IRI, the span of the clause."""

    written: str
    iri: str
    named: bool
    start: int
    end: int


@dataclass(frozen=True)
class Query:
    """A query or update that parsed; spans count characters of `text`."""

    text: str
    tree: Tree
    form: str
    """`select`, `ask`, `construct`, `describe` or `update`."""
    prefixes: tuple[Prefix, ...]
    base: str
    """The last BASE of the text, or an empty text."""

    @property
    def is_update(self) -> bool:
        """True for an update, of one operation or many."""
        return self.form == "update"

    @property
    def depth(self) -> int:
        """The deepest nesting of brackets."""
        return self.tree.depth

    @cached_property
    def services(self) -> tuple[str, ...]:
        """Endpoints of SERVICE in order: an IRI, or `?name` where a variable stands."""
        found = []
        for node in self.tree.named("Service"):
            at = node.first + (2 if self.tree.tokens[node.first + 1].kind == "silent" else 1)
            found.append(self.iri_at(at))
        return tuple(found)

    @property
    def uses_service(self) -> bool:
        """True when SERVICE stands anywhere in the text, in any spelling, but not in texts, IRIs and comments."""
        return bool(self.tree.named("Service"))

    @property
    def tests_service(self) -> bool:
        """True when a SERVICE that is not SILENT stands inside EXISTS, NOT EXISTS or MINUS.

        The engine does not tell its failure there, so such a query must be refused before it is evaluated.
        """
        for node in self.tree.named("Service"):
            above = node.parent
            while above is not None and above.name not in ("Exists", "NotExists", "Minus"):
                above = above.parent
            if above is not None and self.tree.tokens[node.first + 1].kind != "silent":
                return True
        return False

    @property
    def uses_load(self) -> bool:
        """True when an update loads from an address."""
        return bool(self.tree.named("Load"))

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """Names of the columns of a SELECT; for `SELECT *` the variables in scope, in order of the text; else empty."""
        for select in self.tree.named("Select"):
            projection = self.tree.children(select, "Projection")[0]
            if is_star(self.tree, projection):
                found = dict(self.scopes.where(select))
                for values in self.tree.children(select.parent, "Trailing") if select.parent else ():
                    found |= self.scopes.of(values)
                return tuple(found)
            return tuple(dict.fromkeys(projected(self.tree, projection)))
        return ()

    @cached_property
    def scopes(self) -> Scopes:
        """The variables in scope of each pattern."""
        return Scopes(self.tree)

    @cached_property
    def dataset(self) -> tuple[DatasetClause, ...]:
        """FROM and FROM NAMED clauses, or USING of an update, in order."""
        found = []
        for node in sorted(self.tree.named("Dataset", "Using"), key=lambda node: node.first):
            start, end = self.tree.span(node)
            named = self.tree.tokens[node.first + 1].kind == "named"
            found.append(DatasetClause(self.tree.word(node.end - 1), self.iri_at(node.end - 1), named, start, end))
        return tuple(found)

    @property
    def has_dataset(self) -> bool:
        """True when the text names its dataset."""
        return bool(self.dataset)

    @property
    def default_graphs(self) -> tuple[str, ...]:
        """IRIs of FROM (or USING), in order, each once."""
        return tuple(dict.fromkeys(clause.iri for clause in self.dataset if not clause.named))

    @property
    def named_graphs(self) -> tuple[str, ...]:
        """IRIs of FROM NAMED (or USING NAMED), in order, each once."""
        return tuple(dict.fromkeys(clause.iri for clause in self.dataset if clause.named))

    @cached_property
    def limit(self) -> int | None:
        """The LIMIT of the whole query, or None; that of a sub-query does not count."""
        return self._number("limit")

    @cached_property
    def offset(self) -> int | None:
        """The OFFSET of the whole query, or None."""
        return self._number("offset")

    @property
    def outer(self) -> Node | None:
        """The node of the query's form (`Select`, `Construct`, …), or None for an update."""
        found = self.tree.named(*_FORMS)
        return found[0] if found else None

    def iri_at(self, index: int) -> str:
        """Return the IRI that a token names; a variable comes back as `?name`."""
        word = self.tree.word(index)
        if word[0] == "<":
            return iris.resolved(word[1:-1], self.base)
        if word[0] in "?$":
            return "?" + word[1:]
        name, _, local = word.partition(":")
        namespace = next((prefix.namespace for prefix in reversed(self.prefixes) if prefix.name == name), "")
        return iris.resolved(namespace, self.base) + iris.local(local)

    def _number(self, keyword: str) -> int | None:
        for node in self.tree.children(self.outer, "Limit") if self.outer else ():
            if self.tree.tokens[node.first].kind == keyword:
                return int(self.tree.word(node.first + 1))
        return None


def parse(
    text: str,
    *,
    update: bool | None = None,
    prefixes: Mapping[str, str] | None = None,
    bounds: Bounds = Bounds(),  # noqa: B008  (a tuple)
) -> Query:
    """Return the query, or update, of a text (SPARQL 1.1 Query 19.8, Update 19.8; 1.2 terms and LATERAL pass too).

    `update` says which of the two it must be; `prefixes` are named in hints. Pure Python, about 0.3 ms per KB: up to
    64 KB belong in a web process, more in a worker. Raises QueryInvalid with line, column and hint, or what `tree_of`
    raises; what passes may still be refused by the engine, which has the last word.
    """
    tree = tree_of(text, bounds)
    outer = tree.named(*_FORMS)
    form = outer[0].name.lower() if outer else "update"
    if update is not None and update != (form == "update"):
        raise _wrong_form(tree, update)
    _refuse_fractions(tree)
    declared = prefixes_of(tree, prefixes or {})
    refuse_unknown_functions(tree)
    refuse_many_values(tree)
    refuse_ungrouped(tree)
    bases = tree.named("Base")
    base = tree.word(bases[-1].end - 1)[1:-1] if bases else ""
    query = Query(text, tree, form, declared, base)
    if tree.named("Bind", "As"):
        refuse_bound_again(tree, query.scopes)
    return query


def _wrong_form(tree: Tree, update: bool) -> Exception:
    operation = next(iter(tree.named(*_FORMS, "Operation")), None)
    if operation is None:
        return invalid(tree.text, 0, "The query is empty.", "Write for example: SELECT * WHERE {{ ?s ?p ?o }} LIMIT 10")
    start, _ = tree.span(operation)
    word = tree.word(operation.first).upper()
    if update:
        template = "Line {line}, column {column}: {found} is a query; an update was expected."
        return invalid(tree.text, start, template, "Send it to the address of queries.", found=word)
    template = "Line {line}, column {column}: {found} is an update; a query was expected."
    return invalid(tree.text, start, template, "Send it to the update address of a draft.", found=word)


def _refuse_fractions(tree: Tree) -> None:
    for node in tree.named("Limit"):
        if not tree.word(node.first + 1).isdigit():
            word, clause = tree.word(node.first + 1), tree.tokens[node.first].kind.upper()
            start = tree.tokens[node.first + 1].start
            raise invalid(tree.text, start, NOT_WHOLE, WHOLE, found=word, clause=clause)
