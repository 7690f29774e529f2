"""`kgservice query`: a question of the library, a file or standard input, answered from a release."""

import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from kgservice.cli import doors
from kgservice.cli.tables import table
from kgservice.errors import ParameterInvalid, QuestionNotFound
from kgservice.sparql import parse
from kgservice.store.interface import FORMATS, Question
from kgservice.terms import shortened

_SHAPES = ["table", *FORMATS]
_LABELLED = 2000  # IRIs of a table that are looked up; the rest stay IRIs


@click.command()
@click.argument("name_or_file")
@click.argument("parameters", nargs=-1, metavar="[NAME=VALUE]…")
@click.option("--release", "release_id", type=int, default=None, help="Ask this release; default the current one.")
@click.option("--format", "shape", type=click.Choice(_SHAPES), default="table", show_default=True, help="How to print.")
@click.option("--iris", is_flag=True, help="Show IRIs in a table, not labels.")
@doors.language_option
def query(
    name_or_file: str,
    parameters: tuple[str, ...],
    release_id: int | None,
    shape: str,
    iris: bool,
    language: str | None,
) -> int:
    """Answer a question of the library, a query in a file, or one on standard input (`-`).

    \b
    Example: kgservice query partners-of-an-organization organization=http://localhost:8080/id/organization/spt
             echo 'SELECT * { ?s ?p ?o } LIMIT 3' | kgservice query - --format csv
    """
    service = doors.service(language, workers=1)
    values = dict(_pair(parameter) for parameter in parameters)
    text = _text(name_or_file)
    if text is None:
        text = service.ask.library.fill(name_or_file, values)
    elif values:
        raise ParameterInvalid("Parameters belong to questions of the library; {name} is a file.", name=name_or_file)
    graph = parse(text, update=False).form in ("construct", "describe")
    fallback = "turtle" if graph else "json"
    question = Question(
        text,
        fallback if shape == "table" else shape,
        seconds=service.settings.query_seconds,
        language=service.settings.lang,
    )
    with service:
        reply = service.ask.question(question, release=release_id)
        body = b""
        try:
            for chunk in reply.answer.chunks:
                if shape != "table" or graph:
                    sys.stdout.buffer.write(chunk)
                else:
                    body += chunk
        finally:
            reply.answer.close()
        sys.stdout.flush()
        if body:
            document = json.loads(body)
            found = {} if iris else service.describe.labels(_iris(document), service.settings.lang)
            click.echo(_table(document, found, doors.speaker(service.settings.lang)))
    return 0


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign or not name:
        raise ParameterInvalid("A parameter is written name=value, not {text}.", text=text)
    return name, value


def _text(name_or_file: str) -> str | None:
    """Return the query of a file or of standard input; None for a name of the library."""
    if name_or_file == "-":
        return sys.stdin.read()
    path = Path(name_or_file)
    if path.suffix in (".rq", ".sparql") or path.is_file():
        try:
            return path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise QuestionNotFound("{file} cannot be read: {reason}", file=name_or_file, reason=error) from None
    return None


def _iris(document: dict[str, Any]) -> list[str]:
    """Return the IRIs of an answer, each once, as many as labels are looked up for."""
    rows = document.get("results", {}).get("bindings", [])
    found = dict.fromkeys(term["value"] for row in rows for term in row.values() if term["type"] == "uri")
    return list(found)[:_LABELLED]


def _table(document: dict[str, Any], labels: dict[str, str], tell: Callable[..., str]) -> str:
    if "boolean" in document:
        return tell("yes") if document["boolean"] else tell("no")
    headings = document["head"]["vars"]
    rows = [[_cell(binding.get(name), labels) for name in headings] for binding in document["results"]["bindings"]]
    if not rows:
        return tell("No rows.")
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 0
    return table(headings, rows, width)


def _cell(term: dict[str, str] | None, labels: dict[str, str]) -> str:
    if term is None:
        return ""
    if term["type"] == "uri":
        return labels.get(term["value"]) or shortened(term["value"])
    return term["value"]
