"""The page of functions is what the library says, and every function is described and used in an example of it."""

import runpy
from pathlib import Path

from kgservice.rml.functions import LIBRARY

ROOT = Path(__file__).parents[3]


def test_the_page_is_generated_from_the_library() -> None:
    made = runpy.run_path(str(ROOT / "tools" / "functions_page.py"))["page"]()

    assert (ROOT / "docs" / "functions.md").read_text("utf-8") == made
    assert all(f"`fn:{function.name}`" in made for function in LIBRARY.values())
    assert "|  |" not in made
