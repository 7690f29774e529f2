"""W3C SPARQL 1.1 syntax: our parser accepts all that is right; what it lets through wrongly, the engine refuses."""

import pytest
from pyoxigraph import Store

from kgservice.errors import QueryInvalid
from kgservice.sparql import parse
from sparql import conformance

pytestmark = pytest.mark.conformance
SECTIONS = ("syntax-query", "syntax-update-1", "syntax-update-2", "syntax-fed")


def refused(case: conformance.Case) -> str:
    """Return who refuses a text: `parser`, `engine` or nobody."""
    text = case.query.read_text("utf8")
    base = case.query.as_uri()
    try:
        parse(text, update=case.update)
    except QueryInvalid:
        return "parser"
    store = Store()
    try:
        if case.update:
            store.update(text, base_iri=base)
        else:
            store.query(text, base_iri=base)
    except SyntaxError:
        return "engine"
    except OSError:  # LOAD of an address that is not reached
        return "nobody"
    return "nobody"


def test_every_right_text_passes_and_every_wrong_one_is_refused() -> None:
    cases = [case for section in SECTIONS for case in conformance.cases(section)]
    right = [case for case in cases if case.positive]
    wrong = [case for case in cases if not case.positive]
    parsed = [case.name for case in right if refused_by_parser(case)]
    passed = [case.name for case in wrong if refused(case) == "nobody"]

    print(f"W3C syntax: {len(right)} right texts, {len(parsed)} of them refused")
    print(f"W3C syntax: {len(wrong)} wrong texts, {len(passed)} of them accepted")
    assert (len(right), len(wrong)) == (108, 44)
    assert parsed == []
    assert passed == []


def refused_by_parser(case: conformance.Case) -> bool:
    try:
        parse(case.query.read_text("utf8"), update=case.update)
    except QueryInvalid:
        return True
    return False


def test_no_query_of_the_suite_that_the_engine_accepts_is_refused_by_us() -> None:
    wrongly = []
    seen = 0
    for path in sorted(conformance.folder().rglob("*.r[qu]")):
        text = path.read_bytes().decode("utf8", "replace")
        update = path.suffix == ".ru"
        try:
            parse(text, update=update)
        except QueryInvalid as error:
            if accepted_by_engine(text, update, path.as_uri()):
                wrongly.append(f"{path.parent.name}/{path.name}: {error}")
        seen += 1

    print(f"W3C corpus: {seen} texts, {len(wrongly)} refused by us alone")
    assert seen > 500
    assert wrongly == []


def accepted_by_engine(text: str, update: bool, base: str) -> bool:
    if "service" in text.lower() or "load" in text.lower():
        return False  # would connect
    try:
        Store().update(text, base_iri=base) if update else Store().query(text, base_iri=base)
    except SyntaxError:
        return False
    except (RuntimeError, OSError):
        return True
    return True
