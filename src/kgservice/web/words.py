"""Documentation made from the files: the ontology module by module, the vocabularies, the rules for data."""

from collections.abc import Callable

from flask import Blueprint, Response, g, redirect, request, url_for

from kgservice.actions.words import Lexicon, Module, Word, Words
from kgservice.errors import ThingNotFound
from kgservice.store.interface import Question
from kgservice.terms import PREFIXES, Graphs, iri
from kgservice.web.answers import Answers, wanted
from kgservice.web.diagrams import diagram
from kgservice.web.entities import SUFFIXES
from kgservice.web.links import Links
from kgservice.web.pages import Service, render
from kgservice.web.queries import said

_KG = PREFIXES["kg"]


class Pages:
    """Pages and data of the words of a release."""

    def __init__(self, service: Service, answers: Answers) -> None:
        self._service = service
        self._answers = answers
        self._names = Graphs(service.settings.base)
        self._words = Words(service.ask, service.settings.base)
        self._links = Links(service.settings.base)

    def shown(
        self, template: str, graph: str, pattern: str = "?s ?p ?o", suffix: str = "", **context: object
    ) -> Response:
        """Return a page, or the statements behind it where a program asks for RDF."""
        named = SUFFIXES.get(suffix, suffix) or request.args.get("format", "")
        name = wanted("graph", named, request.headers.get("Accept", ""))
        if name != "html":
            text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH {iri(graph)} {{ {pattern} }} }}"
            seconds = self._service.settings.query_seconds
            return self._answers.respond(
                Question(text, name, seconds=seconds, client=g.client, id=self._answers.fresh())
            )
        response = render(template, said=said, **context)
        response.vary.add("Accept")
        return response

    def ontology(self, suffix: str = "") -> Response:
        """Return the overview of the ontology."""
        words = self._words.lexicon()
        terms = sorted((word for module in words.modules for word in module.words), key=_by_label)
        return self.shown(
            "ontology.html", self._names.ontology, suffix=suffix, words=words, href=self._hrefs(words), all_words=terms
        )

    def module(self, slug: str, suffix: str = "") -> Response:
        """Return a module with its diagram and terms. Raises ThingNotFound."""
        words = self._words.lexicon()
        found = next((module for module in words.modules if module.slug == slug), None)
        if found is None:
            raise ThingNotFound("The ontology has no module {name}.", name=slug)
        href = self._hrefs(words)
        picture = diagram(found, words.labels, g.language, href, said(found.title, g.language))
        pattern = f"?s <{PREFIXES['rdfs']}isDefinedBy> {iri(found.iri)} ; ?p ?o"
        return self.shown(
            "module.html", self._names.ontology, pattern, suffix,
            words=words, href=href, module=found, picture=picture, tree=_tree(found),
            terms=sorted(found.words, key=lambda word: (word.kind != "class", _by_label(word))),
        )  # fmt: skip

    def vocabularies(self, suffix: str = "") -> Response:
        """Return the list of vocabularies."""
        return self.shown("vocabularies.html", self._names.vocabularies, suffix=suffix, words=self._words.lexicon())

    def vocabulary(self, slug: str, suffix: str = "") -> Response:
        """Return a vocabulary with its concepts. Raises ThingNotFound."""
        words = self._words.lexicon()
        found = next((scheme for scheme in words.schemes if scheme.slug == slug), None)
        if found is None:
            raise ThingNotFound("There is no vocabulary {name}.", name=slug)
        head = f'FILTER(STR(?s) = "{found.iri}" || STRSTARTS(STR(?s), "{found.iri}/"))'
        return self.shown(
            "vocabulary.html", self._names.vocabularies, f"?s ?p ?o {head}", suffix, words=words, scheme=found
        )

    def shapes(self, suffix: str = "") -> Response:
        """Return the rules for data, by class."""
        words = self._words.lexicon()
        targets = sorted(
            {target for rule in words.rules for target in rule.targets}, key=lambda target: _called(words, target)
        )
        return self.shown(
            "shapes.html", self._names.shapes, suffix=suffix, words=words, href=self._hrefs(words), targets=targets
        )

    def term(self, name: str) -> Response:
        """Return 303 to the place of a term in the documentation, else to its page; to its data for a program."""
        for module in self._words.lexicon().modules:
            if any(word.iri == _KG + name for word in module.words):
                return _see(url_for("words.module", slug=module.slug, _anchor=name), _KG + name)
        return _see(url_for("entities.page_of", iri=_KG + name), _KG + name)

    def _hrefs(self, words: Lexicon) -> Callable[[str], str]:
        """Where a name leads: a term of ours to its place in the documentation, all else to its page."""
        slugs = {word.iri: module.slug for module in words.modules for word in module.words}

        def href(name: str) -> str:
            if name in slugs:
                return url_for("words.module", slug=slugs[name], _anchor=name.removeprefix(_KG))
            return self._links.href(name)

        return href


def blueprint(service: Service, answers: Answers) -> Blueprint:
    """Return `/ontology`, `/vocabulary` and `/shapes`: pages for people, RDF for programs."""
    room = Blueprint("words", __name__)
    pages = Pages(service, answers)

    @room.get("/ontology")
    @room.get("/ontology.<suffix>")
    def ontology(suffix: str = "") -> Response:
        return pages.ontology(suffix)

    @room.get("/ontology/<slug>")
    def module(slug: str) -> Response:
        name, suffix = _parted(slug)
        return pages.module(name, suffix)

    @room.get("/ontology/term/<name>")
    def term(name: str) -> Response:
        return pages.term(name)

    @room.get("/vocabulary")
    @room.get("/vocabulary.<suffix>")
    def vocabularies(suffix: str = "") -> Response:
        return pages.vocabularies(suffix)

    @room.get("/vocabulary/<slug>")
    def vocabulary(slug: str) -> Response:
        return pages.vocabulary(*_parted(slug))

    @room.get("/vocabulary/<slug>/<concept>")
    def concept(slug: str, concept: str) -> Response:
        bare, suffix = _parted(concept)
        name = f"{PREFIXES['kgv']}{slug}/{bare}"
        return _see(url_for("entities.page_of", iri=name), name, suffix)

    @room.get("/shapes")
    @room.get("/shapes.<suffix>")
    def shapes(suffix: str = "") -> Response:
        return pages.shapes(suffix)

    return room


def _see(page: str, name: str, suffix: str = "") -> Response:
    """Return 303 to a page, or to the data about a name where a program asks (Cool URIs 4.2)."""
    form = wanted("graph", SUFFIXES.get(suffix, ""), request.headers.get("Accept", ""))
    endings = {short: ending for ending, short in SUFFIXES.items()}
    response = redirect(
        page if form == "html" else url_for("entities.data_of", iri=name, format=endings.get(form)), 303
    )
    response.vary.add("Accept")
    return response  # type: ignore[return-value]  # werkzeug's response is flask's here


def _parted(name: str) -> tuple[str, str]:
    """Return a name without the suffix of a format, and the suffix."""
    bare, _, suffix = name.rpartition(".")
    return (bare, suffix) if bare and suffix in SUFFIXES else (name, "")


def _by_label(word: Word) -> str:
    return said(word.label, g.language).lower()


def _called(words: Lexicon, name: str) -> str:
    return (said(words.labels.get(name, {}), g.language) or name).lower()


def _tree(module: Module) -> list[tuple[int, Word]]:
    """The classes of a module as rows of a tree: depth and class, those without a class above them in it first."""
    classes = {word.iri: word for word in module.words if word.kind == "class"}
    rows: list[tuple[int, Word]] = []

    def grow(word: Word, depth: int) -> None:
        rows.append((depth, word))
        for other in sorted(classes.values(), key=_by_label):
            if word.iri in other.above and depth < 8:
                grow(other, depth + 1)

    for word in sorted(classes.values(), key=_by_label):
        if not any(name in classes for name in word.above):
            grow(word, 0)
    return rows
