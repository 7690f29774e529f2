"""The choices of a question's form: things of a class or a vocabulary by name, and a typed name found among them."""

from collections.abc import Mapping

from flask import g

from kgservice.errors import KgError, ParameterInvalid
from kgservice.knowledge.library import LibraryQuery, QueryParameter
from kgservice.terms import PREFIXES, Graphs, iri
from kgservice.web.pages import Service

_MOST = 400  # a longer list is not shown: a name is typed, and found
_ADDRESS = ("id/", "http://", "https://", "urn:")
_TOO_MANY = "More than one thing is called like {text}. Choose one of them."
_NONE = "Nothing is called like {text} here. Type a part of a name, or an address."

Listed = list[tuple[str, str]]
"""Address and name of each thing."""


class Choices:
    """Looks up what a parameter may be."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._names = Graphs(service.settings.base)

    def of(self, found: LibraryQuery, given: Mapping[str, list[str]], illustrative: bool) -> dict[str, Listed]:
        """Return the choices by parameter: all of them, or of a long list those that the typed name fits."""
        lists: dict[str, Listed] = {}
        for parameter in found.parameters:
            if parameter.type == "iri" and parameter.of:
                listed = self._listed(parameter, "", illustrative)
                typed = (given.get(parameter.name) or [""])[0].strip()
                if len(listed) > _MOST and typed and not _is_address(typed):
                    listed = self._listed(parameter, typed, illustrative)
                lists[parameter.name] = [] if len(listed) > _MOST else listed
        return lists

    def meant(self, found: LibraryQuery, given: Mapping[str, list[str]], illustrative: bool) -> dict[str, list[str]]:
        """Return the values with typed names replaced by the address of the one thing that is called so.

        Raises:
            ParameterInvalid: nothing, or more than one thing, is called so.
        """
        values = dict(given)
        for parameter in found.parameters:
            typed = (given.get(parameter.name) or [""])[0].strip()
            if parameter.type != "iri" or not parameter.of or not typed or _is_address(typed):
                continue
            fitting = self._listed(parameter, typed, illustrative)
            exact = [name for name, label in fitting if label.casefold() == typed.casefold()]
            one = exact or [name for name, _ in fitting]
            if len(one) != 1:
                raise ParameterInvalid(_TOO_MANY if one else _NONE, text=typed)
            values[parameter.name] = one
        return values

    def _listed(self, parameter: QueryParameter, text: str, illustrative: bool) -> Listed:
        graphs = (self._names.known, self._names.illustrative) if illustrative else ()
        try:
            rows = self._service.ask.rows(_query(parameter.of, text), graphs=graphs)
        except KgError:
            return []  # the form is then typed into; what is wrong is said where the answer stands
        if len(rows) > _MOST:
            return [(row["thing"].value, "") for row in rows]
        labels = self._service.describe.labels([row["thing"].value for row in rows], g.language)
        return sorted(labels.items(), key=lambda pair: pair[1].lower())


def _is_address(text: str) -> bool:
    return text.startswith(_ADDRESS) or text.partition(":")[0] in PREFIXES or text[:1] in "<>"


def _query(of: str, text: str) -> str:
    scheme = iri(PREFIXES["skos"] + "inScheme")
    members = f"{{ ?thing a {iri(of)} }} UNION {{ ?thing {scheme} {iri(of)} }}"
    if not text:
        return f"SELECT DISTINCT ?thing WHERE {{ {members} }} LIMIT {_MOST + 1}"
    names = " ".join(iri(PREFIXES[prefix] + name) for prefix, name in (("rdfs", "label"), ("skos", "prefLabel"),
                                                                       ("skos", "altLabel")))  # fmt: skip
    spoken = f"VALUES ?named {{ {names} }} ?thing ?named ?label"
    part = text.casefold().replace("\\", "").replace('"', "").replace("\n", " ")
    return (
        f"SELECT DISTINCT ?thing WHERE {{ {members} {spoken} "
        f'FILTER(CONTAINS(LCASE(STR(?label)), "{part}")) }} LIMIT {_MOST + 1}'
    )
