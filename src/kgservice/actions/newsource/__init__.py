"""A new source in a few answers: what a sample says, compared with the ontology and the graph."""

from kgservice.actions.newsource.interface import UNUSED, Proposal, Question, Use, short
from kgservice.actions.newsource.scaffold import NewSource, Trial

__all__ = ["UNUSED", "NewSource", "Proposal", "Question", "Trial", "Use", "short"]
