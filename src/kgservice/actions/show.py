"""The preview of a draft as a store that can be asked: made by a job, answered as long as nothing has moved on."""

import json
import shutil
from pathlib import Path

from kgservice.actions.fold import parts, pending, stamp
from kgservice.actions.preview import Preview
from kgservice.errors import PreviewStale
from kgservice.releases import Draft, Shelf
from kgservice.releases.files import guarded, replace
from kgservice.terms import Graphs

_NOTE = "preview.json"


def show(draft: Draft, seen: Preview, shelf: Shelf, names: Graphs) -> Path:
    """Build the store of a draft's preview in the draft's folder and return it; the job holds the draft alone.

    It is what the release would be but for its catalogue and measures, which a publish makes.

    Raises:
        StateBroken: the disk is full or the folder may not be written.
    """
    # the engine is loaded in the job's child only
    from kgservice.store.embedded import build

    moved = _moved(draft, shelf, names)
    name = f"preview-{seen.content_hash[:16]}-{moved['release']}"
    with guarded(draft.path):
        (draft.path / _NOTE).unlink(missing_ok=True)
        for old in draft.path.glob("preview-*"):
            shutil.rmtree(old, ignore_errors=True)
        (draft.path / name).mkdir()
        derived = [(None, Path(seen.known.file)), (names.illustrative, Path(seen.illustrative.file))]
        build(draft.path / name / "store", [*derived, *((g, Path(s.file)) for g, s in sorted(seen.graphs.items()))])
        replace(draft.path / _NOTE, json.dumps({**moved, "content_hash": seen.content_hash, "store": f"{name}/store"}))
    return draft.path / name / "store"


def shown(draft: Draft, shelf: Shelf, names: Graphs) -> Path:
    """Return the store of a draft's preview.

    Raises:
        PreviewStale: none was made yet, or the draft or the current release has changed since.
    """
    note = draft.path / _NOTE
    body = json.loads(note.read_text("utf8")) if note.exists() else {}
    store = draft.path / str(body.get("store"))
    moved = _moved(draft, shelf, names)
    if not store.is_dir() or pending(draft, shelf, names) or any(body[key] != moved[key] for key in moved):
        raise PreviewStale(
            "The preview of draft {draft} is not up to date; `kgservice drafts preview {draft}` makes it anew.",
            draft=draft.id,
        )
    return store


def _moved(draft: Draft, shelf: Shelf, names: Graphs) -> dict[str, object]:
    """Return what a preview is made from, to be compared later."""
    current = shelf.current()
    base = shelf.release(draft.base_release) if draft.base_release else None
    return {"release": current.id if current else 0, "draft": stamp(parts(draft, base, names))}
