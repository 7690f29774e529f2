"""W3C SPARQL 1.1 query suite, through the pool and its workers: every test, and those that fail by name and reason."""

import tempfile
from pathlib import Path

import pytest
import rdflib

from conformance import suite
from kgservice.errors import QueryInvalid
from kgservice.settings import Settings
from kgservice.sparql import parse
from kgservice.store import embedded
from kgservice.store.interface import Answer, Question
from kgservice.store.pool import Pool
from sparql import conformance

pytestmark = pytest.mark.conformance
SECTIONS = (
    "aggregates", "bind", "bindings", "cast", "construct", "csv-tsv-res", "exists", "functions", "grouping",
    "json-res", "negation", "project-expression", "property-path", "subquery", "syntax-query", "syntax-fed",
)  # fmt: skip
TOTAL = 341
LIST = Path(__file__).parent / "expected_failures.txt"


class Stores:
    """A pool that is switched to the store of each test's data; stores are made once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._made: dict[tuple, Path] = {}
        self._pool: Pool | None = None
        self._now: Path | None = None
        self._settings = Settings.read({"KG_STATE": str(folder), "KG_WORKERS": "1", "KG_BASE": "http://suite.example/"})

    def answer(self, case: conformance.Case, question: Question) -> Answer:
        store = self._store(case)
        if self._pool is None:
            self._pool = Pool(store, None, self._settings)
        elif store != self._now:
            self._pool.adopt(store, None)
        self._now = store
        return self._pool.answer(question)

    def close(self) -> None:
        if self._pool:
            self._pool.close()

    def _store(self, case: conformance.Case) -> Path:
        named = tuple(case.graphs) or tuple((graph, Path(graph.removeprefix("file://"))) for graph in _froms(case))
        key = (case.data, named)
        if key not in self._made:
            folder = Path(tempfile.mkdtemp(dir=self._folder))
            files = []
            for number, (graph, path) in enumerate([*((None, path) for path in case.data), *named]):
                suite.statements(path, folder / f"{number}.nt")
                files.append((graph, folder / f"{number}.nt"))
            if not files:
                (folder / "none.nt").write_bytes(b"")
                files.append((None, folder / "none.nt"))
            embedded.build(folder / "store", files)
            self._made[key] = folder / "store"
        return self._made[key]


@pytest.fixture(scope="module")
def stores(tmp_path_factory):
    made = Stores(tmp_path_factory.mktemp("w3c"))
    yield made
    made.close()


def _froms(case: conformance.Case) -> list[str]:
    """Return what FROM names, where the manifest names no data: files beside the query."""
    if case.data or case.graphs or "Evaluation" not in case.kind:
        return []
    query = parse(case.query.read_text("utf8"))
    return [(case.query.parent / clause.iri).as_uri() for clause in query.dataset]


def passes(case: conformance.Case, stores: Stores) -> bool:
    """Tell whether a test passes."""
    text = case.query.read_text("utf8")
    if "Syntax" in case.kind:
        return accepted(case, text, stores) == case.positive
    query = parse(text)
    name = {"construct": "ntriples", "describe": "ntriples"}.get(query.form, "json")
    if case.result.suffix in (".csv", ".tsv"):
        name = case.result.suffix[1:]
    answer = stores.answer(case, Question(text, name, base=case.query.as_uri()))
    try:
        body = b"".join(answer.chunks)
    finally:
        answer.close()
    if name in ("csv", "tsv"):
        return suite.same_text(body, case.result.read_bytes(), name)
    found = rdflib.Graph().parse(data=body, format="nt") if name == "ntriples" else suite.solutions(body, "json")
    return suite.same(found, suite.expected(case.result), "order by" in text.lower())


def accepted(case: conformance.Case, text: str, stores: Stores) -> bool:
    """Tell whether a text is taken for a query; one that is refused for what it wants was read."""
    form = "ntriples" if "construct" in text.lower() or "describe" in text.lower() else "json"
    for name in (form, "json", "ntriples"):
        try:
            stores.answer(case, Question(text, name, base=case.query.as_uri())).close()
        except QueryInvalid:
            return False
        except Exception as error:
            if type(error).__name__ == "NotAcceptable":
                continue
            return True
        return True
    return True


def listed() -> dict[str, str]:
    """Return the tests that are known to fail, with the reason."""
    lines = [line for line in LIST.read_text("utf8").splitlines() if line.strip() and not line.startswith("#")]
    return {name: reason.strip() for name, _, reason in (line.partition(":") for line in lines)}


def test_every_query_test_passes_but_those_listed(stores):
    cases = [case for section in SECTIONS for case in conformance.cases(section)]
    failed = []
    for case in cases:
        try:
            good = passes(case, stores)
        except Exception as error:
            print(f"{case.name}: {type(error).__name__}: {error}")
            good = False
        if not good:
            failed.append(case.name)

    print(f"W3C SPARQL 1.1 query, syntax and results: {len(cases) - len(failed)} of {len(cases)} pass")
    print(*failed, sep="\n")
    assert len(cases) == TOTAL
    assert sorted(failed) == sorted(listed())


def test_each_expected_failure_has_a_reason_and_they_are_few():
    assert all(reason for reason in listed().values())
    assert len(listed()) <= 9
