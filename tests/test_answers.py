"""The competency questions, answered by the library over a release and computed from the rows in plain Python."""

import csv
import gzip
import tomllib
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
import rdflib

from answers import anticipation, curation, gaps, network, simple  # noqa: F401  (they register what they compute)
from answers.asked import Asked, same
from answers.computed import COMPUTED
from answers.network import is_broker, reached, shares, ties
from answers.tables import SOURCES, Tables, delivered, slug, span
from kgservice.store.embedded import Snapshot
from kgservice.store.embedded import build as stored
from kgservice.wiring import build

ELM = rdflib.Namespace("http://data.europa.eu/snb/model/elm/")
KG = rdflib.Namespace("https://w3id.org/kgservice/ontology#")
SCHEMA = rdflib.Namespace("https://schema.org/")
VOCABULARY = "https://w3id.org/kgservice/vocabulary/"
CHECKOUT = Path(__file__).parents[1]
BASE = "http://localhost:8080/"
COLUMNS_LEFT_OUT = {"who-asserted-it": {"import"}}
"""Columns that no delivery knows: hashes and times of the import."""
INVENTED_ONLY = (
    "competencies-an-employer-needs", "competencies-with-no-or-one-provider", "customers-of-the-social-order",
    "lead-time-of-programmes", "partnerships-that-changed-form", "workshops-shared-or-idle",
)  # fmt: skip
SECTOR = f"{VOCABULARY}sector/"
SPT = "id/organization/spt"
OF_THEIR_OWN = {
    "brokers": 18,
    "parts-of-the-network": 18,
    "difference-of-two-graphs": 34,
    "everything-about-an-organization": 38,
    "datasets-of-the-release": 41,
    "programmes-as-elm": 42,
    "programmes-as-schema-org": 42,
    "changes-since-a-date": 43,
    "features-of-the-forms": 44,
}
"""Questions that a test of their own compares."""


@pytest.fixture(scope="module")
def asked(real):
    with build(real) as service:
        yield Asked(service)


def answered(asked, name, invented):
    left_out = [at for at, column in enumerate(asked.columns(name)) if column in COLUMNS_LEFT_OUT.get(name, ())]
    return [
        tuple(cell for at, cell in enumerate(row) if at not in left_out) for row in asked.rows(name, invented=invented)
    ]


@pytest.mark.parametrize("name", sorted(COMPUTED))
def test_answer_is_what_the_rows_say(asked, name):
    _, computed, _ = COMPUTED[name]

    only_answered, only_computed = same(answered(asked, name, False), computed(Tables(invented=False)))

    assert (only_answered, only_computed) == ([], [])


@pytest.mark.parametrize("name", sorted(name for name, found in COMPUTED.items() if found[2]))
def test_answer_with_invented_rows_is_what_all_rows_say(asked, name):
    _, computed, _ = COMPUTED[name]

    only_answered, only_computed = same(answered(asked, name, True), computed(Tables(invented=True)))

    assert (only_answered, only_computed) == ([], [])


VARIED = {
    "organizations-in-a-place": (
        "place",
        "id/place/",
        lambda rows: {row["city_id"] for row in rows.organizations.values()},
    ),
    "partnerships-of-an-organization": ("organization", "id/organization/", lambda rows: set(rows.organizations)),
    "clusters-of-a-sector": ("sector", SECTOR, lambda rows: {row["sector"] for row in rows.partnerships.values()}),
    "professions-of-an-isco-group": ("group", "", lambda rows: {row["isco"] for row in rows.professions.values()}),
    "competencies-of-a-profession": ("profession", "id/profession/", lambda rows: set(rows.professions)),
    "demand-of-a-sector": ("sector", SECTOR, lambda rows: {row["sector"] for row in rows.professions.values()}),
    "results-of-a-centre": ("organization", "id/organization/", lambda rows: {"copp42", "ntet", "kmk", "azot"}),
    "programmes-for-an-esco-concept": ("concept", "", lambda rows: {row["isco"] for row in rows.professions.values()}),
}
"""Questions asked with every value that the rows know: parameter, head of its IRI, values."""


@pytest.mark.parametrize("invented", [False, True])
@pytest.mark.parametrize("name", sorted(VARIED))
def test_answer_for_each_value_of_a_parameter_is_what_the_rows_say(asked, name, invented):
    parameter, head, values = VARIED[name]
    rows = Tables(invented)

    for value in sorted(values(rows) - {""}):
        iri = head + (slug(value) if head == SECTOR else value)
        computed = list(COMPUTED[name][1](rows, value))
        assert same(asked.rows(name, invented, **{parameter: iri}), computed) == ([], []), value


@pytest.mark.parametrize("name", sorted(COMPUTED))
def test_empty_answer_over_real_rows_says_why(asked, name):
    empty = asked.service.ask.library.query(name).empty

    assert bool(empty) == (not asked.rows(name))


@pytest.mark.parametrize("name", INVENTED_ONLY)
def test_question_that_real_rows_cannot_answer_is_answered_by_invented_ones(asked, name):
    assert asked.rows(name) == []
    assert asked.rows(name, invented=True) != []


def test_each_of_the_47_questions_is_answered_by_the_library(asked):
    numbers = {number for number, _, _ in COMPUTED.values()} | set(OF_THEIR_OWN.values())

    assert numbers == set(range(1, 48))
    assert set(COMPUTED) | set(OF_THEIR_OWN) <= set(asked.service.ask.library.queries)


def test_brokers_are_those_without_whom_others_part(asked):
    rows = Tables(invented=False)
    between, near = shares(rows), ties(rows)

    found = asked.rows("brokers")

    assert len(found) == min(50, len(near))
    for organization, broker, betweenness, degree in found:
        name = organization.removeprefix("organization/")
        assert bool(broker) == is_broker(rows, name), name
        assert float(betweenness) == pytest.approx(between[name], abs=1e-6), name
        assert degree == len(near[name]), name
    assert {row[0].removeprefix("organization/") for row in found if row[1]} == {
        name for name in near if is_broker(rows, name)
    }


def test_parts_of_the_network_are_those_that_chains_of_partnerships_join(asked):
    near = ties(Tables(invented=False))

    found = asked.rows("parts-of-the-network")

    parts = {}
    for part, size, organization in found:
        parts.setdefault((part, size), set()).add(organization.removeprefix("organization/"))
    assert all(reached(near, min(members)) == members and len(members) == size for (_, size), members in parts.items())
    assert sum(map(len, parts.values())) == len(near)
    assert sorted(size for _, size in parts) == [size for _, size in sorted(parts, reverse=True)]


def test_measures_are_over_known_partnerships_and_stand_outside_the_content_hash(asked):
    release = asked.service.shelf.current()
    measures = f"{BASE}graph/measures"
    count = len(Tables(invented=False).partnerships_of)

    assert measures not in release.manifest.graphs
    assert release.manifest.counts[measures] == count * 4 * 7


def graph(asked, name, invented=False):
    return rdflib.Graph().parse(data=asked.document(name, "turtle", invented), format="turtle")


@pytest.mark.parametrize("invented", [False, True])
def test_everything_about_an_organization_holds_its_row_and_its_memberships(asked, invented):
    rows = Tables(invented)
    found, organization = (
        graph(asked, "everything-about-an-organization", invented),
        rdflib.URIRef(f"{BASE}id/organization/spt"),
    )
    row = rows.organizations["spt"]

    assert {str(label) for label in found.objects(organization, rdflib.RDFS.label)} == {row["name_ru"], row["name_en"]}
    assert {asked.short(str(value)) for value in found.objects(organization, KG.locatedIn)} == {
        f"place/{row['city_id']}"
    }
    assert sorted(
        (asked.short(str(found.value(membership, KG.partnership))), asked.short(str(found.value(membership, KG.role))))
        for membership in found.subjects(KG.member, organization)
    ) == sorted(
        (f"partnership/{party['partnership_id']}", f"kgv:party-role/{slug(party['role'])}")
        for party in rows.parties
        if party["org_id"] == "spt"
    )


@pytest.mark.parametrize("invented", [False, True])
def test_programmes_as_learning_opportunities_have_their_providers_and_hours(asked, invented):
    rows, found = Tables(invented), graph(asked, "programmes-as-elm", invented)

    def pairs(predicate):
        return {(asked.short(str(one)), asked.short(str(other))) for one, other in found[: ELM[predicate] :]}

    providers = {(row["id"], provider) for row in rows.offerings for provider in row["providers"]}
    hours = {name: int(row["hours"]) for name, row in rows.programmes.items() if row["hours"]}
    assert pairs("providedBy") == {(f"offering/{one}", f"organization/{provider}") for one, provider in providers}
    assert pairs("learningAchievementSpecification") == {
        (f"offering/{row['id']}", f"programme/{row['programme']}") for row in rows.offerings
    }
    assert {asked.short(str(one)): volume.toPython() for one, volume in found[: ELM.volumeOfLearning :]} == {
        f"programme/{name}": timedelta(hours=count) for name, count in hours.items()
    }


@pytest.mark.parametrize("invented", [False, True])
def test_programmes_for_search_engines_have_name_code_and_start(asked, invented):
    rows, found = Tables(invented), graph(asked, "programmes-as-schema-org", invented)
    programmes = {
        asked.short(str(one)): one for one in found[: rdflib.RDF.type : SCHEMA.EducationalOccupationalProgram]
    }

    assert set(programmes) == {f"programme/{name}" for name in rows.programmes}
    for name, row in rows.programmes.items():
        one = programmes[f"programme/{name}"]
        starts = {span(offering["start"])[0] for offering in rows.offerings if offering["programme"] == name} - {None}
        assert row["name"] in {str(label) for label in found.objects(one, SCHEMA.name)}
        assert {str(code) for code in found.objects(one, SCHEMA.occupationalCategory)} == {row["profession"]} - {""}
        assert {str(start) for start in found.objects(one, SCHEMA.startDate)} == starts
        assert {str(time) for time in found.objects(one, SCHEMA.timeToComplete)} == {
            f"PT{hours}H" for hours in (row["hours"],) if hours
        }


def test_datasets_of_the_release_are_the_sources_with_title_and_licence(asked):
    columns = asked.columns("datasets-of-the-release")
    found = [dict(zip(columns, row, strict=True)) for row in asked.rows("datasets-of-the-release")]
    described = {path.parent.name: tomllib.loads(path.read_text("utf-8")) for path in SOURCES.glob("*/source.toml")}
    counts = asked.service.shelf.current().manifest.counts

    assert {
        (row["dataset"], row["title"], row["licence"]) for row in found if "/source/" in row["dataset"] and row["title"]
    } == {
        (f"/catalogue/source/{name}", title, source["licence"])
        for name, source in described.items()
        for title in source["title"].values()
    }
    assert {row["triples"] for row in found if row["dataset"].startswith("/graph/source/conflicts/")} == {
        Decimal(count) for graph, count in counts.items() if "/graph/source/conflicts/" in graph
    }
    assert {row["endpoint"] for row in found} == {None, "/sparql"}


def test_features_of_the_forms_are_those_of_the_vocabulary_with_what_is_known_of_each(asked):
    vocabulary = rdflib.Graph().parse(CHECKOUT / "ontology" / "vocabularies" / "partnership-form.ttl")
    real, every = Tables(invented=False), Tables(invented=True)
    columns = asked.columns("features-of-the-forms")
    found = [dict(zip(columns, row, strict=True)) for row in asked.rows("features-of-the-forms")]

    def said(form, feature):
        return next((str(text) for text in vocabulary.objects(form, KG[feature]) if text.language == "ru"), None)

    forms = set(vocabulary.subjects(KG.formEssence))
    assert {row["form"] for row in found} == {asked.short(str(form)) for form in forms}
    assert len(forms) >= 4
    for row in found:
        form = rdflib.URIRef(row["form"].replace("kgv:", VOCABULARY))
        name = row["form"].rpartition("/")[2].replace("-", "_")
        for feature in ("Essence", "Parties", "Resources", "Governance", "Duration", "Financing", "Distinction"):
            assert row[feature.lower()] == said(form, f"form{feature}"), (row["form"], feature)
        known = real.of_form(name)
        assert (row["real"], row["illustrative"]) == (len(known), len(every.of_form(name) - known))


@pytest.fixture(scope="module")
def harvested(asked, tmp_path_factory):
    """Two releases: in the later one the indicators have a row less, a row more and a value altered."""
    rows = delivered("indicators")
    changed = [dict(row) for row in rows if row["obs_id"] != "i-001"]
    changed[0]["value"] = "2100"
    changed.append({**changed[0], "obs_id": "i-new", "value": "7"})
    delivery = tmp_path_factory.mktemp("delivery") / "indicators.csv"
    with delivery.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(changed)
    service = asked.service
    before = service.shelf.current()
    outcome = service.ingest.deliver("indicators", [delivery], actor="os:test")
    after = service.publish.release(outcome.draft.id, actor="os:test")
    yield before, after
    service.publish.rollback(before.id, actor="os:test")


def test_difference_of_two_releases_is_the_difference_of_their_deliveries(asked, harvested, tmp_path):
    before, after = harvested
    named = f"{BASE}graph/source/indicators/sourced"
    old, new = f"{BASE}graph/before", f"{BASE}graph/after"
    stored(tmp_path / "store", [(old, before.statements(named)), (new, after.statements(named))])

    found = Snapshot(tmp_path / "store").rows(asked.text("difference-of-two-graphs", before=old, after=new))

    changes = {
        (row["change"].value, asked.short(row["subject"].value), asked.short(row["property"].value)): (
            row["was"].value if "was" in row else None,
            row["is"].value if "is" in row else None,
        )
        for row in found
    }
    assert {subject for _, subject, _ in changes} == {"indicator/i-001", "indicator/i-002", "indicator/i-new"}
    assert {change for change, subject, _ in changes if subject == "indicator/i-001"} == {"removed"}
    assert {change for change, subject, _ in changes if subject == "indicator/i-new"} == {"added"}
    assert {key: value for key, value in changes.items() if key[1] == "indicator/i-002"} == {
        ("altered", "indicator/i-002", "kg:value"): ("2000", "2100")
    }
    assert changes["removed", "indicator/i-001", "kg:value"] == ("34", None)
    assert changes["added", "indicator/i-new", "kg:value"] == (None, "7")


def test_statements_by_source_are_those_of_the_statement_files(asked, harvested):
    _, after = harvested
    held = {
        asked.short(graph): Decimal(gzip.decompress(after.statements(graph).read_bytes()).count(b"\n"))
        for graph in after.manifest.graphs
        if "/graph/source/" in graph
    }

    assert dict(asked.rows("statements-by-source-and-evidence")) == held


def test_changes_since_a_date_name_each_imported_graph_with_its_things(asked, harvested):
    _, after = harvested
    rows = Tables(invented=True)

    found = {graph: (when, things, moved) for graph, when, things, moved in asked.rows("changes-since-a-date")}

    assert set(found) == {asked.short(graph) for graph in after.manifest.graphs if "/graph/source/" in graph}
    sourced = [row for row in rows.indicators if row["evidence"] == "sourced"]
    when, things, moved = found["/graph/source/indicators/sourced"]
    assert (things, moved) == (len(sourced), 0)
    assert when >= max(one for one, _, _ in found.values())
    old = [row for row in rows.professions.values() if row["successor"]]
    by_evidence = {row["evidence"].replace("_", "-") for row in old}
    assert sum(found[f"/graph/source/professions/{evidence}"][2] for evidence in by_evidence) >= len(old)
    assert asked.rows("changes-since-a-date", since="2999-01-01") == []


def test_organizations_that_differ_by_legal_form_quotes_and_yo_look_alike(asked, tmp_path):
    names = {"a": "ГПОУ «Берёзовский техникум»", "b": "Березовский техникум", "c": "Другой техникум"}
    lines = [
        line
        for key, name in names.items()
        for line in (
            f"<{BASE}id/organization/{key}> <{rdflib.RDF.type}> <{KG.Organization}> .",
            f'<{BASE}id/organization/{key}> <{rdflib.RDFS.label}> "{name}"@ru .',
        )
    ]
    (tmp_path / "organizations.nt").write_text("\n".join(sorted(lines)) + "\n", "utf-8")
    stored(tmp_path / "store", [(None, tmp_path / "organizations.nt")])

    found = list(Snapshot(tmp_path / "store").rows(asked.text("organizations-that-look-alike")))

    assert [{name: asked.short(term.value) for name, term in row.items()} for row in found] == [
        {"first": "organization/a", "second": "organization/b", "folded": "березовский техникум", "organizations": "2"}
    ]
