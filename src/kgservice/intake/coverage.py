"""Finds values of JSON and XML that no reference of the mapping leads to, so that nothing is lost in silence."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from kgservice import rml
from kgservice.intake.columns import near
from kgservice.intake.findings import Collector
from kgservice.intake.interface import Table
from kgservice.intake.readers.reading import Sheet
from kgservice.report import Cell, Text

_NAME = re.compile(r"\[(?:'([^']*)'|\"([^\"]*)\")\]")
_MANY = re.compile(r"\[[^\]]*\]")
_PREDICATE = re.compile(r"\[([^\[\]]*)\]")
_STEP = re.compile(r"(?:@?[\w.\-]+(?::[\w.\-]+)?|text\(\)|\.\.?)")
_IN_PREDICATE = re.compile(r"@?[A-Za-z_][\w.\-]*(?=\s*(?:=|!=|$))")


def check(mapping: rml.Mapping, read: Sequence[tuple[Table, Sheet]], collector: Collector) -> None:
    """Add a finding for every path with values, in the records of one file, that no table of it uses or lists.

    Files whose mapping has references that cannot be compared (`..`, `//`, functions, axes) are passed over.
    """
    used: set[str | None] = set()
    for table, sheet in read:
        used.update(_used(mapping, table, sheet.formulation))
    known: dict[str, int] = {}
    hollow: set[str] = set()
    for table, sheet in read:
        filled: Counter[str] = Counter()
        first: dict[str, Cell] = {}
        base = _absolute("", table.iterator, sheet.formulation) or ""
        for record in sheet.records:
            found: list[tuple[str, str]] = []
            _look(record.value, base, sheet.formulation, found)
            leaves = [(path, value) for path, value in found if value]
            hollow.update(path for path, value in found if not value)
            filled.update([path for path, _ in leaves])
            for path, value in leaves:
                if path not in first:
                    first[path] = sheet.cell(record.row, _relative(path, base), value[:200])
        for path, count in filled.items():
            # None = something cannot be compared; a reference to a list as if it were a value is told by the mapping
            if not {path, path.removesuffix("[]"), None} & used and path not in known:
                _tell(first[path], count, collector)
            known[path] = max(known.get(path, 0), count)
    collector.counts["cells"] += sum(known.values())
    for table, sheet in read:
        if sheet.records:
            left = {path for path in known if path not in used}
            _look_for(mapping, table, sheet, {*known, *hollow}, left, collector)


def _look_for(
    mapping: rml.Mapping, table: Table, sheet: Sheet, known: set[str], left: set[str], collector: Collector
) -> None:
    """Add a finding for every path of the mapping that leads nowhere in all records of a file, not even to a null."""
    named = {path.rpartition("." if sheet.formulation == "JSONPath" else "/")[2].strip("@[]"): path for path in left}
    told = set()
    for triples_map in mapping.of(table.name):
        base = _absolute("", triples_map.iterator or table.iterator, sheet.formulation)
        for reference in triples_map.references():
            outside = reference.startswith(("^", "/", ".."))
            path = None if base is None or outside else _absolute(base, reference, sheet.formulation)
            if path is None or path in told or any(_inside(one, path) for one in known):
                continue
            told.add(path)
            params: dict[str, object] = {"column": reference, "count": len(sheet.records)}
            text = Text("The path {column} finds nothing in any of {count} records.", params)
            cell = Cell(sheet.file, sheet.sheet, column=reference)
            meant = named.get(near(re.split(r"[./\[]", reference.rstrip("[]*'"))[-1].strip("@$'"), named))
            if meant:
                remedy = Text("If {near} is meant, mend the path in the mapping.",
                              {"near": _relative(meant, base or "")})  # fmt: skip
                collector.warning("map/path-empty", text, remedy, cell)
            else:
                remedy = Text("Nothing is to be done, if these records have none of it; else mend the path.")
                collector.info("map/path-empty", text, remedy, cell)


def _inside(path: str, above: str) -> bool:
    return path.startswith(above) and path[len(above) : len(above) + 1] in ("", ".", "[", "/")


def _tell(cell: Cell, count: int, collector: Collector) -> None:
    collector.violation(
        "read/column-unmapped",
        Text(
            "The mapping uses nothing of {column}, which has values ({count}).", {"column": cell.column, "count": count}
        ),
        Text("Map it, or list it under unused in source.toml, so that no value is lost in silence."),
        cell,
    )


def _used(mapping: rml.Mapping, table: Table, formulation: str) -> Iterator[str | None]:
    """Yield the absolute paths that a table uses; None = one that cannot be compared."""
    own = _absolute("", table.iterator, formulation)
    yield own
    for name in (*table.key, *table.required, *table.unused):
        yield from _paths(own or "", name, formulation)
    joined = mapping.joined()
    for triples_map in mapping.of(table.name):
        base = _absolute("", triples_map.iterator or table.iterator, formulation)
        yield base
        if base is not None:
            for name in (*triples_map.references(), *joined[triples_map.iri]):
                yield from _paths(base, name, formulation)


def _paths(base: str, reference: str, formulation: str) -> Iterator[str | None]:
    yield _absolute(base, reference, formulation)
    if formulation == "XPath":
        # a predicate reads what it compares with
        for match in _PREDICATE.finditer(reference):
            before = _absolute(base, reference[: match.start()], formulation)
            for name in _IN_PREDICATE.findall(match[1]):
                yield None if before is None else f"{before}/{name}"


def _absolute(base: str, reference: str, formulation: str) -> str | None:
    if formulation == "JSONPath":
        return _json(base, reference)
    return _xml(base, reference)


def _json(base: str, reference: str) -> str | None:
    while reference.startswith("^"):
        # the object around the record: the last name and its list fall away
        base = re.sub(r"\.?[^.]*$", "", base)
        reference = reference[1:]
    plain = _MANY.sub("[]", _NAME.sub(lambda match: "." + (match[1] or match[2] or ""), reference.removeprefix("$")))
    if ".." in plain or "*" in plain.replace("[*]", ""):
        return None
    plain = plain.removeprefix(".")
    return base + plain if plain.startswith("[") or not base or not plain else f"{base}.{plain}"


def _xml(base: str, reference: str) -> str | None:
    plain = reference
    while _PREDICATE.search(plain):
        plain = _PREDICATE.sub("", plain)
    if "//" in plain:
        return None
    path = "" if plain.startswith("/") else base
    for step in filter(None, plain.split("/")):
        if not _STEP.fullmatch(step):
            return None
        if step == "..":
            path = path.rpartition("/")[0]
        elif step not in (".", "text()"):
            path = f"{path}/{'@' if step.startswith('@') else ''}{step.lstrip('@').rpartition(':')[2]}"
    return path


def _look(value: Any, path: str, formulation: str, found: list[tuple[str, str]]) -> None:
    """Add path and text of every value inside a record, "" where there is none."""
    if formulation == "JSONPath":
        _json_leaves(value, path, found)
    else:
        found.extend(_xml_leaves(value, path))


def _json_leaves(value: Any, path: str, found: list[tuple[str, str]]) -> None:
    if isinstance(value, dict):
        for name, inner in value.items():
            _json_leaves(inner, f"{path}.{name}" if path else name, found)
    elif isinstance(value, list):
        path = f"{path}[]"
        for inner in value:
            _json_leaves(inner, path, found)
    else:
        text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        found.append((path, "" if text.isspace() else text))


def _xml_leaves(element: Any, path: str) -> Iterator[tuple[str, str]]:
    for name, value in _attributes(element):
        yield f"{path}/@{name}", value
    yield path, " ".join(part.strip() for part in _own_texts(element)).strip()
    for child in element:
        yield from _xml_leaves(child, f"{path}/{_local(child.tag)}")


def _attributes(element: Any) -> Iterable[tuple[str, str]]:
    return [(_local(name), value if value.strip() else "") for name, value in element.attrib.items()]


def _own_texts(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield child.tail or ""


def _local(name: object) -> str:
    return str(name).rpartition("}")[2]


def _relative(path: str, base: str) -> str:
    return path.removeprefix(base).lstrip("./") or "."
