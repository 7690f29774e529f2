"""A draft over HTTP: who may, what is refused, what is whole or not at all, and what a kill leaves behind."""

import json
import os
import re
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from drafts.served import basic
from region import BASE, SOURCED

HAND = f"{BASE}graph/source/hand/sourced"
DERIVED = ("ontology", "vocabularies", "shapes", "catalogue", "known", "illustrative", "measures", "inferred")


def slug(reply):
    found = re.search(rb'"slug": "([a-z-]+)"', reply.body)
    return found and found[1].decode()


def test_nobody_known_is_challenged_and_a_low_role_is_refused(served, draft):
    reader = served.command("token", "new", "reader", "--role", "reader")
    steward = served.command("token", "new", "steward", "--role", "steward", "--days", "1")
    path = f"{draft.path}/sparql?query=ASK%7B%7D"

    for secret in ("", "nonsense"):
        reply = served.send("GET", path, token=secret)
        assert (reply.status, slug(reply)) == (401, "unauthenticated")
        assert [value.partition(" ")[0] for value in reply.headers.get_all("WWW-Authenticate")] == ["Bearer", "Basic"]
    reply = served.send("GET", path, token=reader)
    assert (reply.status, slug(reply)) == (403, "access-denied")
    assert served.send("GET", path, token=steward).status == 200
    assert served.send("GET", path, token="", Authorization=basic("anybody", steward)).status == 200
    served.command("token", "revoke", "steward")
    assert served.send("GET", path, token=steward).status == 401
    assert served.send("OPTIONS", path, token="").status == 200


@pytest.mark.parametrize(
    "path", ["update", "graphs?default", "graphs", "graphs/mine", f"graphs?graph={BASE}graph/known", "sparql"]
)
def test_every_address_of_a_draft_needs_a_token(served, draft, path):
    for method in ("GET", "POST", "PUT", "DELETE"):
        assert served.send(method, f"{draft.path}/{path}", token="").status in (401, 405)


def test_a_draft_holds_what_sources_say_and_its_unnamed_graph_is_empty(draft):
    assert draft.ask(f"GRAPH <{SOURCED}> {{ <{BASE}id/place/region> ?p ?o }}")
    assert not draft.ask("?s ?p ?o")
    assert not draft.ask(f"GRAPH <{BASE}graph/known> {{ ?s ?p ?o }}")


@pytest.mark.parametrize("name", ["known", "ontology"])
@pytest.mark.parametrize(
    "update",
    [
        "INSERT DATA {{ GRAPH <{g}> {{ <x:s> <x:p> 1 }} }}",
        "INSERT {{ GRAPH ?g {{ <x:s> <x:p> 1 }} }} WHERE {{ BIND(IRI('{g}') AS ?g) }}",
        "PREFIX g: <{g}> INSERT DATA {{ GRAPH g: {{ <x:s> <x:p> 1 }} }} ; PREFIX g: <x:> CLEAR SILENT GRAPH g:1",
        "BASE <{b}> INSERT DATA {{ GRAPH <graph/{n}> {{ <x:s> <x:p> 1 }} }} ; BASE <http://x/> CLEAR SILENT GRAPH <z>",
        "PREFIX g: <x:> PREFIX g: <{g}> INSERT DATA {{ GRAPH g: {{ <x:s> <x:p> 1 }} }}",
        "INSERT DATA {{ GRAPH <../../graph/{n}> {{ <x:s> <x:p> 1 }} }}",
        "INSERT DATA {{ <x:s> <x:p> 1 }} ; COPY DEFAULT TO <{g}>",
        "CREATE GRAPH <{g}>",
        "WITH <{g}> DELETE {{ ?s ?p ?o }} WHERE {{ ?s ?p ?o }}",
    ],
)
def test_derived_and_authored_graphs_are_not_written_however_they_are_named(one, name, update):
    text = update.format(g=f"{BASE}graph/{name}", b=BASE, n=name)

    reply = one.update(text)

    assert (reply.status, slug(reply)) == (403, "graph-derived")
    assert not one.ask(f"GRAPH <{BASE}graph/{name}> {{ ?s ?p ?o }}")
    assert not one.ask("<x:s> ?p ?o"), "nothing of the request was done"


@pytest.fixture(scope="module")
def one(served):
    return served.draft()


@pytest.mark.parametrize("name", DERIVED)
def test_the_graph_store_does_not_write_them_either(one, name):
    for method in ("PUT", "POST", "DELETE"):
        reply = one.graph(method, f"{BASE}graph/{name}", None if method == "DELETE" else "<x:s> <x:p> 1 .")
        assert (reply.status, slug(reply)) == (403, "graph-derived")
        assert reply.status == 403


@pytest.mark.parametrize(
    ("update", "expected"),
    [
        ("LOAD <http://127.0.0.1:{port}/x>", (403, "query-forbidden")),
        ("LOAD <http://127.0.0.1:{port}/x> INTO GRAPH <x:g>", (403, "query-forbidden")),
        ("LOAD SILENT <http://127.0.0.1:{port}/x>", (204, None)),
        (
            "INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <http://127.0.0.1:{port}/x> {{ ?s ?p ?o }} }}",
            (403, "query-forbidden"),
        ),
        ("SELECT * {{ ?s ?p ?o }}", (400, "query-syntax")),
        ("INSERT DATA {{ <x:s> <x:p> ", (400, "query-syntax")),
        ("DROP GRAPH <x:nowhere>", (400, "update-failed")),
        ("DROP SILENT GRAPH <x:nowhere>", (204, None)),
    ],
)
def test_an_update_reaches_no_network_and_says_what_is_wrong(one, update, expected):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        reply = one.update(update.format(port=listener.getsockname()[1]))
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()

    assert (reply.status, slug(reply)) == expected


def test_a_context_of_json_ld_is_never_fetched(one):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        context = f"http://127.0.0.1:{listener.getsockname()[1]}/context"
        body = f'{{"@context": "{context}", "@id": "x:s", "name": "n"}}'
        reply = one.graph("PUT", "x:json", body, Content_Type="application/ld+json")
        listener.settimeout(0.2)
        with pytest.raises(TimeoutError):
            listener.accept()

    assert (reply.status, slug(reply)) == (400, "body-invalid")
    assert one.graph("GET", "x:json").status == 404


def test_an_update_is_whole_or_not_at_all_and_the_log_says_which(served, draft):
    reply = draft.update("INSERT DATA { <x:s> <x:p> 1 } ; DROP GRAPH <x:nowhere>")

    assert (reply.status, slug(reply)) == (400, "update-failed")
    assert not draft.ask("<x:s> ?p ?o")
    assert draft.update("INSERT DATA { <x:s> <x:p> 2 }").status == 204
    lines = [json.loads(line) for line in (served.state / "logs" / "queries.jsonl").read_text("utf8").splitlines()]
    mine = [one for one in lines if one["release"] == draft.id and one["format"] == "update"]
    assert [one["outcome"] for one in mine] == ["update-failed", "updated"]
    assert mine[1]["query"] == "INSERT DATA { <x:s> <x:p> 2 }"


def test_each_operation_may_have_a_prologue_of_its_own(draft):
    update = (
        "PREFIX p: <http://one/> BASE <http://base/> INSERT DATA { <s> p:p 1 } ; "
        "PREFIX p: <http://two/> INSERT DATA { <s> p:p 2 } ; "
        "BASE <http://other/> INSERT { <s> p:q ?o } WHERE { ?s p:p ?o FILTER(?o>1) }"
    )

    assert draft.update(update).status == 204
    assert draft.ask(
        "<http://base/s> <http://one/p> 1 ; <http://two/p> 2 . <http://other/s> <http://two/q> 2 . "
        "FILTER NOT EXISTS { <http://other/s> <http://two/q> 1 }"
    )


def test_the_protocol_names_the_dataset_of_an_update(draft):
    assert draft.update("INSERT DATA { GRAPH <x:a> { <x:s> <x:p> 1 } GRAPH <x:b> { <x:s> <x:p> 2 } }").status == 204

    assert draft.update("INSERT { <x:t> <x:p> ?o } WHERE { ?s ?p ?o }", "?using-graph-uri=x:a").status == 204
    assert draft.ask("<x:t> <x:p> 1")
    assert not draft.ask("<x:t> <x:p> 2")
    reply = draft.update("DELETE { ?s ?p ?o } USING <x:b> WHERE { ?s ?p ?o }", "?using-named-graph-uri=x:a")
    assert (reply.status, slug(reply)) == (400, "parameter-invalid")
    assert draft.served.send("GET", f"{draft.path}/update?update=CLEAR%20ALL").status == 405


def test_using_of_two_graphs_counts_a_statement_once_that_stands_in_both(draft):
    both = "GRAPH <x:a> { <x:s> <x:p> 1, 2 } GRAPH <x:b> { <x:s> <x:p> 2, 3 }"
    assert draft.update(f"INSERT DATA {{ {both} }}").status == 204
    graphs = "SELECT (GROUP_CONCAT(STR(?g)) AS ?v) { SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } } ORDER BY ?g }"

    count = "{ SELECT (COUNT(*) AS ?n) { ?s <x:p> ?o } }"
    using = "USING <x:a> USING <x:b>"
    protocol = "?using-graph-uri=x:a&using-graph-uri=x:b"
    for update, more, expected in (
        (f"INSERT {{ <x:n> <x:text> ?n }} {using} WHERE {count}", "", "<x:n> <x:text> 3"),
        (f"INSERT {{ <x:n> <x:protocol> ?n }} WHERE {count}", protocol, "<x:n> <x:protocol> 3"),
        (
            "PREFIX x: <x:> INSERT { [] x:made ?o } USING x:a USING x:b WHERE { ?s x:p ?o } ; "
            "INSERT { x:n x:later ?n } WHERE { SELECT (COUNT(*) AS ?n) { ?s x:made ?o } }",
            "", "<x:n> <x:later> 3",
        ),
        (f"WITH <x:c> INSERT {{ <x:n> <x:with> ?n }} {using} WHERE {count}", "", "GRAPH <x:c> { <x:n> <x:with> 3 }"),
        (f"INSERT {{ GRAPH ?g {{ <x:n> <x:open> ?n }} }} {using} WHERE {{ {count} BIND(<x:c> AS ?g) }}", "",
         "GRAPH <x:c> { <x:n> <x:open> 3 }"),
    ):  # fmt: skip
        assert draft.update(update, more).status == 204, update
        assert draft.ask(expected), update
    assert draft.ask(f"{{ {graphs} }} FILTER(!CONTAINS(?v, 'urn:uuid'))")  # the merges are gone


def test_the_where_of_an_update_is_answered_as_a_query_is(draft):
    data = "<x:one> <x:p> <x:two> ; <x:q> <x:two> . <x:mixed> <x:v> 1, 'a', <x:i>, '2020-01-01'^^<x:t>, true, 2.5 , 0.0"
    assert draft.update(f"INSERT DATA {{ {data} }}").status == 204

    for update, expected in (
        ("INSERT { [] <x:way> ?o } WHERE { <x:one> <x:p>|<x:q> ?o }", "?a <x:way> ?o . ?b <x:way> ?o FILTER(?a != ?b)"),
        ("INSERT { <x:n> <x:n> ?n } WHERE { SELECT (COUNT(*) AS ?n) { <x:one> !<x:r> ?o } }", "<x:n> <x:n> 2"),
        (
            "INSERT { <x:n> <x:first> ?v } WHERE { SELECT ?v { ?s <x:v> ?v } ORDER BY ?v LIMIT 1 }",
            "<x:n> <x:first> <x:i>",
        ),
        ("INSERT { <x:n> <x:d> ?d } WHERE { ?s <x:v> ?v FILTER(?v = 0.0) BIND(?v / 0.3 AS ?d) }", "<x:n> <x:d> 0.0"),
    ):
        assert draft.update(update).status == 204, update
        assert draft.ask(expected), update


def test_graphs_are_made_read_merged_replaced_and_removed(served, draft):
    at = f"{draft.path}/graphs/person/%31.ttl"
    made = served.send("PUT", at, '<> <x:p> "one", [] .', Content_Type="text/turtle")
    merged = served.send("POST", at, '<> <x:p> "two" .', Content_Type="text/turtle")
    body = served.send("GET", at, Accept="application/n-triples").body.decode()

    assert (made.status, merged.status) == (201, 204)
    assert made.headers["Location"].endswith(at)
    assert f'<{BASE}graphs/person/%31.ttl> <x:p> "two" .' in body
    assert body.count("\n") == 3
    assert draft.graph("GET", f"{BASE}graphs/person/%31.ttl").status == 200
    assert served.send("PUT", at, "<> <x:p> 3 .", Content_Type="text/turtle").status == 204
    assert served.send("GET", at, Accept="application/n-triples").body.count(b"\n") == 1
    assert served.send("HEAD", at).status == 200
    assert served.send("DELETE", at).status == 204
    assert [served.send(method, at).status for method in ("GET", "HEAD", "DELETE")] == [404, 404, 404]


@pytest.mark.parametrize(
    ("method", "target", "body", "kind", "status"),
    [
        ("PUT", "", "", "text/turtle", 400),
        ("GET", "", None, "", 400),
        ("DELETE", "", None, "", 400),
        ("PUT", "?graph=relative", "", "text/turtle", 400),
        ("PUT", "?graph=x:a&default", "", "text/turtle", 400),
        ("PUT", "?graph=x:a", "", "image/png", 415),
        ("PUT", "?graph=x:a", "", "text/turtle; charset=utf-16", 415),
        ("PUT", "?graph=x:a", "<x:s> <x:p", "text/turtle", 400),
        ("PUT", "?graph=x:a", "<x:s> <x:p> <x:o> <x:g> .", "application/n-quads", 415),
        ("POST", "?graph=x:a", "--x--", "multipart/form-data; boundary=x", 400),
    ],
)
def test_what_is_wrong_with_a_graph_request_is_said_and_nothing_changes(one, method, target, body, kind, status):
    headers = {"Content_Type": kind} if kind else {}
    reply = one.served.send(method, f"{one.path}/graphs{target}", body, **headers)

    assert reply.status == status
    assert one.graph("GET", "x:a").status == 404
    assert list(one.served.state.glob(".body-*")) == []


def test_a_big_document_goes_through_disk_and_its_replacement_is_one_step(served, draft):
    lines = "".join(f'<x:s{n}> <x:p> "{"v" * 300} {n}" .\n' for n in range(20_000))  # 6 MB: more than a query may be
    made = draft.graph("PUT", "x:big", lines, Content_Type="application/n-triples")
    replaced = draft.graph("PUT", "x:big", "<x:s> <x:p> 1 .")

    assert (made.status, replaced.status) == (201, 204)
    assert draft.graph("GET", "x:big", Accept="application/n-triples").body.count(b"\n") == 1
    assert list(served.state.glob(".body-*")) == []


def workers(draft) -> list[int]:
    """Return the processes that have the draft's store open."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = [os.readlink(link) for link in (process / "fd").iterdir()]
        except OSError:
            continue
        if str(draft.folder / "open.lock") in links:
            found.append(int(process.name))
    return found


def test_a_killed_worker_leaves_the_draft_as_it_was(served, draft):
    assert draft.update("INSERT DATA { <x:before> <x:p> 1 }").status == 204
    (worker,) = workers(draft)
    long = (
        "INSERT { GRAPH <x:long> { ?a <x:of> ?b } } "
        f"WHERE {{ GRAPH <{SOURCED}> {{ ?a ?p ?o . ?b ?q ?r . ?c ?t ?u }} }}"
    )
    replies = []
    asking = threading.Thread(target=lambda: replies.append(draft.update(long)))
    asking.start()
    time.sleep(0.5)
    os.kill(worker, signal.SIGKILL)
    asking.join(20)

    assert (replies[0].status, slug(replies[0])) == (500, "engine-crash")
    assert draft.ask("<x:before> <x:p> 1")
    assert not draft.ask("GRAPH <x:long> { ?s ?p ?o }")
    assert workers(draft) != [worker]


def test_a_late_update_is_rolled_back(tmp_path):
    from drafts.served import serve

    served = serve(tmp_path, KG_QUERY_SECONDS="1")
    try:
        draft = served.draft()
        long = f"INSERT {{ ?a <x:of> ?b }} WHERE {{ GRAPH <{SOURCED}> {{ ?a ?p ?o . ?b ?q ?r . ?c ?t ?u }} }}"
        reply = draft.update(f"INSERT DATA {{ <x:s> <x:p> 1 }} ; {long}")

        assert (reply.status, slug(reply)) == (503, "query-timeout")
        assert reply.headers["Retry-After"]
        assert not draft.ask("?s ?p ?o")
    finally:
        served.stop()


def test_an_update_whose_asker_leaves_is_rolled_back(served, draft):
    assert draft.ask("")
    triple = "?a ?p ?o . ?b ?q ?r . ?c ?t ?u"
    text = f"INSERT {{ ?a <x:of> ?b }} WHERE {{ GRAPH <{SOURCED}> {{ {triple} }} }}".encode()
    with socket.create_connection(("127.0.0.1", int(served.url.rpartition(":")[2]))) as asker:
        head = f"POST {draft.path}/update HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {served.token}\r\n"
        head += f"Content-Type: application/sparql-update\r\nContent-Length: {len(text)}\r\n\r\n"
        asker.sendall(head.encode() + text)
        time.sleep(0.5)
    left = time.monotonic()
    assert not draft.ask("?s ?p ?o")
    assert time.monotonic() - left < 5


def test_more_drafts_than_workers_take_turns(served):
    many = [served.draft() for _ in range(4)]

    for turn in range(2):
        for draft in many:
            assert draft.update(f"INSERT DATA {{ <x:s> <x:p> {turn} }}").status == 204
    assert all(draft.ask("<x:s> <x:p> 0, 1") for draft in many)
    assert sum(len(workers(draft)) for draft in many) <= 2


def test_a_job_takes_the_draft_from_its_worker_and_meanwhile_it_is_busy(served, draft):
    import fcntl

    assert draft.update("INSERT DATA { <x:s> <x:p> 1 }").status == 204
    with (draft.folder / "job.lock").open("r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        reply = draft.query("ASK {}")
        deadline = time.monotonic() + 5
        while workers(draft) and time.monotonic() < deadline:
            time.sleep(0.05)

        assert (reply.status, slug(reply)) == (409, "draft-busy")
        assert workers(draft) == []
    assert draft.ask("<x:s> <x:p> 1")


@pytest.mark.parametrize(
    "header", ["Basic é", "Basic", "Basic !!!", "Basic /w==", "Bearer", "Bearer \xff", "Digest x", "x" * 4000, ""]
)
def test_strange_credentials_are_nobody(served, draft, header):
    reply = served.send("GET", f"{draft.path}/sparql?query=ASK%7B%7D", token="", Authorization=header)

    assert reply.status == 401


@pytest.mark.parametrize(
    "target", ["?graph=%FF", "?" + "&".join(["graph=x:a"] * 200), "/%FF", "/a%00b", "/..%2F..%2Fx"]
)
def test_strange_names_of_graphs_break_nothing(one, target):
    reply = one.served.send("PUT", f"{one.path}/graphs{target}", "<x:s> <x:p> 1 .", Content_Type="text/turtle")

    assert reply.status in (201, 400)
    assert one.graph("GET", f"{BASE}graph/known").status == 404


def test_unknown_drafts_are_not_there(served):
    for name in ("d999", "x", "..%2Fd1"):
        assert served.send("GET", f"/drafts/{name}/sparql?query=ASK%7B%7D").status == 404


def test_the_release_is_read_by_the_graph_store_protocol_and_only_read(served):
    known = served.send("GET", "/graphs?default", token="", Accept="text/turtle")
    ontology = served.send("HEAD", f"/graphs?graph={BASE}graph/ontology", token="")

    assert (known.status, known.media) == (200, "text/turtle")
    assert (ontology.status, ontology.media, ontology.body) == (200, "text/turtle", b"")
    assert served.send("GET", "/graphs?graph=x:nowhere", token="").status == 404
    assert served.send("GET", "/graphs", token="").status == 400
    for method in ("PUT", "POST", "DELETE", "PATCH"):
        reply = served.send(method, "/graphs?default", "")
        assert reply.status == 405
        assert "GET" in reply.headers["Allow"]


def test_a_published_draft_says_so_and_its_statements_are_in_the_release(served):
    draft = served.draft()
    assert draft.update('INSERT DATA { <x:hand> <x:says> "this" }').status == 204
    assert draft.graph("PUT", f"{BASE}graphs/published", "<x:made> <x:of> [] .").status == 201
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    place = f"<{BASE}id/place/region>"
    assert draft.update(f'INSERT DATA {{ GRAPH <{SOURCED}> {{ {place} {label} "край"@ru }} }}').status == 204

    said = served.command("publish", draft.id)

    assert re.search(r"Release \d+ is published", said)
    deadline = time.monotonic() + 10
    asked = (
        f"ASK {{ <x:hand> <x:says> 'this' . {place} {label} 'край'@ru . GRAPH <{HAND}> {{ <x:hand> <x:says> 'this' }} "
        f"GRAPH <{BASE}graphs/published> {{ <x:made> <x:of> ?o FILTER(ISIRI(?o)) }} }}"
    )
    while time.monotonic() < deadline:
        reply = served.send("POST", "/sparql", asked, token="", Content_Type="application/sparql-query")
        if b"true" in reply.body:
            break
    assert b"true" in reply.body
    reply = draft.query("ASK {}")
    assert (reply.status, slug(reply)) == (409, "refused")
    report = served.command("report", draft.id)
    for graph in (HAND, SOURCED, f"{BASE}graphs/published"):
        assert f"By hand: 1 added and 0 removed in {graph}." in report


def test_a_report_speaks_of_work_by_hand_and_a_violation_stops_a_publish(served):
    draft = served.draft()
    nameless = "<http://localhost:8080/id/place/x> a <https://w3id.org/kgservice/ontology#Place>"
    assert draft.update(f"INSERT DATA {{ {nameless} }}").status == 204

    report = served.command("report", draft.id, code=1)

    assert "A place has a Russian name." in report
    served.command("publish", draft.id, code=1)
    assert draft.update(f"DELETE DATA {{ {nameless} }}").status == 204
    assert "0 violations" in served.command("report", draft.id)


def test_the_preview_is_the_draft_as_it_would_be_published_until_something_moves(served, draft):
    def asked():
        query = "ASK { <x:seen> <x:p> 1 . ?place a <https://w3id.org/kgservice/ontology#Place> }"
        kind = "application/sparql-query"
        return served.send("POST", f"{draft.path}/preview/sparql", query, Content_Type=kind)

    assert draft.update("INSERT DATA { <x:seen> <x:p> 1 }").status == 204
    assert slug(asked()) == "preview-stale"
    served.command("drafts", "preview", draft.id)
    assert (asked().status, asked().body) == (200, b'{"head":{},"boolean":true}')
    assert draft.update("INSERT DATA { <x:more> <x:p> 1 }").status == 204
    assert (asked().status, slug(asked())) == (409, "preview-stale")
    served.command("drafts", "preview", draft.id)
    assert asked().status == 200
    assert served.send("GET", f"{draft.path}/preview/sparql?query=ASK%7B%7D", token="").status == 401


def test_what_was_removed_by_hand_does_not_come_back_with_a_delivery(served):
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    triple = f'<{BASE}id/place/region> {label} "Kuzbass"@en'
    draft = served.draft()
    assert draft.ask(f"GRAPH <{SOURCED}> {{ {triple} }}")
    assert draft.update(f"DELETE DATA {{ GRAPH <{SOURCED}> {{ {triple} }} }}").status == 204
    served.command("publish", draft.id)

    again = served.draft()
    served.command("import", "places", "--draft", again.id)
    assert not again.ask(f"GRAPH <{SOURCED}> {{ {triple} }}")
    assert again.ask(f'GRAPH <{SOURCED}> {{ <{BASE}id/place/region> {label} "Кузбасс"@ru }}')
    assert again.update(f"INSERT DATA {{ GRAPH <{SOURCED}> {{ {triple} }} }}").status == 204
    served.command("drafts", "preview", again.id)
    served.command("publish", again.id)

    last = served.draft()
    served.command("import", "places", "--draft", last.id)
    assert last.ask(f"GRAPH <{SOURCED}> {{ {triple} }}"), "put back by hand: no longer suppressed"


def test_hand_work_of_two_drafts_is_joined(served):
    first, second = served.draft(), served.draft()
    assert first.update("INSERT DATA { <x:first> <x:p> 1 }").status == 204
    assert second.update("INSERT DATA { <x:second> <x:p> 1 }").status == 204
    served.command("publish", first.id)
    served.command("publish", second.id)

    third = served.draft()
    assert third.ask(f"GRAPH <{HAND}> {{ <x:first> <x:p> 1 . <x:second> <x:p> 1 }}")
    assert not third.ask("?s ?p ?o")


def test_an_import_into_a_draft_keeps_what_was_done_by_hand(served, draft):
    assert draft.update("INSERT DATA { <x:kept> <x:p> 1 . GRAPH <x:g> { <x:s> <x:p> 1 } }").status == 204
    served.command("import", "places", "--draft", draft.id)

    assert draft.ask("<x:kept> <x:p> 1 . GRAPH <x:g> { <x:s> <x:p> 1 }")
    served.command("discard", draft.id)
    assert draft.query("ASK {}").status == 404


def test_a_draft_describes_itself(served, draft):
    draft.update("INSERT DATA { GRAPH <http://example.org/mine> { <http://example.org/a> a <http://example.org/B> } }")
    reply = served.send("GET", f"{draft.path}/sparql", Accept="application/n-triples")
    text = reply.body.decode()

    assert (reply.status, reply.media) == (200, "application/n-triples")
    assert (
        f"sparql-service-description#endpoint> <{draft.served.environment.get('KG_URL', 'http://localhost:8080/')}"
        in text
    )
    assert f"drafts/{draft.id}/sparql> ." in text
    assert "sparql-service-description#SPARQL11Update>" in text
    assert "sparql-service-description#name> <http://example.org/mine> ." in text
    assert reply.headers["KG-Release"] == draft.id
