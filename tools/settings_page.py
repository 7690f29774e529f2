"""Print docs/settings.md from the table of settings; tests/test_documentation.py compares them."""

from kgservice.settings import TABLE


def page() -> str:
    """Return the page as Markdown."""
    lines = [
        "# Settings",
        "",
        "Environment variables, read once at start. An unknown `KG_*` is an error. This page is generated:",
        "`.venv/bin/python tools/settings_page.py > docs/settings.md`.",
        "",
        "| setting | default | what it does |",
        "|---|---|---|",
    ]
    lines += [f"| `{s.name}` | {f'`{s.default}`' if s.default else '(empty)'} | {s.help} |" for s in TABLE]
    lines += [
        "",
        "`KG_CONFORMANCE` and `KG_REFERENCE_DATA` (folders of suites and of reference data) are read by tests only.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    print(page(), end="")
