"""What only a real server shows: an asker who leaves, and an answer that breaks after its first byte."""

import http.client
import threading
from dataclasses import replace
from urllib.parse import quote

import pytest
from waitress.server import create_server

from kgservice.errors import EngineCrash, QueryStopped


@pytest.fixture
def port(app):
    server = create_server(app, host="127.0.0.1", port=0, threads=4, channel_request_lookahead=5)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield server.effective_port
    server.close()
    thread.join(5)


def asked(port, query: str = "ASK {}") -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", f"/sparql?query={quote(query)}", headers={"Accept": "*/*"})
    return connection


def test_the_query_of_an_asker_who_leaves_is_stopped(service, port, monkeypatch):
    begun, stopped = threading.Event(), threading.Event()

    def answer(question):
        begun.set()
        stopped.wait(10)
        raise QueryStopped("The query was stopped.")

    monkeypatch.setattr(service.store, "answer", answer)
    monkeypatch.setattr(service.store, "stop", lambda query_id: stopped.set() or True)
    connection = asked(port)
    assert begun.wait(5)
    connection.close()

    assert stopped.wait(5)


def test_an_answer_that_breaks_while_it_streams_is_never_a_whole_response(service, port, monkeypatch):
    real = service.store.answer

    def answer(question):
        def chunks():
            yield b'{"head":'
            raise EngineCrash("The engine died.")

        return replace(real(question), chunks=chunks(), size=None, complete=False)

    monkeypatch.setattr(service.store, "answer", answer)
    connection = asked(port, "SELECT * { ?s ?p ?o }")
    response = connection.getresponse()

    assert response.status == 200
    with pytest.raises(http.client.IncompleteRead):
        response.read()
    connection.close()
