"""What kinds of things are called, one and many; the words are message ids."""

from collections.abc import Mapping

from kgservice.locale import plural

NOUNS: Mapping[str, tuple[str, str]] = {
    # message ids of one and of many
    "organization": ("organization", "organizations"),
    "partnership": ("partnership", "partnerships"),
    "membership": ("membership of a partnership", "memberships of partnerships"),
    "contribution": ("contribution", "contributions"),
    "place": ("place", "places"),
    "site": ("training site", "training sites"),
    "sector": ("economic activity", "economic activities"),
    "profession": ("profession", "professions"),
    "standard": ("professional standard", "professional standards"),
    "competency": ("competency", "competencies"),
    "requirement": ("requirement of a profession", "requirements of professions"),
    "programme": ("programme", "programmes"),
    "module": ("module", "modules"),
    "offering": ("offering", "offerings"),
    "provision": ("provision", "provisions"),
    "demand": ("observation of demand", "observations of demand"),
    "indicator": ("indicator", "indicators"),
    "change": ("change", "changes"),
    "evidence": ("evidence of a competency", "evidences of competencies"),
    "publication": ("publication", "publications"),
    "agreement": ("agreement", "agreements"),
    "conflict": ("disagreement of sources", "disagreements of sources"),
}


def noun(kind: str, count: int, lang: str) -> str:
    """Return what that many things of a kind are called; the kind itself where there is no word."""
    return plural(*NOUNS[kind], count, lang) if kind in NOUNS else kind
