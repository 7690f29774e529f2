"""The values of a proposal: what each column becomes, what is asked, and the whole; plain data for any door."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from kgservice.actions.newsource.codes import Ladder
from kgservice.report import Text
from kgservice.terms import shortened

UNUSED = "-"
"""The answer that leaves a column out."""
ROW_NUMBER = re.compile(r"(?:№|no\.?|n|#)?\s*(?:п/?п|строк[аи]?|row)?\.?", re.IGNORECASE)
"""Headings of columns that count the rows."""
CERTAIN = 0.55
"""How sure it must be what a row is, to go on without an answer."""
SURE = 0.72
"""Score from which a property is taken without asking."""


@dataclass(frozen=True, slots=True)
class Use:
    """What a column becomes: a property (empty = left out), how its cells become terms, and what else it may be."""

    heading: str
    prop: str
    how: str = ""
    """text, code, integer, decimal, date, time, iri, concept or thing."""
    language: str = ""
    separator: str = ""
    found: Mapping[str, str] = field(default_factory=dict)
    """For concept and thing: IRI by wording."""
    unknown: tuple[str, ...] = ()
    """Wordings that nothing in the graph is called."""
    score: float = 0.0
    options: tuple[tuple[str, str, float], ...] = ()
    """(property, name, score), likeliest first."""
    examples: tuple[str, ...] = ()
    key: bool = False


@dataclass(frozen=True, slots=True)
class Question:
    """Something to ask: its id in the answers, what is asked, the choices as (value, name), and what is proposed."""

    id: str
    text: Text
    choices: tuple[tuple[str, str], ...] = ()
    """Empty: any text."""
    proposed: str = ""
    sure: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source before it is written."""

    name: str
    file: str
    reading: Mapping[str, object]
    """Keys of `[[table]]` that say how to read the file."""
    about: Mapping[str, str]
    """title.ru, title.en, publisher, steward, origin, licence, delivery."""
    of: str
    """Class of the things that rows are of."""
    kind: str
    key: tuple[str, ...]
    beside: str
    """A column of the table's key beside that of the address: rows without the latter are left out; empty = none."""
    slugged: bool
    """True when the key column is a name, and addresses are made of its letters."""
    uses: tuple[Use, ...]
    constants: Mapping[str, str]
    """Values that every row has, by property."""
    missing: tuple[str, ...]
    """Properties that the shapes require and nothing gives."""
    questions: tuple[Question, ...]
    records: int
    parents: Ladder | None = None
    """How the code above a row is told by the row's own, where it is linked so."""
    years: Mapping[str, str] = field(default_factory=dict)
    """Years of columns, by heading, where a row is an observation for each of them."""
    certain: float = 0.0
    """How sure the class is, 0 to 1."""

    def to_json(self) -> dict[str, Any]:
        """Return the proposal as JSON-ready values."""
        return asdict(self)


def short(iri: str) -> str:
    """Return an IRI as a mapping writes it: prefixed where a prefix of ours fits."""
    return shortened(iri)
