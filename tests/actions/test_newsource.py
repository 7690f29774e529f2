"""A new source from a sample, over the real ontology: proposed, asked, written, imported."""

import shutil
from pathlib import Path

import pytest

from kgservice.actions.newsource import UNUSED, short
from kgservice.errors import ParameterInvalid, Refused, SourceUnreadable
from kgservice.settings import Settings
from kgservice.wiring import build

ROOT = Path(__file__).parents[2]
COLLEGES = """\
№;Наименование организации;Наименование (англ.);Вид;Город;ИНН;Сайт;Примечание;Головная
1;Горный техникум;Mining School;профессиональная образовательная организация;Кемерово;4201000015;http://a.ru/;;4201000015
2;Энерготранспортный техникум;Energy School;предприятие;Мыски;4215000022;http://b.ru/;основан в 1956;4201000015
3;Медицинский колледж;Medical College;профессиональная образовательная организация;Кемерово;4207000036;;;4215000022
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """A service over ontology, shapes and vocabularies of the checkout, without sources and releases."""
    folder = tmp_path_factory.mktemp("newsource")
    content = folder / "content"
    shutil.copytree(ROOT / "ontology" / "vocabularies", content / "ontology" / "vocabularies")
    (content / "shapes").mkdir()
    for name in ("ontology/kg.ttl", "ontology/organizations.ttl", "shapes/organizations.ttl", "shapes/values.ttl"):
        shutil.copyfile(ROOT / name, content / name)
    (content / "queries").mkdir()
    (content / "data" / "sources").mkdir(parents=True)
    settings = Settings.read({"KG_STATE": str(folder / "state"), "KG_CONTENT": str(content), "KG_LANG": "en"})
    with build(settings) as service:
        yield service


@pytest.fixture(scope="module")
def colleges(tmp_path_factory):
    path = tmp_path_factory.mktemp("sample") / "colleges.csv"
    path.write_bytes(COLLEGES.encode("cp1251"))
    return path


@pytest.fixture(scope="module")
def proposal(service, colleges):
    return service.newsource.propose("colleges", colleges)


def uses(proposal):
    return {use.heading: (short(use.prop), use.how, use.language) for use in proposal.uses}


def test_headings_and_values_say_what_columns_are(proposal):
    assert short(proposal.of) == "kg:College"
    assert uses(proposal) == {
        "№": ("", "", ""),
        "Наименование организации": ("rdfs:label", "text", "ru"),
        "Наименование (англ.)": ("rdfs:label", "text", "en"),
        "Вид": ("kg:organizationKind", "concept", ""),
        "Город": ("kg:locatedIn", "thing", ""),
        "ИНН": ("kg:inn", "code", ""),
        "Сайт": ("foaf:homepage", "iri", ""),
        "Примечание": ("skos:note", "text", "ru"),
        "Головная": ("skos:broader", "link", ""),
    }
    assert proposal.key == ("ИНН",)
    assert proposal.reading == {"format": "csv", "encoding": "cp1251", "separator": ";"}


def test_wordings_of_a_vocabulary_become_a_code_table(proposal):
    kinds = next(use for use in proposal.uses if use.heading == "Вид")

    assert {short(iri) for iri in kinds.found.values()} == {
        "https://w3id.org/kgservice/vocabulary/organization-kind/professional-educational-organization",
        "https://w3id.org/kgservice/vocabulary/organization-kind/enterprise",
    }


def test_what_is_unsure_is_asked_and_answers_are_kept(service, colleges, proposal):
    asked = {question.id for question in proposal.questions if not question.sure}
    answers = {
        "column:Город": UNUSED,
        "publisher": "Ministry",
        "key": "Наименование организации",
        "class": "kg:Organization",
    }
    changed = service.newsource.propose("colleges", colleges, answers)

    assert "publisher" in asked
    assert "column:ИНН" not in asked
    assert uses(changed)["Город"][0] == ""
    assert (short(changed.of), changed.key, changed.slugged) == ("kg:Organization", ("Наименование организации",), True)
    assert "publisher" not in {question.id for question in changed.questions if not question.sure}


def test_a_trial_shows_what_the_first_rows_become_and_keeps_nothing(service, colleges, proposal):
    things = dict(service.newsource.trial(proposal, colleges).things)
    said = dict(things["id/organization/4215000022"])

    assert said["http://www.w3.org/2000/01/rdf-schema#label"] in (
        '"Energy School"@en',
        '"Энерготранспортный техникум"@ru',
    )
    assert said["http://www.w3.org/2004/02/skos/core#broader"] == "<https://example.org/id/organization/4201000015>"
    assert not (service.settings.state / "content" / "sources" / "colleges").exists()


def test_a_written_source_passes_its_contract(service, colleges, proposal):
    folder = service.newsource.write(proposal, colleges, "test")

    assert folder == service.settings.state / "content" / "sources" / "colleges"
    assert (folder / "sample" / "expected.nq").read_text("utf8").count("\n") > 15
    assert service.newsource.check("colleges") == []
    with pytest.raises(Refused):
        service.newsource.write(proposal, colleges, "test")


def test_what_cannot_be_a_source_is_refused(service, colleges, tmp_path):
    with pytest.raises(ParameterInvalid):
        service.newsource.propose("Мой источник", colleges)
    with pytest.raises(ParameterInvalid):
        service.newsource.propose("mine", colleges, {"class": "kg:Dragon"})
    with pytest.raises(SourceUnreadable):
        service.newsource.propose("mine", tmp_path / "none.csv")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("odd.csv", 'a "quoted" (head),b{race},"c\\back",d\n1,x,y,z\n2,x,y,w\n'),
        ("places.json", '[{"id": "x", "name": "Село"}, {"id": "y", "name": "Город", "parent": "x"}]'),
        ("few.tsv", "name\tcode\nОдин\t001\nДва\t002\n"),
    ],
)
def test_whatever_is_proposed_can_be_tried(service, tmp_path, name, text):
    path = tmp_path / name
    path.write_text(text, "utf8")

    made = service.newsource.propose("odd", path, {"class": "kg:Place"})
    assert service.newsource.trial(made, path).things
