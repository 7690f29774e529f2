"""The IRIs a query names, and the known one nearest to an unknown one."""

from kgservice.sparql import parse
from kgservice.sparql.mentions import mentions, nearest

KG = "https://w3id.org/kgservice/ontology#"


def test_terms_are_listed_with_role_and_place() -> None:
    text = f"""PREFIX kg: <{KG}> PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
SELECT * FROM <u:from> {{ GRAPH <u:g> {{ ?s a kg:Organisation ; kg:p/^kg:q <u:x> , "1"^^xsd:integer }}
FILTER(xsd:integer(?s) > 1 && ?s != <u:y>) SERVICE <u:e> {{ }} }}"""

    found = [(one.written, one.role, one.line, one.column) for one in mentions(parse(text))]

    assert found == [
        ("<u:g>", "graph", 2, 32),
        ("kg:Organisation", "class", 2, 45),
        ("kg:p", "property", 2, 63),
        ("kg:q", "property", 2, 69),
        ("<u:x>", "thing", 2, 74),
        ("<u:y>", "thing", 3, 37),
    ]


def test_nearest_term_is_found_by_name_in_its_namespace() -> None:
    known = [KG + name for name in ("Organization", "Partnership", "organization", "member")] + [
        "http://schema.org/name"
    ]

    assert nearest(KG + "Organisation", known) == KG + "Organization"
    assert nearest(KG + "members", known) == KG + "member"
    assert nearest("https://schema.org/name", known) == "http://schema.org/name"
    assert nearest(KG + "zzz", known) == ""


def test_what_a_construct_makes_is_not_matched_against_the_graph():
    head = "PREFIX k: <urn:k:> "
    long, short = "CONSTRUCT { ?a k:made ?b } WHERE { ?a k:asked ?b }", "CONSTRUCT WHERE { ?a k:asked ?b }"

    assert [[one.written for one in mentions(parse(head + text))] for text in (long, short)] == [["k:asked"]] * 2
