"""A new source in a few answers: what a sample says, compared with the ontology and the graph.

NOTE: what does the work is in `scaffold`, which brings polars with it: import it only where it is used.
"""

from kgservice.actions.newsource.interface import CERTAIN, UNUSED, Proposal, Question, Use, short

__all__ = ["CERTAIN", "UNUSED", "Proposal", "Question", "Use", "short"]
