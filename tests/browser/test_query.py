"""The query page in a real browser on real workers: typed, marked, run, stopped, read to the last row, drawn, kept."""

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from urllib.parse import parse_qs, quote, urlsplit

import pytest

import kgservice.web
from kgservice.web.scripts import bundles

pytestmark = pytest.mark.browser

STATIC = Path(kgservice.web.__file__).parent / "static"
PICTURES = Path(__file__).parents[1] / "pictures"  # screenshots, not in git
KG = "PREFIX kg: <https://w3id.org/kgservice/ontology#>\n"
LABELS = "SELECT ?s ?name { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?name } ORDER BY ?name"
MANY = "SELECT ?a ?d { ?a ?b ?c . ?d ?e ?f } LIMIT 100000"
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
COUNTED = "SELECT ?kind (COUNT(?s) AS ?things) { ?s a ?kind } GROUP BY ?kind ORDER BY DESC(?things) LIMIT 8"


@pytest.fixture
def page(request, chromium):
    """A page in English at 1280 px; parametrised: (width, colour scheme, language, script)."""
    width, scheme, language, script = getattr(request, "param", (1280, "light", "en", True))
    context = chromium.new_context(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script,
        locale={"ru": "ru-RU", "en": "en-GB"}[language],
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.look = f"{width}-{scheme}-{language}"
    yield page
    context.close()


@pytest.fixture
def editor(page, region):
    """The query page with its editor, ready to type."""
    if "editor" not in bundles(STATIC):
        pytest.skip("NO EDITOR: its script was not built (make setup could not reach npm); it is NOT tested")
    page.goto(f"{region}/sparql")
    page.locator("sparql-editor[data-ready]").wait_for()
    return page.locator("sparql-editor .cm-content")


def write(page, text: str) -> None:
    page.evaluate("text => { document.querySelector('sparql-editor').value = text }", text)


def typed(page) -> str:
    return page.evaluate("document.getElementById('query').value")


def run(page, text: str) -> None:
    write(page, text)
    page.locator("#run").click()
    page.locator("#ask[aria-busy=false]").wait_for()


def test_words_of_the_release_are_offered_with_counts_and_bring_their_prefix(page, editor):
    write(page, "SELECT * WHERE {\n  ?x a ")
    editor.press("Control+End")
    page.keyboard.type("Pla")
    chosen = page.locator(".cm-tooltip-autocomplete li").first
    chosen.wait_for()
    said = chosen.inner_text()
    page.wait_for_timeout(150)  # the list takes no key in its first 75 ms
    page.keyboard.press("Enter")

    assert said.startswith("kg:Place")
    assert "×" in said
    assert typed(page) == f"{KG}SELECT * WHERE {{\n  ?x a kg:Place"


def test_mistakes_and_unknown_words_are_marked_while_typing_and_nothing_is_run(page, editor):
    asked = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    write(page, f"{KG}SELECT * {{ ?s kg:labl }}")
    page.locator(".cm-lintRange-error").wait_for()
    write(page, f"{KG}SELECT * {{ ?s a kg:Places }}")
    doubted = page.locator(".cm-lintRange-warning")
    doubted.wait_for()
    doubted.hover()
    said = page.locator(".cm-diagnostic-warning").inner_text()

    assert doubted.inner_text() == "kg:Places"
    assert "did you mean kg:Place?" in said
    assert "/sparql/check" in asked
    assert "/sparql" not in asked


def test_a_query_is_run_by_keyboard_without_leaving_the_page_and_tab_leaves_the_editor(page, editor, region):
    page.evaluate("window.stayed = true")
    write(page, LABELS)
    editor.press("Control+Enter")
    page.locator("#answer").wait_for()
    address = page.evaluate("location.href")
    editor.focus()
    page.keyboard.press("Tab")

    assert page.evaluate("window.stayed")
    assert parse_qs(urlsplit(address).query)["query"] == [LABELS]
    assert page.locator("#answer .tag.good").count() == 1
    assert page.evaluate("document.activeElement.id") == "run"
    assert page.locator("#answer tbody small.mono").count() > 0  # the IRI beside its label
    assert page.faults == []


def test_a_fault_of_a_run_is_told_and_the_caret_stands_at_it(page, editor):
    run(page, f"{KG}SELECT * {{ ?s kg:within . ?x }}")
    page.keyboard.type("?whole ")

    assert page.locator("#fault-h").count() == 1
    assert typed(page) == f"{KG}SELECT * {{ ?s kg:within ?whole . ?x }}"


def test_stop_ends_the_work_and_says_after_how_long(page, editor):
    write(page, ENDLESS)
    editor.press("Control+Enter")
    page.locator("#clock").get_by_text(re.compile(r"^\s*[1-9]")).wait_for()  # by then it has reached the service
    with page.expect_response("**/-/queries/*") as stopped:
        page.locator("#stop").click()
    said = page.locator("#said").inner_text()
    run(page, "ASK {}")

    assert stopped.value.status == 204
    assert said.startswith("Stopped after")
    assert page.locator("#answer .lead").inner_text() == "Yes"


def test_a_hundred_thousand_rows_are_read_to_the_last_one_in_a_small_page(page, editor, accessible):
    run(page, MANY)
    page.locator("v-table[data-ready]").wait_for()
    page.evaluate("document.querySelector('v-table').show(99_999)")
    last = page.locator("v-table [role=row][aria-rowindex='100001']")
    last.wait_for()

    assert "100,000" in last.locator("[role=rowheader]").inner_text().replace("100000", "100,000")
    assert last.locator("[role=cell] a").count() == 2
    assert page.locator("v-table [role=row]").count() < 100
    assert accessible(page) == []


def test_columns_are_drawn_as_they_are_chosen(page, editor):
    run(page, COUNTED)
    page.locator("#answer summary").click()
    page.locator("select[name=y]").select_option("things")
    page.locator(".drawing button").click()
    page.locator("ol.bars").wait_for()

    assert page.locator("ol.bars li").count() == page.locator("#answer tbody tr").count()
    assert parse_qs(urlsplit(page.url).query)["chart"] == ["bars"]

    run(page, "SELECT * { VALUES (?when ?n) { ('2019-01-01'^^<http://www.w3.org/2001/XMLSchema#date> 3) "
              "('2021-06-01'^^<http://www.w3.org/2001/XMLSchema#date> 5) } }")  # fmt: skip
    page.locator("#answer summary").click()
    page.locator(".drawing button").click()  # lines were proposed

    page.get_by_role("img", name="n over when, from 2019-01-01 to 2021-06-01: least 3").wait_for()


def test_an_empty_answer_names_the_pattern_that_matches_nothing(page, editor):
    run(page, f"{KG}SELECT * {{ ?s a kg:Place .\n ?s kg:within 'none' }}")

    assert "Line 3: nothing in this release matches ?s kg:within 'none'" in page.locator("#answer").inner_text()


def test_what_was_asked_is_kept_in_the_browser_until_it_is_forgotten(page, editor):
    run(page, LABELS)
    page.reload()
    page.locator("sparql-editor[data-ready]").wait_for()
    page.locator("#history summary").click()
    write(page, "")
    page.locator(".past-query").click()
    again = typed(page)
    page.locator("#forget").click()

    assert again == LABELS
    assert page.locator("#history").is_hidden()
    assert page.evaluate("localStorage.length") == 0


def test_the_text_is_brought_into_form_on_request(page, editor):
    write(page, "select * where {\n?s ?p ?o }")
    page.locator("#format").click()
    page.locator("sparql-editor .cm-line", has_text="WHERE").wait_for()

    assert typed(page) == "SELECT * WHERE {\n  ?s ?p ?o }\n"


STATES = {
    "typing": f"{KG}SELECT * {{ ?s a kg:Places }}",
    "fault": "SELECT * WHERE { ?s ?p }",
    "answer": LABELS,
    "empty": "SELECT * { <urn:nothing> ?p ?o }",
    "graph": "CONSTRUCT WHERE { ?s ?p ?o }",
}


@pytest.mark.parametrize("page", [(1280, "light", "ru", True), (390, "dark", "en", True)], indirect=True)
def test_every_state_is_accessible_fits_and_obeys_the_policy(page, editor, accessible):
    found = {}
    PICTURES.mkdir(exist_ok=True)
    for name, text in STATES.items():
        if name == "typing":
            write(page, text)
            page.locator(".cm-lintRange-warning").wait_for()
            editor.press("Control+End")
            page.keyboard.type(" ?")
            page.keyboard.press("Control+Space")
        else:
            run(page, text)
        found[name] = accessible(page)
        if page.evaluate("document.documentElement.scrollWidth") > page.viewport_size["width"]:
            found[name].append("wider than the screen")
        page.screenshot(path=PICTURES / f"query-{name}-{page.look}.png", full_page=True)

    assert found == {name: [] for name in STATES}
    assert [fault for fault in page.faults if "Failed to load resource" not in fault] == []


@pytest.mark.parametrize("page", [(390, "light", "ru", False)], indirect=True)
def test_without_script_the_page_runs_pages_draws_formats_and_loads(page, region, address):
    page.goto(f"{region}/sparql?query={quote('SELECT ?s ?p ?o { ?s ?p ?o . ?x ?y ?z } LIMIT 150')}")
    page.locator("a[rel=next]").click()
    rows = page.locator("tbody tr").count()
    page.locator("#query").fill("select * {\n?s ?p ?o } limit 3")
    page.locator("#format").click()
    formatted = page.locator("#query").input_value()
    page.locator("#query").fill(COUNTED)
    page.locator("#run").click()
    page.locator("#answer summary").click()
    page.locator(".drawing button").click()
    bars = page.locator("ol.bars li").count()
    page.goto(f"{address}/sparql")
    page.locator("#example").select_option("partners-of-an-organization")
    page.locator("#load").click()

    assert rows == 50
    assert formatted == "SELECT * {\n  ?s ?p ?o } LIMIT 3\n"
    assert bars > 1
    assert "PREFIX kg:" in page.locator("#query").input_value()
    assert page.locator("#stop").is_hidden()


def test_without_the_editor_the_plain_field_runs_all_the_same(page, region):
    page.route("**/static/built/**", lambda route: route.abort())
    page.goto(f"{region}/sparql")
    page.locator("#query").fill(LABELS)
    page.locator("#query").press("Control+Enter")
    page.locator("#answer").wait_for()

    assert page.locator("#answer tbody tr").count() > 10


def trial(page, address: str, body: str, script: str) -> None:
    """Open a page of our own that has one element in it."""
    loaded = f"<script type=module src=/static/scripts/{script}.js></script>"

    def answer(route):
        text = f"<!doctype html><title>trial</title><main>{body}</main>{loaded}"
        route.fulfill(content_type="text/html", body=text)

    page.route("**/trial", answer)
    page.goto(f"{address}/trial")


class Events(BaseHTTPRequestHandler):
    """A job that breaks off after one event, and ends at the next connection."""

    asked: ClassVar[list[str | None]] = []

    def do_GET(self):
        kind, text = (
            "text/html",
            "<job-progress src=/events{}><p data-step></p></job-progress><script type=module src=/job></script>",
        )
        if self.path == "/job":
            kind, text = "text/javascript", (STATIC / "scripts" / "job.js").read_text("utf-8")
        elif self.path == "/events":
            self.asked.append(self.headers["Last-Event-ID"])
            told = json.dumps(
                {"state": "running", "step": "Reading", "done": 4, "total": 8, "parts": "4 / 8", "wait": ""}
            )
            first = f"retry: 50\nid: 7\nevent: progress\ndata: {told}\n\n"
            kind, text = "text/event-stream", first if len(self.asked) < 2 else "event: end\ndata: -\n\n"
        else:
            text = text.format(" ended" if len(self.asked) > 1 else "")
        body = text.encode()
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def test_a_job_is_followed_and_goes_on_at_the_last_event_after_a_break(page):
    with ThreadingHTTPServer(("127.0.0.1", 0), Events) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        page.locator("job-progress[ended]").wait_for(state="attached")  # the end of the job loads the page anew
        server.shutdown()

    assert Events.asked[:2] == [None, "7"]


def test_files_are_sent_with_progress_and_lead_where_the_service_says(page, address):
    field = (
        "<upload-field data-limit=5000><input id=f type=file name=file multiple></upload-field><button>send</button>"
    )
    page.route(
        "**/taken", lambda route: route.fulfill(status=200, content_type="text/html", body="<title>taken</title>")
    )
    form = f"<form method=post enctype=multipart/form-data action=/taken>{field}</form>"
    trial(page, address, form, "upload")
    page.locator("upload-field[data-ready]").wait_for()
    page.locator("#f").set_input_files({"name": "big.csv", "mimeType": "text/csv", "buffer": b"x" * 6000})
    page.locator("button").click()
    refused = page.locator("upload-field .wrong").count()
    page.locator("#f").set_input_files({"name": "small.csv", "mimeType": "text/csv", "buffer": b"x" * 100})
    page.locator("button").click()
    page.wait_for_url("**/taken")

    assert refused == 1
