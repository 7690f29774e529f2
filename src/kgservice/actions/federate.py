"""Carry out the SERVICE blocks of a query: ask allowed endpoints, and put VALUES with what they say in their place."""

import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from kgservice.errors import Busy, KgError, QueryStopped, ServiceFailed
from kgservice.settings import Settings
from kgservice.sparql import parse
from kgservice.sparql.edits import Edit, applied
from kgservice.sparql.services import Service, datasets, prologue, services
from kgservice.store import outward
from kgservice.store.interface import Answer, Question
from kgservice.store.tickets import Running
from kgservice.terms import is_iri, literal

_KNOWN = 1000  # values of shared variables that are sent along
_BATCH = 100  # of them in one request
_LONGEST = 1 << 16  # characters of a query that is looked at in this process
_SHARE = 8  # one thread in so many may wait for other endpoints
Values = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Carried:
    """A question whose SERVICE blocks were carried out as far as may be; `failures` are for those left in it."""

    question: Question
    failures: tuple[ServiceFailed, ...] = ()


class Federate:
    """Asks other endpoints on behalf of queries; `local` answers what the patterns beside a SERVICE know."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._places = threading.BoundedSemaphore(max(1, settings.threads // _SHARE))
        self._lock = threading.Lock()
        self._calls: dict[str, _Call] = {}

    def running(self) -> list[Running]:
        """Return the questions that wait for other endpoints."""
        with self._lock:
            calls = list(self._calls.values())
        return [Running(call.question, "federating", time.monotonic() - call.began, 0) for call in calls]

    def stop(self, query_id: str) -> bool:
        """Stop a question that waits for another endpoint; tell whether there was one."""
        with self._lock:
            call = self._calls.get(query_id)
        if call:
            call.stop()
        return call is not None

    def carried(self, question: Question, local: Callable[[Question], Answer]) -> Carried:
        """Return the question with VALUES in the place of each SERVICE that may be asked.

        What may not, or does not answer, is left where it stands: it matters only when the engine comes to it.

        Raises:
            QueryInvalid: the query does not parse.
            Busy: too many queries wait for other endpoints already.
        """
        text = question.query
        if not self._settings.service_allow or question.federated or "service" not in text.lower():
            return Carried(question)
        if len(text) > _LONGEST:
            return Carried(question)
        query = parse(text)
        wanted = [one for one in services(query) if self._may(one.endpoint)] if not query.is_update else []
        if not wanted:
            return Carried(question)
        if len(wanted) > self._settings.service_blocks:
            raise ServiceFailed(
                "A query may hold {limit} SERVICE blocks (KG_SERVICE_BLOCKS), this one holds {count}.",
                limit=self._settings.service_blocks,
                count=len(wanted),
            )
        ends = time.monotonic() + question.seconds
        if not self._places.acquire(timeout=min(question.seconds, self._settings.queue_seconds)):
            raise Busy("Too many queries wait for other endpoints (KG_THREADS); ask again later.")
        call = _Call(question)
        with self._lock:
            if question.id:
                self._calls[question.id] = call
        try:
            before = prologue(query, question.base), datasets(query)
            edits, failures = self._edits(wanted, before, call, local, ends)
        finally:
            self._places.release()
            with self._lock:
                self._calls.pop(question.id, None)
        rewritten = applied(text, edits)
        if len(rewritten) > self._settings.query_bytes:
            raise ServiceFailed(
                "What SERVICE brings makes the query longer than {limit} bytes (KG_QUERY_BYTES); ask it for less.",
                limit=self._settings.query_bytes,
            )
        seconds = max(0.01, ends - time.monotonic())
        return Carried(replace(question, query=rewritten, seconds=seconds), tuple(failures))

    def _edits(
        self,
        wanted: Sequence[Service],
        before: tuple[str, str],
        call: "_Call",
        local: Callable[[Question], Answer],
        ends: float,
    ) -> tuple[list[Edit], list[ServiceFailed]]:
        """Ask for each block; return what takes its place, and what went wrong."""
        edits: list[Edit] = []
        failures: list[ServiceFailed] = []
        for one in wanted:
            try:
                rows = self._fetched(one, before, call, local, ends)
                edits.append(Edit(one.start, one.end, _block(one.variables, rows)))
            except ServiceFailed as error:
                failures.append(error)
                if one.silent:
                    edits.append(Edit(one.start, one.end, "VALUES () { () }"))
            if call.stopped:
                raise QueryStopped("The query was stopped.")
        return edits, failures

    def _may(self, endpoint: str) -> bool:
        inside = "/../" not in endpoint and "/./" not in endpoint and "%2e" not in endpoint.lower()
        return inside and is_iri(endpoint) and endpoint.startswith(self._settings.service_allow)

    def _fetched(
        self,
        one: Service,
        before: tuple[str, str],
        call: "_Call",
        local: Callable[[Question], Answer],
        ends: float,
    ) -> Values:
        names = " ".join(f"?{name}" for name in one.variables) or "(1 AS ?one)"
        most = self._settings.service_rows
        known = self._known(one, before, call.question, local, ends)
        if known == []:
            return []  # nothing can join: nobody is asked
        found: Values = []
        batches: Sequence[Values | None] = [None]
        if known is not None:
            batches = [known[at : at + _BATCH] for at in range(0, len(known), _BATCH)]
        for batch in batches:
            given = f"{_block(one.shared, batch)} " if batch is not None else ""
            # NOTE: the group stays a group, so that VALUES joins with all of it whatever stands in it
            text = f"{before[0]}SELECT {names} WHERE {{ {given}{one.pattern} }} LIMIT {most + 1}"
            seconds = min(self._settings.service_seconds, ends - time.monotonic())
            bounds = outward.Bounds(
                max(seconds, 0.01), most, self._settings.spool_bytes, self._settings.service_private
            )
            found += outward.select(one.endpoint, text, bounds, call.watch)
            if len(found) > most:
                message = "{endpoint} has more than {rows} rows to say (KG_SERVICE_ROWS); ask it for less."
                raise ServiceFailed(message, endpoint=one.endpoint, rows=most)
        return found

    def _known(
        self,
        one: Service,
        before: tuple[str, str],
        question: Question,
        local: Callable[[Question], Answer],
        ends: float,
    ) -> Values | None:
        """Return the values of shared variables that can join; None where that cannot be said, or they are too many."""
        if not one.shared:
            return None
        names = " ".join(f"?{name}" for name in one.shared)
        text = f"{before[0]}SELECT DISTINCT {names} {before[1]}WHERE {{ {one.beside} }} LIMIT {_KNOWN + 1}"
        asked = replace(question, query=text, format="json", id="", seconds=max(0.01, ends - time.monotonic()))
        try:
            answer = local(asked)
            try:
                rows = json.loads(b"".join(answer.chunks))["results"]["bindings"]
            finally:
                answer.close()
        except KgError:
            return None  # the whole query says what is wrong with it
        if len(rows) > _KNOWN or any(len(row) < len(one.shared) for row in rows):
            return None
        if any(term["type"] not in ("uri", "literal", "typed-literal") for row in rows for term in row.values()):
            return None
        return [{name: _written(term) for name, term in row.items()} for row in rows]


class _Call:
    """A question while it waits for other endpoints, and the connection that it waits on."""

    def __init__(self, question: Question) -> None:
        self.question = question
        self.began = time.monotonic()
        self.stopped = False
        self._connection: socket.socket | None = None

    def watch(self, connection: socket.socket) -> None:
        """Take note of the connection that is waited on now."""
        self._connection = connection
        if self.stopped:
            self.stop()

    def stop(self) -> None:
        """Break the connection; whoever waits on it goes on at once."""
        self.stopped = True
        if self._connection:
            with suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)


def _written(term: dict[str, str]) -> str:
    if term["type"] == "uri":
        return f"<{term['value']}>"
    return literal(term["value"], term.get("datatype", ""), term.get("xml:lang", ""))


def _block(names: Sequence[str], rows: Values) -> str:
    """Return solutions as VALUES on one line, so that lines of the text keep their numbers."""
    head = " ".join(f"?{name}" for name in names)
    body = " ".join(f"({' '.join(row.get(name, 'UNDEF') for name in names)})" for row in rows)
    return f"VALUES ({head}) {{ {body} }}"
