"""Small releases on disk and the whole answer of a question, for tests of stores."""

from pathlib import Path

from kgservice.store import embedded
from kgservice.store.interface import Question

EX = "http://example.org/"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
INTEGER = "http://www.w3.org/2001/XMLSchema#integer"
DEFAULT = "".join(
    f'<{EX}s{n}> {LABEL} "label {n}" .\n<{EX}s{n}> <{EX}number> "{n}"^^<{INTEGER}> .\n' for n in range(2000)
)
ONE = f'<{EX}a> <{EX}p> "shared" .\n<{EX}a> <{EX}p> "one" .\n'
OTHER = f'<{EX}a> <{EX}p> "shared" .\n<{EX}a> <{EX}p> "other" .\n'
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


def release(folder: Path, default: str = DEFAULT, **graphs: str) -> Path:
    """Write a release with a default graph and graphs by local name; return its store folder."""
    folder.mkdir(parents=True, exist_ok=True)
    files: list[tuple[str | None, Path]] = []
    for name, text in {"": default, **graphs}.items():
        path = folder / f"{name or 'default'}.nt"
        path.write_text(text)
        files.append((EX + name if name else None, path))
    embedded.build(folder / "store", files)
    (folder / "lease").touch()
    return folder / "store"


def body(store: object, query: str, name: str = "json", **values: object) -> bytes:
    """Return the whole answer as bytes."""
    answer = store.answer(Question(query, format=name, **values))
    try:
        return b"".join(answer.chunks)
    finally:
        answer.close()
