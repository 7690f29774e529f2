"""Names found by words, beginnings, other spellings and mistyped: one index file for each release."""

from kgservice.search.building import Labelled, build, things
from kgservice.search.index import Hit, Index, Page, Suggestion
from kgservice.search.ranking import alike
from kgservice.search.words import Words, folded

__all__ = ["Hit", "Index", "Labelled", "Page", "Suggestion", "Words", "alike", "build", "folded", "things"]
