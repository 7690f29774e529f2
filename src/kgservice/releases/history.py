"""What was done with a draft, by whom and when."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that somebody did with a draft."""

    time: str
    """UTC, ISO 8601, to the second."""
    actor: str
    verb: str
    """`opened`, `imported`, `edited`, `rebased`, `commented`, `accepted`, `sent-back` or `published`."""
    role: str = ""
    """In which role, as the door said: `curator`, `steward`, `operator`."""
    text: str = ""
    """Comment, reason, name of a source, or beginning of an update."""
    findings: tuple[str, ...] = ()
    """What a draft was sent back for: rules, or IRIs of things."""
    preview: str = ""
    """Content hash of the preview that it speaks of."""


def event(body: dict[str, object]) -> Event:
    """Read what `asdict` made of an event. Raises TypeError where it is none."""
    named: object = body.get("findings", ())
    return Event(**{**body, "findings": tuple(named) if isinstance(named, list) else ()})  # type: ignore[arg-type]
