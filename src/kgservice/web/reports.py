"""What was found in drafts, for programs and downloads: reports in every form, causes, windows, tables, waivers."""

from collections.abc import Iterable, Sequence
from datetime import date

from flask import Blueprint, Response, g, json, request

from kgservice.access import Role
from kgservice.actions.findings import Window
from kgservice.actions.reporting import MEDIA
from kgservice.errors import ParameterInvalid
from kgservice.locale import say
from kgservice.report import Severity
from kgservice.report.waivers import Waiver
from kgservice.reports.flat import cause_to_json, finding_to_json
from kgservice.web.callers import Callers, challenge
from kgservice.web.pages import Service

_MOST = 1000
_MARKS = ("", "new", "old", "fixed")
_ENDINGS = {ending: shape for shape, (_, ending) in MEDIA.items()}
_BLOCK = 1 << 16


def blueprint(service: Service, callers: Callers) -> Blueprint:
    """Return `/drafts/<id>/report.<ending>`, `/causes`, `/findings`, `/tables`, `/rows` (the least role: gate)."""
    room = Blueprint("reports", __name__)
    room.after_request(challenge)

    @room.get("/drafts/<draft_id>/report.<ending>")
    def report(draft_id: str, ending: str) -> Response:
        return download(service, draft_id, ending)

    @room.get("/releases/<int:number>/report.<any(txt, csv, ttl):ending>")
    def released(number: int, ending: str) -> Response:
        return download(service, str(number), ending)

    @room.get("/drafts/<draft_id>/causes")
    def causes(draft_id: str) -> Response:
        found = service.findings.causes(draft_id, _sources())
        listed = [cause_to_json(cause, g.language) for cause in found.causes]
        return _json({"causes": listed, "tally": found.tally, "compared": found.compared})

    @room.get("/drafts/<draft_id>/findings")
    def findings(draft_id: str) -> Response:
        mark = request.args.get("mark", "")
        if mark not in _MARKS:
            raise ParameterInvalid(
                "The parameter {name} is one of {values}.", name="mark", values=", ".join(_MARKS[1:])
            )
        found = service.findings.window(
            draft_id, _number("start", 0), _number("count", 50), cause=request.args.get("cause", ""), mark=mark,
            sources=_sources(),
        )  # fmt: skip
        return _json({"findings": [finding_to_json(one, g.language) for one in found]})

    _tables(room, service)
    _waivers(room, service, callers)
    return room


def _tables(room: Blueprint, service: Service) -> None:
    """Add the delivered tables, and windows of them."""

    @room.get("/drafts/<draft_id>/tables")
    def tables(draft_id: str) -> Response:
        return _json({"tables": service.findings.sheets(draft_id)})

    @room.get("/drafts/<draft_id>/rows")
    def rows(draft_id: str) -> Response:
        given = {name: request.args.get(name, "") for name in ("source", "file", "sheet")}
        window = service.findings.table(
            draft_id, given["source"], given["file"], given["sheet"], _number("start", 0), _number("count", 50),
            request.args.get("marked", "") == "true",
        )  # fmt: skip
        shown = [{"number": row, "cells": _cells(window, row, cells)} for row, cells in window.rows]
        return _json({"columns": window.columns, "rows": shown, "total": window.total})


def _waivers(room: Blueprint, service: Service, callers: Callers) -> None:
    """Add `/waivers`: the decisions that let findings stand, given and revoked by stewards."""

    @room.get("/waivers")
    def listed() -> Response:
        callers.insist(Role.CURATOR)
        today = service.waive.today()
        return _json({"waivers": [_waiver(one, today) for one in service.waive.waivers()]})

    @room.post("/drafts/<draft_id>/waivers")
    def give(draft_id: str) -> tuple[Response, int]:
        account = callers.insist(Role.STEWARD)
        given = request.get_json() if request.is_json else request.form
        try:
            until = date.fromisoformat(str(given.get("until", "")))
        except ValueError:
            raise ParameterInvalid("The parameter {name} is a day, such as {example}.", name="until",
                                   example="2027-03-01") from None  # fmt: skip
        texts = {name: str(given.get(name) or "") for name in ("reason", "rule", "cause", "focus", "source")}
        made, covered = service.waive.give(draft_id, until=until, actor=account.actor, **texts)
        return _json({**_waiver(made, service.waive.today()), "covered": covered}), 201

    @room.post("/waivers/<name>/revoke")
    def revoke(name: str) -> Response:
        account = callers.insist(Role.STEWARD)
        return _json(_waiver(service.waive.revoke(name, account.actor), service.waive.today()))


def download(service: Service, name: str, ending: str) -> Response:
    """Return a report as a file: `txt`, `csv`, `json`, `ttl`, or `xlsx`, a workbook to send back to the owner.

    Raises:
        ParameterInvalid: no such ending, or there is nothing to show.
    """
    if ending not in _ENDINGS:
        raise ParameterInvalid("Reports come as {formats}, not as {shape}.", formats=", ".join(_ENDINGS), shape=ending)
    media, _ = MEDIA[_ENDINGS[ending]]
    if ending == "xlsx":
        made = service.annotate.workbook(name, g.language, request.args.get("file", ""), request.args.get("source", ""))
        response = Response(iter(lambda: made.read(_BLOCK), b""), content_type=media)
        response.call_on_close(made.close)
    else:
        pieces = service.reporting.stream(name, _ENDINGS[ending], g.language)
        first = next(pieces, b"")  # what is refused is refused before the status is sent
        response = Response(_chained(first, pieces), content_type=media)
    response.headers["Content-Disposition"] = f'attachment; filename="report-{name}-{g.language}.{ending}"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _cells(window: Window, row: int, cells: Sequence[str]) -> list[object]:
    """Return the cells of a row: a text, or with what is wrong there; of the row as a whole at its first cell."""
    marks = window.marks.get(row, {})
    shown: list[object] = []
    for at, (column, text) in enumerate(zip(window.columns, cells, strict=False)):
        found = [*marks.get(column, ()), *(marks.get("", ()) if at == 0 else ())]
        if not found:
            shown.append(text)
            continue
        left = [one.severity for one in found if not one.waived]
        weight = min(left, key=list(Severity).index).value if left else "waived"
        message = "; ".join(dict.fromkeys(say(one.text, g.language) for one in found))
        shown.append({"text": text, "severity": weight, "message": message})
    return shown


def _chained(first: bytes, rest: Iterable[bytes]) -> Iterable[bytes]:
    yield first
    yield from rest


def _sources() -> list[str] | None:
    return request.args.getlist("source") or None


def _number(name: str, otherwise: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return otherwise
    if not text.isdecimal() or (name == "count" and int(text) > _MOST):
        raise ParameterInvalid("The parameter {name} is a whole number, at most {most}.", name=name, most=_MOST)
    return int(text)


def _waiver(one: Waiver, today: date) -> dict[str, str]:
    said = {name: getattr(one, name) for name in ("name", "rule", "cause", "focus", "source", "reason", "by")}
    days = {name: str(getattr(one, name) or "") for name in ("given", "until", "revoked", "revoked_by")}
    return {**said, **days, "state": one.state(today)}


def _json(body: object) -> Response:
    response = Response(json.dumps(body), content_type="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response
