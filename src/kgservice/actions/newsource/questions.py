"""What is asked about a proposal: everything can be answered, what is unsure should be."""

from collections.abc import Mapping, Sequence

from kgservice.actions.newsource.columns import Column
from kgservice.actions.newsource.interface import SURE, UNUSED, Proposal, Question, Use, short
from kgservice.actions.newsource.lexicon import Lexicon
from kgservice.report import Text

_CLEAR = 0.8  # score of a class that needs no question
_VALUES = 12  # wordings of a column that are asked for, one by one


def asked(
    made: Proposal, classes: Sequence[tuple[str, float]], columns: Sequence[Column], answers: Mapping[str, str],
    lexicon: Lexicon, lang: str,
) -> list[Question]:  # fmt: skip
    """Return the questions of a proposal in the order in which a person would answer them."""
    found = [_class(made, classes, answers, lexicon, lang), *_about(made, answers)]
    found.append(
        Question(
            "key", Text("Which column tells one row from every other?"),
            tuple((column.heading, column.heading) for column in columns if column.unique), " + ".join(made.key),
            "key" in answers or (bool(made.key) and any(c.unique for c in columns if c.heading in made.key)),
        )
    )  # fmt: skip
    for use in made.uses:
        found.append(_column(use, answers))
        found += _values(use, answers, lexicon, lang)
    for prop in made.missing:
        word = lexicon.properties.get(prop)
        choices = sorted({(iri, lexicon.concepts[iri].name(lang)) for iri in _concepts(prop, lexicon)},
                         key=lambda pair: pair[1])  # fmt: skip
        name = word.name(lang) if word else short(prop)
        text = Text("Every thing must have “{name}”, and no column gives it. Which value do all rows have?",
                    {"name": name})  # fmt: skip
        found.append(
            Question(f"constant:{short(prop)}", text, tuple(choices), "", f"constant:{short(prop)}" in answers)
        )
    return found


def _class(
    made: Proposal, classes: Sequence[tuple[str, float]], answers: Mapping[str, str], lexicon: Lexicon, lang: str
) -> Question:
    listed = [made.of, *(iri for iri, _ in classes if iri != made.of)]
    choices = tuple((short(iri), lexicon.classes[iri].name(lang)) for iri in listed if iri in lexicon.classes)
    scores = [score for _, score in classes[:2]]
    clear = bool(scores) and scores[0] >= _CLEAR and (len(scores) == 1 or scores[0] - scores[1] > 0.05)
    return Question("class", Text("What is a row?"), choices, short(made.of), "class" in answers or clear)


def _about(made: Proposal, answers: Mapping[str, str]) -> list[Question]:
    texts = {
        "title.ru": Text("What is the source called in Russian?"),
        "title.en": Text("What is the source called in English?"),
        "publisher": Text("Who publishes the data?"),
        "steward": Text("Who answers for the source here?"),
        "origin": Text("Where does the data come from (address or text)?"),
        "licence": Text("Under which licence (an address; empty where none is known)?"),
    }
    return [
        Question(name, text, (), made.about[name], name in answers or name == "licence" or bool(made.about[name]))
        for name, text in texts.items()
    ]


def _column(use: Use, answers: Mapping[str, str]) -> Question:
    choices = [(short(prop), name) for prop, name, _ in use.options]
    if use.prop and short(use.prop) not in {value for value, _ in choices}:
        choices.insert(0, (short(use.prop), short(use.prop)))
    text = Text("What is the column “{heading}” ({examples})?",
                {"heading": use.heading, "examples": ", ".join(example[:40] for example in use.examples)})  # fmt: skip
    sure = f"column:{use.heading}" in answers or use.score >= SURE or (use.key and not use.prop)
    return Question(f"column:{use.heading}", text, (*choices, (UNUSED, "")), short(use.prop) if use.prop else UNUSED,
                    sure)  # fmt: skip


def _values(use: Use, answers: Mapping[str, str], lexicon: Lexicon, lang: str) -> list[Question]:
    if use.how != "concept":
        return []
    choices = tuple(sorted({(short(iri), lexicon.concepts[iri].name(lang)) for iri in _concepts(use.prop, lexicon)},
                           key=lambda pair: pair[1]))  # fmt: skip
    return [
        Question(
            f"value:{use.heading}:{value}",
            Text("What does “{value}” in the column “{heading}” mean?", {"value": value, "heading": use.heading}),
            choices, UNUSED, f"value:{use.heading}:{value}" in answers,
        )
        for value in use.unknown[:_VALUES]
    ]  # fmt: skip


def _concepts(prop: str, lexicon: Lexicon) -> list[str]:
    schemes = lexicon.properties[prop].schemes if prop in lexicon.properties else set()
    return [iri for iri, concept in lexicon.concepts.items() if concept.schemes & schemes]
