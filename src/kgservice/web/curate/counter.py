"""What every page of the desk has at hand: service, people, jobs, and how to answer a person or a program."""

from dataclasses import dataclass
from typing import Any, Protocol

from flask import Response, g, json, redirect, request
from werkzeug.wrappers import Response as Answer

from kgservice.access import Account, Audit, People
from kgservice.actions.board import Board
from kgservice.actions.codetables import CodeTables
from kgservice.actions.duplicates import Duplicates
from kgservice.actions.receive import Receive
from kgservice.errors import SourceNotFound
from kgservice.intake.interface import Source
from kgservice.jobs import Queue
from kgservice.web import pages
from kgservice.web.callers import Callers
from kgservice.web.negotiation import wants_page


class Desk(pages.Service, Protocol):
    """What the desk needs of the service behind it."""

    @property
    def queue(self) -> Queue:
        """Return the jobs."""

    @property
    def receive(self) -> Receive:
        """Return what takes files in."""

    @property
    def board(self) -> Board:
        """Return what shows how sources stand."""

    @property
    def codetables(self) -> CodeTables:
        """Return what adds wordings to code tables of sources."""

    @property
    def duplicates(self) -> Duplicates:
        """Return what decides which things are one."""


@dataclass(frozen=True, slots=True)
class Counter:
    """The desk as its rooms see it."""

    service: Desk
    callers: Callers
    people: People
    audit: Audit

    @property
    def account(self) -> Account:
        """Return who sends the request; the gate has let them in."""
        return self.callers.known()

    def title(self, source: str) -> str:
        """Return what a source is called in the language of the request; its name where it is gone."""
        try:
            return titled(self.service.receive.source(source), g.language)
        except SourceNotFound:
            return source

    @property
    def actor(self) -> str:
        """Return the name under which this request is written down."""
        return self.account.actor


def titled(source: Source, language: str) -> str:
    """Return what a source is called in a language, else in English, else its name."""
    return source.title.get(language) or source.title.get("en") or source.name


def page_wanted() -> bool:
    """Tell whether a person, not a program, is asking."""
    return wants_page(request.headers.get("Accept", ""))


def as_json(body: Any, status: int = 200, location: str = "") -> Response:
    """Return an answer for a program."""
    response = Response(
        json.dumps(body, ensure_ascii=False, indent=1) + "\n", status, content_type="application/json; charset=utf-8"
    )
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = g.get("language", "en")
    if location:
        response.headers["Location"] = location
    return response


def onward(address: str, body: Any, status: int = 201) -> Answer:
    """Send a browser on after a form (303), or answer a program with what was made and where it is."""
    return redirect(address, 303) if page_wanted() else as_json(body, status, address)
