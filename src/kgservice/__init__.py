"""The knowledge graph service of regional training networks: from a source row to a citable answer."""

__version__ = "0.1.0"
