"""Names found by words, beginnings, other spellings and mistyped: one index file for each release."""

from kgservice.search.building import Labelled, build, things
from kgservice.search.found import Hit, Page, Suggestion
from kgservice.search.index import Index
from kgservice.search.names import Named, bare
from kgservice.search.pairs import LIKELY, Pair, pairs
from kgservice.search.ranking import alike
from kgservice.search.reading import KINDS, compared, named
from kgservice.search.remembered import Remembered
from kgservice.search.words import Words, folded

__all__ = [
    "KINDS", "LIKELY", "Hit", "Index", "Labelled", "Named", "Page", "Pair", "Remembered", "Suggestion", "Words",
    "alike", "bare", "build", "compared", "folded", "named", "pairs", "things",
]  # fmt: skip
