"""Requests that are meant to hurt, each with what may be answered: a right answer or a truthful refusal."""
# ruff: noqa: E501  (a line per attack)

from dataclasses import dataclass
from urllib.parse import quote, urlencode

RIGHT = frozenset({200})
REFUSED = frozenset({400, 403, 405, 406, 411, 413, 414, 415, 429, 431, 500, 501, 503, 505})
EITHER = RIGHT | REFUSED
SYNTAX = frozenset({400, 413, 414})
NOT_HERE = frozenset({301, 303, 304, 308, 400, 401, 404, 405, 406, 414})
HEAVY = frozenset({200, 500, 503})
"""A bomb is answered rightly or stopped by a limit, which its problem names."""


@dataclass(frozen=True)
class Attack:
    """One request as bytes; `closed`: the server may close the connection without an answer."""

    name: str
    raw: bytes
    allowed: frozenset[int]
    rows: int | None = None
    """Rows of a JSON answer with status 200, where they are known."""
    closed: bool = False
    hold: float = 0.0
    """Seconds to wait before reading, or before giving the request up half-sent."""


def get(name: str, path: str, allowed: frozenset[int], *headers: str, method: str = "GET", **more: object) -> Attack:
    """Return a request without a body."""
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers, "", ""]
    return Attack(name, "\r\n".join(lines).encode("utf8", "surrogatepass"), allowed, **more)  # type: ignore[arg-type]


def ask(name: str, query: str | bytes, allowed: frozenset[int], rows: int | None = None, *headers: str) -> Attack:
    """Return a query by POST."""
    body = query.encode("utf8", "surrogatepass") if isinstance(query, str) else query
    head = ["POST /sparql HTTP/1.1", "Host: localhost", "Connection: close", f"Content-Length: {len(body)}"]
    head += ["Content-Type: application/sparql-query", "Accept: application/sparql-results+json, */*;q=0.1"]
    return Attack(name, "\r\n".join([*head, *headers, "", ""]).encode() + body, allowed, rows)


def raw(name: str, text: str | bytes, allowed: frozenset[int] = REFUSED, **more: object) -> Attack:
    """Return bytes as they are."""
    return Attack(name, text if isinstance(text, bytes) else text.encode("latin1"), allowed, **more)  # type: ignore[arg-type]


def nesting() -> list[Attack]:
    """Deep and long texts; the parser refuses, or the engine answers."""
    shapes = {
        "round": "SELECT * { FILTER(" + "(" * 20_000,
        "round closed": "SELECT * { FILTER(" + "(" * 500 + "1" + ")" * 500 + ") }",
        "braces": "SELECT * " + "{" * 20_000,
        "braces closed": "SELECT * " + "{" * 2_000 + "}" * 2_000,
        "square": "SELECT * { " + "[ ?p " * 20_000,
        "lists": "SELECT * { ?s ?p " + "(" * 20_000,
        "not": "SELECT * { FILTER(" + "!" * 20_000 + "?a) }",
        "minus signs": "SELECT * { FILTER(" + "- " * 20_000 + "1) }",
        "or": "SELECT * { FILTER(?a" + " || ?a" * 20_000 + ") }",
        "sum": "SELECT (1" + "+1" * 20_000 + " AS ?n) {}",
        "sub-selects": "SELECT * { " + "{ SELECT * { " * 3_000,
        "not exists": "SELECT * { " + "FILTER NOT EXISTS { " * 3_000,
        "if": "SELECT (" + "IF(" * 3_000,
        "path": "SELECT * { ?s " + "<u:p>/" * 20_000 + "<u:p> ?o }",
        "path brackets": "SELECT * { ?s " + "(" * 5_000 + "<u:p>" + ")*" * 5_000 + " ?o }",
        "optionals": "SELECT * { " + "OPTIONAL { ?s ?p ?o } " * 5_000 + "}",
        "unions": "SELECT * { {} " + "UNION {} " * 20_000 + "}",
    }
    return [ask(f"nesting: {name}", text, EITHER) for name, text in shapes.items()]


def products() -> list[Attack]:
    """Joins, sorts, texts and paths that no machine finishes."""
    product = " ".join(f"?a{n} ?b{n} ?c{n} ." for n in range(5))
    grow = "BIND('xxxxxxxxxx' AS ?v0) " + " ".join(f"BIND(CONCAT(?v{n},?v{n}) AS ?v{n + 1})" for n in range(40))
    shapes = {
        "count": f"SELECT (COUNT(*) AS ?n) {{ {product} }}",
        "distinct": f"SELECT DISTINCT * {{ {product} }}",
        "order": f"SELECT * {{ {product} }} ORDER BY ?c4 ?b1",
        "group": f"SELECT ?a0 ?c4 (COUNT(*) AS ?n) {{ {product} }} GROUP BY ?a0 ?c4",
        "all": f"SELECT * {{ {product} }}",
        "exists": f"ASK {{ {product} FILTER(?a0 = ?c1 && ?a2 = 'no') }}",
        "construct": f"CONSTRUCT {{ ?a0 ?b1 ?c2 }} {{ {product} }}",
        "describe": f"DESCRIBE * {{ {product} }}",
        "minus": f"SELECT * {{ {product} MINUS {{ ?x ?y ?z }} }}",
        "not exists": f"SELECT * {{ {product} FILTER NOT EXISTS {{ ?c0 ?y ?c1 }} }}",
        "text": f"SELECT (STRLEN(?v40) AS ?n) {{ {grow} }}",
        "text replaced": "SELECT (REPLACE(REPLACE(REPLACE('"
        + "a" * 5000
        + "','a','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),'a','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'),'a','aaaaaaaaaaaaaaaa') AS ?t) {}",
        "group concat": "SELECT (GROUP_CONCAT(CONCAT(STR(?a),STR(?f));separator='" + "-" * 1000 + "') AS ?t) "
        "{ ?a ?b ?c . ?d ?e ?f }",
        "path all": "SELECT (COUNT(*) AS ?n) { ?a (<u:a>|!<u:a>)* ?b }",
        "path both ways": "SELECT (COUNT(*) AS ?n) { ?a (<u:a>|!<u:a>|^<u:a>|!^<u:a>)+ ?b }",
        "path nested": "SELECT (COUNT(*) AS ?n) { ?a ((<u:a>|!<u:a>)*)* ?b }",
        "path chained": "SELECT (COUNT(*) AS ?n) { ?a (!<u:a>)*/(!<u:a>)*/(!<u:a>)* ?b }",
        "path and product": "SELECT * { ?a (!<u:a>)* ?b . ?c (!<u:a>)* ?d } ORDER BY ?d",
        "regex": "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(REGEX(CONCAT(STR(?c),STR(?f)), '(a+)+(b+)+$')) }",
        "regex repeated": "SELECT * { ?a ?b ?c FILTER(REGEX(STR(?c), '((a{1,500}){1,500}){1,500}')) }",
        "random": "SELECT * { ?a ?b ?c . ?d ?e ?f FILTER(RAND() < 0.000000001) }",
        "offset": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } OFFSET 9000000000",
        "sum": "SELECT (SUM(STRLEN(STR(?c))+STRLEN(STR(?f))) AS ?n) { ?a ?b ?c . ?d ?e ?f }",
        "graphs": "SELECT * { GRAPH ?g { ?a ?b ?c } GRAPH ?h { ?d ?e ?f } } ORDER BY ?c",
        "template": "CONSTRUCT { " + " ".join(f"?s <u:p{n}> ?o ." for n in range(400)) + " } { ?s ?p ?o . ?x ?y ?z }",
        "hash": "SELECT (SHA512(CONCAT(STR(?a),STR(?f))) AS ?h) { ?a ?b ?c . ?d ?e ?f } ORDER BY ?h",
    }
    return [ask(f"bomb: {name}", text, HEAVY | {400}) for name, text in shapes.items()]


def sizes() -> list[Attack]:
    """Texts up to and past the limit of a query."""
    values = "SELECT * { VALUES ?x { " + "<https://example.org/x> " * 90_000 + "} }"
    many = "SELECT (COUNT(*) AS ?n) { VALUES ?x { " + " ".join(str(n) for n in range(30_000)) + " } }"
    address = "/sparql?" + urlencode({"query": "SELECT * { } #" + "x" * 100_000})
    return [
        ask("size: 2 MB of VALUES", values, frozenset({413})),
        ask("size: 30,000 values", many, EITHER, 1),
        ask("size: a long comment", "ASK {} #" + "x" * 900_000, EITHER),
        ask("size: spaces", "ASK {" + " " * 900_000 + "}", EITHER),
        ask("size: nothing", "", SYNTAX),
        ask("size: one variable of 500,000", "SELECT ?" + "x" * 500_000 + " {}", EITHER),
        ask("size: an IRI of 500,000", "ASK { <http://e/" + "x" * 500_000 + "> ?p ?o }", EITHER),
        ask("size: a text of 900,000", "SELECT ('" + "x" * 900_000 + "' AS ?t) {}", EITHER, 1),
        get("size: an address of 100,000", address, frozenset({400, 414, 431})),
        get("size: headers", "/sparql?query=ASK%7B%7D", frozenset({400, 431}), "X-Long: " + "x" * 400_000),
        get("size: an Accept of 60,000", "/sparql?query=ASK%7B%7D", EITHER, "Accept: " + "a/b;q=0.1," * 6_000),
        get("size: a thousand graphs", "/sparql?query=ASK%7B%7D" + "&default-graph-uri=urn:g" * 1_000, EITHER),
    ]


KINDS = [
    "<http://e/a>", "BNODE()", "'a'", "'a'@en", "'a'@ru", "1", "1.0", "1e0", "'NaN'^^<http://www.w3.org/2001/XMLSchema#double>",
    "true", "'2020-01-01'^^<http://www.w3.org/2001/XMLSchema#date>", "'2020-01-01T00:00:00Z'^^<http://www.w3.org/2001/XMLSchema#dateTime>",
    "'x'^^<http://e/t>", "'P1D'^^<http://www.w3.org/2001/XMLSchema#duration>", "''", "'99999999999999999999999'^^<http://www.w3.org/2001/XMLSchema#integer>",
    "'bad'^^<http://www.w3.org/2001/XMLSchema#integer>", "'2020'^^<http://www.w3.org/2001/XMLSchema#gYear>",
]  # fmt: skip


def ordering() -> list[Attack]:
    """ORDER BY over every kind of value, which ends the bare engine."""
    union = " UNION ".join(f"{{ BIND({kind} AS ?x) }}" for kind in KINDS) + " UNION { BIND(1/0 AS ?x) }"
    rows = len(KINDS) + 1
    forms = {
        "up": f"SELECT ?x {{ {union} }} ORDER BY ?x",
        "down": f"SELECT ?x {{ {union} }} ORDER BY DESC(?x)",
        "twice": f"SELECT ?x {{ {union} }} ORDER BY ?x DESC(?x)",
        "of an expression": f"SELECT ?x {{ {union} }} ORDER BY IF(isIRI(?x), 1, ?x)",
        "in a sub-select": f"SELECT ?x {{ {{ SELECT ?x {{ {union} }} ORDER BY ?x }} }}",
        "of a constant": f"SELECT ?x {{ {union} }} ORDER BY (1)",
    }
    found = [ask(f"order: {name}", text, RIGHT, rows) for name, text in forms.items()]
    nan = "SELECT (COUNT(*) AS ?n) { { SELECT ?s { ?s ?p ?o } ORDER BY ?o DESC(?p) } }"
    return [*found, ask("order: everything there is", nan, HEAVY, 1)]


def foreign() -> list[Attack]:
    """Every way to make the server call somebody, or write."""
    place = "<http://127.0.0.1:9/sparql>"
    queries = {
        "plain": f"SELECT * {{ SERVICE {place} {{ ?s ?p ?o }} }}",
        "small letters": f"select * {{ service {place} {{ ?s ?p ?o }} }}",
        "mixed letters": f"SELECT * {{ SeRvIcE {place} {{ ?s ?p ?o }} }}",
        "no space": f"SELECT*{{SERVICE{place}{{?s ?p ?o}}}}",
        "comment between": f"SELECT * {{ SERVICE #\n{place} #\n{{ ?s ?p ?o }} }}",
        "variable": f"SELECT * {{ BIND({place} AS ?g) SERVICE ?g {{ ?s ?p ?o }} }}",
        "variable of the data": "SELECT * { ?x ?y ?g . SERVICE ?g { ?s ?p ?o } }",
        "prefixed": "PREFIX e: <http://127.0.0.1:9/> SELECT * { SERVICE e:sparql { ?s ?p ?o } }",
        "relative": "BASE <http://127.0.0.1:9/> SELECT * { SERVICE <sparql> { ?s ?p ?o } }",
        "nested": f"SELECT * {{ {{ SELECT * {{ {{ SERVICE {place} {{ ?s ?p ?o }} }} }} }} }}",
        "optional": f"SELECT * {{ ?a ?b ?c OPTIONAL {{ SERVICE {place} {{ ?s ?p ?o }} }} }}",
        "minus": f"SELECT * {{ ?a ?b ?c MINUS {{ SERVICE {place} {{ ?a ?b ?c }} }} }}",
        "exists": f"SELECT * {{ ?a ?b ?c FILTER EXISTS {{ SERVICE {place} {{ ?a ?p ?o }} }} }}",
        "graph": f"SELECT * {{ GRAPH ?g {{ SERVICE {place} {{ ?a ?p ?o }} }} }}",
        "construct": f"CONSTRUCT {{ ?s ?p ?o }} {{ SERVICE {place} {{ ?s ?p ?o }} }}",
        "describe": f"DESCRIBE ?s {{ SERVICE {place} {{ ?s ?p ?o }} }}",
        "file": "SELECT * { SERVICE <file:///etc/passwd> { ?s ?p ?o } }",
        "metadata": "SELECT * { SERVICE <http://169.254.169.254/latest/> { ?s ?p ?o } }",
        "ourselves": "SELECT * { SERVICE <http://localhost:8080/sparql> { ?s ?p ?o } }",
        "load": "LOAD <http://127.0.0.1:9/x>",
        "load silent": "LOAD SILENT <file:///etc/passwd> INTO GRAPH <urn:x>",
        "load after a query": "SELECT * { } ; LOAD <http://127.0.0.1:9/x>",
        "insert": "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
        "delete": "DELETE WHERE { ?s ?p ?o }",
        "clear": "CLEAR ALL",
        "drop": "DROP SILENT ALL",
        "create, copy": "CREATE GRAPH <urn:x> ; COPY DEFAULT TO <urn:x>",
        "from a file": "SELECT * FROM <file:///etc/passwd> { ?s ?p ?o }",
        "two queries": "ASK {} ASK {}",
    }
    late = {"minus", "exists", "optional", "graph", "variable of the data"}  # refused when SERVICE is reached, if it is
    found = [
        ask(f"foreign: {name}", text, frozenset({400, 403, 503} if name in late else {400, 403}))
        for name, text in queries.items()
        if name != "from a file"
    ]
    found.append(ask("foreign: from a file", queries["from a file"], RIGHT, 0))
    found.append(ask("foreign: silent", f"SELECT * {{ SERVICE SILENT {place} {{ ?s ?p ?o }} }}", EITHER))
    update = urlencode({"update": "CLEAR ALL"}).encode()
    form = "Content-Type: application/x-www-form-urlencoded"
    head = f"POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{form}\r\nContent-Length: {len(update)}\r\n\r\n"
    return [*found, raw("foreign: an update by form", head.encode() + update, frozenset({400, 403, 405}))]


def letters() -> list[Attack]:
    """Bytes that are no text, and texts that steer what shows them."""
    bad = {
        "NUL": b"ASK { ?s ?p '\x00' }", "bell": b"ASK { ?s ?p '\x07' }", "escape": b"ASK \x1b[31m { }",
        "broken UTF-8": b"ASK { ?s ?p '\xff\xfe' }", "overlong": b"ASK { ?s ?p '\xc0\xaf' }",
        "surrogate": b"ASK { ?s ?p '\xed\xa0\x80' }", "UTF-16": "ASK {}".encode("utf-16"),
        "byte order mark": b"\xef\xbb\xbfASK {}", "escaped surrogate": b"ASK { ?s ?p '\\uD800' }",
        "escaped NUL": b"ASK { ?s ?p '\\u0000' }", "escaped keyword": b"\\u0041SK {}",
        "right to left": "ASK { ?s ?p '\u202e\u2066' } # \u202e".encode(), "only spaces": b" \n\t ",
        "zero width": "ASK\u200b {}".encode(), "half an escape": b"ASK { ?s ?p '\\u00' }", "markup": b"<script>alert(1)</script>",
    }  # fmt: skip
    return [ask(f"letters: {name}", text, EITHER) for name, text in bad.items()]


def headers() -> list[Attack]:
    """Header values and parameters that try to leave their place."""
    query = "/sparql?query=ASK%7B%7D"
    evil = "%0d%0aX-Evil:%201"
    values = {
        "a line in format": query + "&format=json" + evil, "a line in timeout": query + "&timeout=1" + evil,
        "a line in lang": query + "&lang=ru" + evil, "a line in a graph": query + "&default-graph-uri=urn:a" + evil,
        "a line in the path": "/id/organization/x" + evil, "a line in iri": "/page?iri=http://e/" + evil,
        "two queries": query + "&query=ASK%7B%7D", "an unknown format": query + "&format=exe",
        "timeout negative": query + "&timeout=-1", "timeout not a number": query + "&timeout=nan",
        "timeout endless": query + "&timeout=1e309", "timeout nothing": query + "&timeout=",
        "timeout zero": query + "&timeout=0", "a file as graph": query + "&named-graph-uri=file:///etc/passwd",
        "version": query + "&version=9.9", "empty names": query + "&=&==&&",
        "broken escapes": "/sparql?query=%", "broken escapes of UTF-8": "/sparql?query=%ff%fe",
    }  # fmt: skip
    found = [get(f"parameter: {name}", path, EITHER | NOT_HERE) for name, path in values.items()]
    lines = {
        "q not a number": "Accept: application/json;q=nan", "Accept of stars": "Accept: */*;q=*, **/**, ;;;",
        "Accept of letters": "Accept: \xff\xfe", "a foreign host": "Host: evil.example\r\nX-Forwarded-Host: evil.example",
        "addresses": "X-Forwarded-For: 127.0.0.1, ::1, '; DROP", "a token": "Authorization: Bearer ../../etc/passwd",
        "basic": "Authorization: Basic !!!!", "an id": "Query-Id: ../../x\x01", "a long id": "Query-Id: " + "x" * 10_000,
        "a tag": 'If-None-Match: W/"' + "x" * 5_000 + '", *', "ranges": "Range: bytes=0-1,1-2,-9999999999999",
        "a cookie": "Cookie: lang=ru%0d%0aX-Evil: 1; session=" + "x" * 3_000, "languages": "Accept-Language: " + "xx;q=9," * 900,
        "a date": "If-Modified-Since: Thu, 99 Foo 99999 99:99:99 GMT", "expect": "Expect: 200-maybe", "upgrade": "Upgrade: h2c",
    }  # fmt: skip
    return found + [get(f"header: {name}", query, EITHER | {304}, line) for name, line in lines.items()]


def smuggling() -> list[Attack]:
    """Requests whose end two readers would see at different places."""
    start, body = "POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n", "ASK {}"
    second = "GET /evil HTTP/1.1\r\nHost: x\r\n\r\n"
    return [
        raw("smuggling: length and chunks", f"{start}Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{second}", EITHER | {404}),
        raw("smuggling: two lengths", f"{start}Content-Length: 6\r\nContent-Length: 60\r\n\r\n{body}"),
        raw("smuggling: chunks in disguise", f"{start}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        raw("smuggling: chunks, identity", f"{start}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        raw("smuggling: a bad chunk", f"{start}Transfer-Encoding: chunked\r\n\r\nzz\r\n{body}\r\n0\r\n\r\n"),
        raw("smuggling: a huge chunk", f"{start}Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{body}", closed=True, hold=0.5),
        raw("smuggling: a negative length", f"{start}Content-Length: -6\r\n\r\n{body}"),
        raw("smuggling: a length of letters", f"{start}Content-Length: six\r\n\r\n{body}"),
        raw("smuggling: a plus before the length", f"{start}Content-Length: +6\r\n\r\n{body}"),
        raw("smuggling: a huge length", f"{start}Content-Length: 99999999999999\r\n\r\n{body}"),
        raw("smuggling: more than the length", f"{start}Connection: close\r\nContent-Length: 6\r\n\r\n{body}{second}", RIGHT),
        raw("smuggling: space before the colon", "GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost : x\r\n\r\n", EITHER, closed=True),
        raw("smuggling: a folded line", "GET /-/health HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n 2\r\nConnection: close\r\n\r\n", EITHER),
        raw("smuggling: bare line feeds", "GET /-/health HTTP/1.1\nHost: x\nConnection: close\n\n", EITHER, closed=True, hold=0.3),
        raw("smuggling: a NUL in a header", "GET /-/health HTTP/1.1\r\nHost: x\r\nX-A: \x00\r\nConnection: close\r\n\r\n", EITHER),
        raw("smuggling: version 9", "GET /-/health HTTP/9.9\r\nHost: x\r\nConnection: close\r\n\r\n", EITHER),
        raw("smuggling: no version", "GET /-/health\r\n\r\n", EITHER, closed=True),
        raw("smuggling: nonsense", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64 + b"\r\n\r\n", closed=True),
        raw("smuggling: a whole address", "GET http://evil.example/sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", EITHER | {404}),
        raw("smuggling: CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", REFUSED | {404}),
        raw("smuggling: TRACE", "TRACE / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", REFUSED),
        raw("smuggling: a long method", "G" * 9_000 + " / HTTP/1.1\r\nHost: x\r\n\r\n", REFUSED, closed=True),
        raw("smuggling: a line in the method", "GET\r\nX: /sparql HTTP/1.1\r\n\r\n", REFUSED | {404}, closed=True),
        raw("slow: half a head", "GET /-/health HTT", closed=True, hold=1.0),
        raw("slow: half a body", f"{start}Content-Length: 600\r\n\r\n{body}", closed=True, hold=1.0),
        raw("slow: a reader who sleeps", "GET /sparql?query=SELECT%20*%20%7B%20%3Fs%20%3Fp%20%3Fo%20%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", HEAVY, hold=1.5),
    ]  # fmt: skip


def paths() -> list[Attack]:
    """Addresses that try to leave the places they name."""
    names = [
        "/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "/static/../app.py", "/static/%2e%2e/%2e%2e/app.py", "//etc/passwd",
        "/queries/../../etc/passwd", "/queries/..%2f..%2fpyproject", "/id/organization/%00", "/id/organization/..%2f..%2fx",
        "/page?iri=javascript:alert(1)", "/page?iri=%3Cscript%3E", "/data?iri=file:///etc/passwd", "/vocabulary/../../x",
        "/releases/../../state.json", "/releases/1/..%2f..%2f..%2fdesk.sqlite", "/releases/999999999999999999999", "/releases/-1",
        "/drafts/../..", "/drafts/d1/graphs/..%2f..", "/graphs?graph=file:///etc/passwd", "/ontology/../../x", "/\\..\\..\\x",
        "/" + "a/" * 3_000, "/%", "/sparql/", "/id/" + quote("\u202e" * 100) + "/x",
    ]  # fmt: skip
    return [get(f"path: {name[:60]}", name, EITHER | NOT_HERE) for name in names]


def values() -> list[Attack]:
    """Numbers, dates and functions at their edges; one row, whatever is unbound in it."""
    expressions = [
        "1/0", "1.0/0", "0/1.5", "-9223372036854775808 - 1", "9223372036854775807 * 9223372036854775807", "1e308*1e308",
        "SUBSTR('abc', -5, 9999999999)", "STRLEN('\U0001f600')", "YEAR('999999999-01-01'^^<http://www.w3.org/2001/XMLSchema#date>)",
        "CONCAT()", "REGEX('a', '(')", "REGEX('a', 'a', 'zzz')", "REPLACE('a', '', 'b')", "REPLACE('a', '(', 'b')", "IRI('\\n')",
        "STRDT('x', <u:x>)", "STRLANG('x', '')", "ENCODE_FOR_URI('\\uFFFF')", "ABS('x')", "<u:unknown>(1)", "COALESCE()",
        "1 IN ()", "xsd:integer('9e99')", "ROUND(1e400)", "UUID()", "NOW() - NOW()",
    ]  # fmt: skip
    prefix = "PREFIX xsd: <http://www.w3.org/2001/XMLSchema#> "
    return [ask(f"value: {text}", f"{prefix}SELECT ({text} AS ?x) {{}}", RIGHT | {400}, 1) for text in expressions]


def attacks() -> list[Attack]:
    """Return all of them."""
    parts = (nesting, products, sizes, ordering, foreign, letters, headers, smuggling, paths, values)
    return [attack for part in parts for attack in part()]
