"""Small mappings for tests: a heading, and the objects under test as Turtle."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from kgservice.rml import Failure, Mapping, Record, load, map_records, map_table

BASE = "http://localhost:8080/"
PREFIXES = """@prefix rml: <http://w3id.org/rml/> .
@prefix kg: <https://w3id.org/kgservice/ontology#> .
@prefix fn: <https://w3id.org/kgservice/function#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


def call(function: str, *inputs: str, text: str = "value") -> str:
    """Return a function execution on a column; `inputs` are further inputs as Turtle."""
    given = [f'[ rml:parameter fn:text ; rml:inputValueMap [ rml:reference "{text}" ] ]', *inputs]
    return f"rml:functionExecution [ rml:function fn:{function} ; rml:input {' , '.join(given)} ]"


def setting(parameter: str, value: str) -> str:
    return f'[ rml:parameter fn:{parameter} ; rml:inputValue "{value}" ]'


def things(objects: str, *, subject: str = 'rml:template "id/thing/{id}"', source: str = "things") -> str:
    """Return a mapping of one triples map whose object map has these properties."""
    return PREFIXES + (
        f'<#things> rml:logicalSource [ rml:source "{source}" ; rml:referenceFormulation rml:CSV ] ;\n'
        f"  rml:subjectMap [ {subject} ] ;\n"
        f"  rml:predicateObjectMap [ rml:predicate kg:value ; rml:objectMap [ {objects} ] ] .\n"
    )


def written(folder: Path, text: str, tables: dict[str, dict[str, str]] | None = None) -> Mapping:
    """Return the mapping of a text, with these code tables beside it."""
    (folder / "lookups").mkdir(exist_ok=True)
    for name, table in (tables or {}).items():
        lines = ["from,to", *(f"{word},{code}" for word, code in table.items())]
        (folder / "lookups" / f"{name}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    path = folder / "mapping.rml.ttl"
    path.write_text(text, "utf-8")
    return load(path)


def table(**columns: Sequence[str | None]) -> pl.DataFrame:
    """Return a table as the readers make it; its first row is row 2 of the sheet."""
    frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
    return frame.with_row_index("__row", 2)


def mapped(
    mapping: Mapping, source: str, data: pl.DataFrame | list[Record], **options: object
) -> tuple[list[tuple[str, ...]], list[Failure]]:
    """Return the statements (graph, subject, predicate, object, row) and the failures."""
    statements: list[tuple[str, ...]] = []
    failures: list[Failure] = []
    run = map_table if isinstance(data, pl.DataFrame) else map_records
    for part in run(mapping, source, data, BASE, **options):  # type: ignore[arg-type]
        statements += part.statements.rows()
        failures += part.failures
    return statements, failures


def objects(mapping: Mapping, data: pl.DataFrame | list[Record], source: str = "things") -> list[str]:
    """Return the objects only; there must be no failures."""
    statements, failures = mapped(mapping, source, data)
    assert failures == []
    return [row[3] for row in statements]
