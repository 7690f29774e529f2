"""Users and the audit trail, for operators."""

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict

from flask import Blueprint, Response, g, json, redirect, request
from werkzeug.wrappers import Response as Answer

from kgservice.access import Role
from kgservice.errors import AccessDenied, ParameterInvalid
from kgservice.web.curate.counter import Counter, page_wanted
from kgservice.web.curate.counter import as_json as answered
from kgservice.web.pages import render
from kgservice.web.problems import said

_PAGE = 100
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/users` and `/curate/audit`."""
    room = Blueprint("people", __name__)
    people = counter.people

    @room.get("/curate/users")
    def users() -> Response:
        if not page_wanted():
            return answered([{**asdict(one), "role": one.role.word} for one in people.all()])
        return page("")

    @room.post("/curate/users")
    def add() -> Answer:
        try:
            people.add(request.form.get("name", ""), role(), request.form.get("password", ""), sources(), counter.actor)
        except ParameterInvalid as error:
            if not page_wanted():
                raise
            response = page(said(error, g.language))
            response.status_code = 400
            return response
        return done()

    @room.post("/curate/users/<name>/role")
    def change(name: str) -> Answer:
        _not_oneself(counter, name)
        people.role(name, role(), sources(), counter.actor)
        return done()

    @room.post("/curate/users/<name>/password")
    def password(name: str) -> Answer:
        people.password(name, request.form.get("password", ""), counter.actor)
        return done()

    @room.post("/curate/users/<name>/remove")
    def remove(name: str) -> Answer:
        _not_oneself(counter, name)
        people.remove(name, counter.actor)
        return done()

    def page(fault: str) -> Response:
        names = sorted(one.source.name for one in counter.service.board.standings())
        return render("curate/users.html", users=people.all(), roles=[r.word for r in Role], sources=names, fault=fault)

    def done() -> Answer:
        return redirect("/curate/users", 303) if page_wanted() else answered({"done": True})

    _trail(room, counter)
    return room


def _trail(room: Blueprint, counter: Counter) -> None:
    """Add the audit trail, as a page and as files."""
    audit = counter.audit

    @room.get("/curate/audit")
    def trail() -> Response:
        number = max(request.args.get("page", 1, int), 1)
        actor, word = request.args.get("actor", "").strip(), request.args.get("word", "").strip()
        found, total = audit.newest((number - 1) * _PAGE, _PAGE, actor, word), audit.count(actor, word)
        if not page_wanted():
            return answered([asdict(entry) for entry in found])
        return render(
            "curate/audit.html", entries=found, total=total, page=number, pages=max(-(-total // _PAGE), 1), actor=actor,
            word=word, first=(number - 1) * _PAGE + 1, broken=audit.broken(),
        )  # fmt: skip

    @room.get("/curate/audit.<ending>")
    def export(ending: str) -> Response:
        if ending not in ("csv", "json"):
            raise ParameterInvalid("The audit trail comes as {formats}.", formats="csv, json")
        body = _csv(counter) if ending == "csv" else _json(counter)
        media = "text/csv" if ending == "csv" else "application/json"
        response = Response(body, content_type=f"{media}; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="audit.{ending}"'
        return response


def role() -> Role:
    """Return the role that a form names. Raises ParameterInvalid."""
    word = request.form.get("role", "").upper()
    if word not in Role.__members__:
        raise ParameterInvalid("There is no role {role}; there are: {roles}.", role=word.lower(), roles=_words())
    return Role[word]


def sources() -> list[str]:
    """Return the sources that a form limits a role to."""
    return [name for name in request.form.getlist("source") if name]


def _words() -> str:
    return ", ".join(one.word for one in Role)


def _csv(counter: Counter) -> Iterator[str]:
    yield "id,time,actor,what,outcome,detail,before,hash\r\n"
    for entry in counter.audit.entries():
        target = io.StringIO()
        texts = [str(value) for value in asdict(entry).values()]
        csv.writer(target).writerow([f"'{text}" if text.startswith(_FORMULA) else text for text in texts])
        yield target.getvalue()


def _json(counter: Counter) -> Iterator[str]:
    start = "[\n"
    for entry in counter.audit.entries():
        yield start + json.dumps(asdict(entry), ensure_ascii=False)
        start = ",\n"
    yield "\n]\n" if start != "[\n" else "[]\n"


def _not_oneself(counter: Counter, name: str) -> None:
    if counter.account.kind == "user" and counter.account.name == name:
        raise AccessDenied("You cannot take your own role or account away; another operator can.")
