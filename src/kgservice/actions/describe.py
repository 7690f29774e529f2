"""Describe what is in the graph for pages: kinds, one thing with its sources and rows, the network, datasets."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from kgservice.actions import sameness
from kgservice.actions.ask import Ask
from kgservice.actions.labels import Labels
from kgservice.actions.network import Network, network
from kgservice.intake import lineage
from kgservice.report import Cell
from kgservice.terms import PREFIXES, Evidence, Graphs, Term, iri

_DATASETS = f"""PREFIX dcterms: <{PREFIXES["dcterms"]}> PREFIX void: <{PREFIXES["void"]}>
PREFIX foaf: <{PREFIXES["foaf"]}>
SELECT ?name ?p ?v ?graph ?n WHERE {{{{ GRAPH {{catalogue}} {{{{
  ?d dcterms:identifier ?name
  {{{{ VALUES ?p {{{{ dcterms:title dcterms:publisher dcterms:license dcterms:source }}}} ?d ?p ?w
    OPTIONAL {{{{ ?w foaf:name ?called }}}} BIND(COALESCE(?called, ?w) AS ?v) }}}}
  UNION {{{{ ?d void:subset ?graph . ?graph void:triples ?n }}}}
}}}} }}}}"""
_INCOMING = 500  # statements about a thing from elsewhere that a page can use
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of things and how many there are; `illustrative` are in addition to `count`."""

    name: str
    count: int
    illustrative: int


@dataclass(frozen=True, slots=True)
class Origin:
    """Who says something: a graph, and for a source's graph its name, the kind of evidence and the rows."""

    graph: str
    source: str = ""
    evidence: str = ""
    cells: tuple[Cell, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement about a thing; in `Entity.incoming` the value is the subject."""

    predicate: str
    predicate_label: str
    value: Term
    value_label: str
    origins: tuple[Origin, ...]


@dataclass(frozen=True, slots=True)
class Entity:
    """Everything that is said about one IRI."""

    iri: str
    label: str
    types: tuple[tuple[str, str], ...]
    """IRI and label of each class."""
    statements: tuple[Statement, ...]
    incoming: tuple[Statement, ...]
    """At most 500."""


@dataclass(frozen=True, slots=True)
class Dataset:
    """A source as the catalogue describes it; `triples` by kind of evidence."""

    name: str
    title: str
    publisher: str
    licence: str
    origin: str
    triples: Mapping[str, int]


class Describe:
    """Answers of a release put together for pages; what concerns the whole is worked out once a release."""

    def __init__(self, ask: Ask, base: str) -> None:
        self._ask = ask
        self._names = Graphs(base)
        self._labels = Labels(ask, self._names)
        self._guard = threading.Lock()
        self._kept: dict[tuple[Any, ...], Any] = {}

    def kinds(self) -> list[Kind]:
        """Return the kinds of things that there are, most frequent first."""
        return self._once("kinds", "", self._count_kinds)

    def datasets(self, lang: str) -> list[Dataset]:
        """Return the sources by name, titles in a language."""
        return self._once("datasets", lang, lambda: self._read_datasets(lang))

    def network(self, lang: str) -> Network:
        """Return the partnership network for the picture of the front page."""
        return self._once("network", lang, lambda: network(self._ask, self._labels.of, lang))

    def labels(self, iris: Iterable[str], lang: str) -> dict[str, str]:
        """Return a label for each IRI: in the language, else in the other one, else the IRI shortened."""
        return self._labels.of(iris, lang)

    def replaced(self, thing: str) -> str:
        """Return the IRI that stands for a thing since people decided that two are one; empty for any other."""
        return self._replaced().get(thing, "")

    def _replaced(self) -> dict[str, str]:
        # not any replacement: a code that another one follows is a thing of its own
        decided = iri(self._names.source(sameness.SOURCE, Evidence.SOURCED))
        said = f"?old {iri(PREFIXES['dcterms'] + 'isReplacedBy')} ?new"
        query = f"SELECT ?old ?new WHERE {{ GRAPH {decided} {{ {said} }} }}"
        return self._once("replaced", "", lambda: {r["old"].value: r["new"].value for r in self._ask.rows(query)})

    def entity(self, thing: str, lang: str) -> Entity | None:
        """Return what is known about an IRI and from which source and row, or None when nothing is said about it."""
        out = self._ask.rows(_about(f"{iri(thing)} ?p ?v", self._names))
        back = self._ask.rows(_about(f"?v ?p {iri(thing)}", self._names) + f" LIMIT {_INCOMING}")
        if not out and not back:
            return None
        cells = self._cells(thing)
        said = _grouped(out, self._names, cells)
        incoming = _grouped(back, self._names, {})
        rdf_type = PREFIXES["rdf"] + "type"
        types = [s.value.value for s in said if s.predicate == rdf_type]
        spoken = [thing, *types]
        spoken += [name for s in (*said, *incoming) for name in (s.predicate, s.value.value) if ":" in name]
        labels = self._labels.of(spoken, lang)
        return Entity(
            thing,
            labels[thing],
            tuple((kind, labels[kind]) for kind in types),
            tuple(_spoken(s, labels) for s in said if s.predicate != rdf_type),
            tuple(_spoken(s, labels) for s in incoming),
        )

    def _once(self, name: str, lang: str, work: Callable[[], _T]) -> _T:
        release = self._ask.current()
        if release is None:
            return work()
        key = (release.id, name, lang)
        with self._guard:
            if key in self._kept:
                found: _T = self._kept[key]
                return found
        found = work()
        with self._guard:
            self._kept = {kept: value for kept, value in self._kept.items() if kept[0] == release.id} | {key: found}
        return found

    def _count_kinds(self) -> list[Kind]:
        pattern = "SELECT ?kind (COUNT(DISTINCT ?s) AS ?n) WHERE {{ {where} {bind} }} GROUP BY ?kind"
        bind = f'BIND(STRBEFORE(STRAFTER(STR(?s), "{self._names.base}id/"), "/") AS ?kind) FILTER(?kind != "")'
        invented = f"GRAPH {iri(self._names.illustrative)} {{ ?s a ?class }} MINUS {{ ?s a ?known }}"
        counts: dict[str, list[int]] = {}
        for at, where in enumerate(("?s a ?class .", invented)):
            for row in self._ask.rows(pattern.format(where=where, bind=bind)):
                counts.setdefault(row["kind"].value, [0, 0])[at] = int(row["n"].value)
        kinds = [Kind(name, *pair) for name, pair in counts.items()]
        return sorted(kinds, key=lambda kind: (-kind.count, -kind.illustrative, kind.name))

    def _read_datasets(self, lang: str) -> list[Dataset]:
        found: dict[str, dict[str, dict[str, str]]] = {}
        triples: dict[str, dict[str, int]] = {}
        for row in self._ask.rows(_DATASETS.format(catalogue=iri(self._names.catalogue))):
            name = row["name"].value
            fields, sizes = found.setdefault(name, {}), triples.setdefault(name, {})
            if "graph" in row:
                split = self._names.split(row["graph"].value)
                sizes[split[1] if split else ""] = int(row["n"].value)
            else:
                field = row["p"].value.removeprefix(PREFIXES["dcterms"])
                fields.setdefault(field, {})[row["v"].language] = row["v"].value
        return [
            Dataset(
                name,
                title=_chosen(fields.get("title", {}), lang) or name,
                publisher=_chosen(fields.get("publisher", {}), lang),
                licence=_chosen(fields.get("license", {}), lang),
                origin=_chosen(fields.get("source", {}), lang),
                triples=triples[name],
            )
            for name, fields in sorted(found.items())
        ]

    def _cells(self, thing: str) -> dict[str, tuple[Cell, ...]]:
        """Return the rows that a thing came from, by source."""
        release = self._ask.current()
        found: dict[str, tuple[Cell, ...]] = {}
        names = [thing, *(old for old, new in self._replaced().items() if new == thing)]
        for source, records in release.manifest.imports.items() if release else ():
            for record in records:
                folder = release.lineage / record["lineage"] if release else None
                rows = [row for name in names for row in lineage.rows_of(folder, name)] if folder else []
                if rows:
                    found[source] = (*found.get(source, ()), *rows)
        return found


def _about(pattern: str, names: Graphs) -> str:
    left_out = ", ".join(iri(graph) for graph in (names.illustrative, names.known))
    named = f"{{ GRAPH ?g {{ {pattern} }} FILTER(?g NOT IN ({left_out})) }}"
    return f"SELECT ?g ?p ?v WHERE {{ {named} UNION {{ {pattern} FILTER NOT EXISTS {{ GRAPH ?h {{ {pattern} }} }} }} }}"


def _grouped(rows: list[dict[str, Term]], names: Graphs, cells: Mapping[str, tuple[Cell, ...]]) -> list[Statement]:
    """Return one statement for each predicate and value, with everyone who says it."""
    found: dict[tuple[str, Term], Statement] = {}
    for row in rows:
        graph = row["g"].value if "g" in row else ""
        source, evidence = names.split(graph) or ("", "")
        key = (row["p"].value, row["v"])
        before = found.get(key) or Statement(row["p"].value, "", row["v"], "", ())
        origin = Origin(graph, source, evidence, cells.get(source, ()))
        found[key] = replace(before, origins=(*before.origins, origin))
    return sorted(found.values(), key=lambda s: (s.predicate, s.value.language, s.value.value))


def _spoken(statement: Statement, labels: Mapping[str, str]) -> Statement:
    value = statement.value
    label = labels.get(value.value, value.value) if value.kind == "uri" else value.value
    return replace(statement, predicate_label=labels[statement.predicate], value_label=label)


def _chosen(texts: Mapping[str, str], lang: str) -> str:
    return texts.get(lang) or texts.get("") or next(iter(texts.values()), "")
