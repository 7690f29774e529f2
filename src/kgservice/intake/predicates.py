"""Says which columns of a table a property comes from: written once from the mapping, read by pages."""

import json
from collections.abc import Mapping
from pathlib import Path

from kgservice.intake.index import facts

_FILE = "predicates.json"

KEY = ""
"""Stands in place of a predicate for the columns of the key, where all things of a table have the same."""
Columns = Mapping[str, Mapping[str, list[str]]]
"""By table and predicate (IRI, with `@` and the language where the mapping fixes one) or `KEY`, the columns."""


def remember(folder: Path) -> None:
    """Write the columns of a conversion's mapping into its lineage.

    Raises:
        StateBroken: the folder holds no lineage.
    """
    # pages load this room and never map; polars and rdflib come with the mapping
    from kgservice.intake.mapped import rules
    from kgservice.intake.sources import load_source
    from kgservice.rml.expressions import Constant, references
    from kgservice.rml.model import TermMap

    mapping = rules(load_source(folder / facts(folder).source))
    found: dict[str, dict[str, list[str]]] = {}
    keys: dict[str, set[tuple[str, ...]]] = {}
    for one in mapping.triples_maps:
        keys.setdefault(one.source, set()).add(one.subject.references())
        for rule in one.rules:
            for predicate in rule.predicates:
                if not isinstance(predicate.expression, Constant):
                    continue
                for term in rule.objects:
                    name = predicate.expression.text
                    if isinstance(term, TermMap):
                        columns = list(term.references())
                        name += f"@{term.language.text.lower()}" if isinstance(term.language, Constant) else ""
                    else:
                        columns = [column for child, _ in term.joins for column in references(child)]
                    found.setdefault(one.source, {}).setdefault(name, []).extend(columns)
    for table, known in keys.items():
        if len(known) == 1:
            found.setdefault(table, {})[KEY] = list(*known)
    body = {table: {name: list(dict.fromkeys(c)) for name, c in of.items()} for table, of in found.items()}
    (folder / _FILE).write_text(json.dumps(body, ensure_ascii=False), "utf8")


def known(folder: Path) -> Columns:
    """Return the columns of a conversion; empty where they were not kept."""
    path = folder / _FILE
    body: Columns = json.loads(path.read_text("utf8")) if path.exists() else {}
    return body
