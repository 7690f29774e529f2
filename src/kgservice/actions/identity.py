"""Give everything another identity: a release in which all things stand under a new KG_BASE."""

import heapq
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

from kgservice.actions.content import Content
from kgservice.actions.ingest import Ingest, now, silent
from kgservice.actions.preview import Progress, converted, preview
from kgservice.actions.seal import seal
from kgservice.errors import NothingChanged, ParameterInvalid, PublishBlocked, Refused, ReleaseNotFound
from kgservice.releases import Change, Draft, Drafts, Manifest, Release, Shelf, Statements
from kgservice.releases.files import guarded
from kgservice.releases.statements import file_name, lines, write
from kgservice.settings import Settings
from kgservice.terms import Evidence

_RUN = 500_000  # lines sorted in memory at once
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|<[^>]*>')


class Identity:
    """Moves one installation to another base; it is not served meanwhile."""

    def __init__(self, shelf: Shelf, drafts: Drafts, settings: Settings) -> None:
        self._shelf = shelf
        self._drafts = drafts
        self._settings = settings

    def rebase(self, base: str, actor: str, progress: Progress | None = None) -> Release:
        """Publish the current release under another base, from its own deliveries and hand edits; earlier ones stay.

        From then on KG_BASE must be `base`; addresses of the former base lead on to the new ones.

        Raises:
            ParameterInvalid: `base` is no http(s) address that ends with a slash.
            NothingChanged: it is the base already.
            Refused: drafts are open, which would be lost.
            ReleaseNotFound: nothing was ever published.
            PublishBlocked: the content has violations under the new base.
            StateLocked: the state is being served or written.
        """
        tell = progress or silent
        address = urlsplit(base)
        if address.scheme not in ("http", "https") or not address.netloc or not base.endswith("/"):
            raise ParameterInvalid("{base} is no base: write an address such as https://data.example/kg/.", base=base)
        if base == self._settings.base:
            raise NothingChanged("{base} is the base already.", base=base)
        serve = self._shelf.lock("serve", actor=actor, job="rebase", seconds=0)
        write_ = self._shelf.lock("writer", actor=actor, job=f"rebase to {base}")
        with serve, write_, guarded(self._settings.state):
            current = self._shelf.current()
            if current is None:
                raise ReleaseNotFound("There is no release yet; set KG_BASE={base} and build.", base=base)
            if current.manifest.base != base:
                self._refuse_drafts()
                current = self._moved(current, base, actor, tell)
            self._shelf.state.rebase(base)
            return current

    def _refuse_drafts(self) -> None:
        waiting = [draft.id for draft in self._drafts.drafts() if draft.state != "published"]
        if waiting:
            raise Refused("Drafts are open ({names}): publish or discard them first.", names=", ".join(waiting[:5]))

    def _moved(self, current: Release, base: str, actor: str, tell: Progress) -> Release:
        url = base if self._settings.url == self._settings.base else self._settings.url
        settings = replace(self._settings, base=base, url=url)
        content = Content(settings)
        ingest = Ingest(self._shelf, self._drafts, content, settings)
        work = self._drafts.workplace()
        draft = self._drafts.new(None, actor, now(), "rebase")
        draft = self._by_hand(draft, current, content, work)
        sources = content.sources()
        for done, (name, records) in enumerate(sorted(current.manifest.imports.items())):
            tell("Importing the sources", done, len(current.manifest.imports))
            if name not in sources:
                raise Refused("The source {source} is not in the content any more; build first.", source=name)
            for number, record in enumerate(records):
                there = work / f"{done}-{number}"
                there.mkdir()
                delivery = ingest.kept(sources[name], record)
                draft = ingest.into(
                    draft, sources[name], delivery, there, actor=str(record["actor"]), confirmed=True, tell=silent
                )
        seen = preview(draft, None, content, work)
        draft, report = ingest.checked(draft, seen, tell)
        if not report.conforms:
            self._drafts.save(draft, report)
            raise PublishBlocked(
                "Under {base} the content has violations; `kgservice report {draft}` says which. Nothing was moved.",
                base=base, draft=draft.id,
            )  # fmt: skip
        unmoved = current.manifest.inputs == Content(self._settings).fingerprint()
        inputs = content.fingerprint() if unmoved else ""
        manifest = Manifest(
            id=0, parent=current.id, created=now(), base=base, origin="rebase", actor=actor, graphs={}, inputs=inputs
        )
        whole = report.joined(converted(seen, set(seen.imports) - set(draft.imports)))
        return seal(
            self._shelf, seen, manifest, whole, content, settings, tell,
            beside=lambda folder: ingest.released(folder, draft, seen),
        )  # fmt: skip

    def _by_hand(self, draft: Draft, current: Release, content: Content, work: Path) -> Draft:
        """Return the draft with the graphs that no delivery brings, and with what is suppressed, both renamed."""
        old, new = current.manifest.base, content.graphs.base
        by_hand = {content.graphs.source("hand", evidence) for evidence in Evidence}
        changes = dict(draft.changes)
        for graph in current.manifest.graphs:
            name = _renamed(graph, old, new)
            if name in by_hand:
                path = work / f"{file_name(name, new)}.nt.gz"
                found = _statements(current.statements(graph), old, new, path)
                file = f"statements/{path.stem}.{found.sha256[:12]}.nt.gz"
                path.replace(draft.path / file)
                changes[name] = Change("", replace(found, file=file))
        suppressed = {
            _renamed(graph, old, new): sorted(_line(text.encode(), old, new).decode() for text in texts)
            for graph, texts in current.manifest.suppressed.items()
        }
        return replace(draft, changes=changes, suppressed=suppressed)


def _renamed(name: str, old: str, new: str) -> str:
    return new + name.removeprefix(old) if name.startswith(old) else name


def _line(line: bytes, old: str, new: str) -> bytes:
    """Rename the IRIs of one statement; what stands in a literal is left as it is."""
    before, after = f"<{old}".encode(), f"<{new}".encode()

    def token(found: re.Match[bytes]) -> bytes:
        text = found[0]
        return after + text[len(before) :] if text.startswith(before) else text

    return _TOKEN.sub(token, line)


def _statements(path: Path, old: str, new: str, target: Path) -> Statements:
    """Rename the IRIs of a statement file and sort it anew; long ones in runs that are merged."""

    def runs() -> Iterator[Path]:
        run: list[bytes] = []
        number = 0
        for line in lines(path):
            run.append(_line(line, old, new))
            if len(run) == _RUN:
                yield written(run, number)
                run, number = [], number + 1
        yield written(run, number)

    def written(run: list[bytes], number: int) -> Path:
        part = target.with_name(f"{target.name}.{number}.nt")
        part.write_bytes(b"".join(sorted(run)))
        return part

    return write(target, heapq.merge(*(lines(part) for part in list(runs()))))
