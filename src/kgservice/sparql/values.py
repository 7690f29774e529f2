"""Parameters of a query: a `VALUES ?name { … }` block is the parameter with its example; its terms can be replaced."""

from collections.abc import Sequence
from dataclasses import dataclass

from kgservice.errors import ParameterInvalid
from kgservice.sparql.grammar import grammar
from kgservice.sparql.query import Query, parse
from kgservice.sparql.tokens import token_at
from kgservice.sparql.tree import Node


@dataclass(frozen=True, slots=True)
class Parameter:
    """A VALUES block of one variable: its example terms as written, and the span of what stands in its braces."""

    variable: str
    terms: tuple[str, ...]
    bracketed: bool
    """True for the form `VALUES (?name) { (term) … }`."""
    start: int
    end: int


def parameters(query: Query) -> tuple[Parameter, ...]:
    """Return the VALUES blocks of one variable, in order of the text."""
    nodes = sorted(query.tree.named("Values", "Trailing"), key=lambda node: node.first)
    return tuple(block for node in nodes if (block := _parameter(query, node)) is not None)


def replace_values(query_text: str, variable: str, terms: Sequence[str]) -> str:
    """Return a query with other terms in its `VALUES ?variable { … }` block; the rest of the text stays as it is.

    Each term is an IRI (`<…>`) or literal as SPARQL and N-Triples write it. Raises ParameterInvalid when the query has
    no such block or a text is not exactly one such term; QueryInvalid when the query does not parse.
    """
    blocks = [block for block in parameters(parse(query_text)) if block.variable == variable]
    if not blocks:
        raise ParameterInvalid(
            "The query has no parameter {name}: no VALUES ?{name} {braces} stands in it.",
            name=variable, braces="{ … }",
        )  # fmt: skip
    for term in terms:
        if not is_term(term):
            raise ParameterInvalid(
                '{value} is not a term for {name}: write <IRI> or "text".', value=term, name=variable
            )
    text = query_text
    for block in reversed(blocks):
        inner = " ".join(f"({term})" if block.bracketed else term for term in terms)
        text = f"{text[: block.start]} {inner} {text[block.end :]}"
    return text


def is_term(text: str) -> bool:
    """Tell whether a text is exactly one IRI or literal that needs no prefix."""
    kinds: list[str] = []
    place = 0
    keywords = grammar().keywords
    while (token := token_at(text, place, keywords)).kind != "END":
        if token.start != place or len(kinds) > 3:
            return False
        kinds.append(token.kind)
        place = token.end
    if place != len(text):
        return False
    return kinds in (["IRI"], ["STR"], ["STR", "LANG"], ["STR", "^^", "IRI"], ["NUM"], ["SNUM"], ["true"], ["false"])


def _parameter(query: Query, node: Node) -> Parameter | None:
    tree = query.tree
    kinds = [token.kind for token in tree.tokens[node.first : node.end]]
    opening = node.first + kinds.index("{")
    names = tree.variables(node)
    if len(names) != 1:
        return None
    inner = range(opening + 1, node.end - 1)
    terms: list[str] = []
    for at in inner:
        kind = tree.tokens[at].kind
        if kind in ("(", ")"):
            continue
        if kind in ("LANG", "^^") or tree.tokens[at - 1].kind == "^^":
            terms[-1] += tree.word(at)
        else:
            terms.append(tree.word(at))
    bracketed = kinds[1] == "("
    return Parameter(names[0], tuple(terms), bracketed, tree.tokens[opening].end, tree.tokens[node.end - 1].start)
