"""The decisions of people whether two things are one: `decisions/sameness/*.toml`, and what follows for statements."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgservice.errors import AuthoredInvalid
from kgservice.releases import Statements
from kgservice.releases.files import guarded, replace
from kgservice.releases.statements import lines, merged, write
from kgservice.settings import Settings
from kgservice.terms import PREFIXES, iri, is_iri

DECISIONS = ("same", "different", "later")
"""What may be decided; of things that are the same, the one published first is kept."""
SOURCE = "decisions"
"""The name under which the graph says which thing is replaced by which."""
_REPLACED = iri(PREFIXES["dcterms"] + "isReplacedBy")
_MAIN_NAMES = {iri(PREFIXES[prefix] + name).encode() for prefix, name in (("rdfs", "label"), ("skos", "prefLabel"))}
_OTHER_NAME = iri(PREFIXES["skos"] + "altLabel").encode()
_KEYS = {"decision", "things", "kept", "reason", "by", "decided"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person decided of two things (IRIs, in order); `kept` is the one that stays, of things that are one."""

    decision: str
    things: tuple[str, str]
    reason: str
    by: str
    decided: str
    """UTC, ISO 8601; by it decisions follow one another."""
    kept: str = ""

    @property
    def replaced(self) -> str:
        """Return the thing that is not kept."""
        return next(name for name in self.things if name != self.kept)


def folders(settings: Settings) -> list[Path]:
    """Return the folders of these decisions; a file of the later one stands for one of its name in the earlier."""
    return [
        settings.content / "data" / "decisions" / "sameness",
        settings.state / "content" / "decisions" / "sameness",
    ]


def decisions(settings: Settings) -> list[Decision]:
    """Return every decision, by the things.

    Raises:
        AuthoredInvalid: a file is no such decision; names file and key.
    """
    found = {path.name: path for folder in folders(settings) for path in sorted(folder.glob("*.toml"))}
    return sorted((_read(path, settings.base) for path in found.values()), key=lambda one: one.things)


def write_down(settings: Settings, decision: Decision) -> Path:
    """Write a decision into the state folder, instead of an earlier one on the same things; return its file."""
    folder = folders(settings)[-1]
    short = [_short(name, settings.base) for name in decision.things]
    fields: list[tuple[str, Any]] = [("decision", decision.decision), ("things", short)]
    fields += [("kept", _short(decision.kept, settings.base))] if decision.kept else []
    fields += [("reason", decision.reason), ("by", decision.by), ("decided", decision.decided)]
    path = folder / f"{_stem(short)}.toml"
    with guarded(folder):
        folder.mkdir(parents=True, exist_ok=True)
        # a basic string of TOML is written as JSON writes it (TOML 1.0, String), but for DEL
        said = "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in fields)
        replace(path, said.replace("\x7f", "\\u007f"))
    return path


def replacements(found: Iterable[Decision]) -> dict[str, str]:
    """Return which thing stands for which: of all that were decided to be one, in the order of time, one stays."""
    above: dict[str, str] = {}

    def end(name: str) -> str:
        while name in above:
            name = above[name]
        return name

    for one in sorted(found, key=lambda decision: (decision.decided, decision.things)):
        if one.decision == "same":
            kept, replaced = end(one.kept), end(one.replaced)
            if kept != replaced:
                above[replaced] = kept
    return {name: end(name) for name in above}


def applied(
    replaced: Mapping[str, str], graphs: Mapping[str, Statements], out: Path, known: Iterable[str] = ()
) -> dict[str, Statements]:
    """Return graphs in which things that are one bear the IRI that is kept; `known` are hashes that need no look.

    Files that change are written into `out` and named by their path, as those of `graphs` are.
    """
    left = dict(graphs)
    if not replaced:
        return left
    names = {iri(old).encode(): iri(new).encode() for old, new in replaced.items()}
    pattern = re.compile(b"|".join(re.escape(name) for name in names))
    settled = set(known)
    for number, (graph, statements) in enumerate(sorted(graphs.items())):
        if statements.sha256 in settled:
            continue
        changed = []
        for line in lines(Path(statements.file)):
            # an IRI inside a literal stands there without its brackets being part of the syntax: look at the terms only
            if pattern.search(line) and (other := _renamed(line, names)) != line:
                changed.append((line, other))
        if changed:
            old = {line for line, _ in changed}
            new = out / f"renamed-{number}.nt"
            new.write_bytes(b"".join(sorted(other for _, other in changed)))
            rest = out / f"kept-{number}.nt"
            with rest.open("wb") as file:
                file.writelines(line for line in lines(Path(statements.file)) if line not in old)
            path = out / f"renamed-{number}.nt.gz"
            left[graph] = write(path, merged([rest, new]), str(path))
            rest.unlink()
            new.unlink()
    return left


def told(replaced: Mapping[str, str]) -> list[bytes]:
    """Return the statements that say what is replaced by what (DCMI Metadata Terms, isReplacedBy), sorted."""
    return sorted(f"{iri(old)} {_REPLACED} {iri(new)} .\n".encode() for old, new in replaced.items())


def _renamed(line: bytes, names: Mapping[bytes, bytes]) -> bytes:
    subject, predicate, value = line.rstrip(b"\n").removesuffix(b" .").split(b" ", 2)
    if value[:1] == b"<":
        value = names.get(value, value)
    kept = names.get(subject)
    if kept and predicate in _MAIN_NAMES:
        predicate = _OTHER_NAME  # the thing that is kept has its own
    return b" ".join((kept or subject, predicate, value, b".\n"))


def _short(name: str, base: str) -> str:
    """Return an IRI as a decision file holds it: that of a thing of ours without the base, so that files travel."""
    return name.removeprefix(base) if name.startswith(f"{base}id/") else name


def _stem(things: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(things)).encode()).hexdigest()[:16]


def _read(path: Path, base: str) -> Decision:
    try:
        body: dict[str, Any] = tomllib.loads(path.read_text("utf8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuthoredInvalid("{file} is not TOML: {reason}.", file=str(path), reason=str(error)) from None
    things: Any = body.get("things")
    wrong = ""
    if set(body) - _KEYS:
        wrong = min(set(body) - _KEYS)
    elif body.get("decision") not in DECISIONS:
        wrong = "decision"
    elif not isinstance(things, list) or len(things) != 2 or not all(isinstance(name, str) for name in things):
        wrong = "things"
    elif body["decision"] == "same" and body.get("kept") not in things:
        wrong = "kept"
    else:
        wrong = next((key for key in ("reason", "by", "decided") if not isinstance(body.get(key), str)), "")
    if wrong:
        raise AuthoredInvalid(
            "{file}: {key} is not what a decision on two things holds: decision (same, different, later), two things, "
            "kept (one of them, of the same), reason, by, decided.",
            file=str(path), key=wrong,
        )  # fmt: skip
    one, other = sorted(_whole(name, base) for name in things)
    if one == other or not (is_iri(one) and is_iri(other)):
        raise AuthoredInvalid("{file}: {key} must name two things by id/kind/key or IRI.", file=str(path), key="things")
    kept = _whole(body["kept"], base) if body.get("kept") else ""
    return Decision(body["decision"], (one, other), body["reason"], body["by"], body["decided"], kept)


def _whole(name: str, base: str) -> str:
    return f"{base}{name}" if name.startswith("id/") else name
