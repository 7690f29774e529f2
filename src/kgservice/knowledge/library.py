"""The library of questions: query files with a header that says what they ask, and their parameters filled in."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path

from kgservice.errors import AuthoredInvalid, ParameterInvalid, QueryInvalid, QuestionNotFound
from kgservice.sparql import Parameter as Block
from kgservice.sparql import Query, parameters, parse, replace_values
from kgservice.terms import PREFIXES, is_iri, literal

_HEADER = re.compile(r"#\+ ?([a-z-]+)(?: ([a-zA-Z_]\w*))?: *(.*)")
_SINGLE = ("summary", "summary-ru", "description", "description-ru", "tags", "empty", "empty-ru", "chart")
_CHART = re.compile(r"(?:bars (?:x=)?\w+(?:\+\w+)* (?:y=)?\w+|(?:lines|network) \w+ \w+(?: \w+)?)")
_TYPES = ("iri", "date", "integer", "decimal", "text")
_XSD = PREFIXES["xsd"]


@dataclass(frozen=True, slots=True)
class QueryParameter:
    """A parameter of a question, as its header and its `VALUES` block say."""

    name: str
    type: str
    """`iri`, `date`, `integer`, `decimal` or `text`."""
    example: str
    """The value in the file, as a person would type it; a relative IRI is relative to KG_BASE."""
    of: str = ""
    """IRI of the class, or of the vocabulary, whose members are the choices; empty when there are none to list."""
    label: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LibraryQuery:
    """One question of the library; texts by language tag (`en`, `ru`)."""

    name: str
    subject: str
    path: Path
    summary: Mapping[str, str]
    description: Mapping[str, str]
    tags: tuple[str, ...]
    parameters: tuple[QueryParameter, ...]
    empty: Mapping[str, str]
    """Why the answer over the real rows is truthfully empty, where it is."""
    chart: str
    """Picture and its columns: `bars form+sector count`, `lines year count`, `network one other`, or empty."""
    text: str
    form: str


class Library:
    """All questions of a folder `queries/<subject>/<name>.rq`, read on first use.

    Those tagged `first steps` come first, then the others by subject and name.
    """

    def __init__(self, folder: Path, base: str = "") -> None:
        self.folder = folder
        self.base = base

    @staticmethod
    def load(content: Path, base: str = "") -> "Library":
        """Return the library of a content folder, read at once. Raises AuthoredInvalid with file and line."""
        library = Library(content / "queries", base)
        library.queries  # noqa: B018 - reads the files now
        return library

    @cached_property
    def queries(self) -> Mapping[str, LibraryQuery]:
        """Return the questions by name.

        Raises:
            AuthoredInvalid: a file has a wrong header or does not parse, or two have one name; names file and line.
        """
        found: dict[str, LibraryQuery] = {}
        for path in sorted(self.folder.glob("*/*.rq")):
            if path.stem in found:
                raise AuthoredInvalid(
                    "{path}: the name {name} is taken by {other}. Give the question another name.",
                    path=str(path), name=path.stem, other=str(found[path.stem].path),
                )  # fmt: skip
            found[path.stem] = read_query(path)
        return dict(sorted(found.items(), key=lambda item: "first steps" not in item[1].tags))

    def query(self, name: str) -> LibraryQuery:
        """Return a question by its name. Raises QuestionNotFound."""
        if name not in self.queries:
            raise QuestionNotFound("There is no question {name} in the library. See /queries for the list.", name=name)
        return self.queries[name]

    def subjects(self) -> dict[str, list[LibraryQuery]]:
        """Return the questions by subject."""
        groups: dict[str, list[LibraryQuery]] = {}
        for query in self.queries.values():
            groups.setdefault(query.subject, []).append(query)
        return groups

    def fill(self, name: str, values: Mapping[str, str | Sequence[str]]) -> str:
        """Return the SPARQL text of a question with these parameters; those left out keep their example.

        Values are as a person types them; an IRI may be relative to `base` (KG_BASE), the text holds it absolute.

        Raises:
            QuestionNotFound: there is no such question.
            ParameterInvalid: it has no such parameter, or a value is not of its type.
        """
        return fill(self.query(name), values, self.base)


def fill(query: LibraryQuery, values: Mapping[str, str | Sequence[str]], base: str) -> str:
    """Return the SPARQL text of one question, as `Library.fill` does. Raises ParameterInvalid."""
    known = {parameter.name: parameter for parameter in query.parameters}
    for given in values:
        if given not in known:
            raise ParameterInvalid(
                "The question {question} has no parameter {name}. Its parameters: {known}.",
                question=query.name, name=given, known=", ".join(known) or "none",
            )  # fmt: skip
    text = query.text
    for parameter in query.parameters:
        value = values.get(parameter.name) or parameter.example
        each = [value] if isinstance(value, str) else value
        text = replace_values(text, parameter.name, [_term(parameter, one.strip(), base) for one in each])
    return text


def read_query(path: Path) -> LibraryQuery:
    """Read one question. Raises AuthoredInvalid with file and line."""
    text = path.read_text(encoding="utf-8")
    headers: dict[str, str] = {}
    charts: list[tuple[int, str]] = []
    declared: dict[str, tuple[int, str]] = {}
    for line, key, name, value in _headers(path, text):
        if key == "parameter" and name:
            declared[name] = (line, value)
        elif key == "chart" and not name:
            charts.append((line, value))
        elif key in _SINGLE and not name:
            headers[key] = f"{headers[key]} {value}" if key in headers else value
        else:
            raise AuthoredInvalid(
                "{path}, line {line}: the header {key} is unknown. Known: {known}, parameter NAME.",
                path=str(path), line=line, key=key, known=", ".join(_SINGLE),
            )  # fmt: skip
    for key in ("summary", "summary-ru"):
        if not headers.get(key):
            raise AuthoredInvalid("{path}: the line #+ {key}: … is missing. Add it.", path=str(path), key=key)
    query = _parsed(path, text)
    return LibraryQuery(
        name=path.stem,
        subject=path.parent.name,
        path=path,
        summary=_texts(headers, "summary"),
        description=_texts(headers, "description"),
        tags=tuple(tag.strip() for tag in headers.get("tags", "").split(",") if tag.strip()),
        parameters=tuple(_parameter(path, name, *declared[name], query) for name in declared),
        empty=_texts(headers, "empty"),
        chart=_chart(path, charts, query),
        text=text,
        form=query.form,
    )


def _chart(path: Path, charts: Sequence[tuple[int, str]], query: Query) -> str:
    for line, chart in charts[:1]:
        names = re.split(r"[ +]", chart.replace("x=", "").replace("y=", ""))[1:]
        unknown = [name for name in names if name not in query.variables]
        if not _CHART.fullmatch(chart) or unknown:
            raise AuthoredInvalid(
                "{path}, line {line}: a chart is written bars NAME NUMBER, lines TIME NUMBER or network ONE OTHER, of "
                "columns of the answer: {known}.",
                path=str(path), line=line, known=", ".join(query.variables),
            )  # fmt: skip
        return chart
    return ""


def _headers(path: Path, text: str) -> Iterator[tuple[int, str, str, str]]:
    for at, line in enumerate(text.splitlines(), 1):
        if not line.startswith("#+"):
            continue
        match = _HEADER.fullmatch(line)
        if match is None:
            raise AuthoredInvalid(
                "{path}, line {line}: a header line is written #+ key: text.", path=str(path), line=at
            )
        yield at, match[1], match[2] or "", match[3].strip()


def _parsed(path: Path, text: str) -> Query:
    try:
        query = parse(text, update=False)
    except QueryInvalid as error:
        raise AuthoredInvalid("{path}: {reason}", path=str(path), reason=str(error), line=error.line) from error
    return query


def _texts(headers: Mapping[str, str], key: str) -> dict[str, str]:
    pairs = (("en", headers.get(key)), ("ru", headers.get(f"{key}-ru")))
    return {language: text for language, text in pairs if text}


def _parameter(path: Path, name: str, line: int, value: str, query: Query) -> QueryParameter:
    kind, *labels = (part.strip() for part in value.split("|"))
    words = kind.split()
    blocks = [block for block in parameters(query) if block.variable == name]
    if not words or words[0] not in _TYPES or len(words) > 2:
        raise AuthoredInvalid(
            "{path}, line {line}: a parameter is written NAME: TYPE [CLASS] | label | подпись, with a type of {types}.",
            path=str(path), line=line, types=", ".join(_TYPES),
        )  # fmt: skip
    if len({block.terms for block in blocks}) != 1 or len(blocks[0].terms) != 1:
        raise AuthoredInvalid(
            "{path}, line {line}: the parameter {name} needs a VALUES ?{name} with exactly one example in the query.",
            path=str(path), line=line, name=name,
        )  # fmt: skip
    of = _full(words[1]) if len(words) > 1 else ""
    texts = {language: label for language, label in zip(("en", "ru"), labels, strict=False) if label}
    return QueryParameter(name, words[0], _typed(blocks[0]), of, texts or {"en": name})


def _typed(block: Block) -> str:
    """Return the example of a block as a person would type it."""
    term = block.terms[0]
    if term.startswith("<"):
        return term[1:-1]
    if term.startswith('"'):
        body = term[1 : term.rindex('"')]
        return body.replace('\\"', '"').replace("\\\\", "\\")
    return term if term[0].isdigit() or term[0] in "+-" else _full(term)


def _full(name: str) -> str:
    prefix, _, local = name.partition(":")
    return PREFIXES[prefix] + local if prefix in PREFIXES else name


def _term(parameter: QueryParameter, value: str, base: str) -> str:
    try:
        return _written(parameter.type, value, base)
    except (ValueError, InvalidOperation) as error:
        raise ParameterInvalid(
            _EXPECTED[parameter.type], value=value, name=parameter.name, example=parameter.example
        ) from error


_EXPECTED = {
    "iri": "{value} is not the address of a thing, which {name} is: write for example {example}.",
    "date": "{value} is not a date, which {name} is: write for example {example}.",
    "integer": "{value} is not a whole number, which {name} is: write for example {example}.",
    "decimal": "{value} is not a number, which {name} is: write for example {example}.",
    "text": "{value} is not a text, which {name} is: write for example {example}.",
}


def _written(kind: str, value: str, base: str) -> str:
    if kind == "iri":
        inner = value.removeprefix("<").removesuffix(">")
        whole = _full(inner)
        whole = whole if is_iri(whole) else base + inner
        if not inner or (base and not is_iri(whole)):
            raise ValueError(value)
        return f"<{whole}>"
    if kind == "date":
        return literal(date.fromisoformat(value).isoformat(), _XSD + "date")
    if kind == "integer":
        return str(int(value))
    if kind == "decimal":
        return literal(format(Decimal(value), "f"), _XSD + "decimal")
    return literal(value)
