"""What became of each query: counted for Prometheus, and written to a log that never grows past its limit."""

import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kgservice.errors import KgError
from kgservice.metrics import Metrics
from kgservice.store.interface import Answer, Question

_LOG = logging.getLogger("kgservice.web")
_TEXT = 4000  # characters of a query that are kept
LEFT = "reader-left"
"""Outcome of an answer whose reader closed the connection before its end."""


class QueryLog:
    """Appends lines of JSON to `queries.jsonl` of a folder; at half of `most` bytes it becomes `queries.1.jsonl`."""

    def __init__(self, folder: Path, most: int) -> None:
        self._path = folder / "queries.jsonl"
        self._most = most
        self._lock = threading.Lock()
        self._file = -1
        self._size = 0
        self._silent = False

    def write(self, **entry: object) -> None:
        """Append an entry; a disk that refuses is told of once in the program's own log, and stops no query."""
        if not self._most:
            return
        line = (json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n").encode()
        with self._lock:
            try:
                if self._file < 0 or self._size + len(line) > self._most // 2:
                    self._open()
                self._size += os.write(self._file, line)
                self._silent = False
            except OSError as error:
                if not self._silent:
                    _LOG.warning("The log of queries cannot be written: %s", error)
                self._silent = True

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1

    def _open(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
            self._path.replace(self._path.with_suffix(".1.jsonl"))
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        self._size = os.fstat(self._file).st_size


class Journal:
    """Notes the outcome of queries: in the metrics always, in the log where there is one."""

    def __init__(self, metrics: Metrics, log: QueryLog, clients: bool) -> None:
        self._metrics = metrics
        self._log = log
        self._clients = clients
        metrics.declare(
            "kg_queries_total",
            "counter",
            "Queries and updates by what became of them: answered, updated, or the problem.",
        )
        metrics.declare("kg_query_seconds", "histogram", "Seconds from the asking of a query to its end.")
        metrics.declare("kg_answer_bytes_total", "counter", "Bytes of answers.")
        metrics.declare("kg_answer_rows_total", "counter", "Rows of answers, where they were counted.")

    def failed(self, question: Question, begun: float, error: KgError, release: object = None) -> None:
        """Note a query without an answer; `begun` is the time of `time.monotonic()` when it came."""
        self._note(question, begun, error.slug, release, None, 0)

    def answered(self, question: Question, begun: float, answer: Answer, release: object) -> None:
        """Note an answer: now where it is whole, else when its stream ends."""
        if answer.size is not None:
            self._note(question, begun, "answered", release, answer.rows, answer.size)
            return

        def ended(outcome: str, size: int) -> None:
            self._note(question, begun, outcome, release, None, size)

        answer.chunks = _Watched(answer.chunks, ended)

    def updated(self, question: Question, begun: float, draft: str) -> None:
        """Note an update of a draft that was done."""
        self._note(question, begun, "updated", draft, None, 0)

    def _note(
        self, question: Question, begun: float, outcome: str, release: object, rows: int | None, size: int
    ) -> None:
        seconds = time.monotonic() - begun
        self._metrics.count("kg_queries_total", outcome=outcome)
        self._metrics.observe("kg_query_seconds", seconds)
        self._metrics.count("kg_answer_bytes_total", size)
        if rows:
            self._metrics.count("kg_answer_rows_total", rows)
        entry: dict[str, Any] = {
            "time": datetime.now(UTC).isoformat(timespec="milliseconds"), "id": question.id, "release": release,
            "outcome": outcome, "seconds": round(seconds, 4), "rows": rows, "bytes": size, "format": question.format,
            "query": question.query[:_TEXT],
        }  # fmt: skip
        if self._clients:
            entry["client"] = question.client
        self._log.write(**entry)


class _Watched:
    """The chunks of a streaming answer, and what became of it."""

    def __init__(self, chunks: Iterator[bytes], ended: Any) -> None:
        self._chunks = chunks
        self._ended = ended
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            piece = next(self._chunks)
        except StopIteration:
            self._end("answered")
            raise
        except KgError as error:
            self._end(error.slug)
            raise
        self._size += len(piece)
        return piece

    def close(self) -> None:
        self._end(LEFT)
        close = getattr(self._chunks, "close", None)
        if close:
            close()

    def _end(self, outcome: str) -> None:
        ended, self._ended = self._ended, None
        if ended:
            ended(outcome, self._size)
