"""The stamp of a check: words that are wrong or contradict themselves are never published, unchecked ones are said."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from kgservice.errors import OntologyUnsound
from kgservice.locale import LANGUAGES, say
from kgservice.releases import files
from kgservice.report import Finding, Severity, Text
from kgservice.terms import shortened

_FILE = "logic.json"
_SOUND, _BROKEN, _CONTRADICTORY = "sound", "unsatisfiable", "inconsistent"
_FILES = (
    *("ontology/**/*.ttl", "ontology/hygiene/*.rq", "shapes/*.ttl", "queries/*/*.rq"),
    *("data/*/*/source.toml", "data/*/*/mapping.*", "data/*/*/lookups/*.csv"),
)
_WORDS = ("authored/", "hygiene/", "queries/", "shapes/")


def stamp(authored: Path, state: Path, found: Iterable[Finding], reasoned: bool = True) -> None:
    """Write into the state folder what a check said of these files; not `reasoned`: of their words alone.

    What a reasoner said before of the same ontology stays, where none was there now.

    Raises:
        StateBroken: the folder may not be written, or the disk is full.
    """
    from kgservice.knowledge import logic  # rdflib is slow to load: a build that finds nothing to do never comes here

    found = list(found)
    rules = {finding.rule for finding in found}
    body = _read(state)
    if reasoned and not rules & {"logic/not-checked", "logic/profile", "authored/authored-invalid"}:
        classes = sorted(finding.focus for finding in found if finding.rule == "logic/unsatisfiable")
        verdict = _CONTRADICTORY if "logic/inconsistent" in rules else _SOUND
        body["ontology"], body["verdict"] = logic.fingerprint(authored), _BROKEN if classes else verdict
        body["classes"] = classes
    wrong = [one for one in found if one.rule.startswith(_WORDS) and one.severity is Severity.VIOLATION]
    told = [(one, cell) for one in wrong for cell in one.cells[:1] if not Path(cell.file).is_absolute()]
    body["words"] = {"of": _fingerprint(authored), "faults": len(told)}
    for one, cell in told[:1]:
        body["words"]["place"] = f"{cell.file}:{cell.row}" if cell.row else cell.file
        # in every language: the message of a refusal takes the one that is its own
        body["words"]["cause"] = {f"cause_{language}": say(one.text, language) for language in LANGUAGES}
    with files.guarded(state):
        state.mkdir(parents=True, exist_ok=True)
        files.replace(state / _FILE, json.dumps(body))


def seen(authored: Path, state: Path) -> bool:
    """Tell whether a check has looked at the words of these files as they are now."""
    words = _read(state).get("words", {})
    # the stamp of an older version does not say why
    return words.get("of") == _fingerprint(authored) and ("cause" in words or not words["faults"])


def insist(authored: Path, state: Path) -> None:
    """Refuse an ontology whose stamp says that it cannot be true, and authored files whose stamp says they are wrong.

    Raises:
        OntologyUnsound: a check found classes that nothing can belong to, a contradiction, or faults of words, rules or
            questions; names them.
        AuthoredInvalid: a module cannot be read.
    """
    said = _said(authored, state)
    if said.get("verdict") == _BROKEN:
        raise OntologyUnsound(
            "The ontology is not published: nothing can belong to {classes}. Mend it, then run `kgservice check`.",
            classes=", ".join(shortened(iri) for iri in said["classes"]),
        )
    if said.get("verdict") == _CONTRADICTORY:
        raise OntologyUnsound(
            "The ontology is not published: it contradicts itself. Mend it, then run `kgservice check`."
        )
    words = _read(state).get("words", {})
    if words.get("faults") and seen(authored, state):
        raise OntologyUnsound(
            "Nothing is published: `kgservice check` found faults in the authored files ({n}), the first at {place}. "
            "{cause_en} Mend them, then run `kgservice check`.",
            n=words["faults"],
            place=words["place"],
            **words["cause"],
        )


def caution(authored: Path, state: Path) -> Text | None:
    """Return a warning where no full check has seen the ontology as it is now."""
    if _said(authored, state):
        return None
    return Text("Nobody has checked the logic of this ontology: `kgservice check` does, and tells a contradiction.")


def _said(authored: Path, state: Path) -> dict[str, Any]:
    """Return the stamp that fits the ontology as it is now; empty where there is none."""
    from kgservice.knowledge import logic  # as above

    body = _read(state)
    return body if body.get("ontology") == logic.fingerprint(authored) else {}


def _read(state: Path) -> dict[str, Any]:
    path = state / _FILE
    return files.read_json(path) if path.exists() else {}


def _fingerprint(authored: Path) -> str:
    """Return the SHA-256 of the files that a check of words looks at."""
    digest = hashlib.sha256()
    for pattern in _FILES:
        for path in sorted(authored.glob(pattern)):
            digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
