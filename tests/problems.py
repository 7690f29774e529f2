"""The one shape of errors, asserted in one place."""

import re

from kgservice.web.problems import RETRY_SECONDS, TYPES


def assert_problem(response, status: int, slug: str) -> dict:
    """Assert RFC 9457 with our slug, CORS, no caching and Retry-After where it belongs; return the document."""
    assert response.status_code == status, response.get_data(as_text=True)[:400]
    assert response.mimetype == "application/problem+json"
    document = response.get_json(force=True)
    assert document["type"] == TYPES + slug
    assert (document["slug"], document["status"]) == (slug, status)
    assert document["title"]
    assert document["detail"]
    assert not re.search(r"\{\w+\}", document["detail"])
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Cache-Control"] == "no-store"
    assert ("Retry-After" in response.headers) == (status in RETRY_SECONDS)
    return document
