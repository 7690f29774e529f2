"""Shows what nobody sees: characters without a picture, and those that turn a line round or steer a terminal."""

import re

_UNSEEN = re.compile("[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u200b-\\u200f\\u202a-\\u202e\\u2060-\\u2069\\ufeff]")


def visible(text: str) -> str:
    """Return a text with such characters named: `<U+200B>`."""
    return _UNSEEN.sub(lambda match: f"<U+{ord(match[0]):04X}>", text)
