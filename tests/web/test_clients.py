import threading

from kgservice.web.clients import Watch, client


def test_the_peer_is_the_asker_unless_it_is_a_known_proxy():
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.5"}

    assert client(environ, ()) == "10.0.0.1"
    assert client(environ, ("10.0.0.1",)) == "203.0.113.5"


def test_only_what_known_proxies_wrote_is_believed():
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 203.0.113.5, 10.0.0.2"}

    assert client(environ, ("10.0.0.1", "10.0.0.2")) == "203.0.113.5"
    assert client(environ, ("10.0.0.1",)) == "10.0.0.2"


def test_the_query_of_an_asker_who_left_is_stopped():
    stopped, heard, gone = [], threading.Event(), threading.Event()
    watch = Watch(lambda query_id: (stopped.append(query_id), heard.set()))

    stays, leaves = ({"waitress.client_disconnected": left} for left in (lambda: False, gone.is_set))
    with watch.over(stays, "stays"), watch.over(leaves, "leaves"):
        gone.set()
        assert heard.wait(5)

    assert stopped == ["leaves"]


def test_nobody_is_watched_where_the_server_cannot_tell():
    with Watch(lambda _: None).over({}, "any"):
        pass
