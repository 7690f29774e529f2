"""RDF in seven syntaxes gives the same statements; wrong values are findings; nothing is fetched."""

import gzip
from pathlib import Path

import pytest

from kgservice.errors import SourceUnreadable
from kgservice.intake.interface import Conversion, Source
from kgservice.intake.sources import load_source
from sourcefolders import BASE, HEAD, converted

INTEGER = "^^<http://www.w3.org/2001/XMLSchema#integer>"
SAID = f'<http://e/s> <http://e/p> "5"{INTEGER} .\n<http://e/s> <http://e/q> <{BASE}id/place/x> .\n'
HERE = "<http://e/s> <http://e/q> <relative://base/id/place/x> .\n"
FORMS = {
    "a.ttl": "@prefix e: <http://e/> . e:s e:p 05 ; e:q <id/place/x> .",
    "a.n3": "@prefix e: <http://e/> . e:s e:p 5 ; e:q <id/place/x> .",
    "a.nt": f'<http://e/s> <http://e/p> "5"{INTEGER} .\n{HERE}',
    "a.nq": f'<http://e/s> <http://e/p> "5"{INTEGER} <http://e/g> .\n{HERE}',
    "a.trig": "@prefix e: <http://e/> . e:g { e:s e:p 5 . } e:s e:q <id/place/x> .",
    "a.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:e="http://e/">'
    '<rdf:Description rdf:about="http://e/s"><e:p rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">5</e:p>'
    '<e:q rdf:resource="id/place/x"/></rdf:Description></rdf:RDF>',
    "a.jsonld": '{"@context": {"e": "http://e/"}, "@id": "e:s", "e:p": 5, "e:q": {"@id": "id/place/x"}}',
}


@pytest.fixture
def source(tmp_path: Path) -> Source:
    path = tmp_path / "people"
    path.mkdir()
    (path / "source.toml").write_text(f'{HEAD}\n[[table]]\nname = "all"\nfile = "*"\nformat = "rdf"\n', "utf-8")
    return load_source(path)


def graph(made: Conversion, evidence: str = "sourced") -> str:
    return gzip.decompress(made.graphs[f"{BASE}graph/source/people/{evidence}"].path.read_bytes()).decode()


@pytest.mark.parametrize("name", FORMS)
def test_every_syntax_gives_the_same_statements(tmp_path: Path, source: Source, name: str) -> None:
    made = converted(source, tmp_path, **{name.replace(".", "__"): FORMS[name]})

    assert graph(made) == SAID
    assert made.report.conforms


def test_wrong_values_are_findings_at_their_statement(tmp_path: Path, source: Source) -> None:
    wrong = '<http://e/s> <http://e/p> "x"^^<http://www.w3.org/2001/XMLSchema#date> .'
    text = f'# head\n\n{wrong}\n<http://e/s> <http://e/p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n'
    made = converted(source, tmp_path, a__nt=text)
    (finding,) = made.report.findings

    assert (finding.rule, finding.cells[0].row, finding.cells[0].line) == ("map/not-of-datatype", 1, 3)
    assert '"1.5"^^' in graph(made)
    assert "#date" not in graph(made)


def test_nameless_nodes_get_names_that_stay(tmp_path: Path, source: Source) -> None:
    text = '<http://e/s> <http://e/p> [ <http://e/n> "a" ; <http://e/k> [ <http://e/n> "b" ] ] , [ <http://e/n> "c" ] .'
    other = text.replace("<http://e/s>", "[] <http://e/x> 1 . <http://e/s>", 1)
    first = graph(converted(source, tmp_path / "1", a__ttl=text)).splitlines()
    second = graph(converted(source, tmp_path / "2", a__ttl=other)).splitlines()

    assert "_:" not in "".join(first)
    assert set(first) < set(second)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a__ttl", "<http://e/s> <http://e/p>\n<bad iri> .", "line 2, column"),
        ("a__jsonld", '{"@context": "http://e/c.jsonld", "@id": "x"}', "never fetched"),
        ("a__rdf", '<!DOCTYPE a [<!ENTITY b "c">]><a/>', "DOCTYPE"),
        ("a__ttl", '<http://e/s> <http://e/p> 1 .\n<http://e/s> <http://e/p> "x .\n', "line 2, column 27"),
        ("a__jsonld", '{"http://e/p":' * 20_000 + "1" + "}" * 20_000, "nested too deep"),
        ("a__txt", "<http://e/s> <http://e/p> 1 .", "told by the end of the name"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path: Path, source: Source, name: str, text: str, message: str) -> None:
    with pytest.raises(SourceUnreadable, match=message):
        converted(source, tmp_path, **{name: text})


def test_statements_of_statements_are_findings_and_own_graphs_are_kept(tmp_path: Path, source: Source) -> None:
    text = '<http://e/s> <http://e/p> <<( <http://e/s> <http://e/p> 1 )>> , "x"@ar--rtl .'
    unread = [finding.rule for finding in converted(source, tmp_path / "1", a__ttl=text).report.findings]
    text = "<graph/source/people/illustrative> { <http://e/s> <http://e/p> 1 . }"
    assert "http://e/p" in graph(converted(source, tmp_path / "2", a__trig=text), "illustrative")
    assert unread == ["read/statement-unread"] * 2
