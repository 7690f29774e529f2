"""Evaluates expressions over a batch: references, templates, constants and functions become values or failures."""

from collections.abc import Callable, Mapping
from typing import Any

import polars as pl

from kgservice.rml.batches import Batch, texts_at
from kgservice.rml.expressions import Call, Constant, Expression, Reference, Template, references
from kgservice.rml.produced import Failure
from kgservice.rml.values import Values, combined, constant, positions

Encoding = Callable[[pl.Series], pl.Series]


class Evaluator:
    """Evaluates the expressions of one triples map over one batch and keeps the failures."""

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.height = len(batch.numbers)
        self.target = ""
        """What is being made: `subject`, `graph`, or the IRI of a predicate; failures carry it."""
        self._failures: list[tuple[int, Failure]] = []

    def values(self, expression: Expression, encoding: Encoding | None = None) -> Values:
        """Return what each record gives; `encoding` is applied to references inside templates."""
        if isinstance(expression, Reference):
            return self.batch.values(expression.name)
        if isinstance(expression, Constant):
            return constant(expression.text, self.height)
        if isinstance(expression, Template):
            return self._template(expression, encoding)
        return self._call(expression)

    def fail(
        self, rows: pl.Series, texts: list[str], names: tuple[str, ...], rule: str, function: str = "", detail: str = ""
    ) -> None:
        """Keep a failure for each of these positions."""
        if rows.is_empty():
            return
        for position, number, text in zip(
            rows.to_list(), self.batch.numbers.gather(rows).to_list(), texts, strict=True
        ):
            failure = Failure(number, names, text, rule, function, self.target, detail)
            self._failures.append((position, failure))

    def failures(self) -> list[Failure]:
        """Return the failures, each once, with those of values that the batch could not read."""
        numbers = self.batch.numbers
        unread = (
            Failure(numbers[position], (reference,), text, rule)
            for position, reference, text, rule in self.batch.problems
        )
        return list(dict.fromkeys([*(failure for _, failure in self._failures), *unread]))

    def failed(self, target: str) -> pl.Series:
        """Return the positions that failed while that target was being made."""
        return pl.Series([row for row, failure in self._failures if failure.target == target], dtype=pl.UInt32)

    def count(self) -> int:
        """Return how many failures there are; `forget` takes it."""
        return len(self._failures)

    def forget(self, count: int, rows: pl.Series) -> None:
        """Drop the failures after the first `count` at positions other than these."""
        kept = set(rows.to_list())
        self._failures[count:] = [entry for entry in self._failures[count:] if entry[0] in kept]

    def reject(self, values: Values, wrong: pl.Series, names: tuple[str, ...], rule: str, detail: str = "") -> Values:
        """Return the values without the wrong ones, each of which becomes a failure."""
        if not wrong.any():
            return values
        self.fail(values.rows.filter(wrong), values.text.filter(wrong).to_list(), names, rule, detail=detail)
        return values.kept(~wrong)

    def _template(self, template: Template, encoding: Encoding | None) -> Values:
        names = references(template)
        if not names:
            return constant("".join(str(part) for part in template.parts), self.height)
        found = [self.batch.values(name) for name in names]
        if encoding:
            found = [values.replaced(encoding(values.text)) for values in found]
        rows, columns, whole = combined(found)
        column = dict(zip(names, columns, strict=True))
        frame = pl.DataFrame({str(number): column[name] for number, name in enumerate(names)})
        parts = [
            pl.col(str(names.index(part.name))) if isinstance(part, Reference) else pl.lit(part)
            for part in template.parts
        ]
        return Values(rows, frame.select(pl.concat_str(parts)).to_series(), whole)

    def _call(self, call: Call) -> Values:
        names = references(call)
        inputs = {name: self.values(expression) for name, expression in call.inputs.items()}
        optional = {item.name for item in call.function.parameters if item.optional} & inputs.keys()
        rows, columns, whole = self._arguments(inputs, optional)
        result = call.function.body(**columns, **call.settings)
        if len(result) != len(rows):  # a function without inputs says one thing for all
            result = pl.repeat(result[0], len(rows), dtype=result.dtype, eager=True)
        nothing = result.is_null()
        if isinstance(result.dtype, pl.List):
            nothing |= (result.list.len() == 0).fill_null(True)
        if nothing.any():
            empty = [column.is_null() for column in columns.values()]
            blamed = nothing & ~pl.DataFrame(empty).min_horizontal() if optional else nothing
            self._fail_call(call, rows.filter(blamed), [column.filter(blamed) for column in columns.values()], names)
            rows, result, whole = rows.filter(~nothing), result.filter(~nothing), False
        if isinstance(result.dtype, pl.List):
            frame = pl.DataFrame({"row": rows, "text": result}).explode("text")
            return Values(frame["row"], frame["text"])
        return Values(rows, result.cast(pl.String), whole)

    def _arguments(self, inputs: Mapping[str, Values], optional: set[str]) -> tuple[pl.Series, dict[str, Any], bool]:
        if not inputs:
            return positions(self.height), {}, True
        if not optional:
            rows, columns, whole = combined(list(inputs.values()))
            return rows, dict(zip(inputs, columns, strict=True)), whole
        frame = pl.DataFrame({"row": positions(self.height)})
        for name, values in inputs.items():
            other = pl.DataFrame({"row": values.rows, name: values.text})
            how: Any = "left" if name in optional else "inner"
            frame = frame.join(other, on="row", how=how, maintain_order="left")
        return frame["row"], {name: frame[name] for name in inputs}, False

    def _fail_call(self, call: Call, rows: pl.Series, columns: list[pl.Series], names: tuple[str, ...]) -> None:
        if columns:
            texts = [" | ".join(text for text in row if text is not None) for row in zip(*columns, strict=True)]
        else:
            texts = texts_at(self.batch, names, rows)
        tables = [item.name for item in call.function.parameters if item.kind == "table"]
        detail = next((call.table for name in tables if name in call.settings), "")
        self.fail(rows, texts, names, f"map/{call.function.name}", call.function.name, detail)
