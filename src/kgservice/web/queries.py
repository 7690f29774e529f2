"""The library of questions: a list, a page with a form for each, and its results as data."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, request, url_for
from markupsafe import Markup

from kgservice.errors import KgError, ParameterInvalid
from kgservice.knowledge.library import LibraryQuery, QueryParameter
from kgservice.store.interface import Question
from kgservice.terms import PREFIXES, Graphs, Term, iri
from kgservice.web import pictures, protocol, results
from kgservice.web.answers import KINDS, Answers, formats, wanted
from kgservice.web.asking import Asking
from kgservice.web.links import Links
from kgservice.web.pages import Service, render
from kgservice.web.problems import problem

_CHOICES = 400  # a longer list of choices is typed instead
_BARS = 12
_OWN = ("format", "timeout", "page", "lang", "with", "run")


class Questions:
    """Answers of the library's questions."""

    def __init__(self, service: Service, answers: Answers, asking: Asking) -> None:
        self._service = service
        self._answers = answers
        self._asking = asking
        self._names = Graphs(service.settings.base)
        self._links = Links(service.settings.base)

    def page(self, name: str) -> Response:
        """Return the page of a question: form, answer as a table, why it is empty where it is.

        Raises:
            QuestionNotFound: there is none of that name.
        """
        found = self._service.ask.library.query(name)
        given = self._given()
        shown: dict[str, Any] = {"problem": None, "kind": ""}
        status = 200
        try:
            shown |= self._answered(found, given)
        except KgError as error:
            shown["problem"] = problem(error, g.language)
            status = shown["problem"]["status"]
        response = render(
            "question.html", question=found, values=self._values(found, given), choices=self._choices(found),
            text=self._text(found, given), said=said, **shown,
        )  # fmt: skip
        response.status_code = status
        return response

    def results(self, name: str) -> Response:
        """Return the answer of a question in the wanted format; parameters of the question stand in the address.

        Raises:
            QuestionNotFound, ParameterInvalid, NotAcceptable: there is no such question, parameter, or format.
        """
        found = self._service.ask.library.query(name)
        kind = KINDS[found.form]
        chosen = wanted(kind, request.args.get("format", ""), request.headers.get("Accept", ""), page=False)
        return self._answers.respond(self._question(self._service.ask.library.fill(name, self._given()), chosen))

    def _question(self, text: str, name: str) -> Question:
        illustrative = request.args.get("with") == "illustrative"
        graphs = (self._names.known, self._names.illustrative) if illustrative else ()
        seconds = protocol.seconds(request.args.get("timeout", ""), self._service.settings.query_seconds)
        language = g.language if name == "xlsx" else ""
        return Question(
            text, name, graphs, seconds=seconds, client=g.client, id=self._answers.fresh(), language=language
        )

    def _answered(self, found: LibraryQuery, given: Mapping[str, list[str]]) -> dict[str, Any]:
        kind = KINDS[found.form]
        text = self._service.ask.library.fill(found.name, given)
        reply = self._answers.reply(self._question(text, results.FORMATS[kind]))
        try:
            shown = self._asking.shown(reply.answer, kind, protocol.page(request.args.get("page", "")))
        finally:
            reply.answer.close()
        more = {key: value for key, value in request.args.to_dict(flat=False).items() if key not in ("page", "lang")}
        address = url_for("queries.results", name=found.name)
        return shown | {
            "release_of_answer": reply.release,
            "complete": reply.answer.complete,
            "milliseconds": sum(reply.answer.timings.values()),
            "downloads": [(name, f"{address}?{_parameters(more, name)}") for name in formats(kind)],
            "chart": self._chart(found, shown),
        }

    def _chart(self, found: LibraryQuery, shown: Mapping[str, Any]) -> Markup | None:
        """Return the picture that the question asks for: `bars NAME NUMBER`."""
        words, table = found.chart.split(), shown.get("table")
        if len(words) != 3 or words[0] != "bars" or not table or not table.rows:
            return None
        if not {words[1], words[2]} <= set(table.columns):
            return None
        name, count = table.columns.index(words[1]), table.columns.index(words[2])
        rows = [self._bar(row[name], row[count], shown["labels"]) for row in table.rows[:_BARS]]
        return pictures.bars([row for row in rows if row], said(found.summary, g.language))

    def _bar(self, term: Term | None, value: Term | None, labels: Mapping[str, str]) -> Any:
        try:
            size = float(value.value) if value else 0.0
        except ValueError:
            return None
        if term is None or value is None:
            return None
        href = self._links.href(term.value) if term.kind == "uri" else ""
        return labels.get(term.value, term.value), size, value.value, href

    def _given(self) -> dict[str, list[str]]:
        fields = request.args.to_dict(flat=False)
        return {name: [v for v in values if v.strip()] for name, values in fields.items() if name not in _OWN}

    def _values(self, found: LibraryQuery, given: Mapping[str, list[str]]) -> dict[str, str]:
        """Return the value of each parameter as the form shows it, IRIs absolute."""
        values = {}
        for parameter in found.parameters:
            value = (given.get(parameter.name) or [parameter.example])[0]
            relative = parameter.type == "iri" and ":" not in value
            values[parameter.name] = self._service.settings.base + value if relative else value
        return values

    def _text(self, found: LibraryQuery, given: Mapping[str, list[str]]) -> str:
        try:
            text = self._service.ask.library.fill(found.name, given)
        except ParameterInvalid:
            text = found.text
        return "\n".join(line for line in text.splitlines() if not line.startswith("#+")).strip() + "\n"

    def _choices(self, found: LibraryQuery) -> dict[str, list[tuple[str, str]]]:
        """Return for each parameter that has a class or a vocabulary its members by name, unless they are many."""
        choices = {}
        for parameter in found.parameters:
            if parameter.type == "iri" and parameter.of:
                choices[parameter.name] = self._members(parameter)
        return choices

    def _members(self, parameter: QueryParameter) -> list[tuple[str, str]]:
        scheme = iri(PREFIXES["skos"] + "inScheme")
        pattern = f"{{ ?thing a {iri(parameter.of)} }} UNION {{ ?thing {scheme} {iri(parameter.of)} }}"
        try:
            rows = self._service.ask.rows(f"SELECT DISTINCT ?thing WHERE {{ {pattern} }} LIMIT {_CHOICES + 1}")
        except KgError:
            return []  # the form is then typed into; what is wrong is said where the answer stands
        if len(rows) > _CHOICES:
            return []
        labels = self._service.describe.labels([row["thing"].value for row in rows], g.language)
        return sorted(((name, label) for name, label in labels.items()), key=lambda pair: pair[1].lower())


def blueprint(service: Service, answers: Answers, asking: Asking) -> Blueprint:
    """Return `/queries`, `/queries/<name>` and `/queries/<name>/results`."""
    room = Blueprint("queries", __name__)
    questions = Questions(service, answers, asking)

    @room.get("/queries")
    def library() -> Response:
        return render("questions.html", subjects=service.ask.library.subjects(), said=said)

    @room.get("/queries/<name>")
    def question(name: str) -> Response:
        return questions.page(name)

    @room.get("/queries/<name>/results", endpoint="results")
    def data(name: str) -> Response:
        return questions.results(name)

    return room


def said(texts: Mapping[str, str], lang: str) -> str:
    """Return a text of a question in a language, else in another one."""
    return texts.get(lang) or next(iter(texts.values()), "")


def _parameters(more: Mapping[str, list[str]], name: str) -> str:
    return protocol.written({**more, "format": [name]})
