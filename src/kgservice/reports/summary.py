"""The first sheet of a workbook that goes back to the owner: what is wrong, how often, how to mend it, what is lost."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kgservice.locale import date, number, plural, say, translate
from kgservice.report import Severity, Text
from kgservice.report.reading import Cause, Reader
from kgservice.reports.package import Slot
from kgservice.terms import shortened

WIDTHS = (17, 46, 22, 11, 9, 11, 34, 34, 52, 12)
OWNERS: Mapping[str, str] = {
    "Correct the cell; if it is right as it stands, change the rule for {columns} in the mapping.":
        "Correct the cell; if it is right as it stands, tell those who sent you this.",
    "Correct the wording; if it is right, say what it means: on the page of the draft, or by kgservice source wording "
    "(code table {table}).": "Correct the wording; if it is right, tell those who sent you this what it means.",
    "Fill the cell: source.toml requires a value in this column.": "Fill the cell: this column must not be empty.",
    "Map it, or list it under unused in source.toml, so that no value is lost in silence.":
        "Tell those who sent you this what it holds; they decide whether it is taken.",
    "Map the column, or list it under unused in source.toml, so that no cell is lost in silence.":
        "Tell those who sent you this what it holds; they decide whether it is taken.",
    "Decide: kgservice same {one} {other} --reason …, or different, or later.":
        "Tell those who sent you this whether it is the same.",
    "Split them and repeat the value where it holds, or write merged = \"fill\" in source.toml.":
        "Split them and repeat the value where it holds.",
    "Give each thing its own key, or leave one row for it; as it stands, the rows become one thing.":
        "Give each row a code of its own; of rows about the same, leave one.",
    "“{value}” is not a wording of the code table {table}": "“{value}” is not among the values that are known here.",
    "The mapping uses nothing of the column {column}.":
        "The column {column} is not known here: nothing of it is taken.",
    "the row says nothing of its evidence in {columns}, so its statements have no graph":
        "The row does not say how this is known ({columns}), so nothing of it is taken.",
}  # fmt: skip
"""What the owner of a file is told, who knows neither our commands nor our words, instead of keepers of the source."""
_MOST = 500
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class About:
    """What a workbook is of."""

    title: str
    """Title of the source, in the language of the workbook."""
    files: tuple[str, ...]
    draft: str
    received: str
    """ISO 8601; "" where that is not known."""
    steward: str
    language: str
    conforms: bool
    copied: bool = False
    """True: a copy of the owner's workbook; else a new one with the faulty rows."""
    lost: tuple[Text, ...] = ()
    """What the copy does not hold any more."""
    waivers: Mapping[str, str] = field(default_factory=dict)
    """Reasons by name of the decision."""


def name(language: str) -> str:
    """Return the name of the first sheet."""
    return translate("Findings", language)


def lines(
    reader: Reader, about: About, sources: Sequence[str], first: Mapping[str, str] | None = None
) -> Iterator[list[Slot]]:
    """Yield the rows of the sheet; `first` leads from a cause to the cell of this workbook that shows it first."""
    tongue = about.language
    causes = reader.causes(sources)

    def tell(template: str, **params: object) -> str:
        return say(Text(template, params), tongue)

    yield [Slot(tell("What is wrong in this delivery"), "title")]
    yield [Slot(f"{about.title}: {', '.join(about.files)}")]
    # a day in Russian ends with a dot of its own, so that none follows it
    dated = tell("received {day}", day=date(about.received, tongue)) + "; " if about.received else ""
    yield [Slot(f"{tell('Draft {id}', id=about.draft)}; {dated}{_counts(reader, sources, tongue)}")]
    yield [Slot(_verdict(about, tell), "plain")]
    yield []
    yield [Slot(text, "faint") for text in [tell(_copied(about))]]
    for colour, text in (("violation", "Must be mended."), ("warning", "Should be looked at."), ("info", "A hint."),
                         ("waived", "Accepted by a steward; nothing is to be done.")):  # fmt: skip
        yield [Slot(tell(_WEIGHTS[colour]), colour), Slot(tell(text))]
    yield [Slot(tell("Mend the coloured cells, delete this sheet or leave it, and send the file back: {steward}.",
                     steward=about.steward or "—"), "plain")]  # fmt: skip
    for lost in about.lost:
        yield [Slot(say(lost, tongue), "faint")]
    yield []
    yield [Slot(translate(word, tongue), "head") for word in _HEADINGS]
    for cause in causes[:_MOST]:
        yield _row(cause, about, (first or {}).get(cause.ident, ""), cause.source in reader.compared)
    if len(causes) > _MOST:
        yield [Slot(tell("and {count} more", count=number(len(causes) - _MOST, tongue)), "faint")]
    if fixed := reader.tally(sources)["fixed"]:
        yield []
        yield [Slot(tell("Mended since the last delivery: {count}.", count=number(fixed, tongue)))]


def mending(remedy: Text | None) -> Text | None:
    """Return how the owner of the file can mend a finding, who has neither our commands nor our files."""
    return owned(remedy) if remedy else None


def owned(text: Text) -> Text:
    """Return a sentence as the owner of the file understands it."""
    return Text(OWNERS[text.template], text.params) if text.template in OWNERS else text


def height(line: Sequence[Slot]) -> float:
    """Return how tall a row must be, in points, 0 where one line is enough: not every program finds that itself."""
    most = 1
    for slot, width in zip(line, WIDTHS, strict=False):
        if slot.style in ("wrapped", "head") and isinstance(slot.value, str):
            most = max(most, sum(-(-max(len(part), 1) // int(width - 1)) for part in slot.value.split("\n")))
    if line and line[0].style == "title":
        return 22
    return 0 if most == 1 else min(most, 20) * 15.5


_WEIGHTS = {"violation": "violation", "warning": "warning", "info": "info", "waived": "waived"}
_HEADINGS = ("weight", "what is wrong", "column", "how many", "new", "share of rows", "examples", "expected",
             "how to mend it", "first cell")  # fmt: skip


def _row(cause: Cause, about: About, first: str, compared: bool) -> list[Slot]:
    tongue = about.language
    whole = cause.waived and cause.waived >= cause.count
    colour = "waived" if whole else cause.severity.value
    share = "" if cause.share is None else f"{'≈ ' if cause.counted else ''}{number(_percent(cause.share), tongue)} %"
    message = say(owned(cause.text), tongue)
    if cause.waived:
        message += "\n" + say(Text("waived: {count}", {"count": number(cause.waived, tongue)}), tongue)
    examples = "\n".join(f"{value[:80]} ({number(n, tongue)})" for value, n in cause.examples[:_EXAMPLES])
    return [
        Slot(translate("waived" if whole else cause.severity.value, tongue), colour),
        Slot(message, "wrapped"),
        Slot(shortened(cause.place), "wrapped"),
        Slot(cause.count, "number"),
        Slot(cause.new if compared else "", "number"),
        Slot(share),
        Slot(examples, "wrapped"),
        Slot(say(cause.expected, tongue) if cause.expected else "", "wrapped"),
        Slot(say(remedy, tongue) if (remedy := mending(cause.remedy)) else "", "wrapped"),
        Slot(first.rpartition("!")[2], "link", link=first) if first else Slot(""),
    ]


def _copied(about: About) -> str:
    if about.copied:
        return "This is your workbook with the cells in question coloured; a comment at each says what is wrong."
    return "These are the rows in question; a comment at each coloured cell says what is wrong. Mend them in your file."


def _verdict(about: About, tell: Callable[..., str]) -> str:
    if about.conforms:
        return tell("Nothing here stops the publication.")
    return tell("The delivery is not published before the violations are mended.")


def _counts(reader: Reader, sources: Sequence[str], tongue: str) -> str:
    tally = reader.tally(sources)
    parts = []
    for weight, one, many in (
        (Severity.VIOLATION, "{n} violation", "{n} violations"),
        (Severity.WARNING, "{n} warning", "{n} warnings"),
        (Severity.INFO, "{n} hint", "{n} hints"),
    ):
        count = tally[weight.value]
        parts.append(plural(one, many, count, tongue).format(n=number(count, tongue)))
    return ", ".join(parts) + "."


def _percent(share: float) -> float:
    percent = share * 100
    return round(percent) if percent >= 10 else float(f"{percent:.2g}")
