"""The preview of a draft, kept: made by a job under one content hash, and good as long as nothing has moved on."""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from kgservice.actions.content import Content
from kgservice.actions.fold import parts, pending, stamp
from kgservice.actions.preview import Preview, merging
from kgservice.errors import PreviewStale
from kgservice.releases import Draft, Release, Shelf, Statements, files
from kgservice.releases.differences import Side, side
from kgservice.releases.files import guarded, link
from kgservice.releases.ledger import record
from kgservice.terms import Graphs

_NOTE = "preview.json"
_STORE = "store"
LEDGER = "changes.sqlite"


@dataclass(frozen=True, slots=True)
class Kept:
    """A kept preview that nothing has moved on from."""

    draft: Draft
    folder: Path
    content_hash: str
    parent: Release | None
    graphs: Mapping[str, Statements]
    """By IRI; `file` is an absolute path."""
    note: Mapping[str, Any]
    names: Graphs

    @property
    def before(self) -> Side:
        """Return the release that it changes, as one side of a comparison."""
        return side(self.parent)

    @property
    def after(self) -> Side:
        """Return what the release would be, as the other side."""
        return {graph: (found.sha256, Path(found.file)) for graph, found in self.graphs.items()}

    @property
    def ledger(self) -> Path:
        """Return the ledger of the difference."""
        return self.folder / LEDGER

    @property
    def store(self) -> Path:
        """Return the folder of the store that answers as the release would; not there before it is asked for."""
        return self.folder / _STORE

    def preview(self) -> Preview:
        """Return the preview as it was made."""
        lineages = {
            name: self.draft.path / "lineage" / name if own else (self.parent.lineage if self.parent else Path()) / name
            for name, own in self.note["lineages"].items()
        }
        made = merging(self.graphs, self.folder, self.names)
        suppressed, made_by = self.note["suppressed"], self.note.get("made_by", "")
        return Preview(self.parent, self.graphs, self.note["imports"], lineages, made, suppressed, made_by)


def keep(draft: Draft, seen: Preview, shelf: Shelf, content: Content) -> Kept:
    """Keep a preview with the draft, and the ledger of what it changes; the job holds the draft alone.

    Raises:
        StateBroken: the disk is full or the folder may not be written.
    """
    moved = _moved(draft, shelf, content)
    folder = draft.path / f"preview-{seen.content_hash[:16]}-{moved['release']}"
    with guarded(draft.path):
        for old in draft.path.glob("preview-*"):
            if old != folder:
                shutil.rmtree(old, ignore_errors=True)
        folder.mkdir(exist_ok=True)
        graphs = {graph: asdict(_placed(found, draft, folder)) for graph, found in seen.graphs.items()}
        note = {
            **moved,
            "content_hash": seen.content_hash,
            "folder": folder.name,
            "graphs": graphs,
            "imports": seen.imports,
            "lineages": {name: path.is_relative_to(draft.path) for name, path in seen.lineages.items()},
            "suppressed": seen.suppressed,
            "made_by": seen.made_by,
        }
        found = _kept(draft, folder, note, seen.parent, content.graphs)
        if not found.ledger.exists():
            record(found.ledger, found.before, found.after, content.graphs)
        files.replace(draft.path / _NOTE, json.dumps(note, ensure_ascii=False))
    return found


def show(found: Kept, content: Content) -> Path:
    """Build the store of a kept preview and return it; it is what the release would be but for what describes it.

    Raises:
        StateBroken: the disk is full or the folder may not be written.
    """
    if not found.store.is_dir():
        with guarded(found.folder):
            fresh = found.folder / f".{_STORE}"
            shutil.rmtree(fresh, ignore_errors=True)
            if not _branched(found, content.graphs, fresh):
                _built(found, content.graphs, fresh)
            fresh.rename(found.store)
    return found.store


def _branched(found: Kept, names: Graphs, fresh: Path) -> bool:
    """Make the store from that of the current release by what differs; tell whether that was worth it."""
    # the engine is loaded in the job's child only
    from kgservice.actions.changes import applied
    from kgservice.knowledge.validation import ChangeTooLarge

    if found.parent is None or not found.parent.store.is_dir():
        return False
    try:
        applied(found.preview(), found.parent, names, fresh, (), lambda *_: {})
    except ChangeTooLarge:
        return False
    return True


def _built(found: Kept, names: Graphs, fresh: Path) -> None:
    from kgservice.store.embedded import build  # as in `_branched`

    seen = found.preview()
    derived = [(None, Path(seen.known.file)), (names.illustrative, Path(seen.illustrative.file))]
    build(fresh, [*derived, *((graph, Path(s.file)) for graph, s in sorted(seen.graphs.items()))])


def kept(draft: Draft, shelf: Shelf, content: Content) -> Kept:
    """Return the preview of a draft.

    Raises:
        PreviewStale: none was made yet, or the draft, the current release or the authored files have moved on since.
    """
    path = draft.path / _NOTE
    note = json.loads(path.read_text("utf8")) if path.exists() else {}
    moved = _moved(draft, shelf, content)
    folder = draft.path / str(note.get("folder"))
    if not folder.is_dir() or pending(draft, shelf, content.graphs) or any(note[key] != moved[key] for key in moved):
        raise PreviewStale(
            "The preview of draft {draft} is not up to date; `kgservice drafts preview {draft}` makes it anew.",
            draft=draft.id,
        )
    parent = shelf.release(note["release"]) if note["release"] else None
    return _kept(draft, folder, note, parent, content.graphs)


def fresh(draft: Draft, shelf: Shelf, content: Content) -> bool:
    """Tell whether the preview of a draft is up to date."""
    try:
        return kept(draft, shelf, content).folder.is_dir()
    except PreviewStale:
        return False


def _kept(draft: Draft, folder: Path, note: Mapping[str, Any], parent: Release | None, names: Graphs) -> Kept:
    graphs = {graph: _found(draft, entry) for graph, entry in note["graphs"].items()}
    return Kept(draft, folder, note["content_hash"], parent, graphs, note, names)


def _found(draft: Draft, entry: Mapping[str, Any]) -> Statements:
    return Statements(str(draft.path / entry["file"]), entry["sha256"], entry["triples"])


def _placed(found: Statements, draft: Draft, folder: Path) -> Statements:
    """Return statements with a file that lasts: of the draft, of a release, or linked into the preview's folder."""
    path = Path(found.file)
    if path.is_relative_to(draft.path):
        return replace(found, file=path.relative_to(draft.path).as_posix())
    if any(parent.name == "releases" for parent in path.parents):
        return found
    target = folder / path.name
    if not target.exists():
        link(path, target)
    return replace(found, file=target.relative_to(draft.path).as_posix())


def _moved(draft: Draft, shelf: Shelf, content: Content) -> dict[str, object]:
    """Return what a preview is made from, to be compared later."""
    current = shelf.current()
    base = shelf.release(draft.base_release) if draft.base_release else None
    return {
        "release": current.id if current else 0,
        "draft": stamp(parts(draft, base, content.graphs)),
        "authored": content.words(),
    }
