"""What is asked about a proposal: everything can be answered, what is unsure should be."""

from collections.abc import Mapping, Sequence

from kgservice.actions.newsource.codes import Ladder
from kgservice.actions.newsource.columns import Column
from kgservice.actions.newsource.interface import CERTAIN, ROW_NUMBER, SURE, UNUSED, Proposal, Question, Use, short
from kgservice.actions.newsource.lexicon import Lexicon
from kgservice.intake.guess import Guess
from kgservice.report import Text
from kgservice.search import alike, folded
from kgservice.search.words import words
from kgservice.terms import PREFIXES

_CLEAR = 0.8  # score of a class that needs no question
_LIKELY = 8  # classes that come first; all others by name
_ROUGHLY = 0.5  # likeness of a name that comes before the others
_VALUES = 12  # wordings of a column that are asked for, one by one


def asked(
    made: Proposal, steps: Ladder | None, classes: Sequence[tuple[str, float]], columns: Sequence[Column],
    answers: Mapping[str, str], lexicon: Lexicon, lang: str,
) -> list[Question]:  # fmt: skip
    """Return the questions of a proposal in the order in which a person would answer them."""
    found = [_class(made, classes, answers, lexicon, lang), *_about(made, answers)]
    found.append(_key(made, columns, answers))
    if steps:
        broader = PREFIXES["skos"] + "broader"
        text = Text("Codes of “{heading}” stand above one another ({found} of {n} below have theirs in the file). "
                    "Link each row with the one above?",
                    {"heading": made.key[0], "found": steps.found, "n": steps.count})  # fmt: skip
        both = ((short(broader), lexicon.properties[broader].name(lang)), (UNUSED, ""))
        proposed = short(broader) if made.parents else UNUSED
        found.append(Question("parents", text, both, proposed, "parents" in answers or steps.found == steps.count))
    if made.years or answers.get("years") == UNUSED:
        text = Text("There is a column per year ({columns}). Is each of their cells a value of its own, of that year?",
                    {"columns": ", ".join(made.years) or "…"})  # fmt: skip
        found.append(Question("years", text, (("each", "yes"), (UNUSED, "no")), "each", "years" in answers))
    suiting = sorted(
        ((short(iri), word.name(lang)) for iri, word in lexicon.properties.items() if lexicon.suits(iri, made.of)),
        key=lambda pair: (not lexicon.own(pair[0], made.of), pair[1]),
    )
    for use in made.uses:
        if use.heading in made.years:
            continue
        found.append(_column(use, answers, suiting, lexicon, lang))
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


def reading(found: Guess, answers: Mapping[str, str]) -> list[Question]:
    """Return what is asked about the reading of a file that holds several tables; everything else depends on it."""
    listed = (
        ("read.member", found.members, found.member, Text("Which file of the archive is it?")),
        ("read.sheet", found.sheets, found.sheet, Text("Which sheet or table of the file is it?")),
    )
    asked = [
        Question(name, text, tuple((one, one) for one in many), chosen, name in answers)
        for name, many, chosen, text in listed
        if len(many) > 1
    ]
    if found.merged:
        text = Text("Below the headings, cells are merged over several rows ({n} times). Do all their rows have the "
                    "value?", {"n": found.merged})  # fmt: skip
        both, proposed = (("fill", "yes"), ("report", "no")), "fill" if found.fill else "report"
        asked.append(Question("read.merged", text, both, proposed, "read.merged" in answers))
    return asked


def _class(
    made: Proposal, classes: Sequence[tuple[str, float]], answers: Mapping[str, str], lexicon: Lexicon, lang: str
) -> Question:
    listed = [made.of, *(iri for iri, _ in classes if iri != made.of)]
    listed[_LIKELY:] = sorted(listed[_LIKELY:], key=lambda iri: lexicon.classes[iri].name(lang))
    choices = tuple((short(iri), lexicon.classes[iri].name(lang)) for iri in listed if iri in lexicon.classes)
    scores = [score for _, score in classes[:2]]
    clear = bool(scores) and scores[0] >= _CLEAR and (len(scores) == 1 or scores[0] - scores[1] > 0.05)
    proposed = short(made.of) if made.certain >= CERTAIN else ""
    return Question("class", Text("What is a row?"), choices, proposed, "class" in answers or clear)


def _key(made: Proposal, columns: Sequence[Column], answers: Mapping[str, str]) -> Question:
    listed = [column.heading for column in columns if column.unique or column.heading in made.key]
    listed = list(dict.fromkeys([*made.key, *listed])) if len(made.key) == 1 else listed
    text = Text("Which column tells one row from every other?")
    if made.beside:
        empty = round((1 - next(c.filled for c in columns if c.heading == made.key[0])) * 100, 1)
        text = Text("Which column tells one row from every other? Rows without “{heading}” ({percent} %) are left out.",
                    {"heading": made.key[0], "percent": empty})  # fmt: skip
    sure = bool(made.key) and any(column.unique for column in columns if column.heading in made.key)
    choices = tuple((heading, heading) for heading in listed)
    return Question("key", text, choices, " + ".join(made.key), "key" in answers or sure)


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


def _column(
    use: Use, answers: Mapping[str, str], suiting: Sequence[tuple[str, str]], lexicon: Lexicon, lang: str
) -> Question:
    """Ask what a column is: what it may be first, then leaving it out, then all else that is said of such things."""
    likely = [(short(prop), name) for prop, name, _ in use.options]
    if use.prop and short(use.prop) not in {value for value, _ in likely}:
        word = lexicon.properties.get(use.prop)
        likely.insert(0, (short(use.prop), word.name(lang) if word else short(use.prop)))
    listed = {value for value, _ in likely}
    choices = (*likely, (UNUSED, ""), *(pair for pair in suiting if pair[0] not in listed))
    text = Text("What is the column “{heading}” ({examples})?",
                {"heading": use.heading, "examples": ", ".join(example[:40] for example in use.examples)})  # fmt: skip
    nothing = use.key or not use.examples or bool(ROW_NUMBER.fullmatch(use.heading.strip()))
    sure = f"column:{use.heading}" in answers or use.score >= SURE or (nothing and not use.prop)
    return Question(f"column:{use.heading}", text, choices, short(use.prop) if use.prop else UNUSED, sure)


def _values(use: Use, answers: Mapping[str, str], lexicon: Lexicon, lang: str) -> list[Question]:
    if use.how != "concept":
        return []
    known = {(short(iri), lexicon.concepts[iri].name(lang)) for iri in _concepts(use.prop, lexicon)}
    found = []
    for value in use.unknown[:_VALUES]:
        ranked = sorted(known, key=lambda pair: (-_resemblance(value, pair[1]), pair[1]))
        initials = [iri for iri, name in known if _resemblance(value, name) == 1.0]
        text = Text("What does “{value}” in the column “{heading}” mean?", {"value": value, "heading": use.heading})
        name = f"value:{use.heading}:{value}"
        found.append(Question(name, text, ((UNUSED, ""), *ranked), initials[0] if len(initials) == 1 else UNUSED,
                              name in answers))  # fmt: skip
    return found


def _resemblance(value: str, name: str) -> float:
    """Return how like a wording and the name of a concept are: 1.0 for its initials, 0.0 for little."""
    spoken, told = folded(value), folded(name)
    if len(spoken) > 1 and spoken == "".join(word[0] for word in told.split()):
        return 1.0
    shared = set(words(spoken)) & set(words(told))
    likeness = 0.9 if shared else alike(spoken, told)
    return likeness if likeness >= _ROUGHLY else 0.0


def _concepts(prop: str, lexicon: Lexicon) -> list[str]:
    schemes = lexicon.properties[prop].schemes if prop in lexicon.properties else set()
    return [iri for iri, concept in lexicon.concepts.items() if concept.schemes & schemes]
