"""The partnership network for a picture: organizations, partnerships, and who takes part in which."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from kgservice.actions.ask import Ask
from kgservice.terms import PREFIXES

_QUERY = f"""PREFIX kg: <{PREFIXES["kg"]}> PREFIX rdfs: <{PREFIXES["rdfs"]}>
SELECT DISTINCT ?partnership ?member ?education WHERE {{
  ?membership a kg:Membership ; kg:partnership ?partnership ; kg:member ?member
  OPTIONAL {{ ?member a/rdfs:subClassOf* kg:EducationalOrganization BIND(true AS ?education) }}
}}"""


@dataclass(frozen=True, slots=True)
class Node:
    """An organization or a partnership; `group` is `education`, `other` or `partnership`."""

    iri: str
    label: str
    group: str


@dataclass(frozen=True, slots=True)
class Network:
    """Nodes, most connected first, and edges between them by their places."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[int, int], ...]


def network(ask: Ask, labels: Callable[[Iterable[str], str], dict[str, str]], lang: str) -> Network:
    """Return the known network; illustrative partnerships are left out, as everywhere they are not asked for."""
    groups: dict[str, str] = {}
    pairs: set[tuple[str, str]] = set()
    for row in ask.rows(_QUERY):
        partnership, member = row["partnership"].value, row["member"].value
        groups[partnership] = "partnership"
        if "education" in row or member not in groups:
            groups[member] = "education" if "education" in row else "other"
        pairs.add((partnership, member))
    degree = Counter(name for pair in pairs for name in pair)
    order = sorted(groups, key=lambda name: (-degree[name], name))
    spoken = labels(order, lang)
    place = {name: at for at, name in enumerate(order)}
    return Network(
        tuple(Node(name, spoken[name], groups[name]) for name in order),
        tuple(sorted((place[one], place[other]) for one, other in pairs)),
    )
