"""A store at any SPARQL 1.1 endpoint, asked from worker slots: same deadline, kill, spool and errors as our own."""

from kgservice.errors import SettingInvalid
from kgservice.settings import Settings
from kgservice.store.pool import Workers, limits
from kgservice.terms import is_web_address


class RemoteStore(Workers):
    """Answers questions from an endpoint (a `Store`), reading only. SERVICE is refused before anything is sent.

    A worker of this kind may open sockets, but only to the endpoint's own address: see `kgservice.store.relay`.

    Raises:
        SettingInvalid: the endpoint is not an http or https address.
    """

    def __init__(self, endpoint: str, settings: Settings) -> None:
        if not is_web_address(endpoint):
            raise SettingInvalid("KG_STORE={endpoint} is not an http or https address.", endpoint=endpoint)
        super().__init__("remote", {"endpoint": endpoint} | limits(settings), settings)
