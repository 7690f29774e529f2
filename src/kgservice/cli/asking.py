"""The questions of a proposal at a terminal: asked one by one, with a way back, and kept when somebody stops."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from kgservice.actions.newsource import UNUSED, Proposal, Question

_CHOICES = 12
_BACK, _ALL = "<", "?"
_READING = ("read.", "class", "nulls")
"""Questions on whose answer all others depend."""

Say = Callable[..., str]


def interview(
    made: Proposal, answers: dict[str, str], everything: bool, again: Callable[[], Proposal], say: Say
) -> Proposal:
    """Ask what is unsure until nothing is, adding to `answers`, and return the proposal that they make.

    Raises:
        Abort: of click, when the person stops; the answers so far are in `answers`.
    """
    given: list[str] = []
    settled: set[str] = set()
    while True:
        waiting = _open(made, answers, everything, settled)
        if not waiting:
            return again()
        if not given:
            click.echo(say("Enter takes what stands in [brackets]; a number, a name or a part of it chooses; ? shows "
                           "all choices; < goes back; Ctrl-C stops, and keeps the answers."))  # fmt: skip
        rest = [question for question in waiting if _unlike(question)]
        question = next((one for one in waiting if one not in rest), None)
        if question is None:
            answer = _rest(rest, say)
            question = next((one for one in rest if one.id == answer), None)
            if answer == UNUSED:
                settled |= {one.id for one in rest}
                given.append("")
                continue
        if question is not None:
            total = len(given) + len(waiting) - max(len(rest) - 1, 0)
            answer = _prompted(question, f"({len(given) + 1}/{total})", say)
        if question is None or answer == _BACK:
            _undo(given, answers, settled, say)
            made = again()
            continue
        answers[question.id] = answer
        settled.add(question.id)
        given.append(question.id)
        if answer != question.proposed or question.id.startswith(_READING):
            made = again()


def kept(path: Path) -> dict[str, str]:
    """Return the answers that somebody gave before stopping; none where there are none."""
    try:
        return {str(name): str(value) for name, value in json.loads(path.read_text("utf8")).items()}
    except (OSError, ValueError):
        return {}


def keep(path: Path, answers: Mapping[str, str]) -> None:
    """Keep answers for the next time; no answers = forget them."""
    if answers:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(answers, ensure_ascii=False, indent=1), "utf8")
    else:
        path.unlink(missing_ok=True)


def _open(made: Proposal, answers: Mapping[str, str], everything: bool, settled: set[str]) -> list[Question]:
    return [
        question
        for question in made.questions
        if question.id not in settled and question.id not in answers and (everything or not question.sure)
    ]


def _unlike(question: Question) -> bool:
    """Tell whether a question is of a column that is like nothing: those are asked for together."""
    return question.id.startswith("column:") and bool(question.choices) and question.choices[0][0] == UNUSED


def _undo(given: list[str], answers: dict[str, str], settled: set[str], say: Say) -> None:
    """Take the last answer back; that several columns are left out, too."""
    if not given:
        click.echo(say("This is the first question."))
        return
    last = given.pop()
    answers.pop(last, None)
    settled.clear()
    settled.update(one for one in given if one)


def _rest(questions: list[Question], say: Say) -> str:
    """Return the id of one column that is not to be left out, UNUSED when all are, or the way back."""
    click.echo()
    click.echo(say("These columns are like nothing that is said of such things, and are left out:"))
    for number, question in enumerate(questions, 1):
        params = question.text.params
        click.echo(f"  {number}. {params['heading']}" + (f"  ({params['examples']})" if params["examples"] else ""))
    while True:
        asked = say("Enter leaves them out; the number of a column takes it")
        answer: str = click.prompt(asked, default="", show_default=False).strip()
        if answer in ("", UNUSED):
            return UNUSED
        if answer == _BACK:
            return _BACK
        if answer.isdecimal() and 0 < int(answer) <= len(questions):
            return questions[int(answer) - 1].id
        named = [one.id for one in questions if answer.casefold() in str(one.text.params["heading"]).casefold()]
        if len(named) == 1:
            return named[0]
        click.echo(say("No column is called {name}.", name=answer))


def _prompted(question: Question, shown: str, say: Say) -> str:
    """Return the value that is chosen, or the way back."""
    click.echo()
    click.echo(f"{shown} " + say(question.text.template, **question.text.params))
    column = question.id.startswith("column:")  # all that follows leaving it out is less likely than that
    left_out = next((at for at, (value, _) in enumerate(question.choices, 1) if column and value == UNUSED), _CHOICES)
    _list(question, min(left_out, _CHOICES), say)
    while True:
        asked = say("Number, name or value") if question.choices else say("Text")
        proposed = next((at for at, (value, _) in enumerate(question.choices, 1) if value == question.proposed), 0)
        default = str(proposed) if 0 < proposed <= _CHOICES else question.proposed
        answer: str = click.prompt(asked, default=default, show_default=bool(default)).strip()
        if answer == _BACK:
            return answer
        if answer == _ALL and question.choices:
            _list(question, len(question.choices), say)
            continue
        found = _chosen(answer, question)
        if len(found) == 1:
            return found[0]
        if found:
            names = "; ".join(name for value, name in question.choices if value in found[:6])
            click.echo(say("Several are called so: {names}.", names=names))
        else:
            click.echo(say("“{answer}” is none of the choices; ? shows them all.", answer=answer))


def _list(question: Question, most: int, say: Say) -> None:
    column = question.id.startswith("column:")
    for number, (value, name) in enumerate(question.choices[:most], 1):
        nothing = say("leave the column out") if column else say("none of these")
        label = say(name) if name else nothing if value == UNUSED else value
        # an address tells a person nothing; a short name of the ontology is what the files say
        click.echo(f"  {number}. {label}" + ("" if value in (name, UNUSED) or ":" not in value or "//" in value
                                             or label == value else f"  ({value})"))  # fmt: skip
    if question.id.startswith("constant:"):
        click.echo(say("  Enter leaves it open: every row will be told for it."))
    if len(question.choices) > most:
        click.echo(say("  … and {n} more: write a part of the name, or ? to see them.", n=len(question.choices) - most))


def _chosen(answer: str, question: Question) -> list[str]:
    """Return the values that an answer may mean: by number, value, name, or part of a name; none where it means none.

    Where nothing is proposed, no answer is one: what all rows have may stay open; what a row is may not.
    """
    if not question.choices:
        return [answer]
    if answer == "":
        return [] if question.id == "class" else [""]
    if answer == UNUSED and question.id.startswith(("column:", "value:", "constant:")):
        return [UNUSED]
    if answer.isdecimal() and len(answer) < 3 and 0 < int(answer) <= len(question.choices):
        return [question.choices[int(answer) - 1][0]]
    spoken = answer.casefold()
    exact = [value for value, name in question.choices if spoken in (value.casefold(), name.casefold())]
    part = [value for value, name in question.choices if len(spoken) > 2 and spoken in name.casefold()]
    several = question.id == "key" and {one.strip() for one in answer.split(" + ")} <= set(dict(question.choices))
    free = question.id.startswith(("value:", "constant:")) and (":" in answer or "/" in answer)
    return exact[:1] or part or ([answer] if several or free else [])
