"""The words of a release, read for pages: every term with its rules, counts and meaning in two languages."""

import pytest

from authoredwords import AuthoredWords
from kgservice.actions.words import Lexicon, Word, Words

BASE = "https://kg.example.org/"
KG = "https://w3id.org/kgservice/ontology#"
DATA = f"""@prefix kg: <{KG}> .
@prefix id: <{BASE}id/partnership/> .
id:one a kg:Partnership ; kg:form <https://w3id.org/kgservice/vocabulary/partnership-form/consortium> .
id:two a kg:Partnership .
"""
INVENTED = f"<{BASE}id/module/one> a <{KG}Module> .\n"


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Words(AuthoredWords(BASE, DATA, INVENTED), BASE).lexicon()  # type: ignore[arg-type]


def word(lexicon: Lexicon, name: str) -> Word:
    return next(one for module in lexicon.modules for one in module.words if one.iri == KG + name)


def test_every_module_is_there_with_its_terms(lexicon):
    assert [module.slug for module in lexicon.modules] == [
        *("general", "competencies", "observations", "organizations"),
        *("partnerships", "professions", "programmes"),
    ]
    assert all(module.words and set(module.title) == {"en", "ru"} for module in lexicon.modules)
    assert all(one.module for module in lexicon.modules for one in module.words)


def test_defined_class_says_its_meaning_in_words(lexicon):
    assert word(lexicon, "CoordinatorMembership").meaning == {
        "en": "membership, has role: coordinator",
        "ru": "участие, имеет роль: координатор",
    }
    assert word(lexicon, "IsolatedCollege").meaning["ru"] == "колледж или техникум, участвует через: нет"
    assert (
        "at least 2 (membership, has member: educational organization)"
        in word(lexicon, "NetworkPartnership").meaning["en"]
    )


def test_counts_and_a_sample_come_from_the_data(lexicon):
    partnership, form = word(lexicon, "Partnership"), word(lexicon, "form")

    assert (partnership.count, form.count) == (2, 1)
    assert partnership.sample.startswith(f"{BASE}id/partnership/")


def test_what_only_illustrative_rows_use_is_counted_apart(lexicon):
    module = word(lexicon, "Module")

    assert (module.count, module.invented, module.sample) == (0, 1, f"{BASE}id/module/one")
    assert word(lexicon, "Partnership").invented == 0


def test_domain_that_is_a_union_names_each_class(lexicon):
    assert set(word(lexicon, "provider").domain) == {KG + "Offering", KG + "Provision"}


def test_neighbours_of_a_class_are_found(lexicon):
    assert {one.iri for one in lexicon.below(KG + "Employer")} == {KG + "Enterprise", KG + "Holding"}
    assert KG + "form" in {one.iri for one in lexicon.used_with(KG + "Partnership")}
    assert "http://www.w3.org/ns/org#OrganizationalCollaboration" in word(lexicon, "Partnership").above


def test_rules_stand_with_their_class_and_property(lexicon):
    of_class = {rule.iri.rpartition("#")[2] for rule in lexicon.rules_for(KG + "Partnership")}
    of_property = {rule.iri.rpartition("#")[2] for rule in lexicon.rules_for(KG + "ogrn")}

    assert {"Partnership-form-required", "Partnership-cluster-has-base-college"} <= of_class
    assert {"Organization-ogrn-format", "OrganizationalUnit-no-ogrn"} <= of_property
    assert all(set(rule.message) == {"en", "ru"} for rule in lexicon.rules)
    assert {rule.severity for rule in lexicon.rules} == {"Violation", "Warning", "Info"}


def test_vocabularies_count_the_use_of_their_concepts(lexicon):
    scheme = next(one for one in lexicon.schemes if one.slug == "partnership-form")

    assert {concept.notation: concept.count for concept in scheme.concepts if concept.count} == {"consortium": 1}
    assert next(c for c in scheme.concepts if c.notation == "educational-cluster").broader
