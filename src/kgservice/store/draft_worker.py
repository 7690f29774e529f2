"""The evaluator of a draft inside its worker: a store of its own that is written to, one request at a time.

The draft's folder holds `plan.json` (which statement files its store is made of, and a stamp over them) and
`graph/`: the `store`, the `stamp` it was made under, `touched` once it was written to, and `loading` while a long load
is not yet whole.
"""

import fcntl
import json
import os
import re
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyoxigraph

from kgservice.errors import (
    EngineCrash,
    GraphNotFound,
    KgError,
    QueryInvalid,
    StoreUnavailable,
    UpdateFailed,
)
from kgservice.sparql import Bounds
from kgservice.store import documents, embedded, rebuilding, serialisation, updates
from kgservice.store.evaluation import FUNCTIONS, Evaluation
from kgservice.store.interface import Question

_LONG = 32 << 20  # bytes of a document that is loaded around memory
_PLACE = re.compile(r"error at (\d+):(\d+): ?(.*)", re.DOTALL)
_Name = rebuilding.Name


class Desk:
    """A draft's store and the requests on it; the process holds the draft's `open.lock` while it lives.

    Raises:
        StoreUnavailable: another process has the draft, or its store cannot be made.
    """

    patience = 0.25
    """Seconds between two looks at whether a job wants the draft."""

    def __init__(self, folder: Path, base: str, bounds: Bounds = Bounds()) -> None:  # noqa: B008  (a tuple)
        self._bounds = bounds
        self._folder = folder / "graph"
        self._writable = updates.Writable(base)
        try:
            self._held = _hold(folder / "open.lock")
            self._job = os.open(folder / "job.lock", os.O_RDONLY)
            rebuilding.settle(self._folder)
            plan = json.loads((folder / "plan.json").read_text("utf8"))
            if _read(self._folder / "stamp") != plan["stamp"]:
                _build(self._folder, plan)
            self._store = pyoxigraph.Store(str(self._folder / "store"))
            if unfinished := _read(self._folder / "loading"):
                self._store.remove_graph(pyoxigraph.NamedNode(unfinished))
                (self._folder / "loading").unlink()
        except OSError as error:
            message = "The store of the draft in {folder} cannot be opened: {reason}."
            raise StoreUnavailable(message, folder=folder, reason=error) from None
        self._evaluation = Evaluation(self._store, "", bounds)

    def unwanted(self) -> bool:
        """Tell whether a job wants the draft, so that this process must go."""
        try:
            fcntl.flock(self._job, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        fcntl.flock(self._job, fcntl.LOCK_UN)
        return False

    def answer(self, question: Question, sink: serialisation.Sink) -> None:
        """Evaluate a question on the draft; errors as `Evaluation.answer`."""
        self._evaluation.answer(question, sink)

    def change(self, body: dict[str, Any], sink: serialisation.Sink) -> None:
        """Do what a request says: its `verb` is `update`, `get`, `put`, `post` or `delete`; the answer is JSON.

        Raises:
            QueryInvalid, QueryForbidden, ParameterInvalid, UpdateFailed: the update must not run, or failed.
            GraphDerived, GraphNotFound, BodyInvalid: as their names say; nothing was changed.
        """
        verb = body["verb"]
        if verb == "get":
            self._get(body, sink)
            return
        done: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
            "update": self._update,
            "put": self._put,
            "post": self._post,
            "delete": self._delete,
        }
        result = done[verb](body)
        sink.begin("change", "json")
        sink.write(json.dumps(result).encode())

    def _update(self, body: dict[str, Any]) -> dict[str, Any]:
        query = updates.admit(body["text"], self._writable, self._bounds)
        text = updates.runnable(query, tuple(body["using"]), tuple(body["using_named"]))
        if updates.open_ended(query):
            self._try(text, query.text, body["base"])
        self._touch()
        _run(self._store, text, body["base"], query.text)
        self._evaluation.changed()
        return {}

    def _get(self, body: dict[str, Any], sink: serialisation.Sink) -> None:
        graph, name = body["graph"], _name(body["graph"])
        if graph and not self._there(name):
            raise _missing(graph)
        pattern = f"GRAPH <{graph}> {{ ?s ?p ?o }}" if graph else "?s ?p ?o"
        question = Question(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}", body["format"])
        self._evaluation.answer(question, sink)

    def _put(self, body: dict[str, Any]) -> dict[str, Any]:
        """Replace a graph by documents, in one transaction (Graph Store Protocol 5.3)."""
        graph, name = body["graph"], _name(body["graph"])
        self._writable.insist(graph)
        empty = next(self._store.quads_for_pattern(None, None, None, name), None) is None
        created = not self._there(name) if graph else empty
        self._touch()
        if empty:
            self._add(body, name)
        elif os.path.getsize(body["documents"][0][0]) > _LONG or rebuilding.big(self._store, name):
            self._rebuild(name, body)
        else:
            triples = "".join(documents.triples(body["documents"], body["base"]))
            place = f"GRAPH <{graph}> {{\n{triples}}}" if graph else triples
            target = f"GRAPH <{graph}>" if graph else "DEFAULT"
            _run(self._store, f"CLEAR {target} ; INSERT DATA {{\n{place}\n}}", "")
        self._evaluation.changed()
        return {"created": created}

    def _post(self, body: dict[str, Any]) -> dict[str, Any]:
        """Merge documents into a graph, in one transaction (Graph Store Protocol 5.5)."""
        name = _name(body["graph"])
        self._writable.insist(body["graph"])
        created = not self._there(name)  # the unnamed graph is always there
        self._touch()
        self._add(body, name)
        self._evaluation.changed()
        return {"created": created}

    def _delete(self, body: dict[str, Any]) -> dict[str, Any]:
        graph, name = body["graph"], _name(body["graph"])
        self._writable.insist(graph)
        if graph and not self._there(name):
            raise _missing(graph)
        self._touch()
        if rebuilding.big(self._store, name):
            self._rebuild(name, None)
        else:
            _run(self._store, f"DROP GRAPH <{graph}>" if graph else "CLEAR DEFAULT", "")
        self._evaluation.changed()
        return {}

    def _add(self, body: dict[str, Any], name: _Name) -> None:
        sent = body["documents"]
        if len(sent) > 1:
            triples = "".join(documents.triples(body["documents"], body["base"]))
            place = f"GRAPH {name} {{\n{triples}}}" if isinstance(name, pyoxigraph.NamedNode) else triples
            _run(self._store, f"INSERT DATA {{\n{place}\n}}", "")
        else:
            path, form = sent[0]
            fresh = not self._there(name)
            if fresh and isinstance(name, pyoxigraph.NamedNode) and os.path.getsize(path) > _LONG:
                self._load_long(path, form, body["base"], name)
            else:
                with documents.told():
                    self._store.load(path=path, format=documents.FORMATS[form], base_iri=body["base"], to_graph=name)
        if isinstance(name, pyoxigraph.NamedNode):
            self._store.add_graph(name)  # an empty document makes an empty graph

    def _load_long(self, path: str, form: str, base: str, name: pyoxigraph.NamedNode) -> None:
        """Load into a new graph around memory; a mark on disk lets the next worker remove what a kill left half."""
        (self._folder / "loading").write_text(name.value, "utf8")
        try:
            with documents.told():
                self._store.bulk_load(path=path, format=documents.FORMATS[form], base_iri=base, to_graph=name)
        except KgError:
            self._store.remove_graph(name)
            raise
        finally:
            (self._folder / "loading").unlink()

    def _rebuild(self, name: rebuilding.Name, body: dict[str, Any] | None) -> None:
        """Replace a big graph by documents, or remove it, by a new store that takes the place of this one."""

        def load(store: pyoxigraph.Store) -> None:
            if body is None:
                return
            for path, form in body["documents"]:
                with documents.told():
                    store.bulk_load(path=path, format=documents.FORMATS[form], base_iri=body["base"], to_graph=name)
            if isinstance(name, pyoxigraph.NamedNode):
                store.add_graph(name)

        rebuilding.without(self._folder, self._store, name, load)
        del self._evaluation, self._store  # the engine lets go of its files with the last reference
        rebuilding.swap(self._folder)
        self._store = pyoxigraph.Store(str(self._folder / "store"))
        self._evaluation = Evaluation(self._store, "", self._bounds)

    def _there(self, name: _Name) -> bool:
        return isinstance(name, pyoxigraph.DefaultGraph) or self._store.contains_named_graph(name)

    def _try(self, text: str, written: str, base: str) -> None:
        """Run an update on a clone of the store, to see which graphs it writes."""
        clone = self._folder / "trial"
        shutil.rmtree(clone, ignore_errors=True)
        try:
            self._store.backup(str(clone))
            trial = pyoxigraph.Store(str(clone))
            _run(trial, text, base, written)
            for graph in trial.named_graphs():
                self._writable.insist(graph.value)
        finally:
            shutil.rmtree(clone, ignore_errors=True)

    def _touch(self) -> None:
        (self._folder / "touched").touch()


def _run(store: pyoxigraph.Store, text: str, base: str, written: str = "") -> None:
    """Run an update, or `written` as it was rewritten to `text`."""
    try:
        store.update(text, base_iri=base or None, custom_functions=FUNCTIONS)
    except SyntaxError as error:
        if written and written != text:  # the rewritten text has other columns than the asker's
            _run(pyoxigraph.Store(), written, base)
        found = _PLACE.search(str(error))
        line, column, said = (int(found[1]), int(found[2]), found[3]) if found else (0, 0, str(error))
        raise QueryInvalid(
            "Line {line}, column {column}: the engine does not accept this update ({said}).",
            line=line,
            column=column,
            said=said[:200],
        ) from None
    except (RuntimeError, ValueError) as error:
        if "exist" in str(error):
            raise UpdateFailed("The update failed and nothing was changed: {reason}.", reason=error) from None
        raise EngineCrash("The engine failed on this update: {reason}", reason=error) from None
    except OSError as error:
        raise UpdateFailed("The update failed and nothing was changed: {reason}.", reason=error) from None


def _name(graph: str) -> _Name:
    return pyoxigraph.NamedNode(graph) if graph else pyoxigraph.DefaultGraph()


def _missing(graph: str) -> GraphNotFound:
    return GraphNotFound("There is no graph {graph} here.", graph=graph)


def _read(path: Path) -> str:
    return path.read_text("utf8") if path.exists() else ""


def _hold(path: Path) -> int:
    """Take a lock for the life of the process; a worker that is just going is waited for."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    deadline = time.monotonic() + 10
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            break
    os.ftruncate(lock, 0)
    os.pwrite(lock, json.dumps({"pid": os.getpid(), "actor": "kgservice serve", "job": "a draft"}).encode(), 0)
    return lock


def _build(folder: Path, plan: dict[str, Any]) -> None:
    """Make the store anew from statement files, beside the former one, and put it in its place."""
    fresh = folder.with_name("graph.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir()
    embedded.build(fresh / "store", [(graph, Path(path)) for graph, path in plan["parts"]])
    (fresh / "stamp").write_text(plan["stamp"], "utf8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)
