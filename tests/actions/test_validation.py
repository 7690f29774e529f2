"""A small change is checked where it reaches, with the findings of a check of everything."""

import random

import pytest

from kgservice.actions import validation
from kgservice.settings import Settings
from kgservice.wiring import build
from region import BASE, table, write_content

SHAPES = """
shape:Place sh:severity sh:Warning ; sh:property shape:Place-parts, shape:Place-name-once ;
    sh:sparql shape:Place-not-within-itself .
shape:Place-parts a sh:PropertyShape ; sh:path [ sh:inversePath kg:within ] ; sh:maxCount 42 ; sh:severity sh:Warning ;
    sh:message "A place has at most 42 parts."@en, "У места не больше 42 частей."@ru .
shape:Place-name-once a sh:PropertyShape ; sh:path rdfs:label ; sh:maxCount 2 ; sh:maxLength 12 ; sh:pattern "^[^!]*$" ;
    sh:message "A place has a short name in each language."@en, "У места краткое название на каждом языке."@ru .
shape:Place-not-within-itself a sh:SPARQLConstraint ;
    sh:message "{?value} has the name of its part."@en, "Название {?value} то же, что у части."@ru ;
    sh:select '''SELECT $this ?value WHERE {
        $this <https://w3id.org/kgservice/ontology#within> ?value .
        $this <http://www.w3.org/2000/01/rdf-schema#label> ?label .
        ?value <http://www.w3.org/2000/01/rdf-schema#label> ?label }''' .
"""


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    folder = write_content(tmp_path_factory.mktemp("validation") / "content")
    path = folder / "shapes" / "places.ttl"
    path.write_text(path.read_text("utf8") + SHAPES, "utf8")
    return folder


@pytest.fixture(scope="module")
def published(region):
    """A service with a release, which the tests take as it is."""
    state = str(region.parent / "state")
    with build(Settings.read({"KG_STATE": state, "KG_CONTENT": str(region), "KG_BASE": BASE})) as service:
        service.publish.build()
        yield service


def told(report):
    return [
        (f.rule, f.focus, f.path, f.value, f.severity, f.illustrative, f.component, f.cells, f.text)
        for f in report.findings
    ]


def checked(service, text, source="places"):
    """Findings of a delivery checked where it reaches, and those of a check of everything; then it is thrown away."""
    path = service.settings.state.parent / "delivery.csv"
    path.write_text(text, "utf8")
    trail = service.shelf.current().path / validation.NAME
    reports = []
    for name in (validation.NAME, "hidden"):
        trail.rename(trail.with_name(name))
        trail = trail.with_name(name)
        outcome = service.ingest.deliver(source, [path], confirmed=True)
        reports.append(outcome.report)
        service.review.discard(outcome.draft.id, "test")
    trail.rename(trail.with_name(validation.NAME))
    return reports


def delivery(draw):
    """A delivery in which some rows are gone, renamed, moved, or new."""
    rows = table(40).splitlines()
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(2, len(rows))
        key, name = rows[at].split(",")[:2]
        within = draw.choice(["region", "town-3", "dream-2", "nowhere", key])
        name = draw.choice([name, "Кузбасс", "Очень длинное название!", ""])
        kind = draw.choice(["sourced", "inferred", "illustrative"])
        rows[at : at + draw.randint(0, 1)] = [f"{key}{draw.choice(['', 'x'])},{name},Town,{within},{kind}"]
    return "\n".join(rows) + "\n"


@pytest.mark.parametrize("seed", range(4))
def test_findings_of_a_change_are_those_of_a_check_of_everything(published, seed):
    by_change, by_all = checked(published, delivery(random.Random(seed)))

    assert (told(by_change), by_change.tally()) == (told(by_all), by_all.tally())
    assert ("reached" in by_change.counts, "reached" in by_all.counts) == (True, False)


def test_invented_rows_are_checked_where_they_reach(published, monkeypatch):
    rows = ["dream-1,Мечта 1,Dream 1,town-4,illustrative", "dream-x,,,dream-nowhere,illustrative"]
    text = "\n".join([table(1).splitlines()[0], *rows]) + "\n"

    by_change, by_all = checked(published, text, "places-illustrative")
    monkeypatch.setattr(validation, "MOST", -1)
    _, with_all_known_ones = checked(published, text, "places-illustrative")

    assert told(by_change) == told(by_all) == told(with_all_known_ones)
    assert any(finding.illustrative for finding in by_change.findings)
    assert by_change.counts["reached"] < 20


def test_change_after_change_goes_on_from_what_was_published(published, region):
    path = region.parent / "delivery.csv"
    path.write_text(table(40, "own,Кузбасс,Own,region,sourced"), "utf8")
    first = published.ingest.deliver("places", [path])
    published.publish.release(first.draft.id)

    by_change, by_all = checked(published, table(40, "own,Кузбасс,Own,region,sourced", "other,Кузбасс,O,own,sourced"))

    assert told(by_change) == told(by_all)
    assert len(by_change.findings) > len(first.report.findings)


def test_everything_is_checked_when_shapes_words_or_too_much_changed(published, region):
    path = region.parent / "delivery.csv"
    path.write_text(table(400), "utf8")
    much = published.ingest.deliver("places", [path])
    shapes = region / "shapes" / "places.ttl"
    shapes.write_text(shapes.read_text("utf8").replace("sh:maxCount 42", "sh:maxCount 41"), "utf8")
    path.write_text(table(41), "utf8")
    other_shapes = published.ingest.deliver("places", [path])

    assert "reached" not in much.report.counts
    assert "reached" not in other_shapes.report.counts


def test_cell_that_breaks_three_constraints_of_a_rule_is_told_once(published):
    by_change, _ = checked(published, table(40, "long,Очень длинное название!,Long,region,sourced"))

    assert [f.value for f in by_change.findings if f.rule.endswith("Place-name-once")] == [
        '"Очень длинное название!"@ru'
    ]
