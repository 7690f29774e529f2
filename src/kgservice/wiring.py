"""From settings to a service: the only place that names the concrete classes behind the actions."""

import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from kgservice.access import Audit
from kgservice.actions.annotate import Annotate
from kgservice.actions.ask import Ask, Stores
from kgservice.actions.board import Board
from kgservice.actions.codetables import CodeTables
from kgservice.actions.compare import Compare
from kgservice.actions.content import Content
from kgservice.actions.decide import Decide
from kgservice.actions.describe import Describe
from kgservice.actions.duplicates import Duplicates
from kgservice.actions.edit import Edit
from kgservice.actions.findings import Findings
from kgservice.actions.impact import Impacts
from kgservice.actions.keeping import Keeping
from kgservice.actions.labels import Labels
from kgservice.actions.receive import Receive
from kgservice.actions.reporting import Reporting
from kgservice.actions.review import Review
from kgservice.actions.search import Search
from kgservice.actions.steady import Steady
from kgservice.actions.waive import Waive
from kgservice.actions.why import Why
from kgservice.errors import Refused, StateLocked
from kgservice.jobs import Queue
from kgservice.releases import Drafts, Shelf
from kgservice.settings import Settings
from kgservice.store.drafts import DraftWorkers
from kgservice.store.interface import Store
from kgservice.store.pool import Pool
from kgservice.store.remote import RemoteStore
from kgservice.terms import Graphs

if TYPE_CHECKING:
    from kgservice.actions.backup import Backup
    from kgservice.actions.check import Check
    from kgservice.actions.doctor import Doctor
    from kgservice.actions.identity import Identity
    from kgservice.actions.ingest import Ingest
    from kgservice.actions.newsource.scaffold import NewSource
    from kgservice.actions.publish import Publish
    from kgservice.actions.rebase import Rebase
    from kgservice.actions.verify import Verify


class Service:
    """The actions of one installation, each made when it is first needed; no worker starts before a question.

    NOTE: ingest, publish and check bring rdflib and polars with them: they are imported here and nowhere earlier, so
    that the web process stays without.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.shelf = Shelf(settings.state, settings.base, self._witnessed)
        self._drafts = Drafts(settings.state, settings.base)
        self._content = Content(settings)

    @cached_property
    def ask(self) -> Ask:
        """Return what answers questions."""
        from kgservice.knowledge.library import Library

        stores = Stores(self._pool, self._earlier, self._remote if self.settings.store else None)
        return Ask(self.shelf, Library(self.settings.content / "queries", self.settings.base), stores, self.settings)

    @cached_property
    def describe(self) -> Describe:
        """Return what describes the graph for pages."""
        return Describe(self.ask, self.settings.base)

    @cached_property
    def search(self) -> Search:
        """Return what finds things by name."""
        return Search(self.shelf, self.settings)

    @cached_property
    def duplicates(self) -> Duplicates:
        """Return what finds things that may be one, and writes down what is decided of them."""
        return Duplicates(self.shelf, self._drafts, self.settings)

    @cached_property
    def queue(self) -> Queue:
        """Return the jobs of the curation worker."""
        return Queue(self.settings.state)

    @cached_property
    def receive(self) -> Receive:
        """Return what takes files in."""
        return Receive(self._content, self.settings)

    @cached_property
    def board(self) -> Board:
        """Return what shows how sources stand."""
        return Board(self.shelf, self._drafts, self._content, self.queue, self.findings)

    @cached_property
    def review(self) -> Review:
        """Return what shows drafts."""
        return Review(self.shelf, self._drafts)

    @cached_property
    def differences(self) -> Compare:
        """Return what compares drafts and releases."""
        return Compare(self.shelf, self._drafts, self._content, lambda: Labels(self.ask, Graphs(self.settings.base)))

    @cached_property
    def decide(self) -> Decide:
        """Return what accepts drafts, comments on them and sends them back."""
        return Decide(self.shelf, self._drafts, self._content, self.settings)

    @cached_property
    def keeping(self) -> Keeping:
        """Return what moves readers between releases and keeps old ones."""
        return Keeping(self.shelf)

    @cached_property
    def impact(self) -> Impacts:
        """Return what finds the impact of drafts."""
        return Impacts(self.shelf, self._drafts, self._content, lambda: self.ask.library, self.settings)

    @cached_property
    def rebase(self) -> "Rebase":
        """Return what brings drafts up to date. Raises Refused with a remote store."""
        self._writable()
        from kgservice.actions.rebase import Rebase

        return Rebase(self.shelf, self._drafts, self._content, self.ingest, self.settings)

    @cached_property
    def edit(self) -> Edit:
        """Return what works by hand on drafts. Raises Refused with a remote store."""
        self._writable()
        return Edit(
            self.shelf, self._drafts, lambda: DraftWorkers(self.settings), lambda store: self._earlier(store, None),
            self.settings,
        )  # fmt: skip

    @cached_property
    def findings(self) -> Findings:
        """Return what reads the findings of drafts and releases."""
        return Findings(self.shelf, self._drafts)

    @cached_property
    def codetables(self) -> CodeTables:
        """Return what adds wordings to code tables of sources."""
        return CodeTables(self.shelf, self._content, self.findings, lambda: self.search, self.settings)

    @cached_property
    def reporting(self) -> Reporting:
        """Return what writes reports."""
        return Reporting(self.findings, self._content, self.settings)

    @cached_property
    def annotate(self) -> Annotate:
        """Return what makes workbooks for requests."""
        return Annotate(self.settings)

    @cached_property
    def why(self) -> Why:
        """Return what says why a statement stands in the graph."""
        return Why(self.ask, self.shelf, self.settings.base, self.settings.state / "deliveries")

    @cached_property
    def waive(self) -> Waive:
        """Return what lets findings stand, and takes that back."""
        return Waive(self.shelf, self._drafts, self.settings, date.today)

    @cached_property
    def ingest(self) -> "Ingest":
        """Return what brings deliveries into drafts. Raises Refused with a remote store."""
        self._writable()
        from kgservice.actions.ingest import Ingest

        return Ingest(self.shelf, self._drafts, self._content, self.settings)

    @cached_property
    def newsource(self) -> "NewSource":
        """Return what proposes and writes sources. Raises Refused with a remote store."""
        self._writable()
        from kgservice.actions.newsource.scaffold import NewSource

        return NewSource(self.shelf, self._content, lambda: self.search, self.settings)

    @cached_property
    def publish(self) -> "Publish":
        """Return what makes releases. Raises Refused with a remote store."""
        self._writable()
        from kgservice.actions.publish import Publish

        return Publish(self.shelf, self._drafts, self._content, self.ingest, self.settings)

    @cached_property
    def check(self) -> "Check":
        """Return what checks the authored files."""
        from kgservice.actions.check import Check

        return Check(self._content, self.settings.state, self.shelf)

    @cached_property
    def backup(self) -> "Backup":
        """Return what saves and restores the state folder."""
        from kgservice.actions.backup import Backup

        return Backup(self.shelf, self._drafts, self.settings)

    @cached_property
    def verify(self) -> "Verify":
        """Return what compares the state folder with its records."""
        from kgservice.actions.verify import Verify

        return Verify(self.settings.state, self.shelf, self._drafts)

    @cached_property
    def doctor(self) -> "Doctor":
        """Return what looks the installation over."""
        from kgservice.actions.doctor import Doctor

        return Doctor(self.shelf, self._drafts, self._content, self.settings)

    @cached_property
    def identity(self) -> "Identity":
        """Return what moves the installation to another base. Raises Refused with a remote store."""
        self._writable()
        from kgservice.actions.identity import Identity

        return Identity(self.shelf, self._drafts, self.settings)

    @cached_property
    def steady(self) -> Steady:
        """Return what starts the readers, on the last good release where the current one is damaged."""
        return Steady(self.shelf, self.ask)

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Hold the state folder's `serve.lock`; at the end all workers are ended.

        Raises:
            StateLocked: another process serves it; names it.
            StateMismatch, StateBroken: as their names say.
        """
        with self.shelf.lock("serve", actor="kgservice serve", job="serving", seconds=0), self:
            # nothing else writes: what killed jobs left behind is swept
            with suppress(StateLocked), self.shelf.lock("writer", actor="kgservice serve", job="sweeping", seconds=0):
                pass
            for left in self.settings.state.glob(".body-*"):
                left.unlink(missing_ok=True)
            yield

    def close(self) -> None:
        """End all workers."""
        if "ask" in self.__dict__:
            self.ask.close()
        if "edit" in self.__dict__:
            self.edit.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _witnessed(self, actor: str, job: str, outcome: str, detail: str) -> None:
        if job != "sweeping":  # of `serve`, at its start
            Audit(self.settings.state).write(actor, job, outcome, detail)

    def _writable(self) -> None:
        if self.settings.store:
            raise Refused(
                "KG_STORE={endpoint} is a remote store and only read here; "
                "unset KG_STORE to import, build and publish.",
                endpoint=self.settings.store,
            )

    def _pool(self, store: Path, lease: Path) -> Pool:
        return Pool(store, lease, self.settings)

    def _earlier(self, store: Path, lease: Path | None) -> Store:
        return Pool(store, lease, dataclasses.replace(self.settings, workers=1))

    def _remote(self) -> Store:
        return RemoteStore(self.settings.store, self.settings)


def build(settings: Settings) -> Service:
    """Return the service of an installation.

    Raises:
        StateMismatch, StateBroken: its folder was made by a newer version or under another KG_BASE, or is damaged.
    """
    return Service(settings)
