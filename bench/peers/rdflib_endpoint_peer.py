"""The peer rdflib-endpoint on the same triples. Arguments: N-Triples file, port."""

import sys

import rdflib
import uvicorn
from rdflib_endpoint import SparqlEndpoint

graph = rdflib.Dataset(default_union=True)
graph.parse(sys.argv[1], format="nt")
uvicorn.run(SparqlEndpoint(graph=graph, path="/sparql"), host="127.0.0.1", port=int(sys.argv[2]), log_level="error")
