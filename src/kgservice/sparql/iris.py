"""IRIs as a SPARQL text writes them: escapes undone, relative ones resolved (SPARQL 1.1 Query 4.1.1)."""

import re
from urllib.parse import urljoin

_CODE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_LOCAL = re.compile(r"\\([_~.\-!$&'()*+,;=/?#@%])")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:")


def plain(written: str) -> str:
    r"""Return an IRI with its `\u` escapes as characters; an escape past the last character stays as it is."""
    return _CODE.sub(_character, written) if "\\" in written else written


def resolved(written: str, base: str) -> str:
    """Return an IRI made absolute by a base, if there is one (RFC 3986 5.2)."""
    iri = plain(written)
    if not base or _ABSOLUTE.match(iri):
        return iri
    try:
        joined = urljoin(base, iri)
        return joined + "#" if iri.endswith("#") and not joined.endswith("#") else joined  # urljoin drops a bare #
    except ValueError:  # brackets that are no IPv6 address
        return iri


def local(written: str) -> str:
    """Return the local part of a prefixed name without its backslashes."""
    return _LOCAL.sub(r"\1", written)


def _character(match: re.Match[str]) -> str:
    code = int(match[1] or match[2], 16)
    return chr(code) if code <= 0x10FFFF else match[0]
