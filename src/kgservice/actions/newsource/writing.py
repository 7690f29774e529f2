"""Writes a proposal down as a source folder: source.toml, mapping.yaml, code tables."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from kgservice.actions.newsource.interface import Proposal, Use, short
from kgservice.search import folded
from kgservice.terms import PREFIXES

_PLAIN = re.compile(r"[A-Za-zА-Яа-яЁё][\wА-Яа-яЁё .\-]*[\wА-Яа-яЁё]")
_ENDS = {"kg:earliest", "kg:latest"}
"""Properties with a function of their name, which takes months and years too."""
_FUNCTIONS = {"integer": "integer", "decimal": "decimal", "date": "date", "time": "date", "iri": "iri"}
_YEAR, _NO_YEAR = r"^\d{4}$", r"(?s)^(.{0,3}|.{5,})$|[^0-9]"
"""Cells that hold a year, and all others."""


def written(
    made: Proposal, folder: Path, base: str, named: Callable[[str], Sequence[tuple[str, str]]] = lambda prop: ()
) -> None:
    """Write source.toml, mapping.yaml and lookups/ into a folder that is there.

    `named` tells (label, IRI) of things that a property may lead to: what the sample does not speak of, too.
    """
    (folder / "source.toml").write_text(_source(made), "utf8")
    (folder / "mapping.yaml").write_text(mapping(made), "utf8")
    for use in made.uses:
        if use.how in ("concept", "thing") and use.prop:
            (folder / "lookups").mkdir(exist_ok=True)
            path = folder / "lookups" / f"{table(use, made)}.csv"
            others = named(use.prop) if use.how == "thing" else ()
            path.write_text(_lookup(use, base, others), "utf8")


def mapping(made: Proposal) -> str:
    """Return the mapping in its short form (docs/decisions/0011-yaml-mappings.md)."""
    formulation = {"json": "jsonpath", "jsonl": "jsonpath", "xml": "xpath", "sqlite": "sql"}.get(
        str(made.reading.get("format")), "csv"
    )
    iterator = str(made.reading.get("iterator", ""))
    source = f"[rows~{formulation}" + (f", {_quoted(iterator)}]" if iterator else "]")
    lines = [
        "# Proposed by kgservice source new; edit it freely, kgservice source check says what it makes of the sample.",
        "prefixes:",
        *(f"  {prefix}: {PREFIXES[prefix]}" for prefix in sorted(_prefixes(made))),
        "mappings:",
    ]
    for heading in made.years or ("",):
        lines += _row(made, source, heading)
    return "\n".join(lines) + "\n"


def _row(made: Proposal, source: str, heading: str) -> list[str]:
    """Return the mapping of a row; of one of its years, where a column per year has values."""
    year = made.years.get(heading, "")
    lines = [
        f"  row{year}:",
        f"    source: {source}",
        *(_condition_of_year(made, heading) if year else _condition(made)),
        *_subject(made, f"--{year}" if year else ""),
        "    po:",
        f"      - [a, {short(made.of)}]",
    ]
    for use in made.uses:
        if use.prop and (use.heading == heading or use.heading not in made.years):
            lines += _rule(use, made)
    for prop in sorted(_ENDS) if year else ():
        lines.append(f"      - {{p: {prop}, o: {{function: {prop[3:]}, parameters: [[text, {_quoted(year)}]]}}}}")
    lines += _above(made)
    for name, value in made.constants.items():
        constant = f"{{value: {_quoted(short(value))}, type: iri}}" if ":" in value else _quoted(value)
        lines.append(f"      - {{p: {short(name)}, o: {constant}}}")
    return lines


def table(use: Use, made: Proposal) -> str:
    """Return the name of the code table of a column: that of its property, and a number where two share it."""
    local = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", short(use.prop).partition(":")[2])
    local = re.sub(r"[^a-z0-9]+", "-", local.lower()).strip("-")
    same = [other.heading for other in made.uses if other.prop == use.prop and other.how == use.how]
    return local if len(same) < 2 else f"{local}-{same.index(use.heading) + 1}"


def _condition(made: Proposal) -> list[str]:
    """Return the line that leaves rows without a key out, where the table has some that are no things."""
    if not made.beside:
        return []
    return [f"    condition: {{function: filled, parameters: [[text, {_quoted(_reference(made.key[0]))}]]}}"]


def _condition_of_year(made: Proposal, heading: str) -> list[str]:
    """Return the line that leaves out rows without a value in a year, and sums, which have no key."""
    both = f"[first, {_quoted(_reference(made.key[0]))}], [second, {_quoted(_reference(heading))}]"
    joint = f'{{function: concat, parameters: [{both}, [separator, "|"]]}}'
    return [f'    condition: {{function: matches, parameters: [[text, {joint}], [regex, "^.+[|].+$"]]}}']


def _subject(made: Proposal, end: str = "") -> list[str]:
    if not made.kind:
        return ["    s: " + _quoted(_reference(made.key[0]))]  # the rows bring addresses of theirs
    head = f"id/{made.kind}/"
    if not made.slugged and len(made.key) < 2:
        return ["    s: " + _quoted(head + "--".join(_reference(name) for name in made.key) + end)]
    # letters of a name make the key: Cyrillic ones transliterated, the rest hyphens; an empty part is left out
    text = _slug(made.key) if made.slugged else _joined(made.key)
    if end:
        text = f'{{function: concat, parameters: [[first, {text}], [second, {_quoted(end)}], [separator, ""]]}}'
    return [
        "    s:",
        "      function: concat",
        "      parameters:",
        f"        - [first, {_quoted(head)}]",
        f"        - [second, {text}]",
        '        - [separator, ""]',
        "      type: iri",
    ]


def _thing(made: Proposal, key: list[str]) -> str:
    """Return the address of another row of the table, by the column that holds its key."""
    if not made.kind:
        return f"{{value: {_quoted(_reference(key[0]))}, type: iri}}"
    head = f"id/{made.kind}/"
    if not made.slugged:
        return f"{{value: {_quoted(head + _reference(key[0]))}, type: iri}}"
    parameters = f'[first, {_quoted(head)}], [second, {_slug(key)}], [separator, ""]'
    return f"{{function: concat, parameters: [{parameters}], type: iri}}"


def _moments(prop: str, value: str) -> list[str]:
    """Return the rules of a column with years, and maybe days: each as exact as the cell is."""
    lines = []
    forms = (("year", "xsd:gYear", _YEAR), ("date", "xsd:date", _NO_YEAR))
    for function, datatype, regex in forms:
        call = f"{{function: {function}, parameters: [[text, {value}]], datatype: {datatype}}}"
        lines += [f"      - p: {prop}", *_where(value, regex), f"        o: {call}"]
    return lines


def _above(made: Proposal) -> list[str]:
    """Return the rule that links a row with the one whose code stands above its own."""
    if not made.parents:
        return []
    value = _quoted(_reference(made.key[0]))
    code = f"{{function: match, parameters: [[text, {value}], [regex, {_quoted(made.parents.above)}]]}}"
    head = _quoted(f"id/{made.kind}/")
    return [
        "      - p: skos:broader",
        *_where(value, made.parents.below),
        "        o:",
        "          function: concat",
        f'          parameters: [[first, {head}], [second, {code}], [separator, ""]]',
        "          type: iri",
    ]


def _where(value: str, regex: str) -> list[str]:
    return [f"        condition: {{function: matches, parameters: [[text, {value}], [regex, {_quoted(regex)}]]}}"]


def _slug(key: Iterable[str]) -> str:
    text = ""
    for name in key:
        one = f"{{function: slug, parameters: [[text, {_quoted(_reference(name))}]]}}"
        text = (
            one
            if not text
            else (f'{{function: concat, parameters: [[first, {text}], [second, {one}], [separator, "--"]]}}')
        )
    return text


def _joined(key: Iterable[str]) -> str:
    text = ""
    for name in key:
        one = _quoted(_reference(name))
        text = (
            one
            if not text
            else f'{{function: concat, parameters: [[first, {text}], [second, {one}], [separator, "--"]]}}'
        )
    return text


def _rule(use: Use, made: Proposal) -> list[str]:
    value = _quoted(_reference(use.heading))
    if use.separator:
        value = f"{{function: split, parameters: [[text, {value}], [separator, {_quoted(use.separator)}]]}}"
    prop = short(use.prop)
    if use.how in ("concept", "thing"):
        call = f"{{function: lookup, parameters: [[text, {value}], [table, {table(use, made)}]], type: iri}}"
        return [f"      - {{p: {prop}, o: {call}}}"]
    if use.how == "link":
        return [f"      - {{p: {prop}, o: {_thing(made, [use.heading])}}}"]
    if use.how == "time" and prop not in _ENDS:
        return _moments(prop, value)
    if use.how in _FUNCTIONS:
        kind = ", type: iri" if use.how == "iri" else ""
        function = prop.removeprefix("kg:") if prop in _ENDS else _FUNCTIONS[use.how]
        call = f"{{function: {function}, parameters: [[text, {value}]]{kind}}}"
        return [f"      - {{p: {prop}, o: {call}}}"]
    if use.separator:
        inner = value[1:-1]
        tagged = f", language: {use.language}" if use.language else ""
        return [f"      - {{p: {prop}, o: {{{inner}{tagged}}}}}"]
    tag = f", {use.language}~lang" if use.language else ""
    return [f"      - [{prop}, {value}{tag}]"]


def _reference(name: str) -> str:
    return "$(" + re.sub(r"([()\\])", r"\\\1", name) + ")"


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _prefixes(made: Proposal) -> set[str]:
    names = [
        made.of,
        *(["skos:broader"] if made.parents else []),
        *(_ENDS if made.years else ()),
        *(use.prop for use in made.uses if use.prop),
        *made.constants,
        *made.constants.values(),
    ]
    return {short(name).partition(":")[0] for name in names} & set(PREFIXES)


def _source(made: Proposal) -> str:
    about = made.about
    lines = ["# Proposed by kgservice source new.", ""]
    lines += [f"licence = {_string(about['licence'])}"] if about.get("licence") else []
    lines += [f"{name} = {_string(about[name] or '-')}" for name in ("publisher", "steward", "origin", "delivery")]
    lines += ['deliveries = "deliveries/*"', "", "[title]"]
    lines += [f"{lang} = {_string(about[f'title.{lang}'])}" for lang in ("ru", "en")]
    lines += ["", "[[table]]", 'name = "rows"', f"file = {_string(_pattern(made.file))}"]
    lines += [f"{name} = {_value(value)}" for name, value in made.reading.items()]
    lines.append(f"key = {_value([*made.key, *([made.beside] if made.beside else [])])}")
    required = [use.heading for use in made.uses if use.prop == PREFIXES["rdfs"] + "label" and use.score >= 0.5]
    required = [name for name in required if name not in made.key][:1]
    lines += [f"required = {_value(required)}"] if required else []
    unused = [use.heading for use in made.uses if not use.prop and not use.key]
    lines += [f"unused = {_value(unused)}"] if unused else []
    return "\n".join(lines) + "\n"


def _pattern(file: str) -> str:
    plain = file.removesuffix(".gz")
    return "*" + plain[plain.rindex(".") :] if "." in plain else "*"


def _value(value: object) -> str:
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_string(str(one)) for one in value) + "]"
    return str(value) if isinstance(value, int) else _string(str(value))


def _string(text: str) -> str:
    # a basic string of TOML is written as JSON writes it (TOML 1.0, String), but for DEL
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _lookup(use: Use, base: str, others: Sequence[tuple[str, str]]) -> str:
    known: dict[str, str] = dict(_once(use.found))
    spoken = {folded(wording) for wording in known}
    named: dict[str, set[str]] = {}
    for label, iri in others:
        named.setdefault(folded(label), set()).add(iri)
    for label, iri in others:
        if len(named[folded(label)]) == 1 and folded(label) not in spoken:  # a name of two things tells neither
            known[label] = iri
            spoken.add(folded(label))
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(("from", "to"))
    writer.writerows(sorted((wording, iri.removeprefix(base)) for wording, iri in known.items()))
    return stream.getvalue()


def _once(found: Mapping[str, str]) -> Mapping[str, str]:
    """Return wordings, each once however its letters are written: a code table takes no two of one wording."""
    kept: dict[str, str] = {}
    for wording, iri in found.items():
        kept.setdefault(wording.strip(), iri)
    return kept
