"""Write a report on a draft or release for people and programs: text, CSV, JSON, Turtle, and workbooks."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from kgservice.actions.content import Content
from kgservice.actions.findings import Findings
from kgservice.errors import KgError, ParameterInvalid
from kgservice.intake import windows
from kgservice.releases import Draft, Release
from kgservice.report.layout import EARLIER
from kgservice.report.reading import Reader
from kgservice.reports import flat, text, turtle
from kgservice.reports.faulty import Source
from kgservice.reports.summary import About
from kgservice.settings import Settings

MEDIA = {
    "text": ("text/plain; charset=utf-8", "txt"),
    "csv": ("text/csv; charset=utf-8", "csv"),
    "json": ("application/json", "json"),
    "turtle": ("text/turtle; charset=utf-8", "ttl"),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
}
"""Media type and ending of a file by the name of its format."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivered file as a report needs it."""

    source: str
    name: str
    path: Path
    sha256: str
    received: str


class Reporting:
    """Reports as files; all but workbooks are streamed and need neither polars nor openpyxl."""

    def __init__(self, findings: Findings, content: Content, settings: Settings) -> None:
        self._findings = findings
        self._content = content
        self._settings = settings

    def stream(self, name: str, shape: str, language: str) -> Iterator[bytes]:
        """Yield a report as `text`, `csv`, `json` or `turtle`.

        Raises:
            ParameterInvalid: no such format, or there is nothing to show.
            DraftNotFound, ReleaseNotFound: as their names say.
        """
        if shape not in MEDIA or shape == "xlsx":
            raise ParameterInvalid("Reports come as {formats}, not as {shape}.", formats=", ".join(MEDIA), shape=shape)
        with self._findings.of(name) as (reader, sources):
            if shape == "text":
                for line in text.told(reader, language, sources):
                    yield f"{line}\n".encode()
            elif shape == "csv":
                yield from flat.as_csv(reader, language, sources)
            elif shape == "json":
                yield from flat.as_json(reader, language, self._head(name, reader), sources)
            else:
                yield from turtle.as_turtle(reader, self._origin(name, reader), sources)

    def workbook(self, name: str, output: IO[bytes], language: str, file: str = "", source: str = "") -> str:
        """Write a workbook to send back and return what it is: `copy` of the owner's own, or `rows` in question.

        `file` and `source` choose one of several deliveries. The copy is made of a delivered .xlsx of up to 200,000
        filled cells; everything else becomes a new workbook. Loads openpyxl: call it in a process of its own.

        Raises:
            ParameterInvalid: no such file was delivered, or there is nothing to show.
        """
        from kgservice.reports import annotated, faulty  # openpyxl is loaded only here

        with self._findings.of(name) as (reader, _):
            wanted = self._wanted(name, file, source)
            sources = sorted({one.source for one in wanted})
            tables = [(of, folder) for of, folder in self._findings.lineages(name) if of in sources]
            about = self._about(name, reader, wanted, language)
            single = wanted[0] if len(wanted) == 1 else None
            if single and self._copyable(single, reader):
                pages = [
                    annotated.Page(kept.sheet, kept.columns, kept.header_row)
                    for kept in _kept(tables)
                    if kept.file == single.name
                ]
                try:
                    annotated.write(output, single.path, single.name, reader, about, pages, sources)
                    return "copy"
                except KgError:
                    output.seek(0)
                    output.truncate()
            opened: list[windows.Windows] = []
            try:
                rows = []
                for of, folder in tables:
                    kept = windows.Windows(folder)
                    opened.append(kept)
                    rows += [_source(of, kept, table) for table in kept.tables()]
                rows = [one for one in rows if reader.rows_at_fault(one.file, one.sheet, 0, 1)]
                faulty.write(output, reader, about, rows, sources)
            finally:
                for one in opened:
                    one.__exit__()
            return "rows"

    def delivered(self, name: str) -> list[Delivered]:
        """Return the delivered files behind a draft or release."""
        held = self._findings.held(name)
        imports = held.imports if isinstance(held, Draft) else held.manifest.imports
        kept = self._settings.state / "deliveries"
        return [
            Delivered(source, one["name"], kept / one["sha256"] / one["name"], one["sha256"], str(record["received"]))
            for source, records in imports.items()
            for record in records
            for one in record["files"]
        ]

    def _wanted(self, name: str, file: str, source: str) -> list[Delivered]:
        there = self.delivered(name)
        found = [one for one in there if one.name == (file or one.name) and one.source == (source or one.source)]
        if not found:
            raise ParameterInvalid(
                "{name} holds no delivered file {file}; it holds {files}.",
                name=name,
                file=" ".join(part for part in (source, file) if part) or "-",
                files=", ".join(f"{one.source}/{one.name}" for one in there) or "-",
            )
        return found

    def _copyable(self, one: Delivered, reader: Reader) -> bool:
        from kgservice.reports.annotated import CELLS

        filled = int(reader.facts.get(f"cells:{one.source}", "0"))
        return one.name.lower().endswith(".xlsx") and 0 < filled <= CELLS and one.path.is_file()

    def _about(self, name: str, reader: Reader, wanted: list[Delivered], language: str) -> About:
        sources = sorted({one.source for one in wanted})
        titles, stewards = [], []
        for source in sources:
            try:
                known = self._content.source(source)
                titles.append(known.title.get(language) or source)
                stewards.append(known.steward)
            except KgError:
                titles.append(source)
        return About(
            title=", ".join(titles),
            files=tuple(one.name for one in wanted[:5]),
            draft=name,
            received=max((one.received for one in wanted), default=""),
            steward=", ".join(dict.fromkeys(stewards)),
            language=language,
            conforms=self._conforms(reader),
        )

    def _conforms(self, reader: Reader) -> bool:
        return reader.tally()["violation"] == 0

    def _head(self, name: str, reader: Reader) -> dict[str, Any]:
        held = self._findings.held(name)
        key = "draft" if isinstance(held, Draft) else "release"
        facts = {name: n for name, n in reader.facts.items() if name != "version" and not name.startswith(EARLIER)}
        counts = {name: int(n) for name, n in facts.items() if n.isdecimal()}
        tally = reader.tally()
        return {key: name, "conforms": tally["violation"] == 0, "tally": tally, "counts": counts}

    def _origin(self, name: str, reader: Reader) -> turtle.Origin:
        held: Draft | Release = self._findings.held(name)
        base = self._settings.base
        address = f"{base}drafts/{name}/report" if isinstance(held, Draft) else f"{base}releases/{name}/report"
        behind = self._findings.behind(name)
        files = {(source, file["name"]): str(file["sha256"]) for source, records in behind.items()
                 for record in records for file in record["files"]}  # fmt: skip
        made = datetime.fromtimestamp(self._findings.file(name)[0].stat().st_mtime, UTC)
        return turtle.Origin(address, base, self._conforms(reader), made.strftime("%Y-%m-%dT%H:%M:%SZ"), files)


def _kept(tables: list[tuple[str, Path]]) -> Iterator[windows.Kept]:
    for _, folder in tables:
        with windows.Windows(folder) as kept:
            yield from kept.tables()


def _source(source: str, kept: windows.Windows, table: windows.Kept) -> Source:
    return Source(source, table.file, table.sheet, table.columns, lambda numbers: kept.numbered(table, numbers))
