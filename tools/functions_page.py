"""Print docs/functions.md from the library of mapping functions; tests/rml/functions/test_page.py compares them."""

import inspect

from kgservice.rml.functions import LIBRARY, Function

KINDS = {"cell": "varies by row", "setting": "fixed by the mapping", "table": "name of a code table"}


def family(function: Function) -> str:
    """Return the room that a function is written in: `text`, `dates`, …."""
    return str(function.body.__module__).rpartition(".")[2]


def page() -> str:
    """Return the page as Markdown."""
    lines = [
        "# Functions of mappings",
        "",
        "Prefix `fn:` = `https://w3id.org/kgservice/function#`. A cell that has text of which a function makes nothing",
        "is a finding at that cell: “…” is not *what it expects*. An empty cell makes nothing, and is no finding.",
        "",
        "In Turtle (FNML) and in YAML:",
        "```",
        "rml:objectMap [ rml:functionExecution [ rml:function fn:date ;",
        '    rml:input [ rml:parameter fn:text ; rml:inputValueMap [ rml:reference "founded" ] ] ] ;',
        "  rml:datatype xsd:date ]",
        "```",
        "```",
        "- [kg:founded, {function: fn:date(text=$(founded)), datatype: xsd:date}]",
        "```",
        "This page is generated: `.venv/bin/python tools/functions_page.py > docs/functions.md`.",
    ]
    families: dict[str, list[Function]] = {}
    for function in LIBRARY.values():
        families.setdefault(family(function), []).append(function)
    for name, functions in families.items():
        lines += ["", f"## {name}", "", "| function | parameters | returns | expects |", "|---|---|---|---|"]
        for function in functions:
            given = ", ".join(
                f"`{one.name}` ({KINDS[one.kind]}{', optional' if one.optional else ''})" for one in function.parameters
            )
            said = " ".join((inspect.getdoc(function.body) or "").split()).removeprefix("Return ")
            lines.append(
                f"| `fn:{function.name}` | {given} | {said.replace('|', chr(92) + '|')} | {function.expects} |"
            )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(page(), end="")
