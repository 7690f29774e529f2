"""Which graph a Graph Store request is about: named in the query, or by the address itself (4.1, 4.2)."""

from urllib.parse import parse_qsl, quote

from flask import Request

from kgservice.errors import ParameterInvalid
from kgservice.terms import is_iri

_FIELDS = 100
DEFAULT = ""
"""The unnamed graph of a draft, the merge of everything known in a release."""


def target(request: Request, base: str, direct: str | None) -> str | None:
    """Return the IRI of the graph, `DEFAULT`, or None where the request is about the store itself.

    `direct` is the rest of the path where there is one: it names `<base>graphs/<rest>`, escapes as they were sent.

    Raises:
        ParameterInvalid: more than one graph, a graph that is no absolute IRI, or no IRI to be made of the path.
    """
    try:
        text = request.query_string.decode("utf-8")
        fields = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_FIELDS)
    except ValueError:
        raise ParameterInvalid(
            "The parameters in the address are not UTF-8, or more than {limit}.", limit=_FIELDS
        ) from None
    graphs = [value for name, value in fields if name == "graph"]
    default = [value for name, value in fields if name == "default"]
    if len(graphs) + len(default) + (direct is not None) > 1:
        raise ParameterInvalid("Name one graph: by ?graph=IRI, by ?default, or by a path below this address.")
    if direct is not None:
        graph = f"{base}graphs/{_sent(request, direct)}"
        if not is_iri(graph):
            raise ParameterInvalid("The graph {graph} is not an absolute IRI.", graph=graph)
        return graph
    if graphs and not is_iri(graphs[0]):
        raise ParameterInvalid("The graph {graph} is not an absolute IRI.", graph=graphs[0])
    # the address of a graph below this store, as a Location says it, names the same graph
    below = graphs[0].removeprefix(f"{request.base_url}/") if graphs else ""
    if graphs and below != graphs[0]:
        return f"{base}graphs/{below}"
    return graphs[0] if graphs else DEFAULT if default else None


def named(request: Request, base: str, direct: str | None) -> str:
    """Return the graph as `target` does; the store itself will not do.

    Raises:
        ParameterInvalid: no graph is named, or as `target` says.
    """
    graph = target(request, base, direct)
    if graph is None:
        raise ParameterInvalid("Name a graph: by ?graph=IRI, by ?default, or by a path below this address.")
    return graph


def _sent(request: Request, direct: str) -> str:
    """Return the path below `/graphs/` with the escapes that the client sent."""
    sent = str(request.environ.get("REQUEST_URI", "")).partition("?")[0].partition("/graphs/")[2]
    return sent if sent.isascii() and sent else quote(direct, safe="/:@!$&'()*+,;=~-._")
