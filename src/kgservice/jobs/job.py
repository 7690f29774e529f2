"""A job as the desk keeps it: what is to be done, by whom, how far it is, how it ended."""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from kgservice.locale import translate

KINDS = ("import", "preview", "impact", "publish", "rollback", "rebase", "duplicates", "proposal", "source")
"""What the curation worker can do; to add one: its name here, its work in `cli/chores.py`."""
WAITING, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"
ENDED = (DONE, FAILED, CANCELLED)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a job failed: slug, message id and parameters of the error."""

    slug: str
    template: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """One job; times are UTC, ISO 8601, to the second, and empty where nothing has happened yet."""

    id: int
    kind: str
    params: Mapping[str, Any]
    actor: str
    source: str
    """Name of the source it works on; empty where it is about the whole."""
    state: str
    """`queued`, `running`, `done`, `failed` or `cancelled`."""
    created: str
    started: str
    ended: str
    step: str
    """Message id of what it is doing."""
    done: int
    total: int
    """Parts of the step that are done, and all; 0 = unknown."""
    size: int
    """Bytes that it reads; 0 = unknown."""
    result: Mapping[str, Any]
    failure: Failure | None
    again: int
    """Number of the job that it tries again; 0 = none."""
    cancelling: bool

    @property
    def over(self) -> bool:
        """Tell whether it has ended, one way or another."""
        return self.state in ENDED

    def why(self, language: str) -> str:
        """Return why it failed in a language; empty where it did not."""
        if self.failure is None:
            return ""
        text = translate(self.failure.template, language)
        return text.format(**self.failure.params) if self.failure.params else text

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """Return it as JSON-ready values, the reason of a failure as a sentence in a language."""
        failure = self.failure and {"slug": self.failure.slug, **self.failure.params, "detail": self.why(language)}
        names = (
            "id",
            "kind",
            "actor",
            "source",
            "state",
            "created",
            "started",
            "ended",
            "step",
            "done",
            "total",
            "size",
        )
        return {name: getattr(self, name) for name in names} | {"result": dict(self.result), "failure": failure}


def read(row: sqlite3.Row) -> Job:
    """Return the job that a row says."""
    fields = dict(row)
    for name in ("params", "result"):
        fields[name] = json.loads(fields[name])
    failure = json.loads(fields["failure"])
    fields["failure"] = Failure(**failure) if failure else None
    fields["cancelling"] = bool(fields["cancelling"])
    del fields["tries"]
    return Job(**fields)
