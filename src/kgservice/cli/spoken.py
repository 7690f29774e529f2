"""A difference in words for a terminal."""

from collections.abc import Iterable, Iterator, Mapping

from kgservice.actions import notes
from kgservice.actions.compare import Past
from kgservice.actions.differences import Alteration, Difference, Summary
from kgservice.locale import translate
from kgservice.releases import Release
from kgservice.report import Cell
from kgservice.web.nouns import heading, property_name

_MARKS = {"added": "+", "removed": "-", "changed": "~", "renamed": "="}
_FIRST = 3  # things of a release that a rollback names
_OTHERS = {
    "ontology": "Words of the ontology",
    "vocabulary": "Words of vocabularies",
    "shape": "Rules",
    "other": "Other things",
}


def brief(summary: Summary, told: Mapping[str, object], language: str) -> str:
    """Return how much differs, and which preview is spoken of."""
    lines = []
    if told.get("preview"):
        template = translate("Draft {draft} ({state}), preview {preview}", language)
        state = translate(str(told["state"]), language)
        lines.append(template.format(draft=told["draft"], state=state, preview=str(told["preview"])[:12]))
    if not summary.things:
        return "\n".join([*lines, translate("Nothing differs.", language)])
    template = translate(
        "Things: {added} added, {removed} removed, {changed} changed, {renamed} renamed. "
        "Statements: {more} added, {less} removed.",
        language,
    )
    counts = template.format(
        added=summary.added, removed=summary.removed, changed=summary.changed, renamed=summary.renamed,
        more=summary.statements_added, less=summary.statements_removed,
    )  # fmt: skip
    return "\n".join([*lines, counts])


def spoken(things: Iterable[Difference], language: str) -> Iterator[str]:
    """Yield the lines of things by kind: a line each, then a line for each statement with its cells."""
    kind = ""
    for thing in things:
        if thing.kind != kind:
            kind = thing.kind
            named = translate(_OTHERS[kind], language) if kind in _OTHERS else heading(kind, language)
            yield f"\n{named}"
        yield f"  {_MARKS[thing.verb]} {_headline(thing, language)}"
        for alteration in thing.alterations:
            yield f"      {_alteration(alteration, language)}"


def lived(past: Iterable[Past], language: str) -> Iterator[str]:
    """Yield what each release changed about a thing: a line for the release, one for each statement that changed."""
    for one in past:
        made = one.release.manifest
        accepted = ", ".join(str(said["actor"]) for said in made.review.get("accepted", ()))
        parts = [translate("release {id}", language).format(id=made.id), made.created]
        parts.append(translate("published by {actor}", language).format(actor=made.actor))
        parts += [translate("accepted by {actor}", language).format(actor=accepted)] if accepted else []
        yield ", ".join(parts)
        yield f"  {_MARKS[one.told.verb]} {_headline(one.told, language)}"
        for alteration in one.told.alterations if one.told.verb in ("changed", "renamed") else ():
            yield f"      {_alteration(alteration, language)}"


def undoing(release: Release, language: str) -> Iterator[str]:
    """Yield what readers lose with a release: who made it, and its notes, a line for each kind and verb."""
    manifest = release.manifest
    template = translate("Takes back release {id} of {time} by {actor}:", language)
    yield template.format(id=release.id, time=manifest.created, actor=manifest.actor)
    yield from noted(release, language)


def noted(release: Release, language: str) -> Iterator[str]:
    """Yield the notes of a release, a line for each kind and verb; nothing for one made before there were notes."""
    found = notes.read(release, language)
    for group in found.groups if found else ():
        named = translate(_OTHERS[group.kind], language) if group.kind in _OTHERS else heading(group.kind, language)
        first = ", ".join(name for _, name, _ in group.things[:_FIRST])
        more = " …" if group.count > _FIRST else ""
        yield f"  {named}, {translate(group.verb, language)}: {group.count} ({first}{more})"


def _headline(thing: Difference, language: str) -> str:
    text = f"{translate(thing.verb, language)}: {thing.label}"
    if thing.label != thing.iri:
        text += f"  <{thing.iri}>"
    if thing.former:
        return text + "  " + translate("was <{former}>", language).format(former=thing.former)
    if thing.former_label:
        return text + "  " + translate("was {name}", language).format(name=thing.former_label)
    return text


def _alteration(one: Alteration, language: str) -> str:
    name = property_name(one.predicate, one.label, language)
    if one.former_evidence:
        said = translate("{value} (evidence: {before} → {after})", language).format(
            value=one.new_text, before=translate(one.former_evidence, language), after=translate(one.evidence, language)
        )
    elif one.old and one.new:
        said = f"{one.old_text} → {one.new_text}"
    else:
        said = f"+ {one.new_text}" if one.new else f"- {one.old_text}"
    places = dict.fromkeys(_place(cell, language) for cell in (*one.before, *one.after))
    origin = "; ".join(places) or one.source
    return f"{name}: {said}" + (f"   [{origin}]" if origin else "")


def _place(cell: Cell, language: str) -> str:
    parts = [cell.file, cell.sheet, translate("row {row}", language).format(row=cell.row), cell.column]
    return ", ".join(part for part in parts if part)
