"""The desk told to programs: its addresses for OpenAPI, each with the least role that may use it."""

import re
from collections.abc import Mapping
from typing import Any

from kgservice.locale import translate
from kgservice.web.gate import ROUTES

_FORM = "application/x-www-form-urlencoded"
_PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
_TOLD: Mapping[str, Mapping[str, tuple[str, tuple[str, ...]]]] = {
    # by address and method: what it does, and the fields of the form that it takes
    "/curate": {"GET": ("How each source stands, and what to do next.", ())},
    "/curate/sources/<name>/upload": {
        "POST": ("Send the files of a delivery; they are looked at, not read in.", ("file", "draft"))
    },
    "/curate/uploads/<number>": {
        "GET": ("How the files that were sent would be read.", ()),
        "POST": (
            "Import the files by a job (do=import), or look again (do=look).",
            ("do", "encoding", "separator", "sheet", "header_row", "confirmed"),
        ),
    },
    "/curate/uploads/<number>/discard": {"POST": ("Throw away files that were sent.", ())},
    "/curate/jobs": {"GET": ("Jobs: those that wait and run, and those that ended, newest first.", ())},
    "/curate/jobs/<int:number>": {"GET": ("A job: its state, how far it is, how it ended.", ())},
    "/curate/jobs/<int:number>/events": {
        "GET": ("What happens to a job, as server-sent events; Last-Event-ID goes on.", ())
    },
    "/curate/jobs/<int:number>/cancel": {"POST": ("Cancel a job; nothing of it is kept.", ())},
    "/curate/jobs/<int:number>/again": {"POST": ("Try a job again that failed or was cancelled.", ("confirmed",))},
    "/curate/sources/new": {"POST": ("Propose a new source from a sample, by a job.", ("name", "file"))},
    "/curate/proposals/<int:number>": {
        "GET": ("A proposed source: its questions, columns and first statements.", ()),
        "POST": ("Answer questions of a proposal (answer:<id>), or write the source (do=write), by a job.", ("do",)),
    },
    "/curate/duplicates": {
        "GET": ("Pairs of things that may be one, of the newest search.", ()),
        "POST": (
            "Decide whether two things are the same, different, or later.",
            ("what", "one", "other", "keep", "comment"),
        ),
    },
    "/curate/duplicates/search": {"POST": ("Search for things that may be one, by a job.", ("source", "draft"))},
    "/curate/drafts/<draft_id>": {"GET": ("A draft with its state and counts of findings.", ())},
    "/curate/drafts/<draft_id>/findings.<ending>": {
        "GET": ("The findings of a draft as csv, json, ttl, txt or xlsx.", ())
    },
    "/curate/drafts/<draft_id>/rows": {"GET": ("Rows of a delivered table with marked cells, by windows.", ())},
    "/curate/drafts/<draft_id>/waive": {
        "POST": ("Let the findings of a cause stand until a day.", ("cause", "comment", "until"))
    },
    "/curate/drafts/<draft_id>/revoke": {"POST": ("Take a waiver back.", ("waiver", "cause"))},
    "/curate/drafts/<draft_id>/wordings": {
        "GET": ("Wordings that no code table knows, with what they may mean.", ()),
        "POST": ("Say what a wording of a code table means.", ("source", "table", "wording", "thing")),
    },
    "/curate/drafts/<draft_id>/wordings/take-back": {
        "POST": ("Forget what was said that a wording means.", ("source", "table", "wording"))
    },
    "/curate/drafts/<draft_id>/read-again": {
        "POST": ("Read the last delivery of a source in a draft again, by a job.", ("source",))
    },
    "/curate/drafts/<draft_id>/review": {"GET": ("What a draft changes, in words, by windows.", ())},
    "/curate/drafts/<draft_id>/accept": {"POST": ("Accept the preview of a draft.", ("comment", "preview"))},
    "/curate/drafts/<draft_id>/comment": {"POST": ("Comment on a draft.", ("comment",))},
    "/curate/drafts/<draft_id>/send-back": {"POST": ("Send a draft back with reasons.", ("comment", "finding"))},
    "/curate/drafts/<draft_id>/preview": {"POST": ("Check a draft and make its preview, by a job.", ())},
    "/curate/drafts/<draft_id>/impact": {
        "POST": ("Find which questions of the library change their answers, by a job.", ())
    },
    "/curate/drafts/<draft_id>/rebase": {"POST": ("Bring a draft up to the current release, by a job.", ())},
    "/curate/drafts/<draft_id>/publish": {"POST": ("Publish a draft, by a job.", ("preview",))},
    "/curate/drafts/<draft_id>/discard": {"POST": ("Throw a draft away.", ())},
    "/curate/history": {"GET": ("The releases with who made them and of what.", ())},
    "/curate/releases/<int:number>/rollback": {"POST": ("Send readers to a release, by a job.", ())},
    "/curate/users": {
        "GET": ("The accounts with their roles.", ()),
        "POST": ("Make an account.", ("name", "password", "role", "source")),
    },
    "/curate/users/<name>/role": {"POST": ("Give an account another role and its sources.", ("role", "source"))},
    "/curate/users/<name>/password": {"POST": ("Give an account a new password.", ("password",))},
    "/curate/users/<name>/remove": {"POST": ("Remove an account.", ())},
    "/curate/audit": {"GET": ("The audit trail, newest first, by windows.", ())},
    "/curate/audit.<ending>": {"GET": ("The whole audit trail as csv or json.", ())},
}


def paths(language: str) -> dict[str, Any]:
    """Return the addresses of the desk as OpenAPI's `paths`, in a language."""
    return {
        _PARAMETER.sub(r"{\2}", rule): {
            method.lower(): _operation(rule, method, said, fields, language) for method, (said, fields) in told.items()
        }
        for rule, told in _TOLD.items()
    }


def _operation(rule: str, method: str, said: str, fields: tuple[str, ...], language: str) -> dict[str, Any]:
    role = ROUTES[rule][method]
    found: dict[str, Any] = {
        "operationId": "-".join([method.lower(), *re.findall(r"[a-z_]+", _PARAMETER.sub(r"\2", rule))]),
        "tags": ["desk"],
        "summary": translate(said, language),
        "security": [{"token": []}],
        "x-least-role": role.word if role else "",
        "parameters": [
            {
                "name": name,
                "in": "path",
                "required": True,
                "schema": {"type": "integer" if kind == "int" else "string"},
            }
            for kind, name in _PARAMETER.findall(rule)
        ],
        "responses": {
            "2XX": {"description": translate("Done, begun, or shown.", language)},
            "default": {"$ref": "#/components/responses/Fault"},
        },
    }
    if method == "POST":
        file = "file" in fields
        properties = {name: {"type": "string"} | ({"format": "binary"} if name == "file" else {}) for name in fields}
        media = "multipart/form-data" if file else _FORM
        found["requestBody"] = {"content": {media: {"schema": {"type": "object", "properties": properties}}}}
    return found
