"""Reads function executions (FNML): the function, its inputs, and the code tables they name."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl
from rdflib.term import Node

from kgservice.rml.expressions import Call, Constant, Expression
from kgservice.rml.functions.function import Function, Parameter
from kgservice.rml.turtle import Document
from kgservice.rml.vocabulary import PROPERTIES, RML
from kgservice.terms import shortened

if TYPE_CHECKING:
    from kgservice.rml.termmaps import TermReader


class CallReader:
    """Reads the function executions of a mapping."""

    def __init__(
        self, document: Document, functions: Mapping[str, Function], lookups: Path | None, spoken: Path | None = None
    ) -> None:
        self.document = document
        self.functions = functions
        self.lookups = lookups
        self.spoken = spoken
        self._tables: dict[str, Mapping[str, str]] = {}
        self._open: list[Node] = []

    def read(self, holder: Node, node: Node, terms: "TermReader") -> Call:
        """Return the call that a function execution makes; `holder` is the term map that names it and its return."""
        line = self.document.line(node)
        if node in self._open:
            raise self.document.fault(line, "a function execution cannot be its own input")
        self.document.only(node, PROPERTIES["function execution"], "function execution")
        function = self._function(node, terms)
        self._check_return(holder, function, terms)
        self._open.append(node)
        inputs: dict[str, Expression] = {}
        settings: dict[str, str | Mapping[str, str]] = {}
        table = ""
        for entry in self.document.objects(node, RML.input):
            parameter, expression, at = self._input(entry, function, terms)
            if parameter.name in inputs or parameter.name in settings:
                raise self.document.fault(at, "the parameter {parameter} is given twice", parameter=parameter.name)
            if parameter.kind == "cell":
                inputs[parameter.name] = expression
            else:
                text = self._setting(expression, parameter, function, at)
                settings[parameter.name] = self._table(text, at) if parameter.kind == "table" else text
                table = text if parameter.kind == "table" else table
        self._open.pop()
        for parameter in function.parameters:
            if not parameter.optional and parameter.name not in inputs and parameter.name not in settings:
                raise self.document.fault(
                    line, "the function {function} needs the parameter {parameter}",
                    function=function.name, parameter=shortened(parameter.iri),
                )  # fmt: skip
        return Call(function, inputs, settings, table)

    def _function(self, node: Node, terms: "TermReader") -> Function:
        iri, line = self._constant(node, "function", "functionMap", terms)
        if iri not in self.functions:
            known = ", ".join(sorted(function.name for function in self.functions.values()))
            raise self.document.fault(
                line, "there is no function {function}; the functions are {known}", function=shortened(iri), known=known
            )
        return self.functions[iri]

    def _check_return(self, holder: Node, function: Function, terms: "TermReader") -> None:
        if terms.one(holder, "return", "returnMap") is None:
            return
        iri, line = self._constant(holder, "return", "returnMap", terms)
        if function.returns and iri not in function.returns:
            raise self.document.fault(
                line, "the function {function} does not return {name}", function=function.name, name=shortened(iri)
            )

    def _input(self, node: Node, function: Function, terms: "TermReader") -> tuple[Parameter, Expression, int]:
        self.document.only(node, PROPERTIES["input"], "input")
        iri, line = self._constant(node, "parameter", "parameterMap", terms)
        parameter = function.parameter(iri)
        if parameter is None:
            known = ", ".join(shortened(item.iri) for item in function.parameters) or "none"
            raise self.document.fault(
                line, "the function {function} has no parameter {parameter}; it has {known}",
                function=function.name, parameter=shortened(iri), known=known,
            )  # fmt: skip
        found = terms.one(node, "inputValue", "inputValueMap")
        if found is None:
            raise self.document.fault(line, "the input {parameter} has no value", parameter=parameter.name)
        name, value = found
        at = self.document.line(node, RML[name], value)
        return (
            parameter,
            terms.constant(value, at) if name == "inputValue" else terms.text(value, "input value map"),
            at,
        )

    def _constant(self, node: Node, short: str, longer: str, terms: "TermReader") -> tuple[str, int]:
        found = terms.one(node, short, longer)
        if found is None:
            raise self.document.fault(self.document.line(node), "rml:{property} is missing", property=short)
        name, value = found
        if name == longer:
            self.document.only(value, PROPERTIES["constant map"], "constant map")
            inner = terms.one(value, "constant")
            if inner is None:
                raise self.document.fault(
                    self.document.line(node), "rml:{property} must be a constant", property=longer
                )
            value = inner[1]
        line = self.document.line(node, RML[name])
        return terms.iri(value, line), line

    def _setting(self, expression: Expression, parameter: Parameter, function: Function, line: int) -> str:
        if not isinstance(expression, Constant):
            raise self.document.fault(
                line, "the parameter {parameter} of {function} is fixed by the mapping: give it rml:inputValue",
                parameter=parameter.name, function=function.name,
            )  # fmt: skip
        if parameter.name == function.pattern:
            _check_pattern(expression.text, self.document, line)
        return expression.text

    def _table(self, name: str, line: int) -> Mapping[str, str]:
        if name not in self._tables:
            self._tables[name] = self._read_table(name, line)
        return self._tables[name]

    def _read_table(self, name: str, line: int) -> dict[str, str]:
        if not re.fullmatch(r"[\w\-]+", name):
            raise self.document.fault(line, "{table} is no name of a code table", table=name)
        table = self._add({}, (self.lookups or self.document.path.parent / "lookups") / f"{name}.csv", line)
        more = self.spoken / f"{name}.csv" if self.spoken else None
        return self._add(table, more, line) if more and more.is_file() else table

    def _add(self, table: dict[str, str], path: Path, line: int) -> dict[str, str]:
        """Add the rows of a file to a code table and return it."""
        try:
            text = path.read_text("utf-8-sig")
        except FileNotFoundError as error:
            raise self.document.fault(line, "there is no code table {table}", table=str(path)) from error
        except (OSError, UnicodeDecodeError) as error:
            raise self.document.fault(
                line, "the code table {table} cannot be read as UTF-8", table=str(path)
            ) from error
        try:
            rows = list(csv.reader(text.splitlines(keepends=True), strict=True))
        except csv.Error as error:
            raise self.document.fault(
                line, "the code table {table} is not CSV: {reason}", table=str(path), reason=str(error)
            ) from error
        if not rows or rows[0][:2] != ["from", "to"]:
            raise self.document.fault(line, "the code table {table} must have the columns from,to", table=str(path))
        for number, row in enumerate(rows[1:], 2):
            if not any(row):
                continue
            key = re.sub(r"\s+", " ", row[0]).strip()
            code = row[1].strip() if len(row) > 1 else ""
            if not key or not code:
                raise self.document.fault(
                    line, "row {row} of the code table {table} is incomplete", row=number, table=str(path)
                )
            if table.setdefault(key, code) != code:
                raise self.document.fault(
                    line,
                    "row {row} of the code table {table} says otherwise what “{key}” is; keep one of the two rows",
                    row=number,
                    table=str(path),
                    key=key,
                )
        return table


def _check_pattern(text: str, document: Document, line: int) -> None:
    try:
        pl.Series([""]).str.extract(text, 0)
    except pl.exceptions.ComputeError as error:
        raise document.fault(line, "{pattern} is no regular expression", pattern=text) from error
