"""A content folder of 50 rows for walks: a small ontology, shapes that speak, two sources, one question."""

from pathlib import Path

BASE = "http://localhost:8080/"
SOURCED = BASE + "graph/source/places/sourced"
HEADINGS = "place_id,name_ru,name_en,within,evidence"

_ONTOLOGY = """\
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix kg: <https://w3id.org/kgservice/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .

<https://w3id.org/kgservice/ontology> a owl:Ontology ;
    dcterms:title "A small ontology"@en .

kg:Place a owl:Class ;
    rdfs:label "place"@en,
        "место"@ru .

kg:within a owl:ObjectProperty ;
    rdfs:label "within"@en,
        "находится в"@ru .
"""
_SHAPES = """\
@prefix kg: <https://w3id.org/kgservice/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix shape: <https://w3id.org/kgservice/shapes#> .

shape:Place a sh:NodeShape ;
    sh:targetClass kg:Place ;
    sh:property shape:Place-label,
        shape:Place-within .

shape:Place-label a sh:PropertyShape ;
    sh:name "name"@en,
        "название"@ru ;
    sh:path rdfs:label ;
    sh:description "Fill the column name_ru."@en,
        "Заполните столбец name_ru."@ru ;
    sh:message "A place has a Russian name."@en,
        "У места должно быть русское название."@ru ;
    sh:minCount 1 ;
    sh:severity sh:Violation .

shape:Place-within a sh:PropertyShape ;
    sh:name "within"@en,
        "внутри"@ru ;
    sh:path kg:within ;
    sh:class kg:Place ;
    sh:message "A place lies within a place that is described."@en,
        "Место лежит внутри описанного места."@ru ;
    sh:severity sh:Violation .
"""
_QUERY = """\
#+ summary: Which places lie within a place?
#+ summary-ru: Какие места лежат внутри места?
#+ description: Direct parts only.
#+ tags: places
#+ parameter place: iri kg:Place | place | место
PREFIX kg: <https://w3id.org/kgservice/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?part ?label WHERE {
  VALUES ?place { <http://localhost:8080/id/place/region> }
  ?part kg:within ?place ; rdfs:label ?label
  FILTER(LANG(?label) = "ru")
}
ORDER BY ?label
"""
_SOURCE = """\
publisher = "kgservice project"
steward = "Curators"
licence = "https://creativecommons.org/licenses/by/4.0/"
origin = "made for tests"
key = ["place_id"]
[title]
en = "{title}"
ru = "{title}"
[[table]]
name = "places"
file = "*.csv"
format = "csv"
"""
_MAPPING = """\
@prefix fn: <https://w3id.org/kgservice/function#> .
@prefix kg: <https://w3id.org/kgservice/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix rml: <http://w3id.org/rml/> .

<#evidence> rml:functionExecution [
        rml:function fn:lookup ;
        rml:input [ rml:parameter fn:text ; rml:inputValueMap [ rml:reference "evidence" ] ] ,
                  [ rml:parameter fn:table ; rml:inputValue "evidence" ] ] ;
    rml:termType rml:IRI .
<#place> a rml:TriplesMap ;
    rml:logicalSource [ rml:source "places" ; rml:referenceFormulation rml:CSV ] ;
    rml:subjectMap [ rml:template "id/place/{place_id}" ; rml:class kg:Place ; rml:graphMap <#evidence> ] ;
    rml:predicateObjectMap [
        rml:predicate rdfs:label ;
        rml:objectMap [ rml:reference "name_ru" ; rml:language "ru" ] ,
                      [ rml:reference "name_en" ; rml:language "en" ] ] ;
    rml:predicateObjectMap [
        rml:predicate kg:within ;
        rml:objectMap [ rml:template "id/place/{within}" ; rml:termType rml:IRI ] ] .
"""


def write_content(folder: Path) -> Path:
    """Write the content folder: 40 known places and 10 invented ones."""
    for name, text in (
        ("ontology/kg.ttl", _ONTOLOGY),
        ("shapes/places.ttl", _SHAPES),
        ("queries/places/places-within-a-place.rq", _QUERY),
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, "utf8")
    (folder / "ontology" / "vocabularies").mkdir()
    write_source(folder, "places", table(40))
    invented = [f"dream-{n},Мечта {n},Dream {n},region,illustrative" for n in range(10)]
    write_source(folder, "places-illustrative", "\n".join([HEADINGS, *invented]) + "\n")
    return folder


def table(rows: int, *changed: str) -> str:
    """Return a delivery of known places: the region, its parts, and rows of yours at the end."""
    lines = [HEADINGS, "region,Кузбасс,Kuzbass,,sourced"]
    lines += [f"town-{n},Город {n},Town {n},region,{'inferred' if n % 5 == 0 else 'sourced'}" for n in range(1, rows)]
    return "\n".join([*lines, *changed]) + "\n"


def write_source(folder: Path, name: str, delivery: str) -> Path:
    """Write a source of places with one delivery, and return the file of the delivery."""
    source = folder / "data" / "sources" / name
    for part in ("deliveries", "lookups"):
        (source / part).mkdir(parents=True, exist_ok=True)
    (source / "source.toml").write_text(_SOURCE.format(title=name.capitalize()), "utf8")
    (source / "mapping.rml.ttl").write_text(_MAPPING, "utf8")
    kinds = ("sourced", "inferred", "illustrative")
    rows = [f"{kind},graph/source/{name}/{kind}" for kind in kinds]
    (source / "lookups" / "evidence.csv").write_text("\n".join(["from,to", *rows]) + "\n", "utf8")
    path = source / "deliveries" / f"{name}.csv"
    path.write_text(delivery, "utf8")
    return path
