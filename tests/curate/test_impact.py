"""The page of an impact shows each kind of thing that may follow from a draft."""

import pytest
from flask import render_template_string

from kgservice.actions.impact import Broken, Found, Impact, Measure, Question

PAGE = '{% import "curate/impact.html" as impacts with context %}{{ impacts.told(impact, named, asked) }}'


@pytest.mark.parametrize("language", ["ru", "en"])
def test_all_that_follows_is_shown(house, language):
    found = Impact(
        "0" * 64, 1.0, False,
        (Question("parts-of-a-place", "changed", 39, 40, ("place",), (("<http://x.example/a>",),), ((),), 1, 0),),
        (Measure("http://x.example/a", "http://x.example/m", "1", ""),), 1,
        (Found("https://w3id.org/kgservice/shapes#Place-label", "violation", 0, 3),),
        (Broken("http://x.example/a", "link", "http://x.example/b", "http://x.example/p"),), 1, ("w1",), ("measures",),
    )  # fmt: skip
    with house.app.test_request_context(f"/?lang={language}"):
        house.app.preprocess_request()
        page = render_template_string(PAGE, impact=found, named={}, asked={"parts-of-a-place": "Which places?"})

    assert "Which places?" in page
    assert "shape:Place-label" in page
    assert {"ru": "ошибка", "en": "error"}[language] in page
    for said in ("w1", "http://x.example/b"):
        assert said in page


def test_a_refusal_leads_back_to_the_draft(house):
    with house.app.test_request_context("/curate/drafts/d1/accept"):
        house.app.preprocess_request()
        page = render_template_string(
            '{% include "problem.html" %}', problem={"title": "Refused", "detail": "", "status": 409, "slug": "refused"}
        )

    assert 'href="/curate/drafts/d1"' in page
