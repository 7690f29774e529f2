"""`kgservice source`: a source from a sample in a few answers, its contract test, wordings of its code tables."""

import json
import shutil
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kgservice.actions.newsource import UNUSED, Proposal, Question, short
from kgservice.cli import doors, job
from kgservice.cli.findings import summary
from kgservice.cli.tables import table
from kgservice.errors import ParameterInvalid
from kgservice.report import Report
from kgservice.reports.text import as_text
from kgservice.terms import shortened

if TYPE_CHECKING:
    from kgservice.actions.newsource.scaffold import Trial
    from kgservice.wiring import Service

_ROUNDS = 8  # times that answers may change the questions
_CHOICES = 12
_CERTAIN = 0.55  # how sure it must be what a row is, to go on without asking


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
    answers = {"steward": doors.actor(actor), **_answers(answers_file)}
    made = service.newsource.propose(name, file, answers)
    if show:
        click.echo(json.dumps(made.to_json(), ensure_ascii=False, indent=1))
        return 0
    _tell(made, say)
    if not yes:
        for _ in range(_ROUNDS):
            fresh = _asked(made, answers, ask_all, say)
            if not fresh:
                break
            answers |= fresh
            made = service.newsource.propose(name, file, answers)
        _tell(made, say)
    if yes and made.certain < _CERTAIN:
        click.echo(say('Nothing tells what a row is; say it: class = "kg:…" in a file for --answers.'))
        return 1
    trial = service.newsource.trial(made, file)
    _show(trial, say)
    if not yes and sys.stdin.isatty() and not click.confirm(say("Write the source?"), default=True):
        return 1
    folder = service.newsource.write(made, file, doors.actor(actor), authored)
    click.echo(say("Source {name} is written: {folder}.", name=name, folder=folder))
    click.echo(say("Import a delivery: kgservice import {name} {file}", name=name, file=file))
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


def _asked(made: Proposal, answers: Mapping[str, str], everything: bool, say: Callable[..., str]) -> dict[str, str]:
    """Ask what is unsure, and return the answers; nothing when nothing is left to ask."""
    fresh: dict[str, str] = {}
    for question in made.questions:
        if question.id in answers or (question.sure and not everything):
            continue
        fresh[question.id] = _prompted(question, say)
        if question.id.startswith(("class", "read.")) and fresh[question.id] != question.proposed:
            break  # everything else depends on it
    return fresh


def _prompted(question: Question, say: Callable[..., str]) -> str:
    click.echo()
    click.echo(say(question.text.template, **question.text.params))
    column = question.id.startswith("column:")  # all that follows leaving it out is less likely than that
    left_out = next((at for at, (value, _) in enumerate(question.choices, 1) if column and value == UNUSED), _CHOICES)
    shown = question.choices[: min(left_out, _CHOICES)]
    for number, (value, name) in enumerate(shown, 1):
        nothing = say("leave the column out") if column else say("none of these")
        label = nothing if value == UNUSED else name
        click.echo(f"  {number}. {label}" + (f"  ({value})" if value not in (name, UNUSED) else ""))
    if len(question.choices) > len(shown):
        click.echo(say("  … and {n} more: write a part of the name.", n=len(question.choices) - len(shown)))
    while True:
        asked = say("Number, name or value") if question.choices else say("Text")
        answer: str = click.prompt(asked, default=question.proposed, show_default=bool(question.proposed)).strip()
        found = _chosen(answer, question)
        if len(found) < 2:
            return found[0] if found else answer
        click.echo(say("Several are called so: {names}.", names="; ".join(f"{n} ({v})" for v, n in question.choices
                                                                          if v in found[:6])))  # fmt: skip


def _chosen(answer: str, question: Question) -> list[str]:
    """Return the values of the choices that an answer may mean: by number, value, name, or part of a name."""
    if answer.isdecimal() and 0 < int(answer) <= min(len(question.choices), _CHOICES) and len(answer) < 3:
        return [question.choices[int(answer) - 1][0]]
    spoken = answer.casefold()
    exact = [value for value, name in question.choices if spoken in (value.casefold(), name.casefold())]
    return exact[:1] or [value for value, name in question.choices if len(spoken) > 2 and spoken in name.casefold()]


def _tell(made: Proposal, say: Callable[..., str]) -> None:
    reading = ", ".join(f"{key} {value!r}" if key == "separator" else f"{key} {value}"
                        for key, value in made.reading.items() if key != "columns")  # fmt: skip
    click.echo(say("{file}: {n} records; read as {reading}.", file=made.file, n=made.records, reading=reading))
    key = ", ".join(made.key) or "—"
    click.echo(say("A row is: {of}; its address comes from {key}.", of=short(made.of), key=key))
    rows = []
    for use in made.uses:
        to = short(use.prop) if use.prop else say("(key only)") if use.key else say("(left out)")
        how = "; ".join(part for part in (use.how, use.language, say("list") if use.separator else "") if part)
        known = f"{len(use.found)}/{len(use.found) + len(use.unknown)}" if use.how in ("concept", "thing") else ""
        rows.append([use.heading, to, how, known, f"{use.score:.2f}" if use.prop else "", ", ".join(use.examples[:2])])
    headings = [say(word) for word in ("column", "becomes", "as", "recognised", "likeness", "for example")]
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 140
    click.echo(table(headings, rows, width))
    for prop in made.missing:
        click.echo(say("Missing: {name} must be given by a column, or be the same for all rows.", name=short(prop)))


def _show(trial: "Trial", say: Callable[..., str]) -> None:
    click.echo()
    click.echo(say("The first rows become:"))
    for subject, said in trial.things:
        click.echo(f"  {subject}")
        for predicate, value in said:
            name = shortened(value[1:-1]) if value.startswith("<") else value
            click.echo(f"      {shortened(predicate)}  {name.removeprefix('https://example.org/')}")
    for finding in trial.findings:
        click.echo("  ! " + say(finding.text.template, **finding.text.params))
