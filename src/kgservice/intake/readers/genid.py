"""Names the nameless nodes of delivered RDF by what is said of them, so that the same file gives the same IRIs."""

import hashlib
from collections import defaultdict

import polars as pl

_ROUNDS = 4
_HOME = "relative://base/.well-known/genid/"


def named(frame: pl.DataFrame, source: str) -> pl.DataFrame:
    """Return statements (subject, predicate, object) with an IRI for every blank node (RDF 1.1 Concepts 3.5).

    Its key is a hash over the statements around it, four steps deep; nodes that cannot be told apart are counted.
    """
    nameless = pl.col("subject").str.starts_with("_:") | pl.col("object").str.starts_with("_:")
    around = list(frame.filter(nameless).select("subject", "predicate", "object").iter_rows())
    if not around:
        return frame
    names = _names(around, source)
    old, new = list(names), list(names.values())
    return frame.with_columns(
        pl.col("subject").replace(old, new),
        pl.col("object").replace(old, new),
    )


def _names(around: list[tuple[str, str, str]], source: str) -> dict[str, str]:
    nodes = list(dict.fromkeys(term for s, _, o in around for term in (s, o) if term.startswith("_:")))
    colours = dict.fromkeys(nodes, "")
    for _ in range(_ROUNDS):
        seen: dict[str, list[str]] = defaultdict(list)
        for subject, predicate, value in around:
            if subject in colours:
                seen[subject].append(f"> {predicate} {colours.get(value, value)}")
            if value in colours:
                seen[value].append(f"< {predicate} {colours.get(subject, subject)}")
        colours = {node: hashlib.sha256("\n".join(sorted(seen[node])).encode()).hexdigest()[:24] for node in nodes}
    taken: dict[str, int] = defaultdict(int)
    names = {}
    for node in nodes:
        colour = colours[node]
        taken[colour] += 1
        suffix = f"-{taken[colour]}" if taken[colour] > 1 else ""
        names[node] = f"<{_HOME}{source}/{colour}{suffix}>"
    return names
