"""Objects that are subjects of another triples map: of the same record, or joined by equal values."""

import polars as pl

from kgservice.rml.batches import Batch
from kgservice.rml.bounds import bounded
from kgservice.rml.evaluation import Evaluator
from kgservice.rml.expressions import references
from kgservice.rml.generation import Generator
from kgservice.rml.model import ParentMap
from kgservice.rml.values import Values, combined, positions


class SameRecord:
    """The subject that the parent triples map makes of the very record."""

    def __init__(self, generator: Generator) -> None:
        self.generator = generator

    def objects(self, evaluator: Evaluator) -> Values:
        """Return the parent's subject for each record."""
        target = evaluator.target
        made = self.generator.terms(evaluator, self.generator.triples_map.subject)
        evaluator.target = target
        return made


class JoinedParents:
    """Subjects of a parent triples map by the values they are joined on; without joins, all of them."""

    def __init__(self, parent: ParentMap, generator: Generator, batch: Batch) -> None:
        self.line = parent.line
        evaluator = Evaluator(batch)
        subject = generator.terms(evaluator, generator.triples_map.subject)
        keys = [evaluator.values(expression) for _, expression in parent.joins]
        _, columns, _ = combined([subject, *keys])
        names = ["subject", *(str(number) for number in range(len(keys)))]
        self.index = pl.DataFrame(dict(zip(names, columns, strict=True))).unique(maintain_order=True)
        self.children = [expression for expression, _ in parent.joins]

    def objects(self, evaluator: Evaluator) -> Values:
        """Return the subjects that each child record is joined with; a child without a parent is a failure."""
        if not self.children:
            bounded(pl.DataFrame({"row": positions(evaluator.height)}), self.index, [], self.line)
            crossed = pl.DataFrame({"row": positions(evaluator.height)}).join(self.index, how="cross")
            return Values(crossed["row"], crossed["subject"])
        rows, columns, _ = combined([evaluator.values(expression) for expression in self.children])
        names = [str(number) for number in range(len(columns))]
        frame = pl.DataFrame({"row": rows, **dict(zip(names, columns, strict=True))})
        bounded(frame, self.index, names, self.line)
        found = frame.join(self.index, on=names, how="left", maintain_order="left")
        lacking = found.filter(pl.col("subject").is_null())
        if lacking.height:
            texts = [" | ".join(texts) for texts in lacking.select(names).iter_rows()]
            read = tuple(dict.fromkeys(name for child in self.children for name in references(child)))
            evaluator.fail(lacking["row"], texts, read, "map/no-parent")
            found = found.filter(pl.col("subject").is_not_null())
        return Values(found["row"], found["subject"])
