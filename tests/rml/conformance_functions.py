"""The functions that the FNML test cases call, made with the product's own decorators."""

import html

from kgservice.rml.functions import LIBRARY, by_value

GREL = "http://users.ugent.be/~bjdmeest/function/grel.ttl#"
XSD = "http://www.w3.org/2001/XMLSchema#"
IDLAB = "https://w3id.org/imec/idlab/function#"


@by_value("text", namespace=GREL, iris={"value": GREL + "valueParam"}, returns=(GREL + "stringOut",), value="cell")
def toUpperCase(value: str) -> str:  # noqa: N802
    return value.upper()


@by_value(
    "text", namespace=GREL, returns=(GREL + "stringOut",), value="cell", find="setting", replacement="setting",
    iris={"value": GREL + "valueParam", "find": GREL + "param_find", "replacement": GREL + "param_replace"},
)  # fmt: skip
def string_replace(value: str, find: str, replacement: str) -> str:
    return value.replace(find, replacement)


@by_value(
    "text", namespace=GREL, returns=(GREL + "stringOut",), value="cell", mode="setting",
    iris={"value": GREL + "valueParam", "mode": GREL + "modeParam"},
)  # fmt: skip
def escape(value: str, mode: str) -> str:
    assert mode == "html"
    return html.escape(value)


@by_value(
    "text", namespace=GREL, returns=(GREL + "stringOut",), value="cell", start="setting", end="setting?",
    iris={"value": GREL + "valueParam", "start": GREL + "p_int_i_from", "end": GREL + "p_int_i_opt_to"},
)  # fmt: skip
def string_substring(value: str, start: str, end: str = "") -> str | None:
    if int(start) > len(value):
        return None
    return value[int(start) : int(end) if end else None]


@by_value("text", namespace=GREL, returns=(GREL + "output_number",), datatype=XSD + "integer",
          iris={"value": GREL + "valueParam"}, value="cell")  # fmt: skip
def string_length(value: str) -> str:
    return str(len(value))


@by_value("nothing", namespace=IDLAB, returns=(IDLAB + "_stringOut",))
def alwaysReturnsABC() -> str:  # noqa: N802
    return "ABC"


@by_value(
    "text", namespace=IDLAB, returns=(IDLAB + "_boolOut",), first="cell", second="setting",
    iris={"first": GREL + "valueParam", "second": GREL + "valueParam2"},
)  # fmt: skip
def equal(first: str, second: str) -> str:
    return "true" if first == second else "false"


@by_value("text", namespace=IDLAB, returns=(IDLAB + "_stringOut",), iris={"value": IDLAB + "str"}, value="cell")
def toUpperCaseURL(value: str) -> str:  # noqa: N802
    upper = value.upper()
    return upper if upper.startswith("HTTP") else f"http://{upper}"


FUNCTIONS = {
    **LIBRARY,
    **{
        function.iri: function
        for function in (
            toUpperCase, string_replace, escape, string_substring, string_length, alwaysReturnsABC, equal,
            toUpperCaseURL,
        )
    },
}  # fmt: skip
