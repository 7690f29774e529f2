"""Pages in a real browser: both widths, both colour schemes, both languages; accessible, and usable by keyboard."""

from pathlib import Path
from urllib.parse import quote

import pytest

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: no page is looked at")

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parents[1] / "pictures"  # screenshots, not in git

QUERY = quote("SELECT ?s ?name { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?name } ORDER BY ?name")
PAGES = {
    "home": "/",
    "query": "/sparql",
    "answer": f"/sparql?query={QUERY}",
    "thing": "/page/organization/spt",
    "invented": "/page/programme/p1",
    "kind": "/kinds/organization",
    "questions": "/queries",
    "found": "/queries?q=network",
    "names": "/search?q=polytechnic",
    "unnamed": "/search?q=xqzzy",
    "network": "/queries/the-network",
    "bars": "/queries/things-by-kind",
    "empty": "/queries/customers-of-the-social-order",
    "ontology": "/ontology",
    "vocabulary": "/vocabulary",
    "shapes": "/shapes",
    "question": "/queries/partners-of-an-organization",
    "releases": "/releases",
    "release": "/releases/1/",
    "nothing": "/nowhere",
}
LOOKS = [(1280, "light", "ru"), (390, "dark", "en"), (1280, "dark", "ru"), (390, "light", "en")]
ALL, SOME = list(PAGES), ("home", "answer", "thing")
SIGHTS = [(look, name) for place, look in enumerate(LOOKS) for name in (ALL if place < 2 else SOME)]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


@pytest.fixture
def page(request, chromium):
    width, scheme, language = getattr(request, "param", LOOKS[0])
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        locale={"ru": "ru-RU", "en": "en-GB"}[language],
        java_script_enabled=True,
    )
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.name = f"{width}-{scheme}-{language}"
    page.width = width
    yield page
    context.close()


@pytest.mark.parametrize(
    ("page", "name"), SIGHTS, indirect=["page"], ids=[f"{name}-{'-'.join(map(str, look))}" for look, name in SIGHTS]
)
def test_a_page_is_accessible_fits_and_obeys_its_policy(page, address, name):
    faults = []
    page.on("console", lambda message: faults.append(message.text))

    page.goto(address + PAGES[name])
    violations = axe.Axe().run(page, options=RULES).response["violations"]
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}-{page.name}.png", full_page=True)

    found = [(v["id"], [node["target"] for node in v["nodes"]][:3], v["help"]) for v in violations]
    assert found == []
    assert page.evaluate("document.documentElement.scrollWidth") <= page.width
    # a fault and a missing page are told by their status, which the console repeats
    assert [fault for fault in faults if "Failed to load resource" not in fault] == []


def test_the_keyboard_reaches_the_content_at_once(page, address):
    page.goto(address + "/sparql")
    page.keyboard.press("Tab")
    first = page.evaluate("document.activeElement.className")
    page.keyboard.press("Enter")

    assert first == "skip"
    assert page.url.endswith("#main")


def test_a_click_leads_from_the_picture_to_a_thing_and_back(page, address):
    page.goto(address + "/")
    page.locator("svg.net a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/page/**")

    page.go_back()
    assert page.url == address + "/"


def test_the_language_is_kept(page, address):
    page.goto(address + "/")
    before = page.evaluate("document.documentElement.lang")
    page.locator(".side a").click()
    page.locator(".top nav a").nth(2).click()

    assert page.evaluate("document.documentElement.lang") != before


def test_pairs_are_decided_by_places_of_keys_where_the_focus_is_on_them_and_in_no_field(page, address):
    page.goto(address + "/")
    page.evaluate("""async () => {
        const group = document.createElement('pair-keys');
        group.innerHTML = '<input id=why><button data-key=KeyS>0</button><span data-hint></span>';
        group.setAttribute('hint', 'S');
        group.querySelector('button').onclick = event => event.target.textContent++;
        document.querySelector('main').prepend(group);
        await import('/static/scripts/pairs.js');
    }""")
    for code, key in (("KeyS", "ы"), ("KeyD", "в")):
        page.evaluate(
            """([code, key]) => document.activeElement.dispatchEvent(
            new KeyboardEvent('keydown', {code, key, bubbles: true}))""",
            [code, key],
        )
    page.locator("#why").press("KeyS")

    assert page.locator("pair-keys button").inner_text() == "1"
    assert page.locator("[data-hint]").inner_text() == "S"
