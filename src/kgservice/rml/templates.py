"""Reads the templates of RML: texts with references in braces; a backslash escapes a brace or a backslash."""

from kgservice.rml.expressions import Reference, Template


class TemplateError(ValueError):
    """Raised when a text is no template; says why in one clause."""


def read_template(text: str) -> Template:
    """Return the parts of a template (RML core, Templates).

    Raises:
        TemplateError: when braces do not pair, a reference is empty, or a backslash escapes nothing.
    """
    parts: list[str | Reference] = []
    position, buffer, inside = 0, "", False
    while position < len(text):
        character = text[position]
        if character == "\\":
            if text[position + 1 : position + 2] not in ("\\", "{", "}"):
                raise TemplateError("a backslash stands before something other than a brace or a backslash")
            buffer += text[position + 1]
            position += 2
            continue
        if character == "{":
            if inside:
                raise TemplateError("a brace opens inside a reference; write \\{ for a brace")
            parts, buffer, inside = [*parts, *([buffer] if buffer else [])], "", True
        elif character == "}":
            if not inside:
                raise TemplateError("a brace closes that was never opened; write \\} for a brace")
            if not buffer:
                raise TemplateError("a reference is empty")
            parts, buffer, inside = [*parts, Reference(buffer)], "", False
        else:
            buffer += character
        position += 1
    if inside:
        raise TemplateError("a brace is never closed")
    return Template((*parts, *([buffer] if buffer else [])))
