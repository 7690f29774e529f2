"""Every page of the url map under axe: as soak in both languages and widths, in short what no other test looks at."""

import json
import re
import time
import urllib.request
from uuid import uuid4

import pytest

from curate.conftest import WORD
from region import table

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: no page is looked at")
pytestmark = pytest.mark.browser
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WRONG = (",,,region,sourced", "town-77,Город 77,Town 77,nowhere,sourced")
FILES = re.compile(
    r"^/(static|data|id|drafts|history|waivers|reconcile|graphs|-|catalogue|\.well-known|complete|void\.ttl|robots\.txt|"
    r"sitemap\.xml|openapi\.json|network\.svg|sparql/words|ontology\.|vocabulary\.|shapes\.)"
    r"|/(events|rows|wordings|manifest\.json|<path:file>|changes|notes|results|compare/<int:after>)$|\.<|\.json$"
    r"|^/releases/<int:number>/(rollback|sparql)$"
)
"""Addresses that give files and data, or lead on to a page: not pages themselves."""
PAGES = {
    "/": "/", "/sparql": "/sparql", "/why": "{why}", "/page": "/page?iri={iri}", "/kinds/<kind>": "/kinds/place",
    "/page/<kind>/<path:key>": "/page/place/region", "/queries": "/queries", "/queries/<name>": "{question}",
    "/search": "/search?q=town", "/ontology": "/ontology", "/ontology/<slug>": "/ontology/kgservice",
    "/ontology/term/<name>": "/ontology/term/Place", "/vocabulary": "/vocabulary", "/vocabulary/<slug>": "/nowhere",
    "/vocabulary/<slug>/<concept>": "/nowhere", "/shapes": "/shapes", "/releases": "/releases",
    "/releases/<int:number>/": "/releases/1/",
    "/curate": "/curate", "/curate/sign-in": "/curate/sign-in", "/curate/password": "/curate/password",
    "/curate/sources/new": "/curate/sources/new", "/curate/proposals/<int:number>": "/curate/proposals/{proposal}",
    "/curate/duplicates": "/curate/duplicates", "/curate/sources/<name>/upload": "/curate/sources/places/upload",
    "/curate/uploads/<number>": "/curate/uploads/{upload}", "/curate/jobs": "/curate/jobs",
    "/curate/jobs/<int:number>": "/curate/jobs/{job}", "/curate/drafts/<draft_id>": "/curate/drafts/{draft}",
    "/curate/drafts/<draft_id>/review": "/curate/drafts/{draft}/review", "/curate/history": "/curate/history",
    "/curate/releases/<int:number>/rollback": "/curate/releases/1/rollback", "/curate/users": "/curate/users",
    "/curate/audit": "/curate/audit",
}  # fmt: skip
"""By rule, an address of it; what stands in braces is made by `made`."""
ALONE = (
    "/why", "/page", "/queries/<name>", "/ontology/<slug>", "/ontology/term/<name>", "/vocabulary/<slug>",
    "/curate/proposals/<int:number>", "/curate/sources/<name>/upload",
)  # fmt: skip
"""Pages that no other test of the short form looks at: the walk has the rest of the desk, tests/browser of reading."""
LOOKS = [(1280, "ru"), (390, "en"), (390, "ru"), (1280, "en")]
SOAK = [pytest.param(look, False, id=f"{look[0]}-{look[1]}", marks=pytest.mark.soak) for look in LOOKS]


def test_every_page_of_the_url_map_is_looked_at(house):
    rules = {rule.rule for rule in house.app.url_map.iter_rules() if "GET" in rule.methods}

    assert {rule for rule in rules if not FILES.search(rule)} == set(PAGES)


class Made(dict):
    """Numbers of things that a page is about, made when they are asked for first."""

    def __init__(self, served):
        self.served = served

    def __missing__(self, name):
        self[name] = getattr(self, name)()
        return self[name]

    def upload(self):
        return sent(self.served, "/curate/sources/places/upload", table(40, *WRONG))["id"]

    def job(self):
        upload = sent(self.served, "/curate/sources/places/upload", table(40, *WRONG))["id"]
        return ended(self.served, sent(self.served, f"/curate/uploads/{upload}", do="import")["id"])["id"]

    def draft(self):
        return ended(self.served, self["job"])["result"]["draft"]

    def proposal(self):
        sample, name = "code;название;name\nn-1;Новый;New\n", f"new-{uuid4().hex[:6]}"
        return ended(self.served, sent(self.served, "/curate/sources/new", sample, name=name)["id"])["id"]

    def question(self):
        return re.search(r'href="(/queries/[\w-]+)"', fetched(self.served, "/queries", Accept="text/html"))[1]

    def iri(self):
        return "http://localhost:8080/id/place/region"

    def why(self):
        page = fetched(self.served, "/page/place/region", Accept="text/html")
        return re.search(r'href="(/why\?[^"]+)"', page)[1].replace("&amp;", "&")


@pytest.fixture(scope="module")
def made(served):
    return Made(served)


def fetched(served, path, body=None, **headers):
    named = {"Authorization": f"Bearer {served.token}", "Accept": "application/json"} | headers
    with urllib.request.urlopen(urllib.request.Request(served.url + path, body, named), timeout=60) as answer:
        return answer.read().decode()


def sent(served, path, file="", **fields):
    edge = uuid4().hex
    parts = [f'name="{name}"\r\n\r\n{value}' for name, value in fields.items()]
    parts += [f'name="file"; filename="places.csv"\r\n\r\n{file}'] if file else []
    body = "".join(f"--{edge}\r\nContent-Disposition: form-data; {part}\r\n" for part in parts) + f"--{edge}--\r\n"
    kind = f"multipart/form-data; boundary={edge}"
    return json.loads(fetched(served, path, body.encode(), **{"Content-Type": kind}))


def ended(served, job):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        found = json.loads(fetched(served, f"/curate/jobs/{job}"))
        if found["state"] not in ("queued", "running"):
            assert found["state"] == "done", found
            return found
        time.sleep(0.2)
    raise AssertionError(job)


@pytest.fixture(scope="module")
def visitors(served, chromium):
    """By look, a page of somebody who is signed in as an operator; made when it is asked for first."""
    contexts = []

    def enter(look):
        width, language = look
        locale = {"ru": "ru-RU", "en": "en-GB"}[language]
        contexts.append(chromium.new_context(viewport={"width": width, "height": 900}, locale=locale))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.goto(f"{served.url}/curate")
        page.fill("#name", "operator")
        page.fill("#password", WORD)
        page.locator("main form button").click()
        page.wait_for_url("**/curate")
        return page

    kept = {}
    yield lambda look: kept.get(look) or kept.setdefault(look, enter(look))
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("look", "lean"), [pytest.param(None, True, id="short"), *SOAK])
def test_every_page_is_accessible_and_fits(served, visitors, made, look, lean):
    wrong = []
    for number, rule in enumerate(ALONE if lean else PAGES):
        width, language = looked = LOOKS[number % 2] if lean else look
        page = visitors(looked)
        address = PAGES[rule].format_map(made)
        page.goto(served.url + address)
        assert page.evaluate("document.documentElement.lang") == language
        found = axe.Axe().run(page, options=RULES).response["violations"]
        wrong += [(address, looked, one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found]
        if page.evaluate("document.documentElement.scrollWidth") > width:
            wrong.append((address, looked, "too wide"))

    assert wrong == []
