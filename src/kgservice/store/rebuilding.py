"""A draft's store written anew beside itself, without one graph: for changes that are too big for one transaction."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pyoxigraph

_BIG = 100_000  # statements that one transaction still replaces in some 200 MB

Name = pyoxigraph.NamedNode | pyoxigraph.DefaultGraph


def big(store: pyoxigraph.Store, name: Name) -> bool:
    """Tell whether a graph is too big to be replaced or removed in one transaction."""
    quads = store.quads_for_pattern(None, None, None, name)
    return any(number >= _BIG for number, _ in enumerate(quads))


def without(folder: Path, store: pyoxigraph.Store, name: Name, load: Callable[[pyoxigraph.Store], None]) -> None:
    """Write `graph.new` beside the folder `graph`: all of its store but one graph, and what `load` puts in.

    What `load` raises is passed on, and nothing was changed.
    """
    fresh = folder.with_name("graph.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    try:
        other = pyoxigraph.Store(str(fresh / "store"))
        other.bulk_extend(quad for quad in store.quads_for_pattern(None, None, None) if quad.graph_name != name)
        for graph in store.named_graphs():
            if graph != name:
                other.add_graph(graph)
        load(other)
        other.flush()
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    for mark in ("stamp", "touched"):
        shutil.copyfile(folder / mark, fresh / mark)


def swap(folder: Path) -> None:
    """Put `graph.new` in the place of the folder `graph`; neither is open. `settle` mends what a kill leaves."""
    former = folder.with_name("graph.old")
    shutil.rmtree(former, ignore_errors=True)
    folder.rename(former)
    folder.with_name("graph.new").rename(folder)
    shutil.rmtree(former, ignore_errors=True)


def settle(folder: Path) -> None:
    """Take the former store where a swap was not finished, and remove leftovers."""
    former = folder.with_name("graph.old")
    if former.exists() and not folder.exists():
        former.rename(folder)
    for left in (former, folder.with_name("graph.new")):
        shutil.rmtree(left, ignore_errors=True)
