"""Twenty people at once on one source of a real service: nobody's work is lost, nobody waits for ever."""

import io
import json
import socket
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from urllib.error import HTTPError
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

import pytest

from kgservice.access import Access, Role
from kgservice.jobs import Queue
from kgservice.releases import Drafts
from region import BASE, table

MANY, FEW = 20, 6
"""People; and those who deliver at once in the short form."""


@pytest.fixture(scope="module")
def people(served):
    access = Access(served.state)
    return [access.new(f"person-{number}", Role.STEWARD) for number in range(MANY)]


@pytest.fixture(scope="module")
def pool():
    with ThreadPoolExecutor(MANY) as threads:
        yield threads


def send(served, token, path, body=b"", kind="application/x-www-form-urlencoded"):
    """POST something as a program and return status and JSON."""
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json", "Content-Type": kind}
    request = urllib.request.Request(served.url + path, body, headers)
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except HTTPError as error:
        return error.code, json.load(error)


def upload(served, token, number):
    edge = uuid4().hex
    body = io.BytesIO()
    body.write(f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="p{number}.csv"\r\n\r\n'.encode())
    body.write(table(40, f"crowd-{number},Посёлок {number},Village {number},region,sourced").encode())
    body.write(f"\r\n--{edge}--\r\n".encode())
    return send(
        served, token, "/curate/sources/places/upload", body.getvalue(), f"multipart/form-data; boundary={edge}"
    )


def begun(served, people, pool):
    """Each uploads at once, and each imports at once; return the jobs."""
    sent = list(pool.map(lambda one: upload(served, one[1], one[0]), enumerate(people)))
    assert [status for status, _ in sent] == [201] * len(people), sent
    assert len({body["id"] for _, body in sent}) == len(people)
    paths = [f"/curate/uploads/{body['id']}" for _, body in sent]
    asked = list(pool.map(lambda one: send(served, one[0], one[1], b"do=import"), zip(people, paths, strict=True)))
    assert [status for status, _ in asked] == [202] * len(people), asked
    return [body["id"] for _, body in asked]


def ended(queue, numbers, seconds):
    deadline = time.monotonic() + seconds
    while any(not queue.job(number).over for number in numbers):
        assert time.monotonic() < deadline, [queue.job(number) for number in numbers]
        time.sleep(0.1)
    return [queue.job(number) for number in numbers]


def test_deliveries_at_once_become_jobs_in_order_and_share_no_draft(served, people, pool):
    queue = Queue(served.state)
    first, second, *others = sorted(begun(served, people[:FEW], pool))
    cancelled = list(pool.map(lambda number: send(served, people[0], f"/curate/jobs/{number}/cancel"), others))

    assert [status for status, _ in cancelled] == [202] * len(others)
    done = ended(queue, [first, second], 120)
    told(served, done)
    assert [job.state for job in ended(queue, others, 60)] == ["cancelled"] * len(others)


@pytest.mark.soak
def test_twenty_deliveries_at_once_are_all_read_in(served, people, pool):
    told(served, ended(Queue(served.state), sorted(begun(served, people, pool)), 600))


def told(served, done):
    """Each was done, after the one before it, into a draft of its own."""
    assert [job.state for job in done] == ["done"] * len(done), [job.failure for job in done]
    assert all(before.ended <= after.started for before, after in pairwise(done)), "one at a time"
    drafts = {job.result["draft"] for job in done}
    assert len(drafts) == len(done)
    assert {draft.id for draft in Drafts(served.state, BASE).drafts()} >= drafts


def test_twenty_comments_at_once_are_all_kept(served, people, pool):
    draft = served.command("drafts", "new")
    said = list(
        pool.map(
            lambda one: send(
                served, one[1], f"/curate/drafts/{draft}/comment", urlencode({"comment": f"said {one[0]}"}).encode()
            ),
            enumerate(people),
        )
    )

    assert [status for status, _ in said] == [200] * MANY, said
    events = Drafts(served.state, BASE).draft(draft).events
    assert {event.text for event in events if event.verb == "commented"} == {f"said {n}" for n in range(MANY)}
    assert {event.actor for event in events if event.verb == "commented"} == {f"token:person-{n}" for n in range(MANY)}


def test_one_of_twenty_who_discard_a_draft_does_it_and_the_rest_are_told(served, people, pool):
    draft = served.command("drafts", "new")
    said = list(pool.map(lambda token: send(served, token, f"/curate/drafts/{draft}/discard"), people))

    assert sorted({status for status, _ in said}) in ([200, 404], [200, 404, 409]), said
    assert sum(status == 200 for status, _ in said) == 1


def raw(served, token, length, sent):
    """Begin an upload of so many bytes on a bare connection, send a part of it, and return the connection."""
    place = urlsplit(served.url)
    connection = socket.create_connection((place.hostname, place.port), timeout=20)
    connection.sendall(
        (
            f"POST /curate/sources/places/upload HTTP/1.1\r\nHost: {place.netloc}\r\nAuthorization: Bearer {token}\r\n"
            "Accept: application/json\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            f"Content-Length: {length}\r\n\r\n"
        ).encode()
        + sent
    )
    return connection


def test_a_browser_closed_in_the_middle_of_an_upload_leaves_nothing(served, people):
    before = sorted(served.state.glob("uploads/*"))
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="places.csv"\r\n\r\n'
    raw(served, people[0], 10_000_000, head + table(40).encode() * 20).close()
    time.sleep(0.5)

    assert sorted(served.state.glob("uploads/*")) == before
    assert upload(served, people[0], 99)[0] == 201


def test_two_gigabytes_are_refused_before_they_are_sent(served, people):
    with raw(served, people[0], 2 << 30, b"--x") as connection:
        answer = connection.recv(65536).decode()

    assert answer.split()[1] == "413"
    assert "request-too-large" in answer or "Too Large" in answer
