"""The whole way in a browser, with script and without: upload, findings, mend, review, publish, rollback."""

import re
from pathlib import Path

import pytest

from curate.conftest import WORD
from region import table

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe is not installed: no page is looked at")
pytestmark = pytest.mark.browser
PICTURES = Path(__file__).parents[1] / "pictures"  # screenshots, not in git
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
WRONG = (",,,region,sourced", "town-77,Город 77,Town 77,nowhere,sourced", "town-79,Город,Town,region,dreamt")


class Visitor:
    """Somebody in front of a browser who looks at each page that they come to."""

    def __init__(self, page, url, width, language, faults):
        self.page, self.url, self.width, self.language, self.faults = page, url, width, language, faults

    def sees(self, name):
        """Take pictures at both widths; with script: the page fits them, and axe (a script) finds nothing."""
        PICTURES.mkdir(exist_ok=True)
        for width in (self.width, 390):
            self.page.set_viewport_size({"width": width, "height": 900})
            if not self.scriptless:
                assert self.page.evaluate("document.documentElement.scrollWidth") <= width, name
                found = axe.Axe().run(self.page, options=RULES).response["violations"]
                assert [(one["id"], [node["target"] for node in one["nodes"]][:3]) for one in found] == [], name
            self.page.screenshot(path=PICTURES / f"curate-{name}-{width}-{self.language}.png", full_page=True)
        self.page.set_viewport_size({"width": self.width, "height": 900})
        assert [one for one in self.faults if "Failed to load resource" not in one and "[DOM]" not in one] == []

    def goes(self, path):
        self.page.goto(self.url + path)

    def signs_in(self, name):
        self.goes("/curate")
        self.page.fill("#name", name)
        self.page.fill("#password", WORD)
        self.page.locator("main form button").click()

    def presses(self, selector):
        self.page.locator(selector).first.click()

    def uploads(self, path, draft=""):
        self.goes(f"/curate/sources/places/upload?draft={draft}")
        self.page.set_input_files("#file", path)
        self.presses("main form[enctype] button:not([type=button])")
        self.page.wait_for_url("**/curate/uploads/*")

    def waits_for_the_job(self):
        self.page.wait_for_url("**/curate/jobs/*")
        for _ in range(240):
            if self.page.locator(".after a.btn.main, .after button.main").count():
                return
            self.page.wait_for_timeout(250)  # without script the page comes again by itself, every three seconds
        raise AssertionError(self.page.locator("main").inner_text())


@pytest.fixture(params=[("script", 1280, "ru"), ("no-script", 1280, "en")], ids=lambda param: param[0])
def visitor(request, served, chromium):
    script, width, language = request.param
    context = chromium.new_context(
        viewport={"width": width, "height": 900},
        locale={"ru": "ru-RU", "en": "en-GB"}[language],
        java_script_enabled=script == "script",
    )
    faults: list[str] = []
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.on("console", lambda message: faults.append(message.text))
    found = Visitor(page, served.url, width, language, faults)
    found.scriptless = script != "script"
    yield found
    context.close()


def test_a_delivery_goes_from_upload_to_release_and_back(visitor, tmp_path):
    wrong, right = tmp_path / "wrong.csv", tmp_path / "places.csv"
    wrong.write_text(table(40, *WRONG), "utf8")
    new = f"town-{visitor.language},Новый город,New town,region,sourced"
    right.write_text(table(40, new), "utf8")
    page = visitor.page

    visitor.goes("/curate")
    visitor.sees("sign-in")
    visitor.signs_in("curator")
    visitor.sees("board")
    visitor.uploads(wrong)
    visitor.sees("reading")
    visitor.presses("button[value=import]")
    visitor.waits_for_the_job()
    visitor.sees("job")
    visitor.presses(".after a.btn.main")
    visitor.sees("findings")
    assert page.locator("#verdict-h").inner_text().startswith(("Not ready", "Принять пока нельзя"))
    assert page.locator(".marked").count() > 0
    draft = re.search(r"/drafts/(d\d+)", page.url)[1]

    visitor.uploads(right, draft)
    visitor.presses("button[value=import]")
    visitor.waits_for_the_job()
    visitor.presses(".after a.btn.main")
    assert page.locator("form[action$=publish]").count() == 0, "a curator does not publish"
    visitor.goes(f"/curate/drafts/{draft}/review")
    visitor.sees("review")
    visitor.presses("form[action$=impact] button")
    visitor.waits_for_the_job()
    visitor.presses(".after a.btn.main")
    assert page.locator("#impact-h + p.note, #impact-h ~ details").count(), "findings that go are told"
    visitor.sees("impact")
    page.fill("#comment", "Проверено по списку.")
    visitor.presses("main form[action$=comment] button:not([formaction])")
    visitor.presses("form[action$=sign-out] button")

    visitor.signs_in("steward")
    visitor.goes(f"/curate/drafts/{draft}/review")
    visitor.presses("button[formaction$=accept]")
    visitor.presses("form[action$=publish] button")
    visitor.waits_for_the_job()
    visitor.presses(".after a.btn.main")
    assert "/releases/" in page.url
    visitor.goes(f"/page/place/town-{visitor.language}")
    assert "Новый город" in page.content()

    visitor.goes("/curate/history")
    visitor.sees("history")
    visitor.presses("a[href$='/rollback']")
    visitor.sees("rollback")
    visitor.presses("form[action$=rollback] button")
    visitor.waits_for_the_job()
    visitor.goes(f"/page/place/town-{visitor.language}")
    assert "Новый город" not in page.content()


def test_pages_of_operators_are_accessible(visitor):
    visitor.signs_in("operator")
    for name in ("users", "audit", "jobs", "password", "duplicates", "sources/new"):
        visitor.goes(f"/curate/{name}")
        visitor.sees(name.replace("/", "-"))
