"""IRIs of RFC 3987: strict checks, and the encodings of values in RML templates (IRI-safe, URI-safe)."""

import re
from urllib.parse import quote

import polars as pl

from kgservice.terms import UNRESERVED, segment

_PRIVATE = "\ue000-\uf8ff\U000f0000-\U000ffffd\U00100000-\U0010fffd"
_CHARACTER = rf"[{UNRESERVED}!$&'()*+,;=:@/]|%[0-9A-Fa-f]{{2}}"
_HOST = rf"(?:\[[0-9A-Fa-f:.]+\]|(?:[{UNRESERVED}!$&'()*+,;=]|%[0-9A-Fa-f]{{2}})*)"
_AUTHORITY = rf"(?:(?:[{UNRESERVED}!$&'()*+,;=:]|%[0-9A-Fa-f]{{2}})*@)?{_HOST}(?::[0-9]*)?"
_VALID = re.compile(
    rf"[A-Za-z][A-Za-z0-9+.\-]*:(?://{_AUTHORITY}(?:/(?:{_CHARACTER})*)?|(?!//)(?:{_CHARACTER})*)"
    rf"(?:\?(?:{_CHARACTER}|[?{_PRIVATE}])*)?(?:#(?:{_CHARACTER}|\?)*)?"
)
_SCHEME = r"^[A-Za-z][A-Za-z0-9+.\-]*:"
_SAFE_COLUMN = r"^[A-Za-z0-9\-._~\u{A0}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFEF}]*$"
_SAFE_ASCII = r"^[A-Za-z0-9\-._~]*$"
_COMMON = (
    r"^https?://[A-Za-z0-9\-]+(?:\.[A-Za-z0-9\-]+)*(?::[0-9]+)?"
    r"(?:/(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/\u{A0}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFEF}]|%[0-9A-Fa-f]{2})*)?"
    r"(?:\?(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?\u{A0}-\u{D7FF}\u{F900}-\u{FDCF}\u{FDF0}-\u{FFEF}]|%[0-9A-Fa-f]{2})*)?"
    r"(?:#[A-Za-z0-9\-._~]*)?$"
)


def is_valid(text: str) -> bool:
    """Tell whether a text is an absolute IRI after RFC 3987 that every RDF reader takes."""
    return _VALID.fullmatch(text) is not None and not text.startswith(("http:///", "https:///"))


def is_absolute(text: str) -> bool:
    """Tell whether a text begins with a scheme."""
    return re.match(_SCHEME, text) is not None


def iri_safe(text: str) -> str:
    """Return a text with every character %-encoded that is not `iunreserved` (letters of all scripts stay)."""
    return segment(text)


def uri_safe(text: str) -> str:
    """Return a text with every character %-encoded but ASCII letters, digits and `-._~`."""
    return quote(text, safe="-._~")


def safe_column(texts: pl.Series, *, ascii_only: bool = False) -> pl.Series:
    """Return a column made IRI-safe (or URI-safe); only distinct unsafe values pass through Python."""
    unsafe = ~texts.str.contains(_SAFE_ASCII if ascii_only else _SAFE_COLUMN)
    if not unsafe.any():
        return texts
    encode = uri_safe if ascii_only else iri_safe
    distinct = texts.filter(unsafe).unique()
    return texts.replace(distinct, pl.Series([encode(text) for text in distinct.to_list()], dtype=pl.String))


def absolute_column(texts: pl.Series, base: str) -> pl.Series:
    """Return a column with the base before every text that has no scheme (RML core, generating an RDF term)."""
    relative = ~texts.str.contains(_SCHEME)
    return texts.zip_with(~relative, base + texts) if relative.any() else texts


def invalid_column(texts: pl.Series, *, ascii_only: bool = False) -> pl.Series:
    """Return a mask of the texts that are no absolute IRIs; only distinct uncommon ones pass through Python."""
    common = texts.str.contains(_COMMON)
    suspicious = texts.filter(~common).unique().to_list() if not common.all() else []
    if ascii_only:
        suspicious = list({*suspicious, *texts.filter(texts.str.len_bytes() != texts.str.len_chars()).unique()})
    wrong = [text for text in suspicious if not is_valid(text) or (ascii_only and not text.isascii())]
    return texts.is_in(wrong) if wrong else pl.repeat(False, len(texts), eager=True)
