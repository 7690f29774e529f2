"""Measures of the network of known partnerships: ties, betweenness, connected parts and brokers, as observations."""

import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import sqrt

import networkx

from kgservice.terms import PREFIXES, iri, literal, segment, thing

EXACT = 2000
"""Organizations up to which betweenness is exact."""
PIVOTS = 256
"""Organizations from which chains are followed where there are more."""
_SEED = 20261125
_DIGITS = 6
_KG, _INDICATOR = PREFIXES["kg"], f"{PREFIXES['kgv']}indicator/"
_LINK = re.compile(
    rb"<([^<>]*)> <" + re.escape(_KG.encode()) + rb"(member|partnership)> <([^<>]*)> \.\n?",
)
_METHODS = {
    "degree": (
        "number of other organizations in the known partnerships of the organization",
        "число других организаций в известных партнёрствах организации",
    ),
    "betweenness": (
        "share of the shortest chains between two other organizations that pass through the organization, over all "
        "pairs; a chain goes from organization to organization through known partnerships",
        "доля кратчайших цепочек между двумя другими организациями, проходящих через организацию, по всем парам; "
        "цепочка идёт от организации к организации через известные партнёрства",
    ),
    "component": (
        "number of the connected part of the network of known partnerships, the largest part is 1",
        "номер связной части сети известных партнёрств, наибольшая часть — 1",
    ),
    "is-broker": (
        "1 where the network of known partnerships falls apart without the organization (articulation point), else 0",
        "1, если без организации сеть известных партнёрств распадается (точка сочленения), иначе 0",
    ),
}


@dataclass(frozen=True, slots=True)
class Network:
    """Who takes part in what: a graph of two kinds of nodes, numbered, organizations first."""

    organizations: Sequence[str]
    """Sorted IRIs; the place is the number."""
    near: Sequence[Sequence[int]]
    """By node, its neighbours: of an organization partnerships, of a partnership organizations."""


def network(statements: Iterable[bytes]) -> Network:
    """Return the network that N-Triples lines speak of by kg:member and kg:partnership of a membership."""
    found: dict[bytes, dict[bytes, set[str]]] = {}
    for line in statements:
        if _KG_BYTES in line and (match := _LINK.fullmatch(line)):
            found.setdefault(match[1], {}).setdefault(match[2], set()).add(match[3].decode())
    pairs = {
        (member, partnership)
        for links in found.values()
        for member in links.get(b"member", ())
        for partnership in links.get(b"partnership", ())
    }
    organizations = sorted({member for member, _ in pairs})
    number = {name: at for at, name in enumerate(organizations)}
    place = {name: at for at, name in enumerate(sorted({name for _, name in pairs}), len(organizations))}
    near: list[list[int]] = [[] for _ in range(len(number) + len(place))]
    for member, partnership in sorted(pairs):
        near[number[member]].append(place[partnership])
        near[place[partnership]].append(number[member])
    return Network(organizations, near)


_KG_BYTES = f"<{_KG}".encode()


def degrees(net: Network) -> list[int]:
    """Return with how many others each organization shares a partnership."""
    known: dict[tuple[int, ...], int] = {}  # organizations of the same partnerships have the same ties: counted once
    found = []
    for partnerships in net.near[: len(net.organizations)]:
        key = tuple(partnerships)
        if key not in known:
            known[key] = len(set().union(*(net.near[one] for one in key))) - 1
        found.append(known[key])
    return found


def components(net: Network) -> list[int]:
    """Return the number of the connected part that each organization is in: 1 is the largest, ties by IRI."""
    count = len(net.organizations)
    parts = [sorted(node for node in part if node < count) for part in networkx.connected_components(_graph(net))]
    found = [0] * count
    for rank, part in enumerate(sorted(parts, key=lambda part: (-len(part), part)), 1):
        for node in part:
            found[node] = rank
    return found


def brokers(net: Network) -> set[int]:
    """Return the organizations without which others that are connected would not be (articulation points)."""
    count = len(net.organizations)
    graph = _graph(net)
    # a partnership of one member would make it a broker between that partnership and the rest
    graph.remove_nodes_from([node for node in range(count, len(net.near)) if len(net.near[node]) < 2])
    return {node for node in networkx.articulation_points(graph) if node < count}


def betweenness(net: Network, exact: int = EXACT, pivots: int = PIVOTS) -> tuple[list[float], list[float]]:
    """Return betweenness of each organization, from 0 to 1 (Brandes 2001), and the standard errors of an estimate.

    Up to `exact` organizations the values are exact and there are no errors, above they come from `pivots` seeded ones.

    Chains are counted over partnerships, so that a tie through two partnerships weighs twice. networkx's own needs
    4 to 10 times as long for it, since it works on dictionaries.
    """
    count = len(net.organizations)
    if count < 3:
        return [0.0] * count, []
    pairs = (count - 1) * (count - 2)
    sampled = count > exact
    # a seeded choice must be the same for everybody; it guards nothing
    sources = random.Random(_SEED).sample(range(count), pivots) if sampled else range(count)  # noqa: S311
    sums, squares = [0.0] * count, [0.0] * count
    for source in sources:
        for node, part in _parts(net.near, source, count):
            sums[node] += part
            squares[node] += part * part
    used = len(sources)
    values = [total * count / used / pairs for total in sums]
    if not sampled:
        return values, []
    scale = count / pairs * sqrt((1 - used / count) / used / (used - 1))
    spread = [max(0.0, square - total * total / used) for total, square in zip(sums, squares, strict=True)]
    return values, [scale * sqrt(value) for value in spread]


def measures(statements: Iterable[bytes], base: str, release: int) -> Iterator[str]:
    """Yield, as N-Triples lines without line ends, kg:NetworkMeasure of each organization that is a member.

    `statements` are lines of everything known; each observation names its method and the release it was computed from.
    """
    net = network(statements)
    (between, errors), broken = betweenness(net), brokers(net)
    columns: dict[str, Sequence[float]] = {
        "degree": degrees(net),
        "betweenness": between,
        "component": components(net),
        "is-broker": [int(node in broken) for node in range(len(net.organizations))],
    }
    sealed = iri(f"{base}catalogue/release/{release}")
    for indicator, values in columns.items():
        for node, (organization, value) in enumerate(zip(net.organizations, values, strict=True)):
            key = organization.removeprefix(f"{base}id/organization/")
            subject = iri(thing(base, "indicator", indicator) + "--" + (key if "/" not in key else segment(key)))
            yield f"{subject} <{PREFIXES['rdf']}type> <{_KG}NetworkMeasure> ."
            yield f"{subject} <{_KG}about> <{organization}> ."
            yield f"{subject} <{_KG}indicator> <{_INDICATOR}{indicator}> ."
            yield f"{subject} <{_KG}value> {_decimal(value)} ."
            yield f"{subject} <{PREFIXES['prov']}wasDerivedFrom> {sealed} ."
            for language, text in _method(indicator, errors, node):
                yield f"{subject} <{_KG}method> {literal(text, language=language)} ."


def _parts(near: Sequence[Sequence[int]], source: int, count: int) -> Iterator[tuple[int, float]]:
    """Yield what each organization carries of the chains from one source to all others (Brandes' dependency)."""
    chains, distance, parts = [0] * len(near), [-1] * len(near), [0.0] * len(near)
    chains[source], distance[source] = 1, 0
    levels = [[source]]
    while levels[-1]:
        depth, following = len(levels), []
        for node in levels[-1]:
            ways = chains[node]
            for other in near[node]:
                if distance[other] < 0:
                    distance[other] = depth
                    following.append(other)
                    chains[other] = ways
                elif distance[other] == depth:
                    chains[other] += ways  # integers: counts of chains grow without bound, and floats would overflow
        levels.append(following)
    for depth in range(len(levels) - 1, 1, -1):
        for node in levels[depth]:
            carried, ways = parts[node] + (node < count), chains[node]
            for other in near[node]:
                if distance[other] == depth - 1:
                    parts[other] += chains[other] / ways * carried
    for level in levels[2::2]:
        for node in level:
            yield node, parts[node]


def _graph(net: Network) -> "networkx.Graph[int]":
    graph: networkx.Graph[int] = networkx.Graph()
    graph.add_nodes_from(range(len(net.organizations)))
    graph.add_edges_from((node, other) for node in range(len(net.organizations)) for other in net.near[node])
    return graph


def _decimal(value: float) -> str:
    text = f"{Decimal(value):.{_DIGITS}f}".rstrip("0").rstrip(".")
    return literal(text, f"{PREFIXES['xsd']}decimal")


def _method(indicator: str, errors: Sequence[float], node: int) -> Iterator[tuple[str, str]]:
    english, russian = _METHODS[indicator]
    if indicator == "betweenness" and errors:
        error = f"{errors[node]:.2g}"
        english += f"; estimated from {PIVOTS} organizations drawn with seed {_SEED}, standard error {error}"
        russian += f"; оценка по {PIVOTS} организациям, выбранным с числом {_SEED}, стандартная ошибка {error}"
    elif indicator == "betweenness":
        english, russian = f"{english}; exact", f"{russian}; точно"
    yield "en", english
    yield "ru", russian
