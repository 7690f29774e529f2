"""What is said to people: messages, numbers and dates in the reader's language."""

from kgservice.locale.messages import LANGUAGES, plural, say, translate
from kgservice.locale.numbers import date, moment, number, size

__all__ = ["LANGUAGES", "date", "moment", "number", "plural", "say", "size", "translate"]
