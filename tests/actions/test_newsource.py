"""A new source from a sample, over the real ontology: proposed, asked, written, imported."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import xlsxwriter

from kgservice.actions.newsource import UNUSED, short
from kgservice.actions.newsource.columns import column
from kgservice.actions.newsource.lexicon import Lexicon
from kgservice.actions.newsource.matching import Matcher
from kgservice.errors import ParameterInvalid, Refused, SourceUnreadable
from kgservice.intake import sampling, trimming
from kgservice.intake.guess import Guess, guess
from kgservice.intake.readers import ods, xlsx
from kgservice.knowledge import ontology
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
    for name in (
        "ontology/kg.ttl",
        "ontology/organizations.ttl",
        "ontology/professions.ttl",
        "ontology/observations.ttl",
        "shapes/organizations.ttl",
        "shapes/professions.ttl",
        "shapes/values.ttl",
    ):
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


def test_codes_tell_what_a_row_is_and_rows_without_one_are_left_out(service, tmp_path):
    path = tmp_path / "data.csv"
    rows = ["A; ;Сельское хозяйство", *(f"A;01.{n};Выращивание культур {n}" for n in range(10, 40))]
    path.write_bytes("\n".join(rows).encode("cp1251"))
    made = service.newsource.propose("data", path)
    trial = service.newsource.trial(made, path)
    things = dict(trial.things)

    assert "table/key-empty" not in {finding.rule for finding in trial.findings}, "who leaves rows out knows"
    assert (short(made.of), made.key, made.beside, made.slugged) == ("kg:EconomicActivity", ("c2",), "c1", False)
    assert len(things) == 9, "ten rows are looked at, and the first of them has no code"
    assert "id/sector/01.10" in things


def test_codes_alone_tell_what_stands_above_and_plain_numbers_do_not(service, tmp_path):
    path = tmp_path / "okved.csv"
    codes = ("01", "01.1", "01.11", "01.11.1", "01.11.12", "01.2", "02", "02.1", "02.10")
    path.write_text("Код;Название\n" + "".join(f"{code};Вид {code}\n" for code in codes), "utf8")
    made = service.newsource.propose("okved", path, {"class": "kg:EconomicActivity"})
    broader = "http://www.w3.org/2004/02/skos/core#broader"
    things = dict(service.newsource.trial(made, path).things)
    above = {name.rpartition("/")[2]: dict(said).get(broader, "").rpartition("/")[2] for name, said in things.items()}

    assert {code: upper.rstrip(">") for code, upper in above.items()} == {
        "01": "", "01.1": "01", "01.11": "01.1", "01.11.1": "01.11", "01.11.12": "01.11.1", "01.2": "01",
        "02": "", "02.1": "02", "02.10": "02.1",
    }  # fmt: skip
    assert next(question for question in made.questions if question.id == "parents").sure
    without = service.newsource.propose("okved", path, {"class": "kg:EconomicActivity", "parents": UNUSED})
    assert without.parents is None
    path.write_text("Код;Название\n" + "".join(f"{n};Вид {n}\n" for n in range(1, 40)), "utf8")
    assert service.newsource.propose("okved", path, {"class": "kg:EconomicActivity"}).parents is None


def test_a_day_of_what_is_no_period_is_asked_for(service, tmp_path):
    path = tmp_path / "firms.csv"
    path.write_text("Название;Дата начала\nА;2001-01-01\nБ;2002-02-02\nВ;2003-03-03\n", "utf8")
    made = service.newsource.propose("firms", path, {"class": "kg:Organization"})

    assert "column:Дата начала" in {question.id for question in made.questions if not question.sure}


def test_rows_of_a_class_without_a_kind_keep_their_own_addresses(service, tmp_path):
    path = tmp_path / "groups.csv"
    rows = [f"Group,http://data.europa.eu/esco/isco/C{n},{n},Miners {n}" for n in range(8110, 8114)]
    path.write_text("conceptType,conceptUri,code,preferredLabel\n" + "\n".join(rows), "utf8")
    made = service.newsource.propose("groups", path)

    assert (short(made.of), made.kind, made.key) == ("kg:OccupationGroup", "", ("conceptUri",))
    assert "http://data.europa.eu/esco/isco/C8110" in dict(service.newsource.trial(made, path).things)
    assert uses(made)["preferredLabel"] == ("rdfs:label", "text", "en")
    assert uses(made)["conceptType"][0] == "", "what every row says is no property of one"


def test_amounts_are_nobodys_key_and_one_faulty_code_does_not_change_which_is(service, tmp_path):
    path = tmp_path / "enterprises.csv"
    rows = [("Завод", "4201000015", 120), ("Комбинат", "4215 00 02", 2400), ("Фабрика", "4207000036", 35)]
    path.write_text("Название;ИНН;Число работников\n" + "".join(f"{a};{b};{c}\n" for a, b, c in rows), "utf8")

    assert service.newsource.propose("enterprises", path).key == ("ИНН",)


def test_one_faulty_cell_does_not_change_what_a_column_is(service, tmp_path):
    path = tmp_path / "firms.csv"
    rows = [
        "А;https://a.ru/;1956-05-01;12",
        "Б;б.рф;2011;15",
        "В;https://v.ru/;31.02.1963;20",
        "Г;https://g.ru/;1990;около",
    ]
    path.write_text("Название;Сайт;Дата основания;Прочее\n" + "\n".join(rows), "utf8")
    made = service.newsource.propose("firms", path, {"class": "kg:Organization"})
    told = [finding.text.params for finding in service.newsource.trial(made, path).findings]

    assert uses(made)["Сайт"] == ("foaf:homepage", "iri", "")
    assert uses(made)["Дата основания"] == ("schema:foundingDate", "time", "")
    things = dict(service.newsource.trial(made, path).things)
    founded = {value for said in things.values() for prop, value in said if prop.endswith("/foundingDate")}
    assert founded == {
        '"1956-05-01"^^<http://www.w3.org/2001/XMLSchema#date>',
        '"2011"^^<http://www.w3.org/2001/XMLSchema#gYear>',
        '"1990"^^<http://www.w3.org/2001/XMLSchema#gYear>',
    }
    assert any("31.02.1963" in map(str, params.values()) for params in told)
    assert any("б.рф" in map(str, params.values()) for params in told)


def test_wordings_that_a_vocabulary_lacks_stay_unanswered_until_somebody_answers(service, tmp_path):
    path = tmp_path / "kinds.csv"
    path.write_text("Название;Вид\nА;предприятие\nБ;музей\nВ;предприятие\n", "utf8")
    made = service.newsource.propose("kinds", path, {"class": "kg:Organization", "lang": "ru"})
    asked = {question.id: question for question in made.questions}["value:Вид:музей"]

    assert (asked.proposed, asked.choices[0]) == (UNUSED, (UNUSED, ""))
    assert "предприятие" in [name for _, name in asked.choices]


@pytest.mark.parametrize("name", ["book.xlsx", "book.ods", "base.sqlite", "deep.json", "things.xml"])
def test_large_files_of_any_kind_have_a_small_sample(tmp_path, monkeypatch, name):
    path = tmp_path / name
    if name.startswith("book"):
        guessed = Guess(path.suffix[1:], sheet="Лист", header_row=1)
        rows = [["код", "название"], *([str(n), f"Имя <{n}>"] for n in range(50))]
        for reader in (xlsx, ods):
            monkeypatch.setattr(reader, "top", lambda path, sheet, most: (rows[:most], []))
        trimming.trimmed(path, guessed, path, 50)
        monkeypatch.undo()
    elif name == "base.sqlite":
        with closing(sqlite3.connect(path)) as base:
            base.execute('CREATE TABLE "Имена" (код, название)')
            base.executemany('INSERT INTO "Имена" VALUES (?, ?)', [(n, f"Имя {n}") for n in range(50)])
            base.commit()
    elif name == "deep.json":
        path.write_text(json.dumps({"data": {"rows": [{"код": n, "название": f"Имя {n}"} for n in range(50)]}}), "utf8")
    else:
        path.write_text("<a>" + "".join(f"<b><код>{n}</код><название>Имя</название></b>" for n in range(50)) + "</a>",
                        "utf8")  # fmt: skip
    monkeypatch.setattr(sampling, "_WHOLE", 0)
    found = guess(path)
    (tmp_path / "sample").mkdir()
    small = sampling.cut(path, found, tmp_path / "sample", 7)

    assert guess(small).columns == found.columns
    assert sampling.sampled(path, found).records == 50
    assert sampling.sampled(small, guess(small)).records == 7


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


def test_the_town_of_each_row_does_not_make_the_rows_towns():
    """Where the rows have names, what another heading leads to is no name of theirs, though the graph knows it."""

    lexicon = Lexicon(*(ontology.statements(ROOT)[name] for name in ("ontology", "vocabularies", "shapes")))
    towns = {"Тайга", "Юрга", "Мыски"}
    matcher = Matcher(lexicon, lambda text: [("x:" + text, "place", 0)] if text in towns else [], lambda iris: {})
    columns = [
        column("Наименование", ["Техникум А", "Техникум Б", "Техникум В"]),
        column("Город", sorted(towns)),
        column("ИНН", ["4230001234", "4230000014", "4214000016"]),
    ]

    assert short(matcher.classes(["colleges"], columns)[0][0]) == "kg:College"
    assert short(matcher.classes(["data"], columns[1:2])[0][0]) == "kg:Place"


def test_a_column_per_year_makes_an_observation_of_each_cell(service, tmp_path):
    path = tmp_path / "forecast.csv"
    rows = ["Прогноз потребности в кадрах;;;", "Код;Профессия;2026;2027 г.", "21.02.17;Горняк;313;"]
    rows += ["15.01.05;Сварщик;20;61", *(f"21.01.{n};Мастер {n};{n};{n}" for n in range(20, 30)), ";Всего;333;61"]
    path.write_text("\n".join(rows), "utf8")
    made = service.newsource.propose("forecast", path, {"class": "kg:DemandForecast", "column:Код": UNUSED})
    things = dict(service.newsource.trial(made, path).things)

    assert (made.key, made.about["title.ru"]) == (("Код",), "Прогноз потребности в кадрах")
    assert "id/demand/21.02.17--2027" not in things, "an empty cell is no observation"
    assert not [name for name in things if "vsego" in name], "nor is a sum, which has no code"
    assert dict(things["id/demand/15.01.05--2027"]) == {
        "http://www.w3.org/1999/02/22-rdf-syntax-ns#type": "<https://w3id.org/kgservice/ontology#DemandForecast>",
        "https://w3id.org/kgservice/ontology#value": '"61"^^<http://www.w3.org/2001/XMLSchema#decimal>',
        "https://w3id.org/kgservice/ontology#earliest": '"2027-01-01"^^<http://www.w3.org/2001/XMLSchema#date>',
        "https://w3id.org/kgservice/ontology#latest": '"2027-12-31"^^<http://www.w3.org/2001/XMLSchema#date>',
    }
    left = service.newsource.propose("forecast", path, {"class": "kg:DemandForecast", "years": UNUSED})
    assert not left.years


def test_what_nothing_tells_is_not_written(service, tmp_path):
    path = tmp_path / "x.csv"
    path.write_text("a,b\nfoo,bar\nbaz,qux\n", "utf8")
    made = service.newsource.propose("x", path)
    question = next(question for question in made.questions if question.id == "class")

    assert (question.proposed, question.sure) == ("", False)
    assert len(question.choices) > 30, "every class can be chosen"
    with pytest.raises(ParameterInvalid):
        service.newsource.write(made, path, "test")


def test_signs_of_nothing_and_merged_cells_are_read_as_a_person_would(service, tmp_path):
    path = tmp_path / "firms.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Список")
        rows = (["Организация", "Вид", "Сайт", "ОГРН"], ["А", "ПОО", "a.ru", "1024200000000"],
                ["Б", "", "-", "1024200000011"], ["В", "предприятие", "http://v.ru", "-"])  # fmt: skip
        for at, row in enumerate(rows):
            sheet.write_row(at, 0, row)
        sheet.merge_range("B2:B3", "ПОО")
    made = service.newsource.propose("firms", path, {"class": "kg:Organization", "lang": "ru"})
    asked = {question.id: question for question in made.questions}

    assert (made.reading["merged"], made.reading["nulls"]) == ("fill", ["-"])
    assert asked["value:Вид:ПОО"].proposed.endswith("/professional-educational-organization"), "by its initials"
    assert uses(made)["Сайт"] == ("foaf:homepage", "iri", ""), "though most cells lack http://"
    assert uses(made)["ОГРН"][0] == "kg:ogrn", "which is said of some organizations only"
    told = service.newsource.propose("firms", path, {"read.merged": "report", "nulls": UNUSED})
    assert not {"merged", "nulls"} & set(told.reading)
