"""`kgservice source`: a source from a sample in a few answers, its contract test, wordings of its code tables."""

import json
import shlex
import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgservice.actions.newsource import CERTAIN, Proposal, short
from kgservice.cli import asking, doors, job
from kgservice.cli.findings import summary
from kgservice.cli.tables import table
from kgservice.errors import ParameterInvalid
from kgservice.report import Report
from kgservice.reports.text import as_text
from kgservice.terms import shortened

if TYPE_CHECKING:
    from kgservice.actions.newsource.scaffold import Trial
    from kgservice.wiring import Service


_READ = {
    "format": "format", "encoding": "encoding", "separator": "separator", "sheet": "sheet", "member": "member",
    "header_row": "row of headings", "iterator": "records at", "merged": "merged cells", "nulls": "without value",
}  # fmt: skip
_THINGS = 10  # that are shown of a trial


@click.group()
def source() -> None:
    """Sources: propose one from a sample, check one against its own sample.

    \b
    Example: kgservice source new colleges colleges.xlsx
    """


@source.command("new")
@click.argument("name")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Take what is proposed, ask nothing.")
@click.option(
    "--answers", "answers_file", type=click.Path(path_type=Path), help="Answers as TOML or JSON, by question."
)
@click.option("--ask-all", is_flag=True, help="Ask everything, not only what is unsure.")
@click.option("--show", is_flag=True, help="Show the proposal as JSON, with its questions, and write nothing.")
@click.option("--authored", is_flag=True, help="Write into KG_CONTENT/data/sources, not into the state folder.")
@doors.actor_option
@doors.language_option
def new(
    name: str, file: Path, yes: bool, answers_file: Path | None, ask_all: bool, show: bool, authored: bool, actor: str,
    language: str | None,
) -> int:  # fmt: skip
    """Propose a source NAME from a sample FILE, show what its first rows become, ask, and write it.

    \b
    Example: kgservice source new colleges colleges.xlsx
    """
    service = doors.service(language, authored=True)
    say = doors.speaker(service.settings.lang)
    kept = service.settings.state / "content" / "answers" / f"{name}.json"
    before = asking.kept(kept) if answers_file is None and not (yes or show) else {}
    answers = {"steward": doors.actor(actor), **_answers(answers_file), **before}
    made = service.newsource.propose(name, file, answers)
    if show:
        click.echo(json.dumps(made.to_json(), ensure_ascii=False, indent=1))
        return 0
    if before:
        click.echo(say("Your answers of the last time are taken ({n}); --ask-all asks everything.", n=len(before)))
    _tell(made, say)
    given = dict(before)
    try:
        if not yes:
            if ask_all:
                answers = {"steward": doors.actor(actor), **_answers(answers_file)}
            made = asking.interview(made, answers, ask_all, lambda: service.newsource.propose(name, file, answers), say)
            _tell(made, say)
        if made.certain < CERTAIN:
            click.echo(say('Nothing tells what a row is; say it: class = "kg:…" in a file for --answers.'))
            return 1
        _show(service.newsource.trial(made, file), say)
        if not yes and sys.stdin.isatty() and not click.confirm(say("Write the source?"), default=True):
            raise click.Abort
    except click.Abort:
        given = {question: answer for question, answer in answers.items() if question != "steward"}
        asking.keep(kept, given)
        click.echo("\n" + say("Nothing is written. The same command goes on from your answers ({n}).", n=len(given)))
        return 1
    folder = service.newsource.write(made, file, doors.actor(actor), authored)
    asking.keep(kept, {})
    click.echo(say("Source {name} is written: {folder}.", name=name, folder=folder))
    click.echo(say("Import a delivery: kgservice import {name} {file}", name=name, file=shlex.quote(str(file))))
    return 0


@source.command("check")
@click.argument("name")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@doors.language_option
def check(name: str, files: tuple[Path, ...], language: str | None) -> int:
    """Check a source against its own sample: what the mapping makes of it must be what sample/expected.nq says.

    With FILES, a whole delivery: what is wrong with its cells by this source. No draft is made, shapes are not asked.

    \b
    Example: kgservice source check colleges
    """
    service = doors.service(language)
    say = doors.speaker(service.settings.lang)
    if files:
        return job.run(service.settings, lambda: _tried(service, name, files))
    found = service.newsource.check(name)
    if found:
        click.echo(as_text(Report(tuple(found)), service.settings.lang))
    if not found:
        click.echo(say("The sample of {name} becomes what is expected.", name=name))
    return 1 if found else 0


@source.command("wording")
@click.argument("name")
@click.argument("table")
@click.argument("wording")
@click.argument("thing", required=False)
@click.option("--take-back", is_flag=True, help="Forget what was said that the wording means.")
@doors.actor_option
@doors.language_option
def wording(
    name: str, table: str, wording: str, thing: str | None, take_back: bool, actor: str, language: str | None
) -> int:
    """Say that WORDING means THING in the code TABLE of the source NAME; every later delivery may use it.

    THING is a name, kind/key, an address, or what stands in the table already.

    \b
    Example: kgservice source wording organizations kinds "горный техникум" college_of_university
    """
    service = doors.service(language)
    say = doors.speaker(service.settings.lang)
    if take_back:
        service.codetables.take_back(name, table, wording, doors.actor(actor))
        click.echo(say("Taken back: {wording}.", wording=wording))
        return 0
    (made,) = service.codetables.say([(name, table, wording, thing or "")], doors.actor(actor))
    click.echo(say("In {table} of {name}, “{wording}” means {meaning}.", table=table, name=name,
                   wording=made.wording, meaning=shortened(made.meaning)))  # fmt: skip
    click.echo(say("Import the delivery again: kgservice import {name} FILE", name=name))
    return 0


def _tried(service: "Service", name: str, files: tuple[Path, ...]) -> int:
    report = service.newsource.tried(name, files)
    if report.findings:
        click.echo(as_text(report, service.settings.lang) + "\n")
    click.echo(summary(report, service.settings.lang))
    return 0 if report.conforms else 1


def _answers(path: Path | None) -> dict[str, str]:
    if path is None:
        return {}
    try:
        text = path.read_text("utf8")
        body = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError) as error:
        raise ParameterInvalid("{file} cannot be read: {reason}", file=path, reason=error) from None
    return {str(key): str(value) for key, value in _flat(body)}


def _flat(body: Mapping[str, object]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in body.items():
        if isinstance(value, dict):
            joint = "." if key in ("title", "read") else ":"
            found += [(f"{key}{joint}{inner}", one) for inner, one in _flat(value)]
        else:
            found.append((key, value))
    return found


def _tell(made: Proposal, say: Callable[..., str]) -> None:
    reading = "; ".join(_read(key, value, say) for key, value in made.reading.items() if key != "columns")
    click.echo(say("{file}: {n} records; read as {reading}.", file=made.file, n=made.records, reading=reading))
    named = {short(prop): name for use in made.uses for prop, name, _ in use.options}
    named |= {value: name for question in made.questions for value, name in question.choices if name}
    key = ", ".join(made.key) or "—"
    click.echo(say("A row is: {of}; its address comes from {key}.", of=_spoken(made.of, named), key=key))
    rows = []
    for use in made.uses:
        to = _spoken(use.prop, named) if use.prop else say("(key only)") if use.key else say("(left out)")
        how = "; ".join(
            part
            for part in (say(use.how) if use.how else "", use.language, say("list") if use.separator else "")
            if part
        )
        known = f"{len(use.found)}/{len(use.found) + len(use.unknown)}" if use.how in ("concept", "thing") else ""
        rows.append([use.heading, to, how, known, f"{use.score:.2f}" if use.prop else "", ", ".join(use.examples[:2])])
    headings = [say(word) for word in ("column", "becomes", "as", "recognised", "likeness", "for example")]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 140
    click.echo(table(headings, rows, width))
    for prop in made.missing:
        click.echo(
            say("Missing: {name} must be given by a column, or be the same for all rows.", name=_spoken(prop, named))
        )


def _read(key: str, value: object, say: Callable[..., str]) -> str:
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    told = "TAB" if value == "\t" else f"“{value}”" if key == "separator" else say(str(value))
    return f"{say(_READ.get(key, key))}: {told}"


def _spoken(name: str, named: Mapping[str, str]) -> str:
    return f"{named[short(name)]} ({short(name)})" if short(name) in named else short(name)


def _show(trial: "Trial", say: Callable[..., str]) -> None:
    click.echo()
    click.echo(say("The first rows become:"))
    for subject, said in trial.things[:_THINGS]:
        click.echo(f"  {subject}")
        for predicate, value in said:
            name = shortened(value[1:-1]) if value.startswith("<") else value
            click.echo(f"      {shortened(predicate)}  {name.removeprefix('https://example.org/')}")
    if len(trial.things) > _THINGS:
        click.echo("  " + say("… and {n} more", n=len(trial.things) - _THINGS))
    for finding in trial.findings:
        click.echo("  ! " + say(finding.text.template, **finding.text.params))
