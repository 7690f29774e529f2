"""Names of the columns of ready questions, and of their subjects, in the language of the reader."""

import re
from collections.abc import Mapping

from kgservice.locale import translate

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MARK = "column: "

SUBJECTS: Mapping[str, str] = {
    "overview": "At a glance",
    "partnerships": "Partnerships",
    "gaps": "Gaps",
    "network": "Network",
    "results": "Results",
    "time": "Over time",
    "forms": "Forms of partnership",
    "organizations": "Organizations",
    "programmes": "Programmes",
    "professions": "Professions",
    "competencies": "Competencies",
    "curation": "For curators",
    "portals": "For portals",
}
"""What a subject of the library is called, in the order in which people look for them."""


def column_name(column: str, lang: str) -> str:
    """Return what a column such as `medianParties` is called: its words, translated where the catalogue has them."""
    named = translate(heading(column), lang).removeprefix(_MARK)
    return named[:1].upper() + named[1:]


def heading(column: str) -> str:
    """Return the message id of a column: its words, marked, as the same word may mean something else elsewhere."""
    return _MARK + _HUMP.sub(" ", column).lower()


def subject_name(subject: str, lang: str) -> str:
    """Return what a subject is called in a language."""
    return translate(SUBJECTS[subject], lang) if subject in SUBJECTS else subject.replace("-", " ").capitalize()
