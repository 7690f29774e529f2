"""A small service without processes: a release of a handful of things, answered by the engine in this process."""

import gzip
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph

from kgservice.actions.ask import Ask, Stores
from kgservice.actions.describe import Describe
from kgservice.actions.search import Search
from kgservice.actions.why import Why
from kgservice.errors import KgError
from kgservice.knowledge.library import Library
from kgservice.releases import Manifest, Release, Shelf, Statements
from kgservice.report import Report
from kgservice.settings import Settings
from kgservice.store import embedded
from kgservice.store.evaluation import Evaluation
from kgservice.store.interface import Answer, Question
from kgservice.store.run import notices
from kgservice.terms import PREFIXES, Graphs

BASE = "http://kuzbass.example/"
CREATED = "2026-11-20T09:30:00Z"
HEAD = "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in PREFIXES.items()) + f"BASE <{BASE}id/>\n"
SOURCED = """
<organization/spt> a kg:Organization, kg:College ; kg:inn "4205012343" ; kg:locatedIn <place/kemerovo> ;
  rdfs:label "Сибирский политехнический техникум"@ru, "Siberian Polytechnic College"@en ;
  foaf:homepage <https://spt42.example/> ; dcterms:source <publication/hostile>, <publication/good> .
<organization/azot> a kg:Organization, kg:Enterprise ; rdfs:label "КАО «Азот»"@ru, "Azot"@en ;
  kg:locatedIn <place/kemerovo> .
<organization/ministry> a kg:Organization, kg:PublicAuthority ;
  rdfs:label "Министерство образования Кузбасса"@ru, "Ministry of Education of Kuzbass"@en .
<organization/kgtt> a kg:Organization, kg:College ; rdfs:label "Киселёвский горный техникум"@ru .
<place/kemerovo> a kg:Place ; rdfs:label "Кемерово"@ru, "Kemerovo"@en .
<partnership/chem> a kg:Partnership ; rdfs:label "Химический кластер"@ru, "Chemical cluster"@en ;
  kg:form kgv:partnership-form/educational-cluster ; kg:startAsStated "2022" ;
  kg:startEarliest "2022-01-01"^^xsd:date ; kg:startLatest "2022-12-31"^^xsd:date .
<partnership/mine> a kg:Partnership ; rdfs:label "Горная сеть"@ru, "Mining network"@en .
<membership/chem--spt--base-college> a kg:Membership ; kg:partnership <partnership/chem> ;
  kg:member <organization/spt> ; kg:role kgv:party-role/base-college .
<membership/chem--azot--anchor-employer> a kg:Membership ; kg:partnership <partnership/chem> ;
  kg:member <organization/azot> ; kg:role kgv:party-role/anchor-employer .
<membership/chem--ministry--grantor> a kg:Membership ; kg:partnership <partnership/chem> ;
  kg:member <organization/ministry> ; kg:role kgv:party-role/grantor .
<membership/mine--kgtt--base-college> a kg:Membership ; kg:partnership <partnership/mine> ;
  kg:member <organization/kgtt> ; kg:role kgv:party-role/base-college .
<membership/mine--ministry--grantor> a kg:Membership ; kg:partnership <partnership/mine> ;
  kg:member <organization/ministry> ; kg:role kgv:party-role/grantor .
<profession/21.02.17> a kg:Profession, kg:Specialty ; skos:notation "21.02.17" ;
  rdfs:label "Подземная разработка месторождений"@ru, "Underground mining"@en .
<publication/hostile> a kg:Publication ; rdfs:label "<script>alert(1)</script>"@en ;
  kg:webAddress <javascript:alert(1)> .
<publication/good> a kg:Publication ; rdfs:label "Report of 2022"@en ; kg:webAddress <https://report.example/2022> .
"""
INFERRED = '<organization/spt> kg:locatedIn <place/kemerovo> ; kg:placeEvidenceNote "from its name" .'
ILLUSTRATIVE = """
<programme/p1> a kg:Programme ; rdfs:label "Аппаратчик (выдуманная программа)"@ru ; kg:hours 144 ;
  kg:leadsTo <profession/21.02.17> .
<organization/spt> kg:needsCompetency <competency/c1> .
"""
ONTOLOGY = """
kg:College rdfs:label "техникум"@ru, "college"@en ; rdfs:subClassOf kg:EducationalOrganization .
kg:Organization rdfs:label "организация"@ru, "organization"@en .
kg:Enterprise rdfs:label "предприятие"@ru, "enterprise"@en . kg:locatedIn rdfs:label "находится в"@ru, "located in"@en .
kg:inn rdfs:label "ИНН"@ru, "INN (taxpayer number)"@en . kg:member rdfs:label "участник"@ru, "member"@en .
rdfs:label rdfs:label "название"@ru, "name"@en . foaf:homepage rdfs:label "сайт"@ru, "web site"@en .
"""
VOCABULARIES = """
kgv:partnership-form/educational-cluster a skos:Concept ;
  skos:prefLabel "образовательный кластер"@ru, "educational cluster"@en .
"""


@dataclass
class FakeService:
    """What `create_app` needs, over a `FakeStore`."""

    settings: Settings
    shelf: Shelf
    ask: Ask
    describe: Describe
    store: "FakeStore"
    search: Search
    differences: "NoPast" = field(default_factory=lambda: NoPast())

    @property
    def why(self) -> Why:
        return Why(self.ask, self.shelf, self.settings.base, self.settings.state / "deliveries")


class NoPast:
    """Comparisons of a service with one release: nothing ever changed."""

    def past(self, name: str, lang: str) -> list[object]:
        return []


class FakeStore:
    """A store that evaluates in this process; `failure` is raised once instead of an answer."""

    def __init__(self, folder: Path, known: str) -> None:
        self.folder = folder
        self.asked: list[Question] = []
        self.stopped: list[str] = []
        self.failure: KgError | Exception | None = None
        self.spooled = True
        self._evaluation = Evaluation(folder, known)

    def adopt(self, store_path: Path, lease_path: Path | None) -> None:
        self.folder = store_path

    def answer(self, question: Question) -> Answer:
        self.asked.append(question)
        if self.failure:
            failure, self.failure = self.failure, None
            raise failure
        sink = _Sink()
        self._evaluation.answer(question, sink)
        body = b"".join(sink.pieces)
        size = len(body) if self.spooled else None
        timings = {"queue": 0.1, "engine": 1.5}
        return Answer(
            sink.kind, iter([body]), size, self.spooled, None, timings, notices(sink.notices), store=self.folder
        )

    def stop(self, query_id: str) -> bool:
        self.stopped.append(query_id)
        return True

    def close(self) -> None:
        pass


class _Sink:
    def __init__(self) -> None:
        self.kind = ""
        self.notices = ()
        self.pieces: list[bytes] = []

    def begin(self, kind: str, name: str, notices=()) -> None:
        self.kind = kind
        self.notices = notices

    def write(self, data: bytes) -> int:
        self.pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass


def fake_service(folder: Path, **environment: str) -> FakeService:
    """Return a service with one release of a handful of things."""
    settings = Settings.read({"KG_STATE": str(folder / "state"), "KG_BASE": BASE, **environment})
    shelf = Shelf(settings.state, settings.base)
    release = sealed(shelf)
    store = FakeStore(release.store, Graphs(BASE).known)
    ask = Ask(shelf, Library(settings.content / "queries", BASE), Stores(lambda *_: store, lambda *_: store), settings)
    return FakeService(settings, shelf, ask, Describe(ask, settings.base), store, Search(shelf, settings))


def sealed(shelf: Shelf) -> Release:
    """Seal a release of the graphs above and make it current."""
    names = Graphs(BASE)
    graphs = {
        names.source("register", "sourced"): SOURCED,
        names.source("register", "inferred"): INFERRED,
        names.source("invented", "illustrative"): ILLUSTRATIVE,
    }
    lines = {graph: _ntriples(text) for graph, text in graphs.items()}
    authored = {names.ontology: _ntriples(ONTOLOGY + _defined()), names.vocabularies: _ntriples(VOCABULARIES)}
    known = [line for graph, of in (lines | authored).items() if not graph.endswith("illustrative") for line in of]
    invented = [line for line in lines[names.source("invented", "illustrative")] if line not in known]
    with shelf.lock("writer", actor="test", job="test"), shelf.building() as (number, folder):
        statements = {graph: _written(folder, place, of) for place, (graph, of) in enumerate(lines.items())}
        named = lines | authored | {names.illustrative: invented, names.catalogue: _ntriples(_catalogue(lines))}
        files: list[tuple[str | None, Path]] = []
        for graph, of in [(None, sorted(set(known))), *named.items()]:
            path = folder / f"load-{len(files)}.nt"
            path.write_text("".join(f"{line}\n" for line in of), "utf-8")
            files.append((graph, path))
        embedded.build(folder / "store", files)
        counts = {graph or names.known: len(of) for graph, of in [(None, set(known)), *named.items()]}
        manifest = Manifest(number, None, CREATED, BASE, "build", "test", statements, counts=counts)
        shelf.seal(folder, manifest, Report())
        return shelf.point(number)


def _written(folder: Path, place: int, lines: list[str]) -> Statements:
    path = folder / "graphs" / f"{place}.nt.gz"
    path.parent.mkdir(exist_ok=True)
    text = "".join(f"{line}\n" for line in lines).encode()
    path.write_bytes(gzip.compress(text, mtime=0))
    return Statements(f"graphs/{place}.nt.gz", hashlib.sha256(text).hexdigest(), len(lines))


def _ntriples(turtle: str) -> list[str]:
    text = HEAD + turtle.replace("kgv:partnership-form/", "kgv:partnership-form\\/").replace(
        "kgv:party-role/", "kgv:party-role\\/"
    )
    return sorted({str(triple.triple) + " ." for triple in pyoxigraph.parse(text, pyoxigraph.RdfFormat.TURTLE)})


def _defined() -> str:
    """Return a statement about each word of ours, so that it has a page."""
    words = sorted(set(re.findall(r"\bkgv?:[\w/-]+", SOURCED + INFERRED + ILLUSTRATIVE + ONTOLOGY)))
    return "".join(f"{word} rdfs:isDefinedBy <{PREFIXES['kg'].removesuffix('#')}> .\n" for word in words)


def _catalogue(lines: dict[str, list[str]]) -> str:
    text = ""
    for name, title in (("register", "Реестр"), ("invented", "Выдуманное")):
        text += (
            f'<{BASE}catalogue/{name}> dcterms:identifier "{name}" ; dcterms:title "{title}"@ru, "{name.title()}"@en ; '
        )
        text += 'dcterms:license <https://creativecommons.org/licenses/by/4.0/> ; dcterms:publisher "Editors"'
        for graph, of in lines.items():
            if f"/{name}/" in graph:
                text += f" . <{BASE}catalogue/{name}> void:subset <{graph}> . <{graph}> void:triples {len(of)}"
        text += " .\n"
    return text
