from kgservice.rml.functions import LIBRARY
from kgservice.rml.interpreter import ROWS, map_records, map_table
from kgservice.rml.model import Mapping
from kgservice.rml.parser import load
from kgservice.rml.produced import Failure, Produced, explain
from kgservice.rml.records import Record, Records, iterate, texts

__all__ = [
    "LIBRARY",
    "ROWS",
    "Failure",
    "Mapping",
    "Produced",
    "Record",
    "Records",
    "explain",
    "iterate",
    "load",
    "map_records",
    "map_table",
    "texts",
]
