"""Pages as a reader and a robot meet them: whole, without script, every link leading somewhere, in both languages."""

import re
from html.parser import HTMLParser
from urllib.parse import quote, urldefrag, urljoin, urlsplit

import pytest

from fakes import BASE
from problems import assert_problem

KG = "https://w3id.org/kgservice/ontology#"
QUERY = quote("SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?s ?p ?o")
PAGES = [
    "/",
    "/sparql",
    f"/sparql?query={QUERY}",
    "/sparql?query=ASK%7B%7D",
    f"/sparql?query={quote('CONSTRUCT WHERE { ?s ?p ?o }')}",
    f"/sparql?query={quote('SELECT * { ?s <http://nothing/> ?o }')}",
    "/kinds/organization",
    "/kinds/programme",
    "/page/organization/spt",
    "/page/programme/p1",
    "/page/publication/hostile",
    "/page/profession/21.02.17",
    "/page/membership/chem--spt--base-college",
    f"/page?iri={quote(KG + 'College')}",
    "/queries",
    "/queries/partnerships-by-form",
    "/releases",
    "/releases/1/",
]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
EMPTY = {"meta", "link", "br", "hr", "img", "input"}


class Page(HTMLParser):
    """Reads a page strictly: every element that opens must close, in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.faults: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.scripts: list[str] = []
        self.tags: set[str] = set()
        self.lang = ""
        self.feed(text)
        self.close()
        self.faults += [f"{tag} never closes" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.add(tag)
        self.ids += [given["id"]] if "id" in given else []
        self.scripts += [given.get("src", "inline")] if tag == "script" else []
        self.faults += [f"inline {name}" for name in given if name == "style" or name.startswith("on")]
        if tag == "html":
            self.lang = given.get("lang", "")
        if tag in ("a", "link", "form"):
            self.links += [given[name] for name in ("href", "action") if name in given]
        if tag not in EMPTY:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in EMPTY:
            self.open.pop()

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing, after {self.open[-3:]}")


def get(client, path: str, language: str = "en"):
    response = client.get(path, headers={**BROWSER, "Accept-Language": language})
    return response, Page(response.get_data(as_text=True))


@pytest.mark.parametrize("language", ["en", "ru"])
@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_whole_and_carries_no_inline_script_or_style(client, path, language):
    response, page = get(client, path, language)

    assert (response.status_code, response.mimetype) == (200, "text/html")
    assert page.faults == []
    assert page.tags.isdisjoint({"style", "iframe", "object"})
    assert all(source.startswith("/static/") for source in page.scripts)
    assert page.scripts == [] or path.startswith("/sparql")
    assert len(page.ids) == len(set(page.ids))
    assert page.lang == language == response.headers["Content-Language"]
    assert "script-src 'self';" in response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    assert {"h1", "main", "nav", "header", "footer"} <= page.tags


def test_every_link_of_every_page_leads_somewhere(client):
    seen, faults, waiting = set(), [], list(PAGES)
    while waiting:
        path = waiting.pop()
        if path in seen:
            continue
        seen.add(path)
        with client.get(path, headers=BROWSER) as response:
            status, kind, text = response.status_code, response.mimetype, response.get_data(as_text=False)
        if status >= 400:
            faults.append((path, status))
        # NOTE: questions name words of the real vocabularies, which the small graph of these tests has not
        if kind == "text/html" and len(seen) < 600 and not path.startswith("/queries/"):
            for link in Page(text.decode()).links:
                whole = urldefrag(urljoin(path, link)).url
                assert not whole.lower().startswith(("javascript:", "data:")), (path, whole)
                if not urlsplit(whole).netloc and whole not in seen and "lang=" not in whole:
                    waiting.append(whole)

    assert faults == []
    assert len(seen) > 60


def test_the_front_page_says_what_is_in_here(client):
    _, page = get(client, "/", "ru")
    text = client.get("/", headers={**BROWSER, "Accept-Language": "ru"}).get_data(as_text=True)

    assert "<b>4</b><span>организации</span>" in text
    assert "<b>2</b><span>партнёрства</span>" in text
    assert re.search(r"20 ноября 2026", text)
    assert "CC BY 4.0" in text
    assert "svg" in page.tags
    assert "Министерство образования Кузбасса" in text
    assert "Отдельно и вне этих чисел" in text


@pytest.mark.parametrize(
    ("cookie", "query", "header", "expected"),
    [
        ("", "", "", "en"),
        ("", "", "ru", "ru"),
        ("en", "", "ru", "en"),
        ("en", "?lang=ru", "en", "ru"),
        ("xx", "?lang=yy", "ru", "ru"),
    ],
)
def test_language_is_chosen_by_address_then_cookie_then_header(client, cookie, query, header, expected):
    if cookie:
        client.set_cookie("lang", cookie)

    response = client.get("/" + query, headers={**BROWSER, "Accept-Language": header})

    assert Page(response.get_data(as_text=True)).lang == expected
    assert {"Accept", "Accept-Language", "Cookie"} <= {name.strip() for name in response.headers["Vary"].split(",")}
    assert ("Set-Cookie" in response.headers) == (query == "?lang=ru")


def test_a_page_is_not_sent_twice_and_its_tag_differs_by_language(client):
    first = client.get("/", headers={**BROWSER, "Accept-Language": "en"})
    again = client.get("/", headers={**BROWSER, "Accept-Language": "en", "If-None-Match": first.headers["ETag"]})
    other = client.get("/", headers={**BROWSER, "Accept-Language": "ru"})

    assert (again.status_code, again.data) == (304, b"")
    assert first.headers["ETag"] != other.headers["ETag"]


def test_what_a_reader_may_inject_stays_text(client):
    _, page = get(client, f"/sparql?query={quote('<script>alert(1)</script>')}")
    response, other = get(client, "/page/publication/hostile")
    text = response.get_data(as_text=True)

    assert all(source.startswith("/static/") for source in page.scripts + other.scripts)
    assert "javascript:alert(1)" in text
    assert not any(link.startswith("javascript:") for link in other.links)


def test_links_of_other_languages_take_no_orders_from_the_address(client):
    text = client.get("/?_scheme=javascript&_external=1&_anchor=x", headers=BROWSER).get_data(as_text=True)

    assert 'href="javascript' not in text


def test_a_result_is_a_table_with_names_and_links(client):
    query = quote(f"SELECT ?s {{ ?s a <{KG}Organization> }} ORDER BY ?s")
    text = client.get(f"/sparql?query={query}&lang=ru", headers=BROWSER).get_data(as_text=True)

    assert '<a href="/page/organization/azot">КАО «Азот»</a>' in text
    assert "4 строки" in text
    assert "Ответ полный" in text
    assert "format=csv" in text


def test_a_long_result_is_shown_in_pages_of_a_hundred_rows(client):
    query = quote("SELECT (STRLEN(STR(?o)) AS ?n) { ?s ?p ?o . ?a ?b ?c }")
    total = int(
        client.get(f"/sparql?query={quote('SELECT (COUNT(*) AS ?n) { ?s ?p ?o . ?a ?b ?c }')}").json["results"][
            "bindings"
        ][0]["n"]["value"]
    )
    first, _ = get(client, f"/sparql?query={query}")
    last, _ = get(client, f"/sparql?query={query}&page={-(-total // 100)}")

    assert first.get_data(as_text=True).count("<tr>") == 101
    assert 'rel="next"' in first.get_data(as_text=True)
    assert 'rel="next"' not in last.get_data(as_text=True)
    assert f"of {total:,}" in last.get_data(as_text=True)


def test_a_fault_is_marked_at_its_place(client):
    response = client.get(f"/sparql?query={quote('SELECT * WHERE {' + chr(10) + '  ?s ?p }')}", headers=BROWSER)
    text = response.get_data(as_text=True)

    assert response.status_code == 400
    assert '<th scope="row">2</th><td>  ?s ?p <mark>}</mark></td>' in text
    assert "?s ?p }</textarea>" in text


def test_an_empty_answer_offers_the_invented_statements(client):
    text = client.get(f"/sparql?query={quote(f'SELECT * {{ ?s a <{KG}Programme> }}')}", headers=BROWSER).get_data(
        as_text=True
    )

    assert "Nothing matches" in text
    assert "with=illustrative" in text


def test_an_unknown_address_is_a_page_for_people_and_a_problem_for_programs(client):
    page = client.get("/nowhere", headers=BROWSER)

    assert (page.status_code, page.mimetype) == (404, "text/html")
    assert_problem(client.get("/nowhere"), 404, "not-found")


def test_the_network_is_a_picture_to_take_away(client):
    response = client.get("/network.svg")

    assert response.mimetype == "image/svg+xml"
    assert "class=" not in re.sub(r'class="chart net"', "", response.get_data(as_text=True))
    assert BASE not in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "query", ["SELECT * {}", "SELECT ?x { VALUES ?x { UNDEF } }", "SELECT ?x { BIND('''a\tb\nc''' AS ?x) }"]
)
def test_odd_tables_are_shown_too(client, query):
    response, page = get(client, f"/sparql?query={quote(query)}")

    assert response.status_code == 200
    assert page.faults == []


def test_a_very_long_text_is_cut_on_the_page(client):
    query = quote("SELECT ?x { BIND('" + "x" * 5000 + "' AS ?x) }")
    table = client.get(f"/sparql?query={query}", headers=BROWSER).get_data(as_text=True).partition("<tbody>")[2]

    assert "x" * 2000 + "…" in table
