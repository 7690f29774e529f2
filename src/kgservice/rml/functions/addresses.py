"""Functions over addresses: only an absolute http or https address may become a link."""

from kgservice.rml import iris
from kgservice.rml.functions.function import by_value


@by_value("a web address that begins with http:// or https://", text="cell")
def iri(text: str) -> str | None:
    """Return a trimmed web address; spaces inside, other schemes and a missing host give nothing."""
    address = text.strip()
    scheme, _, rest = address.partition("://")
    if scheme.lower() not in ("http", "https") or not rest.strip("/?#") or rest[0] in "/?#":
        return None
    return address if iris.is_valid(address) else None
