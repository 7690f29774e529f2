"""One request to another SPARQL endpoint, for SERVICE: to public addresses, without redirects, in time, within size."""

import contextlib
import http.client
import ipaddress
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from kgservice.errors import ServiceFailed
from kgservice.terms import is_iri, literal

FEDERATED = "KG-Federated"
"""Header of our requests: who gets it asks nobody else, so that no circle of endpoints waits for itself."""
_ANSWER = "application/sparql-results+json"
_READ = 1 << 16
_LONG_ADDRESS = 2000  # characters; longer queries go by POST, which every endpoint takes, and caches do not
_TRANSLATED = tuple(ipaddress.ip_network(net) for net in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32"))
Row = dict[str, str]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request may take: seconds, rows, bytes; whether it may go to addresses that are not public."""

    seconds: float
    rows: int
    size: int
    private: bool


def select(
    endpoint: str, query: str, bounds: Bounds, watch: Callable[[socket.socket], None] = lambda _: None
) -> list[Row]:
    """Return the solutions of a SELECT at an endpoint, terms in N-Triples, unbound variables left out.

    `watch` is handed the connection, so that it can be broken from elsewhere.

    Raises:
        ServiceFailed: it cannot be reached, does not answer as it should, or says more than it may.
    """
    deadline = time.monotonic() + bounds.seconds
    parts = urlsplit(endpoint)
    try:
        connection = _connected(endpoint, bounds, deadline, watch)
        watch(connection.sock)
        # a timeout of the socket counts from byte to byte; this one counts for the whole
        alarm = threading.Timer(_left(deadline), _broken, [connection.sock])
        alarm.daemon = True
        alarm.start()
        try:
            target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            body = _asked(connection, endpoint, target, query, bounds, deadline)
        finally:
            alarm.cancel()
            connection.close()
        return _rows(json.loads(body), bounds, endpoint)
    except (OSError, http.client.HTTPException) as error:
        if isinstance(error, TimeoutError) or time.monotonic() >= deadline:
            message = "{endpoint} did not answer within {seconds:g} s (KG_SERVICE_SECONDS)."
            raise ServiceFailed(message, endpoint=endpoint, seconds=bounds.seconds) from None
        raise ServiceFailed("{endpoint} cannot be reached: {reason}.", endpoint=endpoint, reason=error) from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ServiceFailed("{endpoint} did not answer with SPARQL results in JSON.", endpoint=endpoint) from None


def public(address: str) -> bool:
    """Tell whether an IP address is one of the public network: no loopback, private, link-local, translated one."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            found = found.ipv4_mapped
        elif any(found in net for net in _TRANSLATED):
            return False
    return found.is_global and not found.is_multicast


def _connected(
    endpoint: str, bounds: Bounds, deadline: float, watch: Callable[[socket.socket], None]
) -> http.client.HTTPConnection:
    """Return a connection to an address that was looked at, so that no second look-up can lead elsewhere."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    secure = parts.scheme == "https"
    port = parts.port or (443 if secure else 80)
    addresses = _resolved(host, port, deadline, watch)
    allowed = [address for address in addresses if bounds.private or public(address)]
    if not allowed:
        raise ServiceFailed(
            "{endpoint} is at {address}, which is no public address (KG_SERVICE_PRIVATE).",
            endpoint=endpoint,
            address=", ".join(addresses),
        )
    connection = http.client.HTTPConnection(host, port)
    plain = _reached(allowed, port, deadline, watch)
    # the hands are shaken with the first words, under the alarm that counts for the whole
    context = ssl.create_default_context() if secure else None
    connection.sock = (
        context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False) if context else plain
    )
    return connection


def _resolved(host: str, port: int, deadline: float, watch: Callable[[socket.socket], None]) -> list[str]:
    """Return the addresses of a host; the resolver knows no deadline, so a thread waits for it and is left behind."""
    here, there = socket.socketpair()
    found: list[list[str] | Exception] = []

    def look() -> None:
        with there:
            try:
                infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
                found.append(list(dict.fromkeys(str(info[4][0]) for info in infos)))
            except (OSError, UnicodeError) as error:
                found.append(error)

    with here:
        watch(here)
        here.settimeout(_left(deadline))
        threading.Thread(target=look, daemon=True, name="look-up").start()
        here.recv(1)  # ends when the other end is closed, or this one broken
    if not found:
        raise ConnectionAbortedError("stopped")
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


def _reached(
    addresses: Sequence[str], port: int, deadline: float, watch: Callable[[socket.socket], None]
) -> socket.socket:
    """Return a socket that is connected to the first address that answers."""
    failed: OSError = ConnectionRefusedError("no address")
    for address in addresses:
        plain = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        watch(plain)
        try:
            plain.settimeout(_left(deadline))
            plain.connect((address, port))
        except OSError as error:
            plain.close()
            failed = error
            continue
        return plain
    raise failed


def _asked(
    connection: http.client.HTTPConnection, endpoint: str, target: str, query: str, bounds: Bounds, deadline: float
) -> bytes:
    given = urlencode({"query": query})
    headers = {"Accept": _ANSWER, FEDERATED: "1", "User-Agent": "kgservice"}
    connection.sock.settimeout(_left(deadline))
    if len(given) + len(target) < _LONG_ADDRESS:
        connection.request("GET", f"{target}{'&' if '?' in target else '?'}{given}", headers=headers)
    else:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST", target, given.encode(), headers)
    with connection.getresponse() as response:
        return _body(response, endpoint, bounds, deadline)


def _body(response: http.client.HTTPResponse, endpoint: str, bounds: Bounds, deadline: float) -> bytes:
    if response.status != 200:
        said = "redirects are not followed" if 300 <= response.status < 400 else response.reason
        message = "{endpoint} answered {status}: {said}."
        raise ServiceFailed(message, endpoint=endpoint, status=response.status, said=said)
    pieces, size = [], 0
    while piece := response.read1(_READ):
        _left(deadline)
        size += len(piece)
        if size > bounds.size:
            message = "{endpoint} sends more than {bytes} bytes (KG_SPOOL_BYTES)."
            raise ServiceFailed(message, endpoint=endpoint, bytes=bounds.size)
        pieces.append(piece)
    if response.length:
        raise ServiceFailed("{endpoint} broke off in the middle of its answer.", endpoint=endpoint)
    return b"".join(pieces)


def _broken(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _rows(document: Mapping[str, Any], bounds: Bounds, endpoint: str) -> list[Row]:
    bindings = document["results"]["bindings"]
    if len(bindings) > bounds.rows:
        message = "{endpoint} has more than {rows} rows to say (KG_SERVICE_ROWS); ask it for less."
        raise ServiceFailed(message, endpoint=endpoint, rows=bounds.rows)
    return [{name: _term(term, endpoint) for name, term in row.items()} for row in bindings]


def _term(term: Mapping[str, Any], endpoint: str) -> str:
    kind, value = term["type"], term["value"]
    if kind == "uri" and is_iri(value):
        return f"<{value}>"
    if kind in ("literal", "typed-literal"):
        return literal(value, term.get("datatype", ""), term.get("xml:lang", ""))
    if kind == "bnode":
        raise ServiceFailed(
            "{endpoint} answers with blank nodes, which cannot be carried over; ask it for names and values.",
            endpoint=endpoint,
        )
    raise ValueError(kind)
