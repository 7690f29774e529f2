"""Commands of a review: what a draft changes, accept it, say something on it, send it back; compare two releases."""

import json
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

import click

from kgservice.cli import doors
from kgservice.cli.spoken import brief, spoken
from kgservice.releases.ledger import VERBS, Wanted

if TYPE_CHECKING:
    from kgservice.actions.differences import Differences

_AT_ONCE = 500  # pieces
_FORMATS = ["text", "json", "patch", "added", "removed"]
_format = click.option(
    "--format", "shape", type=click.Choice(_FORMATS), default="text", show_default=True,
    help="How to print: words, JSON, RDF Patch, or what was added or removed as N-Quads.",
)  # fmt: skip
_kind = click.option("--kind", default="", metavar="KIND", help="Only things of this kind, for example organization.")
_source = click.option("--source", default="", metavar="NAME", help="Only what this source says.")
_verb = click.option("--verb", type=click.Choice(VERBS), default=None, help="Only what was done so.")
_text = click.option("--text", default="", metavar="TEXT", help="Only things whose address or values hold this.")
_limit = click.option("--limit", default=0, metavar="N", help="At most so many things; default all.")


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@_format
@_kind
@_source
@_verb
@_text
@_limit
@doors.language_option
def review(
    draft_id: str, shape: str, kind: str, source: str, verb: str | None, text: str, limit: int, language: str | None
) -> int:
    """Print what DRAFT changes: things added, removed, changed and renamed, with old and new values and their cells.

    \b
    Example: kgservice review d3 --kind organization
    """
    with doors.service(language) as service:
        draft = service.review.draft(draft_id)
        found = service.differences.draft(draft_id)
        told = {"draft": draft_id, "preview": draft.content_hash, "state": draft.state, "release": draft.base_release}
        _print(found, shape, Wanted(kind, source, verb or "", text), limit, service.settings.lang, told)
    return 0


@click.command()
@click.argument("before", metavar="A", type=int)
@click.argument("after", metavar="B", type=int)
@_format
@_kind
@_source
@_verb
@_text
@_limit
@doors.language_option
def compare(
    before: int, after: int, shape: str, kind: str, source: str, verb: str | None, text: str, limit: int,
    language: str | None,
) -> int:  # fmt: skip
    """Print how release B differs from release A; 0 is the empty graph before the first.

    \b
    Example: kgservice compare 3 4 --format patch
    """
    with doors.service(language) as service:
        found = service.differences.releases(before, after)
        told = {"from": before, "to": after}
        _print(found, shape, Wanted(kind, source, verb or "", text), limit, service.settings.lang, told)
    return 0


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@click.option("--comment", default="", metavar="TEXT", help="What to say with it.")
@click.option("--preview", default="", metavar="HASH", help="Accept only if this is the preview; `review` prints it.")
@doors.actor_option
@doors.language_option
def accept(draft_id: str, comment: str, preview: str, actor: str, language: str | None) -> int:
    """Accept the preview of DRAFT: this, and nothing that the draft becomes later, may be published.

    \b
    Example: kgservice accept d3 --comment "checked against the register"
    """
    service = doors.service(language)
    draft = service.decide.accept(draft_id, doors.actor(actor), doors.role(), comment, preview)
    tell = doors.speaker(service.settings.lang)
    click.echo(tell("Draft {id} is accepted, preview {hash}.", id=draft.id, hash=draft.content_hash[:12]))
    click.echo(tell("Next: kgservice publish {id}", id=draft.id))
    return 0


@click.command()
@click.argument("draft_id", metavar="DRAFT")
@click.argument("text")
@doors.actor_option
@doors.language_option
def comment(draft_id: str, text: str, actor: str, language: str | None) -> int:
    """Say something on DRAFT; it stays in its history.

    \b
    Example: kgservice comment d3 "the region is asked about row 14"
    """
    service = doors.service(language)
    service.decide.comment(draft_id, doors.actor(actor), doors.role(), text)
    return 0


@click.command("send-back")
@click.argument("draft_id", metavar="DRAFT")
@click.option("--reason", required=True, metavar="TEXT", help="Why, and what is to be mended.")
@click.option("--finding", "findings", multiple=True, metavar="RULE_OR_IRI", help="A finding that it is about.")
@doors.actor_option
@doors.language_option
def send_back(draft_id: str, reason: str, findings: tuple[str, ...], actor: str, language: str | None) -> int:
    """Send DRAFT back to those who worked on it; it is not published before something in it changed.

    \b
    Example: kgservice send-back d3 --reason "the college of row 14 is closed"
    """
    service = doors.service(language)
    service.decide.send_back(draft_id, doors.actor(actor), doors.role(), reason, findings)
    click.echo(doors.speaker(service.settings.lang)("Draft {id} is sent back.", id=draft_id))
    return 0


def _print(
    found: "Differences", shape: str, wanted: Wanted, limit: int, language: str, told: Mapping[str, object]
) -> None:
    if shape in ("patch", "added", "removed"):
        quads = found.patch() if shape == "patch" else found.added() if shape == "added" else found.removed()
        _poured(line.decode() for line in quads)
    elif shape == "json":
        _poured(_json(found, wanted, limit, language, told))
    else:
        click.echo(brief(found.summary(), told, language))
        things = found.page(wanted, 0, limit, language) if limit else found.all(wanted, language)
        _poured(f"{line}\n" for line in spoken(things, language))


def _poured(pieces: Iterable[str]) -> None:
    """Print pieces, many at once: each print of its own costs a system call."""
    waiting = iter(pieces)
    while some := "".join(islice(waiting, _AT_ONCE)):
        click.echo(some, nl=False)


def _json(found: "Differences", wanted: Wanted, limit: int, language: str, told: Mapping[str, object]) -> Iterator[str]:
    """Yield one JSON object whose list of things is made as it is written."""
    head = json.dumps({**told, "summary": found.summary().to_json()}, ensure_ascii=False)
    yield head[:-1] + ', "things": ['
    things = found.page(wanted, 0, limit, language) if limit else found.all(wanted, language)
    for number, thing in enumerate(things):
        yield (",\n" if number else "\n") + json.dumps(thing.to_json(), ensure_ascii=False)
    yield "]}\n"
