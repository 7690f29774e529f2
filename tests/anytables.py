"""Any table under any description: hostile headings and values, columns mapped in every way or not at all."""

import csv
import datetime
import io
import json
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
from hypothesis import strategies as st

from odsbooks import book, cell, date, row

Value = str | int | float | bool | datetime.date | None
RULES = {
    "plain": "rml:reference {name}",
    "tagged": 'rml:reference {name} ; rml:language "ru"',
    "typed": "rml:reference {name} ; rml:datatype xsd:integer",
    "place": "rml:template {place}",
    "phrase": "rml:template {phrase} ; rml:termType rml:Literal",
    "date": "{call} fn:date ; {text} ] ; rml:datatype xsd:date",
    "integer": "{call} fn:integer ; {text} ] ; rml:datatype xsd:integer",
    "lookup": '{call} fn:lookup ; {text} , [ rml:parameter fn:table ; rml:inputValue "words" ] ]',
    "split": "{call} fn:split ; {text} ]",
    "unused": "",
    "unmapped": "",
}
"""What the mapping makes of a column; `unused` is left out knowingly, `unmapped` in silence."""
WORDS = {"да": "yes", "нет": "no", "не знаю": "unknown"}
EVIDENCE = {"seen": "sourced", "made up": "illustrative"}
NULLS = ("n/a", "—")
FORMATS = ("csv", "xlsx", "ods", "json", "jsonl", "xml", "sqlite")
_PREFIXES = """@prefix rml: <http://w3id.org/rml/> .
@prefix fn: <https://w3id.org/kgservice/function#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
_ODD = (
    "", " ", "31.02.2010", "01.02.2003", "2021-09-01", "12", "-0", "1 250", "сто", "да", "нет ", "возможно", "seen",
    "made up", "heard", "n/a", "—", "a;b;;c", ";", '"', "\\", "'", "<a>&amp;", "{x}", "$1", "=1+1", "_x0041_", "\u200b",
    "\u202eabc", "\u00a0", "ё", "e\u0301", "\U0001f600", "a\nb", "a\tb", "  two  words ", "007", "#N/A", "100%25",
)  # fmt: skip


@dataclass(frozen=True)
class AnyTable:
    """A table: its format, headings with what is made of each, the columns of its key, and rows of values."""

    format: str
    headings: tuple[str, ...]
    rules: tuple[str, ...]
    keys: tuple[int, ...]
    evidence: int | None
    """The column that says how a row is known; None = nothing does."""
    top: int
    """Title rows above the headings."""
    separator: str
    rows: tuple[tuple[Value, ...], ...]

    @property
    def first(self) -> int:
        """Number of the first record."""
        return self.top + 2 if self.format in ("csv", "xlsx", "ods") else 1


_UNTOLD = "\0\ufeff\ufffe\uffff\x1c\x1d\x1e\x1f"
"""Signs that are not drawn: those that no file holds, and four that Python, unlike a table, has for space."""


def texts(kind: str) -> st.SearchStrategy[str]:
    """Any text that a file of this format can hold."""
    excluded = "\r" if kind in ("xlsx", "ods", "xml") else "\0" if kind == "csv" else ""
    lowest = 0 if kind in ("csv", "json", "jsonl", "sqlite") else 0x20
    hold = st.characters(min_codepoint=lowest, codec="utf-8", exclude_characters=excluded + _UNTOLD)
    return st.text(hold, max_size=6) | st.sampled_from(_ODD)


def values(kind: str) -> st.SearchStrategy[Value]:
    """Any value of a cell of this format."""
    any_text = st.none() | texts(kind)
    if kind in ("csv", "xml"):
        return any_text
    numbers = st.integers(-(10**15) + 1, 10**15 - 1) | st.sampled_from([0.5, -1.25])
    more: st.SearchStrategy[Value] = any_text | numbers | (st.booleans() if kind != "sqlite" else st.nothing())
    if kind in ("xlsx", "ods"):
        more |= st.dates(datetime.date(1900, 3, 1), datetime.date(2100, 1, 1))
    return more


@st.composite
def tables(draw: st.DrawFn, kinds: Sequence[str] = FORMATS) -> AnyTable:
    """Any table that a reader takes: headings differ, a key is there, and a row without any value is none."""
    kind = draw(st.sampled_from(kinds))
    plain = st.from_regex(r"[a-zа-я][a-zа-я0-9]{0,4}", fullmatch=True)
    heading = plain if kind in ("json", "jsonl", "xml") else plain | texts(kind).map(spoken).filter(_named)
    headings = draw(st.lists(heading, min_size=2, max_size=6, unique_by=str.casefold))
    width = len(headings)
    keys = draw(st.sampled_from([(0,), (0,), (1, 0)]))
    evidence = draw(st.sampled_from([None, width - 1])) if width > len(keys) else None
    rules = draw(st.lists(st.sampled_from(list(RULES)), min_size=width, max_size=width))
    one = values(kind)
    key = st.sampled_from(["a", "b", " a ", "a/b", "ключ 1", "7", "100%"]) | one
    known = st.sampled_from(["seen", "made up", "seen ", "heard", "", None])
    columns = [key if n in keys else known if n == evidence else one for n in range(width)]
    rows = draw(st.lists(st.tuples(*columns), min_size=1, max_size=6))
    top = draw(st.sampled_from([0, 0, 2])) if kind in ("csv", "xlsx", "ods") else 0
    separator = draw(st.sampled_from(",;\t|"))
    # one row that is right, so that there is something to deliver
    last = tuple("end" if n in keys else "seen" if n == evidence else None for n in range(width))
    return AnyTable(kind, tuple(headings), tuple(rules), keys, evidence, top, separator, (*rows, last))


def spoken(heading: str) -> str:
    """Return a heading as readers take it."""
    return " ".join(heading.split()).strip("\ufeff")


def _named(heading: str) -> bool:
    return bool(heading) and heading.isprintable() and not heading.startswith("__")


def said(value: Value) -> str:
    """Return a value as a cell says it; "" = nothing stands there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def blank(text: str, form: str) -> bool:
    """Tell whether a text counts as nothing: space only, or a word of the description for it.

    In JSON the four separators U+001C to U+001F are space as well, as Python has it.
    """
    text = text.strip() if form in ("json", "jsonl") else text
    stripped = text.strip(
        "\t\n\x0b\x0c\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
    )
    return not stripped or stripped in NULLS


def write_source(parent: Path, name: str, table: AnyTable, delivery: str = "whole") -> Path:
    """Write the folder of a source for a table, and return it."""
    folder = parent / name
    (folder / "lookups").mkdir(parents=True)
    lines = [
        'publisher = "p"', 'steward = "s"', 'origin = "o"', f'delivery = "{delivery}"', '[title]', 'en = "T"',
        "[[table]]", 'name = "t"', 'file = "t.*"', f'format = "{table.format}"',
        f"key = [{', '.join(_quoted(table.headings[n]) for n in table.keys)}]",
        f"nulls = [{', '.join(map(_quoted, NULLS))}]",
    ]  # fmt: skip
    unused = [_quoted(h) for h, rule in zip(table.headings, table.rules, strict=True) if rule == "unused"]
    lines.append(f"unused = [{', '.join(unused)}]")
    if table.format == "csv":
        lines += [f"separator = {_quoted(table.separator)}", 'encoding = "utf-8"']
    if table.format in ("csv", "xlsx", "ods"):
        lines.append(f"header_row = {table.top + 1}")
    iterator = {"json": "$.t[*]", "xml": "/t/r"}.get(table.format)
    lines += [f"iterator = {_quoted(iterator)}"] if iterator else []
    (folder / "source.toml").write_text("\n".join(lines) + "\n", "utf8")
    (folder / "mapping.rml.ttl").write_text(_mapping(table), "utf8")
    rows = [f"{word},{code}" for word, code in WORDS.items()]
    (folder / "lookups" / "words.csv").write_text("\n".join(["from,to", *rows]) + "\n", "utf8")
    rows = [f"{word},graph/source/{name}/{kind}" for word, kind in EVIDENCE.items()]
    (folder / "lookups" / "evidence.csv").write_text("\n".join(["from,to", *rows]) + "\n", "utf8")
    return folder


def _quoted(text: str) -> str:
    """Return a text as TOML and Turtle both read it."""
    return '"' + "".join(s if s.isprintable() and s not in '"\\' else f"\\U{ord(s):08X}" for s in text) + '"'


def _reference(name: str) -> str:
    return "{" + name.replace("\\", "\\\\").replace("{", "\\{").replace("}", "\\}") + "}"


def _mapping(table: AnyTable) -> str:
    subject = _quoted("id/thing/" + "/".join(_reference(table.headings[n]) for n in table.keys))
    kind = {"json": "JSONPath", "jsonl": "JSONPath", "xml": "XPath", "sqlite": "SQL2008Table"}.get(table.format, "CSV")
    graph = ""
    if table.evidence is not None:
        call = _rule("lookup", table.headings[table.evidence]).replace('"words"', '"evidence"')
        graph = f"; rml:graphMap [ {call} ; rml:termType rml:IRI ]"
    text = (
        f'{_PREFIXES}<#m> rml:logicalSource [ rml:source "t" ; rml:referenceFormulation rml:{kind} ] ;\n'
        f"  rml:subjectMap [ rml:template {subject} ; rml:class <http://p/Thing> {graph} ]"
    )
    for number, (heading, rule) in enumerate(zip(table.headings, table.rules, strict=True)):
        if RULES[rule]:
            text += (
                f" ;\n  rml:predicateObjectMap [ rml:predicate <http://p/{number}> ; "
                f"rml:objectMap [ {_rule(rule, heading)} ] ]"
            )
    return text + " .\n"


def _rule(rule: str, heading: str) -> str:
    name, inside = _quoted(heading), _reference(heading)
    return RULES[rule].format(
        name=name,
        place=_quoted(f"id/place/{inside}"),
        phrase=_quoted(f"({inside})"),
        call="rml:functionExecution [ rml:function",
        text=f"rml:input [ rml:parameter fn:text ; rml:inputValueMap [ rml:reference {name} ] ]",
    )


def write(table: AnyTable) -> bytes:
    """Return the file of a table."""
    return {
        "csv": _csv, "xlsx": _xlsx, "ods": _ods, "json": _json, "jsonl": _json, "xml": _xml, "sqlite": _sqlite,
    }[table.format](table)  # fmt: skip


def _csv(table: AnyTable) -> bytes:
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=table.separator, quoting=csv.QUOTE_ALL)
    writer.writerows([["title"]] * table.top)
    writer.writerow(table.headings)
    writer.writerows(table.rows)
    return target.getvalue().encode()


def _xlsx(table: AnyTable) -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as made:
        sheet, day = made.add_worksheet("t"), made.add_format({"num_format": "dd.mm.yyyy"})
        for at in range(table.top):
            sheet.write_string(at, 0, "title")
        for at, one in enumerate([table.headings, *table.rows], table.top):
            for place, value in enumerate(one):
                if isinstance(value, bool):
                    sheet.write_boolean(at, place, value)
                elif isinstance(value, int | float):
                    sheet.write_number(at, place, value)
                elif isinstance(value, datetime.date):
                    sheet.write_datetime(at, place, value, day)
                elif value:
                    sheet.write_string(at, place, value)
    return target.getvalue()


def _ods(table: AnyTable) -> bytes:
    def one(value: Value) -> str:
        return date(value.isoformat()) if isinstance(value, datetime.date) else cell("" if value is None else value)

    lines = [row("title") for _ in range(table.top)] + [row(*map(one, table.headings))]
    return book({"t": lines + [row(*map(one, values)) for values in table.rows]})


def _json(table: AnyTable) -> bytes:
    records: list[dict[str, Any]] = [dict(zip(table.headings, one, strict=True)) for one in table.rows]
    if table.format == "json":
        return json.dumps({"t": records}, ensure_ascii=False).encode()
    return "".join(json.dumps(one) + "\n" for one in records).encode()


def _xml(table: AnyTable) -> bytes:
    lines = []
    for one in table.rows:
        cells = zip(table.headings, one, strict=True)
        lines.append("".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in cells if value is not None))
    return f"<t>{''.join(f'<r>{line}</r>' for line in lines)}</t>".encode()


def _sqlite(table: AnyTable) -> bytes:
    names = ['"' + heading.replace('"', '""') + '"' for heading in table.headings]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "t.sqlite"
        with closing(sqlite3.connect(path)) as base:
            base.execute(f"CREATE TABLE t ({', '.join(names)})")
            base.executemany(f"INSERT INTO t VALUES ({', '.join('?' * len(names))})", table.rows)
            base.commit()
        return path.read_bytes()
