"""Turns a failure of a mapping rule into a finding at its cell, with what to do about it."""

from kgservice import rml
from kgservice.intake.findings import Collector
from kgservice.intake.readers.reading import Sheet
from kgservice.report import Text

_REMEDIES = {
    "map/empty-key": "Fill the cell; without it nothing of this row is taken.",
    "map/no-graph": "Say how the row is known (its evidence), in a wording that the lookup of the source holds.",
    "map/not-an-iri": "Write a whole address such as https://example.org/page, without spaces and quotes.",
    "map/not-of-datatype": "Write the value in the form that the datatype has, or change the rule in the mapping.",
    "map/no-parent": "Correct the identifier, or deliver the row that it names.",
    "map/lookup": "Correct the wording, or add it to lookups/{table}.csv of the source.",
}
_ELSE = "Correct the cell; if it is right as it stands, change the rule for {columns} in the mapping."


def tell(failure: rml.Failure, sheet: Sheet, collector: Collector) -> None:
    """Add the failure to the findings."""
    if not collector.wants(failure.rule):
        collector.omit(failure.rule)
        return
    columns = ", ".join(failure.columns)
    remedy = Text(_REMEDIES.get(failure.rule, _ELSE), {"columns": columns, "table": failure.detail})
    cell = sheet.cell(failure.row, columns, failure.value)
    collector.violation(failure.rule, rml.explain(failure), remedy, cell)
