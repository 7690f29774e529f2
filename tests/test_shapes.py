"""Every rule of the shapes: its good example passes, its bad one yields its own message in both languages."""

from collections import defaultdict
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import SH, BNode, Graph, URIRef

from kgservice.knowledge import ontology
from kgservice.knowledge.validation import faults, validate
from kgservice.report import Severity

ROOT = Path(__file__).parents[1]
EXAMPLES = Path(__file__).parent / "examples" / "shapes"
SHAPE = "https://w3id.org/kgservice/shapes#"
HOME = "https://example.org/"


def examples() -> list[tuple[str, Path]]:
    """Name and file of every example: a rule's name for a bad one, the node shape's for a good one."""
    good = [(path.parent.name, path) for path in sorted(EXAMPLES.glob("*/good.ttl"))]
    bad = [(f"{path.parent.parent.name}-{path.stem}", path) for path in sorted(EXAMPLES.glob("*/bad/*.ttl"))]
    return good + bad


@pytest.fixture(scope="session")
def statements() -> dict[str, list[str]]:
    return ontology.statements(ROOT)


@pytest.fixture(scope="session")
def shapes() -> Graph:
    return ontology.merged(ontology.files(ROOT, "shapes"))


@pytest.fixture(scope="session")
def findings(statements, tmp_path_factory) -> dict[str, list]:
    """Findings by example: all examples are checked at once, each in a namespace of its own."""
    shapes = tmp_path_factory.mktemp("shapes") / "shapes.nt"
    shapes.write_text("\n".join(statements["shapes"]), encoding="utf-8")
    store = ox.Store()
    for name in ("ontology", "vocabularies"):
        store.load("\n".join(statements[name]).encode(), format=ox.RdfFormat.N_TRIPLES)
    for name, path in examples():
        text = path.read_text(encoding="utf-8").replace(f"<{HOME}>", f"<{HOME}{name}/>", 1)
        text = text.replace(f"<{HOME}page>", f"<{HOME}{name}/page>")
        store.load(text.encode(), format=ox.RdfFormat.TURTLE)
    rows = lambda query: ([None if t is None else str(t) for t in row] for row in store.query(query))  # noqa: E731
    found = defaultdict(list)
    for finding in validate([shapes], rows):
        found[finding.focus.removeprefix(HOME).partition("/")[0]].append(finding)
    return found


@pytest.mark.parametrize("name", [name for name, path in examples() if path.name == "good.ttl"])
def test_good_example_passes(name, findings):
    told = [finding.rule.removeprefix(SHAPE) for finding in findings[name] if finding.focus.endswith("/it")]

    own = [rule for rule in told if rule.startswith(f"{name}-")]
    assert own == []


@pytest.mark.parametrize("name", [name for name, path in examples() if path.name != "good.ttl"])
def test_bad_example_yields_the_message_of_its_rule(name, findings):
    told = [finding for finding in findings[name] if finding.rule == SHAPE + name and finding.focus.endswith("/it")]

    assert told, sorted({finding.rule.removeprefix(SHAPE) for finding in findings[name]})
    assert set(told[0].text.translations) == {"en", "ru"}


def test_every_rule_has_an_example(shapes):
    rules = {str(rule).removeprefix(SHAPE) for rule in shapes.subjects(SH.severity) if isinstance(rule, URIRef)}

    assert rules == {name for name, path in examples() if path.name != "good.ttl"}


def test_rules_of_one_thing_do_not_share_a_message(shapes):
    told = defaultdict(list)
    for rule in shapes.subjects(SH.severity):
        for speaker in (rule, *shapes.objects(rule, SH.sparql)):
            for message in shapes.objects(speaker, SH.message):
                told[str(rule).partition("-")[0], str(message)].append(str(rule))

    assert {message: rules for message, rules in told.items() if len(rules) > 1} == {}


def test_shapes_have_no_faults(shapes):
    assert faults(shapes) == []


def test_severities_are_those_of_shacl(shapes):
    names = {str(value).rpartition("#")[2].lower() for value in shapes.objects(None, SH.severity)}

    assert names == {severity.value for severity in Severity}


def test_constraints_in_sparql_say_path_and_value(shapes):
    for constraint in shapes.objects(None, SH.sparql):
        assert isinstance(constraint, BNode)
        assert "SELECT $this ?path ?value WHERE" in str(shapes.value(constraint, SH.select))
