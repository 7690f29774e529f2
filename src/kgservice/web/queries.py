"""The library of questions: a list, a page with a form for each, and its results as data."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, request, url_for

from kgservice.errors import KgError, ParameterInvalid
from kgservice.knowledge.library import LibraryQuery
from kgservice.store.interface import Question
from kgservice.terms import Graphs
from kgservice.web import protocol, results
from kgservice.web.answers import KINDS, Answers, formats, wanted
from kgservice.web.asking import Asking
from kgservice.web.charts import Chart, Charts
from kgservice.web.choices import Choices
from kgservice.web.columns import SUBJECTS, column_name, subject_name
from kgservice.web.links import Links
from kgservice.web.pages import Service, render
from kgservice.web.problems import problem

_DRAWN = 1500  # rows up to which a network is drawn whole, not of the first page alone
_TYPED = 200  # characters of a search
_OWN = ("format", "timeout", "page", "lang", "with", "run")


class Questions:
    """Answers of the library's questions."""

    def __init__(self, service: Service, answers: Answers, asking: Asking) -> None:
        self._service = service
        self._answers = answers
        self._asking = asking
        self._names = Graphs(service.settings.base)
        self._charts = Charts(Links(service.settings.base))
        self._choices = Choices(service)

    def page(self, name: str) -> Response:
        """Return the page of a question: form, answer as a table, why it is empty where it is.

        Raises:
            QuestionNotFound: there is none of that name.
        """
        found = self._service.ask.library.query(name)
        given, mixed = self._given(), self._illustrative()
        shown: dict[str, Any] = {"problem": None, "kind": ""}
        status = 200
        try:
            given = self._choices.meant(found, given, mixed)
            shown |= self._answered(found, given)
        except KgError as error:
            shown["problem"] = problem(error, g.language)
            status = shown["problem"]["status"]
        response = render(
            "question.html", question=found, values=self._values(found, given),
            choices=self._choices.of(found, given, mixed), mixed=mixed, text=self._text(found, given), said=said,
            subject_name=subject_name(found.subject, g.language), **shown,
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
        most = self._service.settings.query_seconds
        seconds = protocol.seconds(request.args.get("timeout", ""), most)
        language = g.language if name == "xlsx" else ""
        return Question(
            text, name, self._graphs(), seconds=seconds, client=g.client, id=self._answers.fresh(), language=language,
            every_graph=self._illustrative(), lowered=seconds < most,
        )  # fmt: skip

    def _graphs(self) -> tuple[str, ...]:
        return (self._names.known, self._names.illustrative) if self._illustrative() else ()

    @staticmethod
    def _illustrative() -> bool:
        return request.args.get("with") == "illustrative"

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
            "heads": [column_name(column, g.language) for column in shown["table"].columns] if shown["table"] else None,
            "complete": reply.answer.complete,
            "milliseconds": sum(reply.answer.timings.values()),
            "downloads": [(name, f"{address}?{_parameters(more, name)}") for name in formats(kind)],
            "chart": self._chart(found, shown, text),
        }

    def _chart(self, found: LibraryQuery, shown: Mapping[str, Any], text: str) -> Chart | None:
        """Return the picture that the question asks for, of the whole answer where that is not long."""
        table = shown.get("table")
        if table is None or table.page > 1:
            return None
        plan = self._charts.plan(found.chart, table.columns)
        if plan is None:
            return None
        kind, names = plan
        rows = [{name: term for name, term in zip(table.columns, row, strict=True) if term} for row in table.rows]
        labels = dict(shown["labels"])
        if kind != "bars" and len(rows) < table.total <= _DRAWN:
            rows = self._service.ask.rows(text, graphs=self._graphs())
            wanted_names = {row[name].value for row in rows for name in names[:2] if name in row}
            labels = self._service.describe.labels(wanted_names, g.language)
        return self._charts.draw(kind, rows, names, labels, said(found.summary, g.language), g.language)

    def _given(self) -> dict[str, list[str]]:
        fields = request.args.to_dict(flat=False)
        return {name: [v for v in values if v.strip()] for name, values in fields.items() if name not in _OWN}

    def _values(self, found: LibraryQuery, given: Mapping[str, list[str]]) -> dict[str, str]:
        """Return the value of each parameter as the form shows it, IRIs absolute."""
        values = {}
        for parameter in found.parameters:
            value = (given.get(parameter.name) or [parameter.example])[0]
            relative = parameter.type == "iri" and value.startswith("id/")
            values[parameter.name] = self._service.settings.base + value if relative else value
        return values

    def _text(self, found: LibraryQuery, given: Mapping[str, list[str]]) -> str:
        try:
            text = self._service.ask.library.fill(found.name, given)
        except ParameterInvalid:
            text = found.text
        return "\n".join(line for line in text.splitlines() if not line.startswith("#+")).strip() + "\n"


def blueprint(service: Service, answers: Answers, asking: Asking) -> Blueprint:
    """Return `/queries`, `/queries/<name>` and `/queries/<name>/results`."""
    room = Blueprint("queries", __name__)
    questions = Questions(service, answers, asking)

    @room.get("/queries")
    def library() -> Response:
        text = request.args.get("q", "").strip()[:_TYPED]
        subjects = ordered(service.ask.library.subjects())
        counted = sum(len(queries) for queries in subjects.values())
        found = {subject: [query for query in queries if fits(query, text)] for subject, queries in subjects.items()}
        return render(
            "questions.html", subjects={subject: queries for subject, queries in found.items() if queries},
            names={subject: subject_name(subject, g.language) for subject in subjects}, text=text, total=counted,
            said=said,
        )  # fmt: skip

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


def fits(query: LibraryQuery, text: str) -> bool:
    """Tell whether every word of a search stands in a question, in any form of the word (its beginning counts)."""
    whole = " ".join((*query.summary.values(), *query.description.values(), *query.tags, query.name))
    folded = _folded(whole)
    return all(word[: max(3, len(word) - 2)] in folded for word in _folded(text).split())


def ordered(subjects: Mapping[str, list[LibraryQuery]]) -> dict[str, list[LibraryQuery]]:
    """Return the subjects as people look for them, those that nobody ordered last."""
    places = {subject: place for place, subject in enumerate(SUBJECTS)}
    return dict(sorted(subjects.items(), key=lambda item: (places.get(item[0], len(places)), item[0])))


def _folded(text: str) -> str:
    return text.casefold().replace("ё", "е")


def _parameters(more: Mapping[str, list[str]], name: str) -> str:
    return protocol.written({**more, "format": [name]})
