"""Conflicts: base, current release and draft have three different versions of a graph."""

from kgservice.errors import PublishConflict
from kgservice.releases import Draft, Release


def conflicting(draft: Draft, current: Release | None) -> list[str]:
    """Return the graphs that both the draft and the current release changed since the draft began, by hash."""
    now = current.manifest.graphs if current else {}
    found = []
    for graph, change in draft.changes.items():
        there = now[graph].sha256 if graph in now else ""
        if there not in (change.before, change.statements.sha256 if change.statements else ""):
            found.append(graph)
    return sorted(found)


def insist(draft: Draft, current: Release | None) -> None:
    """Insist that the current release changed no graph that the draft changed too, unless to the very same.

    Raises:
        PublishConflict: it did; names the graphs.
    """
    found = conflicting(draft, current)
    if found:
        raise PublishConflict(
            "Draft {draft} began on release {base}, and release {current} has changed the same since: {graphs}. "
            "`kgservice drafts rebase {draft}` brings both together where they do not contradict each other.",
            draft=draft.id,
            base=draft.base_release or "-",
            current=current.id if current else "-",
            graphs=", ".join(found),
        )
