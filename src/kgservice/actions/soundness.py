"""The stamp of a full check: what contradicts itself is never published, and what nobody checked is said."""

import json
from collections.abc import Iterable
from pathlib import Path

from kgservice.errors import OntologyUnsound
from kgservice.releases import files
from kgservice.report import Finding, Text
from kgservice.terms import shortened

_FILE = "logic.json"
_SOUND, _BROKEN, _CONTRADICTORY = "sound", "unsatisfiable", "inconsistent"


def stamp(authored: Path, state: Path, found: Iterable[Finding]) -> None:
    """Write into the state folder what a reasoner said of the ontology of these files; nothing when none was there.

    Raises:
        StateBroken: the folder may not be written, or the disk is full.
    """
    from kgservice.knowledge import logic  # rdflib is slow to load: a build that finds nothing to do never comes here

    rules = {finding.rule for finding in found}
    if rules & {"logic/not-checked", "logic/profile"} or any(rule.startswith("authored/") for rule in rules):
        return
    verdict = _CONTRADICTORY if "logic/inconsistent" in rules else _SOUND
    classes = sorted(finding.focus for finding in found if finding.rule == "logic/unsatisfiable")
    body = {
        "ontology": logic.fingerprint(authored),
        "verdict": _BROKEN if classes else verdict,
        "classes": classes,
    }
    with files.guarded(state):
        state.mkdir(parents=True, exist_ok=True)
        files.replace(state / _FILE, json.dumps(body))


def insist(authored: Path, state: Path) -> None:
    """Refuse an ontology whose stamp says that it cannot be true.

    Raises:
        OntologyUnsound: a full check found classes that nothing can belong to, or a contradiction; names them.
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


def caution(authored: Path, state: Path) -> Text | None:
    """Return a warning where no full check has seen the ontology as it is now."""
    if _said(authored, state):
        return None
    return Text("Nobody has checked the logic of this ontology: `kgservice check` does, and tells a contradiction.")


def _said(authored: Path, state: Path) -> dict[str, str]:
    """Return the stamp that fits the ontology as it is now; empty where there is none."""
    from kgservice.knowledge import logic  # as above

    path = state / _FILE
    body = files.read_json(path) if path.exists() else {}
    return body if body.get("ontology") == logic.fingerprint(authored) else {}
