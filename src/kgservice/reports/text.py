"""Shows a report as text in a language: causes, their places and how to mend them."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator, Sequence

from kgservice.locale import number, say, translate
from kgservice.report import Cell, Finding, Report, Severity, Text
from kgservice.report.reading import Cause, Reader
from kgservice.report.unseen import visible
from kgservice.terms import shortened

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = ("severity", "rule", "file", "sheet", "row", "line", "column", "value", "focus", "message", "remedy")
_SHOWN = 20
_CAUSES = 20
_BRIEF = {Severity.VIOLATION: 20, Severity.WARNING: 3, Severity.INFO: 0}


def as_text(report: Report, language: str, brief: bool = False) -> str:
    """Return the findings for a terminal by cause: its count, the first ones with their places, and how to mend them.

    20 findings of a cause are shown; `brief` shows 3 of a warning and of a hint only the cause.
    """
    lines: list[str] = []
    for rule, findings in report.causes().items():
        total = len(findings) + report.counts.get(f"omitted:{rule}", 0)
        severity = findings[0].severity
        shown = _BRIEF[severity] if brief else _SHOWN
        if lines and shown:
            lines.append("")
        lines.append(f"{say(Text(severity.value), language)}  {shortened(rule)}  ({total})")
        for finding in sorted(findings, key=_order)[:shown]:
            lines.append(
                visible(f"  {_headline(finding, language)}{say(finding.text, language)}{_elsewhere(finding, language)}")
            )
        if shown and total > shown:
            lines.append(f"  … {say(Text('and {count} more', {'count': total - shown}), language)}")
        remedies = dict.fromkeys(say(finding.remedy, language) for finding in findings[:shown] if finding.remedy)
        lines.extend(f"  → {remedy}" for remedy in remedies)
    return "\n".join(lines)


def told(reader: Reader, language: str, sources: Sequence[str] | None = None, *, brief: bool = False) -> Iterator[str]:
    """Yield the lines of a whole file of findings: every cause with its count, share and marks, places, and remedies.

    20 findings of a cause are shown; `brief` shows 3 of a warning and of a hint only the cause, of a rule 20 causes,
    and counts together what the release has as well in sources that the draft did not import.
    """
    first, elsewhere = True, 0
    causes: Counter[str] = Counter()
    imported = {name.removeprefix("import:") for name in reader.facts if name.startswith("import:")}
    for cause in reader.causes(sources):
        if brief and imported and cause.source not in {*imported, ""} and _settled(cause):
            elsewhere += cause.count
            continue
        causes[cause.rule] += 1
        if brief and causes[cause.rule] > _CAUSES:
            continue
        shown = _BRIEF[cause.severity] if brief else _SHOWN
        if not first and shown:
            yield ""
        first = False
        yield _title(cause, language, cause.source in reader.compared, named=imported != {cause.source})
        if not shown:
            continue
        found = [one.finding for one in reader.window(0, shown, cause=cause.ident, sources=sources)]
        for finding in sorted(found, key=_order):
            yield visible(
                f"  {_headline(finding, language)}{say(finding.text, language)}{_elsewhere(finding, language)}"
            )
        if cause.count > len(found):
            more = Text("and {count} more", {"count": number(cause.count - len(found), language)})
            yield f"  … {say(more, language)}"
        for remedy in dict.fromkeys(say(finding.remedy, language) for finding in found if finding.remedy):
            yield f"  → {remedy}"
        for expected in dict.fromkeys(say(finding.expected, language) for finding in found if finding.expected):
            yield f"  {translate('expected', language)}: {expected}"
    for rule, count in causes.items():
        if brief and count > _CAUSES:
            left = {"rule": shortened(rule), "count": number(count - _CAUSES, language)}
            yield f"\n{say(Text('{rule} has {count} more causes.', left), language)}"
    if elsewhere:
        text = Text("In other sources, as in the release: {count}.", {"count": number(elsewhere, language)})
        yield f"\n{say(text, language)}"


def _settled(cause: Cause) -> bool:
    """Tell whether a cause is as it was and stops nothing."""
    return (
        not cause.new and not cause.fixed and (cause.severity is not Severity.VIOLATION or cause.waived >= cause.count)
    )


def rows(report: Report, language: str) -> list[dict[str, str]]:
    """Return a row per finding and cell, by the names of the CSV's columns; a finding without a cell has one row."""
    return [
        {
            "severity": finding.severity.value,
            "rule": finding.rule,
            "file": cell.file,
            "sheet": cell.sheet,
            "row": str(cell.row or ""),
            "line": str(cell.line or ""),
            "column": cell.column,
            "value": cell.value or finding.value,
            "focus": finding.focus,
            "message": say(finding.text, language),
            "remedy": say(finding.remedy, language) if finding.remedy else "",
        }
        for finding in report.findings
        for cell in finding.cells or (Cell(""),)
    ]


def as_csv(report: Report, language: str) -> str:
    """Return the report as CSV (RFC 4180) with a row per finding and cell."""
    target = io.StringIO()
    writer = csv.DictWriter(target, _COLUMNS)
    writer.writeheader()
    for row in rows(report, language):
        # a cell that begins like a formula would run in the reader's spreadsheet
        writer.writerow({name: f"'{value}" if value.startswith(_FORMULA) else value for name, value in row.items()})
    return target.getvalue()


def as_json(report: Report, language: str) -> str:
    """Return the report as JSON: the findings as the machine keeps them, each with its message and remedy in words."""
    body = report.to_json()
    for entry, finding in zip(body["findings"], report.findings, strict=True):
        entry["message"] = say(finding.text, language)
        entry["mend"] = say(finding.remedy, language) if finding.remedy else ""
    body["conforms"] = report.conforms
    return json.dumps(body, ensure_ascii=False, indent=2, default=str) + "\n"


def place(cell: Cell, language: str = "en") -> str:
    """Return where a cell stands, in few signs: `file:[sheet]:row (line 5):column`."""
    parts = [cell.file]
    if cell.sheet:
        parts.append(f"[{cell.sheet}]")
    if cell.row or cell.line:
        rows = str(cell.row) if cell.row else ""
        parts.append(
            f"{rows} ({translate('line', language)} {cell.line})".strip() if cell.line not in (0, cell.row) else rows
        )
    if cell.column:
        parts.append(cell.column)
    return ":".join(parts)


def _title(cause: Cause, language: str, compared: bool, named: bool) -> str:
    about = f" · {shortened(cause.place)}" if cause.place else ""
    parts = [f"{translate('source', language)}: {cause.source}"] if named and cause.source else []
    parts.append(number(cause.count, language))
    if cause.share is not None:
        said = "of the rows: about {share} %" if cause.counted else "of the rows: {share} %"
        share = Text(said, {"share": number(_percent(cause.share), language)})
        parts.append(say(share, language))
    if compared:
        marks = (("new", cause.new), ("old", cause.old), ("fixed", cause.fixed))
        parts += [f"{translate(word, language)}: {number(n, language)}" for word, n in marks if n]
    if cause.waived:
        parts.append(f"{translate('waived', language)}: {number(cause.waived, language)}")
    weight = say(Text(cause.severity.value), language)
    return f"{weight}  {shortened(cause.rule)}{about}  ({', '.join(parts)})  {cause.ident}"


def _percent(share: float) -> float:
    percent = share * 100
    return round(percent) if percent >= 10 else float(f"{percent:.2g}")


def _order(finding: Finding) -> tuple[str, str, int]:
    cell = finding.cells[0] if finding.cells else Cell("")
    return cell.file, cell.sheet, cell.row


def _elsewhere(finding: Finding, language: str) -> str:
    """Return the other cells of a finding, such as the rows that repeat a key."""
    others = [place(cell, language) for cell in finding.cells[1:4]]
    if not others:
        return ""
    rest = len(finding.cells) - 4
    return f" ({say(Text('also {places}', {'places': ', '.join(others)}), language)}{', …' if rest > 0 else ''})"


def _headline(finding: Finding, language: str) -> str:
    where = place(finding.cells[0], language) if finding.cells else finding.focus
    value = finding.cells[0].value if finding.cells else finding.value
    shown = f" «{value[:60]}»" if value else ""
    return f"{where}{shown}: " if where or shown else ""
