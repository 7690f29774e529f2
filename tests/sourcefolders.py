"""Small source folders for the tests of conversion and lineage."""

from pathlib import Path

from kgservice.intake.conversion import convert
from kgservice.intake.interface import Conversion, Delivery, Source
from kgservice.intake.sources import load_source
from kgservice.intake.staging import stage

BASE = "https://example.org/"
HEAD = """
publisher = "p"
steward = "s"
origin = "o"
title = {ru = "Л", en = "P"}
"""
MAPPING = """
@prefix rml: <http://w3id.org/rml/> .
@prefix fn: <https://w3id.org/kgservice/function#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix ex: <https://example.org/word#> .

<#Person> a rml:TriplesMap ;
    rml:logicalSource [ rml:source "people" ; rml:referenceFormulation rml:%(formulation)s ] ;
    rml:subjectMap [
        rml:template "id/organization/{id}" ; rml:class ex:Person ;
        rml:graphMap [ rml:functionExecution [
            rml:function fn:lookup ;
            rml:input [ rml:parameter fn:text ; rml:inputValueMap [ rml:reference "evidence" ] ] ,
                      [ rml:parameter fn:table ; rml:inputValue "evidence" ] ] ]
    ] ;
    rml:predicateObjectMap
        [ rml:predicate ex:name ; rml:objectMap [ rml:reference "name" ; rml:language "ru" ] ] ,
        [ rml:predicate ex:born ; rml:objectMap [
            rml:functionExecution [
                rml:function fn:date ;
                rml:input [ rml:parameter fn:text ; rml:inputValueMap [ rml:reference "born" ] ] ] ;
            rml:datatype xsd:date ] ] ,
        [ rml:predicate ex:knows ; rml:objectMap [ rml:template "id/organization/{friend}" ] ] .
"""


def folder(parent: Path, table: str = "", mapping: str = "", formulation: str = "CSV") -> Source:
    """Return a source `people` with one table of that name; `table` = more lines of its description."""
    path = parent / "people"
    (path / "lookups").mkdir(parents=True)
    lines = table or 'file = "*.csv"\nformat = "csv"\nkey = ["id"]\nrequired = ["name"]\nunused = ["note"]'
    (path / "source.toml").write_text(f'{HEAD}\n[[table]]\nname = "people"\n{lines}\n', "utf-8")
    (path / "mapping.rml.ttl").write_text(mapping or MAPPING % {"formulation": formulation}, "utf-8")
    (path / "lookups" / "evidence.csv").write_text(
        "from,to\nseen,graph/source/people/sourced\nmade up,graph/source/people/illustrative\n", "utf-8"
    )
    return load_source(path)


def delivered(source: Source, parent: Path, **files: str | bytes) -> Delivery:
    """Return a staged delivery; names of files have their dot written as two underscores."""
    incoming = parent / "incoming"
    incoming.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, data in files.items():
        path = incoming / name.replace("__", ".")
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        paths.append(path)
    return stage(source, paths, parent / "deliveries", 1 << 30)


def converted(source: Source, parent: Path, **files: str | bytes) -> Conversion:
    """Return what a delivery of these files became."""
    return convert(source, delivered(source, parent, **files), BASE, parent / "out", 1000)
