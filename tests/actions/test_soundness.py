"""A full check leaves a stamp; a publish refuses what it calls impossible and warns where there is none."""

import json

import pytest

from kgservice.actions import soundness
from kgservice.errors import OntologyUnsound
from kgservice.report import Finding, Severity, Text

KG = "https://w3id.org/kgservice/ontology#"
SAID = Text("said")


@pytest.fixture
def stamped(settings):
    def stamp(*findings):
        found = [Finding(rule, Severity.VIOLATION, SAID, focus=focus) for rule, focus in findings]
        soundness.stamp(settings.content, settings.state, found)

    return stamp


def test_sound_ontology_is_published_without_a_word(service, stamped):
    stamped()

    assert service.publish.caution() is None
    assert service.publish.build().release.id == 1


def test_ontology_that_nobody_checked_is_published_with_a_warning(service):
    assert service.publish.build().release.id == 1
    assert "kgservice check" in service.publish.caution().template


def test_ontology_with_a_class_that_can_have_no_member_is_refused_by_name_before_anything_begins(service, stamped):
    stamped(("logic/unsatisfiable", f"{KG}Place"))

    with pytest.raises(OntologyUnsound, match="nothing can belong to kg:Place"):
        service.publish.build()
    assert (service.shelf.current(), service.review.drafts()) == (None, [])


def test_draft_is_refused_under_an_ontology_that_contradicts_itself(service, stamped, region):
    service.publish.build()
    ontology = region / "ontology" / "kg.ttl"
    ontology.write_text(ontology.read_text("utf8").replace('"place"@en', '"a place"@en'), "utf8")
    draft = service.edit.new("test")
    stamped(("logic/inconsistent", ""))

    with pytest.raises(OntologyUnsound, match="contradicts itself"):
        service.publish.release(draft.id)


def test_stamp_holds_for_the_ontology_it_was_made_of_only(service, stamped, region):
    stamped(("logic/inconsistent", ""))
    ontology = region / "ontology" / "kg.ttl"
    ontology.write_text(ontology.read_text("utf8") + "\n# mended\n", "utf8")

    assert service.publish.caution() is not None
    assert service.publish.build().release.id == 1


def test_check_without_a_reasoner_leaves_the_stamp_as_it_was(stamped, settings):
    stamped(("logic/unsatisfiable", f"{KG}Place"))
    stamped(("logic/not-checked", ""))

    assert json.loads((settings.state / "logic.json").read_text())["classes"] == [f"{KG}Place"]


def test_full_check_stamps_what_the_reasoner_said(service, settings, region):
    ontology = region / "ontology" / "kg.ttl"
    text = (
        ontology.read_text("utf8") + "\nkg:Town a owl:Class ; rdfs:subClassOf kg:Place ; owl:disjointWith kg:Place .\n"
    )
    ontology.write_text(text, "utf8")

    service.check.repository()

    with pytest.raises(OntologyUnsound, match="kg:Town"):
        service.publish.build()


def test_content_whose_check_found_a_fault_is_not_published_until_it_is_mended(service, region):
    shapes = region / "shapes" / "places.ttl"
    text = shapes.read_text("utf8")
    shapes.write_text(text.replace("sh:minCount", "sh:minCnt"), "utf8")
    service.check.repository(quick=True)

    with pytest.raises(OntologyUnsound, match=r"\(1\), the first at shapes/places.ttl:"):
        service.publish.build()
    assert (service.shelf.current(), service.review.drafts()) == (None, [])

    shapes.write_text(text, "utf8")
    assert service.publish.build().release.id == 1
