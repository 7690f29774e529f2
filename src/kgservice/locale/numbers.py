"""Numbers, sizes and dates as a reader of a language writes them."""

from datetime import date as day
from datetime import datetime

# NOTE: Babel takes 0.2 s to load, so that it is imported where the first number is written


def number(value: float, lang: str) -> str:
    """Return a number with the separators of a language: 1 234,5 in Russian, 1,234.5 in English."""
    from babel.numbers import format_decimal

    return str(format_decimal(value, locale=lang))


def date(value: day | datetime | str, lang: str) -> str:
    """Return a day in words: 24 ноября 2026 г., November 24, 2026; a text is read as ISO 8601, else given back."""
    from babel.dates import format_date

    if isinstance(value, str):
        try:
            return date(datetime.fromisoformat(value), lang)
        except ValueError:
            return value
    return str(format_date(value, format="long", locale=lang))


def moment(value: str, lang: str) -> str:
    """Return a moment in UTC in words: 25 ноября 2026 г., 19:19 UTC; what is no ISO 8601 is given back."""
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{date(read, lang)}, {read:%H:%M}\u00a0UTC"


def size(count: int, lang: str) -> str:
    """Return a size in bytes for people: 61 kB, 1.2 MB (steps of 1,000)."""
    from babel.numbers import format_decimal

    units = ("Б", "кБ", "МБ", "ГБ") if lang == "ru" else ("B", "kB", "MB", "GB")
    value, place = float(count), 0
    while value >= 999.5 and place < len(units) - 1:
        value, place = value / 1000, place + 1
    shape = "#,##0.#" if value < 10 and place else "#,##0"
    return f"{format_decimal(value, format=shape, locale=lang)}\u00a0{units[place]}"
