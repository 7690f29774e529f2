"""The peer without workers: Flask and waitress with the engine in the same process. Arguments: store folder, port."""

import sys

import flask
import pyoxigraph
import waitress

store = pyoxigraph.Store.read_only(sys.argv[1])
app = flask.Flask(__name__)


@app.post("/sparql")
def sparql() -> flask.Response:
    results = store.query(flask.request.form["query"])
    body = results.serialize(format=pyoxigraph.QueryResultsFormat.JSON)  # type: ignore[union-attr]
    return flask.Response(body, mimetype="application/sparql-results+json")


@app.get("/empty")
def empty() -> flask.Response:
    return flask.Response(status=204)


waitress.serve(app, host="127.0.0.1", port=int(sys.argv[2]), threads=16, _quiet=True)
