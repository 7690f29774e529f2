"""The query page: a text, its answer as a table with labels, or what is wrong with it at its place."""

from typing import Any

from flask import Response, g, url_for

from kgservice.errors import KgError
from kgservice.store.interface import Answer
from kgservice.terms import PREFIXES
from kgservice.web import results
from kgservice.web.answers import Answers, formats
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


class Asking:
    """Makes the query page."""

    def __init__(self, answers: Answers, service: Service) -> None:
        self._answers = answers
        self._service = service
        self._endpoint = f"{service.settings.url}sparql"

    def page(self, asked: Asked) -> Response:
        """Return the page with a query to start from."""
        return self._rendered(asked, START)

    def answered(self, asked: Asked, kind: str) -> Response:
        """Return the page with an answer: the release, whether it is whole, rows, times, the table, downloads.

        Raises:
            KgError: as `Ask.question`.
        """
        question = self._answers.question(asked, results.FORMATS[kind])
        reply = self._answers.reply(question)
        try:
            shown = self.shown(reply.answer, kind, asked.page)
        finally:
            reply.answer.close()
        shown |= {
            "release_of_answer": reply.release,
            "complete": reply.answer.complete,
            "milliseconds": sum(reply.answer.timings.values()),
            "downloads": downloads(kind, asked.query or "", asked.illustrative),
        }
        response = self._rendered(asked, asked.query or "", **shown)
        self._answers.tell(response, reply, question.id)
        return response

    def failed(self, asked: Asked, error: KgError) -> Response:
        """Return the page with the query and what is wrong with it, marked at line and column."""
        document = problem(error, g.language)
        response = self._rendered(
            asked, asked.query or "", problem=document, lines=_marked(asked.query or "", document)
        )
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

    def _rendered(self, asked: Asked, text: str, **shown: Any) -> Response:
        for name, value in (("problem", None), ("kind", ""), ("table", None), ("truth", None), ("lines", [])):
            shown.setdefault(name, value)
        seconds = self._service.settings.query_seconds
        return render("sparql.html", query=text, asked=asked, seconds=seconds, endpoint=self._endpoint, **shown)


def downloads(kind: str, query: str, illustrative: bool) -> list[tuple[str, str]]:
    """Return name and address of each format that carries an answer; none where the address would be too long."""
    more = "&with=illustrative" if illustrative else ""
    links = [(name, url_for("sparql.sparql", query=query, format=name) + more) for name in formats(kind)]
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
