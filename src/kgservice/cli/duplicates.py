"""`kgservice duplicates`, `same`, `different` and `later`: things that may be one, and what people decide of them."""

import json
from collections.abc import Callable

import click

from kgservice.actions.duplicates import Candidate
from kgservice.cli import doors
from kgservice.locale import translate


@click.command()
@click.argument("source", required=False, default="")
@click.option("--draft", default="", metavar="ID", help="What this draft brings, against the release and itself.")
@click.option("--least", type=click.FloatRange(0, 1), default=0.8, show_default=True, help="Score from which to show.")
@click.option("--decided", is_flag=True, help="Show what was decided, not what is open.")
@doors.format_option
@doors.language_option
def duplicates(source: str, draft: str, least: float, decided: bool, shape: str, language: str | None) -> int:
    """Show organizations, professions and competencies that may be the same thing, with score and reasons.

    Of the whole release, of one SOURCE against it, or of a draft. Exit code 1 when there are any.

    \b
    Example: kgservice duplicates organizations
    """
    service = doors.service(language)
    base, lang = service.settings.base, service.settings.lang
    say = doors.speaker(lang)
    if decided:
        for made in service.duplicates.decisions():
            things = ", ".join(_short(name, base) for name in made.things)
            kept = say("; kept: {name}", name=_short(made.kept, base)) if made.kept else ""
            day = made.decided[:10]
            click.echo(f"{translate(made.decision, lang)}: {things}{kept} ({made.by}, {day}: {made.reason})")
        return 0
    found = service.duplicates.candidates(source, draft, least)
    if shape == "json":
        click.echo(json.dumps([_json(one, lang) for one in found], ensure_ascii=False, indent=1))
        return 1 if found else 0
    for one in found:
        click.echo(f"{one.score:.2f}  {one.one.names[0]}  ({_short(one.one.iri, base)})")
        click.echo(f"      {one.other.names[0]}  ({_short(one.other.iri, base)})")
        for reason in one.reasons:
            click.echo(f"      · {say(reason.template, **reason.params)}")
        if one.decided:
            click.echo("      · " + say("Put off before."))
    if not found:
        click.echo(say("Nothing looks like the same thing twice."))
        return 0
    click.echo(say("Decide each: kgservice same A B --reason …, different, or later."))
    return 1


def _deciding(what: str) -> Callable[..., int]:
    """Return the body of a command that decides so of two things."""

    @click.argument("one")
    @click.argument("other")
    @click.option("--reason", required=True, help="Why; others read it.")
    @doors.actor_option
    @doors.language_option
    def decide(one: str, other: str, reason: str, actor: str, language: str | None) -> int:
        service = doors.service(language)
        say = doors.speaker(service.settings.lang)
        decision = service.duplicates.decide(what, one, other, reason, doors.actor(actor))
        base = service.settings.base
        if decision.decision == "same":
            kept, replaced = _short(decision.kept, base), _short(decision.replaced, base)
            click.echo(say("{kept} stays, {replaced} will lead to it from the next release on.", kept=kept,
                           replaced=replaced))  # fmt: skip
        elif decision.decision == "different":
            click.echo(say("Written down; they are no candidates any more."))
        else:
            click.echo(say("Written down; they stay candidates."))
        return 0

    return decide


_EXAMPLE = "\n\n\b\nExample: kgservice {name} organization/spt organization/sibpt --reason 'one charter'"
same = click.command(
    "same",
    help="Decide that two things (kind/key each) are one: the one published first stays, the other leads to it."
    + _EXAMPLE.format(name="same"),
)(_deciding("same"))
different = click.command(
    "different",
    help="Decide that two things are not the same: they are no candidates any more."
    + _EXAMPLE.format(name="different"),
)(_deciding("different"))
later = click.command(
    "later", help="Put the decision on two things off, with a reason." + _EXAMPLE.format(name="later")
)(_deciding("later"))


def _short(name: str, base: str) -> str:
    return name.removeprefix(f"{base}id/")


def _json(one: Candidate, lang: str) -> dict[str, object]:
    return {
        "score": one.score,
        "things": [{"iri": thing.iri, "kind": thing.kind, "names": thing.names} for thing in (one.one, one.other)],
        "reasons": [translate(reason.template, lang).format(**reason.params) for reason in one.reasons],
        "decided": one.decided,
    }
