"""Findings on pages: by cause, with the delivery's own table and its marked cells, files to take along, and waivers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, g, redirect, request
from werkzeug.wrappers import Response as Answer

from kgservice.actions.findings import Findings, Sheet, Window
from kgservice.errors import ParameterInvalid
from kgservice.locale import say
from kgservice.report import Finding, Severity
from kgservice.report.reading import Cause
from kgservice.terms import shortened
from kgservice.web.curate.counter import Counter, as_json, page_wanted
from kgservice.web.reports import download as report

PAGE = 50
"""Rows of a delivered table on a page without script."""
_MOST = 500  # rows that a program may ask for at once
_PLACES = 20
_WEIGHTS = list(Severity)


@dataclass(frozen=True, slots=True)
class Shown:
    """One cause as a page shows it."""

    cause: Cause
    name: str
    rule: str
    remedy: str
    expected: str
    places: tuple[tuple[Finding, str], ...]
    """The first findings, each with its message."""
    waived: tuple[str, ...]
    """Names of the decisions that let the first of its waived findings stand."""


def blueprint(counter: Counter) -> Blueprint:
    """Return `/curate/drafts/<id>/findings.<ending>`, `/rows`, `/waive` and `/revoke`."""
    room = Blueprint("findings", __name__)
    service = counter.service

    @room.get("/curate/drafts/<draft_id>/findings.<ending>")
    def download(draft_id: str, ending: str) -> Response:
        return report(service, draft_id, ending)

    @room.get("/curate/drafts/<draft_id>/rows")
    def rows(draft_id: str) -> Response:
        start, count = max(request.args.get("start", 0, int), 0), min(request.args.get("count", PAGE, int), _MOST)
        source, file, sheet = (request.args.get(name, "") for name in ("source", "file", "sheet"))
        marked = bool(request.args.get("marked"))
        window = service.findings.table(draft_id, source, file, sheet, start=start, count=count, marked=marked)
        found = [{"number": row, "cells": _cells(window, row, cells, g.language)} for row, cells in window.rows]
        return as_json(
            {"rows": found, "total": total(service.findings, draft_id, (source, file, sheet), window, marked)}
        )

    @room.post("/curate/drafts/<draft_id>/waive")
    def waive(draft_id: str) -> Answer:
        try:
            until = date.fromisoformat(request.form.get("until", ""))
        except ValueError:
            raise ParameterInvalid("Say until which day it may stand, as 2027-06-30.") from None
        cause, reason = request.form.get("cause", ""), request.form.get("comment", "")
        waiver, covered = service.waive.give(draft_id, reason=reason, until=until, actor=counter.actor, cause=cause)
        if page_wanted():
            return redirect(f"/curate/drafts/{draft_id}?cause={cause}", 303)
        return as_json({"waiver": waiver.name, "findings": covered}, 201)

    @room.post("/curate/drafts/<draft_id>/revoke")
    def revoke(draft_id: str) -> Answer:
        waiver, cause = (
            service.waive.revoke(request.form.get("waiver", ""), counter.actor),
            request.form.get("cause", ""),
        )
        if page_wanted():
            return redirect(f"/curate/drafts/{draft_id}?cause={cause}", 303)
        return as_json({"waiver": waiver.name, "revoked": str(waiver.revoked)})

    return room


def shown(found: Findings, name: str, cause: Cause, language: str) -> Shown:
    """Return a cause with its first places in a language."""
    places = [one.finding for one in found.window(name, 0, _PLACES, cause=cause.ident)]
    waived = [one.finding.waived for one in found.window(name, 0, _PLACES, cause=cause.ident, waived=True)]
    return Shown(
        cause, title(cause, language), shortened(cause.rule), say(cause.remedy, language) if cause.remedy else "",
        say(cause.expected, language) if cause.expected else "",
        tuple((finding, say(finding.text, language)) for finding in places),
        tuple(dict.fromkeys(waived)),
    )  # fmt: skip


def title(cause: Cause, language: str) -> str:
    """Return what the first finding of a cause says, in a language."""
    return say(cause.text, language)


def chosen(sheets: Sequence[Sheet]) -> Sheet | None:
    """Return the delivered table that a page asks for, else the first one at fault."""
    wanted = tuple(request.args.get(name, "") for name in ("source", "file", "sheet"))
    for sheet in sheets:
        if (sheet.source, sheet.file, sheet.sheet) == wanted:
            return sheet
    return next((sheet for sheet in sheets if sheet.at_fault), sheets[0] if sheets else None)


def total(found: Findings, name: str, table: Sequence[str], window: Window, marked: bool) -> int:
    """Return how many rows there are to look at: of the table, or those at fault."""
    if not marked:
        return window.total
    with found.of(name) as (reader, _):
        return len(reader.rows_at_fault(table[1], table[2], 0, window.total + 1))


def worst(findings: Sequence[Finding]) -> str:
    """Return the gravest severity among findings."""
    return min((finding.severity for finding in findings), key=_WEIGHTS.index).value


def _cells(window: Window, row: int, cells: Sequence[str], language: str) -> list[object]:
    marks = window.marks.get(row, {})
    told: list[object] = []
    for column, text in zip(window.columns, cells, strict=False):
        findings = marks.get(column, ())
        if findings:
            message = " ".join(dict.fromkeys(say(finding.text, language) for finding in findings))
            told.append({"text": text or "–", "severity": worst(findings), "message": message})
        else:
            told.append(text)
    return told
