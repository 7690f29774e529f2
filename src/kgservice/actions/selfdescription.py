"""What a release says of itself: provenance, catalogue record, VoID, service description, examples, each a graph."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from kgservice.actions.content import Content
from kgservice.actions.preview import Preview
from kgservice.catalogue import Described, Import, datasets, provenance
from kgservice.catalogue.examples import Example, examples
from kgservice.catalogue.record import File, Whole, record
from kgservice.catalogue.service import graphs, service
from kgservice.catalogue.statistics import Statistics, measure
from kgservice.catalogue.void import void
from kgservice.errors import AuthoredInvalid
from kgservice.knowledge.library import Library
from kgservice.releases import Manifest
from kgservice.releases.statements import lines
from kgservice.settings import Settings

QUADS, TURTLE = "dumps/all.nq.gz", "dumps/known.ttl.gz"
"""Files of a release that are made for others to take."""
_WHOLE = Whole(
    {"en": "Knowledge graph of training networks", "ru": "Граф знаний о сетях подготовки кадров"},
    {
        "en": "Organizations, partnerships, programmes, professions and competencies; every statement has its source.",
        "ru": "Организации, партнёрства, программы, профессии и компетенции; у каждого утверждения есть источник.",
    },
    "kgservice",
    licence="https://creativecommons.org/licenses/by/4.0/",
    themes=("EDUC",),
)


class SelfDescription:
    """Makes the graphs that describe a release, as sorted N-Triples lines with line ends."""

    def __init__(self, seen: Preview, manifest: Manifest, content: Content, settings: Settings) -> None:
        self._seen = seen
        self._manifest = manifest
        self._content = content
        self._settings = settings
        self._names = content.graphs

    def graphs(self, more: Mapping[str, list[bytes]]) -> dict[str, list[bytes]]:
        """Return the graphs by IRI; `more` are other derived graphs, which the service description counts too.

        Raises:
            AuthoredInvalid: the library or `data/catalogue.toml` cannot be read.
        """
        names, seen = self._names, self._seen
        counts = {graph: found.triples for graph, found in seen.graphs.items()}
        counts |= {graph: len(found) for graph, found in more.items()}
        parts = list(self._parts())
        fixed = {
            names.catalogue: _sorted(self._provenance(parts)),
            names.record: _sorted(self._record(parts)),
            names.examples: _sorted(examples(names, self._settings.url, self._examples())),
        }
        said = {line for found in (*fixed.values(), *more.values()) for line in found}
        found = measure(lambda: lines(Path(seen.known.file)), said)
        fixed[names.void] = _sorted(self._void(found))
        said.update(fixed[names.void])
        counts |= {graph: len(described) for graph, described in fixed.items()}
        invented = sum(line in said for line in lines(Path(seen.illustrative.file)))
        counts[names.illustrative] = seen.illustrative.triples - invented
        # how many lines it has does not depend on the numbers that it says of itself and of the whole
        draft = set(self._service(counts | {names.service: 1, names.known: 1}))
        counts[names.service] = len(draft)
        counts[names.known] = seen.known.triples + len(said | draft) - found.repeated
        return fixed | {names.service: self._service(counts)}

    def _service(self, counts: Mapping[str, int]) -> list[bytes]:
        return _sorted([*service(self._names, self._settings.url), *graphs(self._names, counts)])

    def _parts(self) -> Iterator[Described]:
        for source in self._content.sources().values():
            own = {
                graph: found.triples
                for graph, found in self._seen.graphs.items()
                if (self._names.split(graph) or ("",))[0] == source.name
            }
            if own:
                texts = (source.title, source.description, source.publisher, source.licence, source.origin)
                yield Described(source.name, *texts, own)

    def _provenance(self, parts: list[Described]) -> Iterator[str]:
        made = self._manifest
        imports = [
            Import(
                source=source,
                delivery=found["delivery"],
                files={file["name"]: file["sha256"] for file in found["files"]},
                mapping=found["mapping"],
                graphs=tuple(graph for graph in found["graphs"] if graph in self._seen.graphs),
                actor=found["actor"],
                received=found["received"],
                imported=found["imported"],
            )
            for source, records in self._seen.imports.items()
            for found in records
        ]
        base = self._settings.base
        yield from provenance(base, made.id, made.created, made.actor, imports)
        yield from datasets(base, self._settings.url, made.created, self._seen.known.triples, parts)

    def _record(self, parts: list[Described]) -> Iterator[str]:
        made, url = self._manifest, self._settings.url
        files = (
            File("all.nq.gz", f"{url}releases/{made.id}/{QUADS}", "RDF_N_QUADS", "application/n-quads",
                 {"en": "All graphs as N-Quads", "ru": "Все графы в N-Quads"}),
            File("known.ttl.gz", f"{url}releases/{made.id}/{TURTLE}", "RDF_TURTLE", "text/turtle",
                 {"en": "What is known, as Turtle", "ru": "Всё известное в Turtle"}),
        )  # fmt: skip
        return record(self._names, url, made.id, made.created, whole(self._content.authored), parts, files)

    def _void(self, found: Statistics) -> Iterator[str]:
        dumps = {"turtle": f"{self._settings.url}releases/{self._manifest.id}/{TURTLE}"}
        return void(self._names, found, self._manifest.id, dumps)

    def _examples(self) -> Iterator[Example]:
        library = Library(self._content.authored / "queries", self._settings.base)
        for name, query in library.queries.items():
            yield Example(name, query.subject, query.form, library.fill(name, {}), query.summary, query.tags)


def whole(authored: Path) -> Whole:
    """Return what `data/catalogue.toml` says of the whole, or our own words where there is no such file.

    Raises:
        AuthoredInvalid: it is no TOML, or has a key that is unknown or missing.
    """
    path = authored / "data" / "catalogue.toml"
    if not path.is_file():
        return _WHOLE
    try:
        said: dict[str, Any] = tomllib.loads(path.read_text("utf8"))
        publisher = said.pop("publisher")
        return Whole(publisher=publisher["name"], page=publisher.get("page", ""), **said)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise AuthoredInvalid("{path}: {reason}", path=str(path), reason=str(error), line=0) from None


def _sorted(found: Iterable[str]) -> list[bytes]:
    return sorted({f"{line}\n".encode() for line in found})
