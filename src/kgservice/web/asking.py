"""The query page: a text, its answer as a table with labels, or what is wrong with it at its place."""

from collections.abc import Mapping
from typing import Any

from flask import Response, g, request, url_for

from kgservice.actions.reasons import Reasons
from kgservice.errors import KgError, QueryInvalid
from kgservice.locale import translate
from kgservice.sparql.layout import canonical
from kgservice.store.interface import Answer, Notice
from kgservice.terms import PREFIXES
from kgservice.web import results
from kgservice.web.answers import Answers, formats
from kgservice.web.charts import Chart, Charts
from kgservice.web.columns import subject_name
from kgservice.web.editing import fault, warning
from kgservice.web.links import Links
from kgservice.web.pages import Service, render
from kgservice.web.problems import RETRY_SECONDS, problem
from kgservice.web.protocol import Asked

START = f"""PREFIX kg: <{PREFIXES["kg"]}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>

SELECT ?organization ?name WHERE {{
  ?organization a kg:Organization ;
                rdfs:label ?name .
}}
ORDER BY ?name
LIMIT 100
"""
"""A query to start from."""
_LONG_ADDRESS = 8000  # characters; a longer query is downloaded by POST
_DRAWN = 1500  # rows up to which a picture is drawn of the whole answer, not of the first page alone
_PICTURE = ("chart", "x", "y", "by")  # parameters that choose a picture and its columns
WINDOW = 100_000
"""Rows that the page's script shows in one table; the downloads have all."""


class Asking:
    """Makes the query page."""

    def __init__(self, answers: Answers, service: Service) -> None:
        self._answers = answers
        self._service = service
        self._why = Reasons(service.ask)
        self._charts = Charts(Links(service.settings.base))

    def page(self, asked: Asked, release: int | None = None) -> Response:
        """Return the page with a query to start from: the one of the library that `example` names, or a small one.

        With the number of a release the page asks that one, here and in all its forms.

        Raises:
            QuestionNotFound: there is none of that name.
        """
        name = request.args.get("example", "")
        return self._rendered(asked, self.text(name) if name else START, release, example=name)

    def text(self, name: str) -> str:
        """Return the text of a question of the library, with its example values, without its header."""
        filled = self._service.ask.library.fill(name, {})
        return "\n".join(line for line in filled.splitlines() if not line.startswith("#+")).strip() + "\n"

    def formatted(self, asked: Asked, release: int | None = None) -> Response:
        """Return the page with the query in canonical form, not run; with its fault where it does not parse."""
        try:
            return self._rendered(asked, canonical(asked.query or ""), release)
        except QueryInvalid as error:
            return self.failed(asked, error, release)

    def answered(self, asked: Asked, kind: str, release: int | None = None) -> Response:
        """Return the page with an answer: the release, whether it is whole, rows, times, the table, downloads.

        Raises:
            KgError: as `Ask.question`.
        """
        question = self._answers.question(asked, results.FORMATS[kind], self._endpoint(release))
        reply = self._answers.reply(question, release)
        try:
            shown = self.shown(reply.answer, kind, asked.page)
        finally:
            reply.answer.close()
        shown |= {
            "release_of_answer": reply.release,
            "complete": True,  # it was read to its end; an answer that breaks off is an error
            "milliseconds": sum(reply.answer.timings.values()),
            "downloads": downloads(kind, asked.query or "", asked.illustrative, release),
            "marks": _marks(reply.answer.notices),
            "chart": self._chart(asked, shown, release),
            "fitting": self._charts.fitting(shown["table"].columns, shown["table"].rows) if shown["table"] else None,
            "window": WINDOW,
            "reasons": self._reasons(asked, shown, release),
        }
        response = self._rendered(asked, asked.query or "", release, **shown)
        self._answers.tell(response, reply, question.id)
        return response

    def failed(self, asked: Asked, error: KgError, release: int | None = None) -> Response:
        """Return the page with the query and what is wrong with it, marked at line and column."""
        document = problem(error, g.language)
        marks = [fault(error, g.language)] if isinstance(error, QueryInvalid) else []
        lines = _marked(asked.query or "", document)
        response = self._rendered(asked, asked.query or "", release, problem=document, lines=lines, marks=marks)
        response.status_code = document["status"]
        response.headers["Cache-Control"] = "no-store"
        if document["status"] in RETRY_SECONDS:
            response.headers["Retry-After"] = str(RETRY_SECONDS[document["status"]])
        return response

    def shown(self, answer: Answer, kind: str, page: int) -> dict[str, Any]:
        """Return what the template of an answer needs: a truth value, or a table and the labels of its IRIs."""
        if kind == "boolean":
            return {"kind": kind, "truth": results.truth(answer), "table": None, "labels": {}}
        table = results.table(answer, page)
        return {
            "kind": kind,
            "truth": None,
            "table": table,
            "labels": self._service.describe.labels(table.iris, g.language),
        }

    def _chart(self, asked: Asked, shown: Mapping[str, Any], release: int | None) -> Chart | None:
        """Return the picture of the columns that were chosen (`chart`, `x`, `y`), of the whole answer if not long."""
        table = shown.get("table")
        chosen = " ".join(request.args.get(name, "") for name in _PICTURE)
        plan = self._charts.plan(chosen, table.columns) if table else None
        if table is None or plan is None:
            return None
        kind, names = plan
        rows = [{name: term for name, term in zip(table.columns, row, strict=True) if term} for row in table.rows]
        labels = dict(shown["labels"])
        if len(rows) < table.total <= _DRAWN and shown["kind"] == "bindings":
            rows = self._service.ask.rows(asked.query or "", release, graphs=asked.default_graphs)
            iris = {row[name].value for row in rows for name in names if name in row and row[name].kind == "uri"}
            labels = self._service.describe.labels(iris, g.language)
        return self._charts.draw(kind, rows, names, labels, " – ".join(names), g.language)

    def _reasons(self, asked: Asked, shown: Mapping[str, Any], release: int | None) -> list[str]:
        """Return why an answer has no rows; the small questions that tell it are asked of an empty answer only."""
        if shown["kind"] == "boolean" or shown["table"].total or asked.named_graphs:
            return []
        found = self._why.why(asked.query or "", asked.default_graphs, release)
        return [translate(reason.template, g.language).format(**reason.params) for reason in found]

    def _examples(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Return the questions of the library by subject: name and summary."""
        return [
            (
                subject_name(subject, g.language),
                [(query.name, query.summary.get(g.language) or next(iter(query.summary.values()), query.name))
                 for query in queries],
            )
            for subject, queries in self._service.ask.library.subjects().items()
        ]  # fmt: skip

    def _endpoint(self, release: int | None) -> str:
        return f"{self._service.settings.url}{f'releases/{release}/' if release else ''}sparql"

    def _rendered(self, asked: Asked, text: str, release: int | None, **shown: Any) -> Response:
        nothing = dict.fromkeys(("problem", "table", "truth", "chart", "fitting", "example", "kind"))
        seconds = self._service.settings.query_seconds
        drawn = {name: request.args.get(name, "") for name in _PICTURE}
        return render(
            "sparql.html", query=text, asked=asked, seconds=seconds, endpoint=self._endpoint(release), drawn=drawn,
            examples=self._examples(), action=_address(release), asked_release=release,
            **{**nothing, "lines": [], "marks": [], "reasons": [], **shown},
        )  # fmt: skip


def _marks(notices: tuple[Notice, ...]) -> list[dict[str, Any]]:
    """Return the warnings about a query that was answered, as the editor marks them."""
    return [
        warning(one.text, one.line, one.column, g.language) | {"name": one.name, "near": one.near} for one in notices
    ]


def _address(release: int | None, **parameters: Any) -> str:
    if release is None:
        return url_for("sparql.sparql", **parameters)
    return url_for("sparql.release", number=release, **parameters)


def downloads(kind: str, query: str, illustrative: bool, release: int | None = None) -> list[tuple[str, str]]:
    """Return name and address of each format that carries an answer; none where the address would be too long."""
    more = "&with=illustrative" if illustrative else ""
    links = [(name, _address(release, query=query, format=name) + more) for name in formats(kind)]
    return links if all(len(link) < _LONG_ADDRESS for _, link in links) else []


def _marked(text: str, document: dict[str, Any]) -> list[tuple[int, str, str, str]]:
    """Return the lines around a fault: number, text before it, the word at fault, text after it."""
    if "line" not in document:
        return []
    lines = text.splitlines() or [""]
    at, column = min(document["line"], len(lines)), document["column"] - 1
    shown = []
    for number in range(max(1, at - 2), min(len(lines), at + 2) + 1):
        line = lines[number - 1]
        if number != at:
            shown.append((number, line, "", ""))
            continue
        end = column + 1
        while end < len(line) and not line[end].isspace():
            end += 1
        shown.append((number, line[:column], line[column:end] or " ", line[end:]))
    return shown
