"""The one table of settings, read once from the environment; help texts and docs/settings.md come from it."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kgservice.errors import SettingInvalid

_TESTS_ONLY = {"KG_CONFORMANCE", "KG_REFERENCE_DATA"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of the table: environment variable, default as text, how to read it, what it does."""

    name: str
    default: str
    parse: Callable[[str], Any]
    help: str

    @property
    def attribute(self) -> str:
        """Return the field of `Settings` that holds the value."""
        return self.name.removeprefix("KG_").lower()


def _positive(text: str) -> int:
    number = int(text)
    if number <= 0:
        raise ValueError(text)
    return number


def _depth(text: str) -> int:
    number = _positive(text)
    if number > 100:  # the engine dies of more
        raise ValueError(text)
    return number


def _size_or_none(text: str) -> int:
    return 0 if text == "0" else _positive(text)


def _yes(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(text)
    return text == "yes"


def _prefixes(text: str) -> tuple[str, ...]:
    found = _list(text)
    for prefix in found:
        if not prefix.startswith(("http://", "https://")) or prefix.count("/") < 3 or any(c in prefix for c in ' <>"@'):
            raise ValueError(text)
    return found


def _seconds(text: str) -> float:
    number = float(text)
    if not 0 < number < 86_400:
        raise ValueError(text)
    return number


def _base(text: str) -> str:
    if not text.startswith(("http://", "https://")) or any(c in text for c in ' <>"{}|\\^`?#'):
        raise ValueError(text)
    return text if text.endswith("/") else text + "/"


def _optional_base(text: str) -> str:
    return _base(text) if text else ""


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65_535:
        raise ValueError(text)
    return number


def _language(text: str) -> str:
    if text not in ("en", "ru"):
        raise ValueError(text)
    return text


def _folder(text: str) -> Path:
    return Path(text).expanduser().absolute()


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _switch(text: str) -> bool:
    if text not in ("", "no", "yes"):
        raise ValueError(text)
    return text == "yes"


def _workers(text: str) -> int:
    return _positive(text) if text else max(4, 2 * (os.cpu_count() or 2))


TABLE: tuple[Setting, ...] = (
    Setting("KG_STATE", "./var", _folder, "Folder of everything that is not authored: drafts, releases, locks."),
    Setting("KG_CONTENT", ".", _folder, "Folder that holds ontology/, shapes/, queries/ and data/."),
    Setting(
        "KG_BASE",
        "http://localhost:8080/",
        _base,
        "Identity of things: their IRIs begin with it; recorded in the state.",
    ),
    Setting("KG_URL", "", _optional_base, "Where the service is reached; default KG_BASE."),
    Setting("KG_HOST", "127.0.0.1", str, "Address that `serve` listens on."),
    Setting("KG_PORT", "8080", _port, "Port that `serve` listens on; 0 takes a free one and prints it."),
    Setting("KG_LANG", "en", _language, "Language of messages where the asker names none: en or ru."),
    Setting(
        "KG_STORE",
        "",
        str,
        "Empty: the embedded store. An address: read from that SPARQL 1.1 endpoint instead.",
    ),
    Setting("KG_WORKERS", "", _workers, "Query workers; default twice the cores, at least 4."),
    Setting("KG_DRAFT_WORKERS", "2", _positive, "Drafts that may be asked and edited at once; each has a process."),
    Setting("KG_THREADS", "96", _positive, "HTTP threads of the web process; more than questions may wait (KG_QUEUE)."),
    Setting("KG_CONNECTIONS", "1000", _positive, "How many connections may be open at once."),
    Setting(
        "KG_CLIENT_CONNECTIONS", "200", _positive, "How many of them one address may have; a proxy of KG_PROXIES any."
    ),
    Setting("KG_REQUEST_SECONDS", "30", _seconds, "Within which a request must come in whole, or a MiB of its body."),
    Setting("KG_READER_SECONDS", "30", _seconds, "A reader that takes less than 64 KiB in this time is let go."),
    Setting("KG_QUERY_SECONDS", "30", _seconds, "Deadline of a query in seconds; `?timeout=` lowers it."),
    Setting("KG_QUERY_MEMORY", "1073741824", _positive, "Memory cap of a query worker in bytes."),
    Setting("KG_QUERY_BYTES", "1048576", _positive, "Longest query text accepted, in bytes."),
    Setting("KG_ADDRESS_BYTES", "65536", _positive, "Longest query text accepted by GET, in bytes."),
    Setting("KG_QUERY_DEPTH", "100", _depth, "Levels of nesting in a query, at most 100."),
    Setting(
        "KG_QUERY_REPEATS",
        "1000",
        _positive,
        "How often one operator may stand in a query; UNION, FILTER, BIND 500 and paths, `!`, OPTIONAL, MINUS 200 at "
        "most, whatever is set here.",
    ),
    Setting("KG_PARAMETERS", "1000", _positive, "Parameters that one request may have."),
    Setting(
        "KG_MERGE_STATEMENTS", "500000", _positive, "Statements of graphs that overlap, merged for a query that counts."
    ),
    Setting("KG_CLIENT_QUERIES", "32", _positive, "Queries that one client may have waiting and running at once."),
    Setting("KG_QUEUE_SECONDS", "10", _seconds, "How long a query waits for a free worker before 503."),
    Setting("KG_QUEUE", "64", _positive, "How many queries may wait for a worker at once."),
    Setting("KG_RESULT_BYTES", "1073741824", _positive, "Largest answer in bytes."),
    Setting("KG_RESULT_ROWS", "10000000", _positive, "Longest answer in rows."),
    Setting(
        "KG_SPOOL_BYTES",
        "67108864",
        _positive,
        "Up to this size an answer is whole before its status is sent; beyond it streams.",
    ),
    Setting("KG_SPOOL_TOTAL", "2147483648", _positive, "Bytes on disk of all answers that were not fetched yet."),
    Setting(
        "KG_SERVICE_ALLOW",
        "",
        _prefixes,
        "Beginnings of endpoints that SERVICE may ask, by comma, as `https://query.example/`; empty: none.",
    ),
    Setting("KG_SERVICE_SECONDS", "10", _seconds, "Deadline of one request that SERVICE makes."),
    Setting("KG_SERVICE_BLOCKS", "8", _positive, "SERVICE blocks of one query that are carried out."),
    Setting("KG_SERVICE_ROWS", "10000", _positive, "Rows that one SERVICE may bring into a query."),
    Setting("KG_SERVICE_PRIVATE", "no", _yes, "`yes` lets SERVICE ask addresses of this machine and its network."),
    Setting(
        "KG_QUERY_LOG",
        "67108864",
        _size_or_none,
        "Bytes that the log of queries, `logs/queries.jsonl` and its older part, may take; 0: none is kept.",
    ),
    Setting("KG_LOG_CLIENTS", "no", _yes, "`yes` writes askers' addresses into the log of queries."),
    Setting("KG_IMPORT_SECONDS", "3600", _seconds, "Time limit of an import, build or publish in seconds."),
    Setting("KG_IMPORT_MEMORY", "6442450944", _positive, "Memory cap of an import, build or publish in bytes."),
    Setting("KG_DELIVERY_BYTES", "536870912", _positive, "Largest delivery, unpacked, in bytes."),
    Setting("KG_STATEMENTS", "50000000", _positive, "Most statements that one delivery may become."),
    Setting(
        "KG_FINDINGS",
        "10000",
        _positive,
        "Findings that a report holds in memory; up to a million stand in its file.",
    ),
    Setting(
        "KG_KEEP_RELEASES",
        "10",
        _positive,
        "Releases whose stores are kept; older ones keep statement files and manifest.",
    ),
    Setting(
        "KG_SECOND_PAIR",
        "no",
        _switch,
        "yes: a draft is published only after somebody who did not work on it has accepted it.",
    ),
    Setting("KG_PROXIES", "", _list, "Addresses of proxies, by comma, whose X-Forwarded-For is believed."),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one run; sizes in bytes, times in seconds."""

    state: Path
    content: Path
    base: str
    url: str
    host: str
    port: int
    lang: str
    store: str
    workers: int
    draft_workers: int
    threads: int
    connections: int
    client_connections: int
    request_seconds: float
    reader_seconds: float
    query_seconds: float
    query_memory: int
    query_bytes: int
    address_bytes: int
    query_depth: int
    query_repeats: int
    parameters: int
    merge_statements: int
    client_queries: int
    queue_seconds: float
    queue: int
    result_bytes: int
    result_rows: int
    spool_bytes: int
    spool_total: int
    service_allow: tuple[str, ...]
    service_seconds: float
    service_blocks: int
    service_rows: int
    service_private: bool
    query_log: int
    log_clients: bool
    import_seconds: float
    import_memory: int
    delivery_bytes: int
    statements: int
    findings: int
    keep_releases: int
    second_pair: bool
    proxies: tuple[str, ...]

    @staticmethod
    def read(environment: Mapping[str, str]) -> "Settings":
        """Read the table from an environment; `url` falls back to `base`.

        Raises:
            SettingInvalid: for an unknown `KG_*` name or a value that cannot be read.
        """
        known = {setting.name for setting in TABLE} | _TESTS_ONLY
        for name in sorted(environment):
            if name.startswith("KG_") and name not in known:
                raise SettingInvalid("Unknown setting {name}; docs/settings.md lists those there are.", name=name)
        values: dict[str, Any] = {}
        for setting in TABLE:
            text = environment.get(setting.name, setting.default)
            try:
                values[setting.attribute] = setting.parse(text)
            except ValueError:
                raise SettingInvalid(
                    "{name}={value} cannot be used: {help}", name=setting.name, value=text, help=setting.help
                ) from None
        values["url"] = values["url"] or values["base"]
        return Settings(**values)
