"""Templates are read part by part; a backslash escapes braces and backslashes and nothing else."""

import pytest

from kgservice.rml.expressions import Reference
from kgservice.rml.templates import TemplateError, read_template


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("id/{a}", ("id/", Reference("a"))),
        ("{a}{b c}", (Reference("a"), Reference("b c"))),
        ("\\{\\{ {a} \\}", ("{{ ", Reference("a"), " }")),
        ("{$['\\{x\\}']}", (Reference("$['{x}']"),)),
        ("\\\\{a}", ("\\", Reference("a"))),
        ("plain", ("plain",)),
        ("", ()),
    ],
)
def test_template_has_these_parts(text: str, parts: tuple[object, ...]) -> None:
    assert read_template(text).parts == parts


@pytest.mark.parametrize("text", ["{a", "a}", "{}", "{a{b}}", "\\a", "{a\\", "{{a}}"])
def test_text_that_is_no_template_is_refused(text: str) -> None:
    with pytest.raises(TemplateError):
        read_template(text)
