"""What a new source would be: proposed from the columns of a sample, changed by answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from kgservice.actions.newsource.codes import Ladder, ladder
from kgservice.actions.newsource.columns import Column
from kgservice.actions.newsource.interface import ROW_NUMBER, SURE, UNUSED, Proposal, Question, Use
from kgservice.actions.newsource.lexicon import Lexicon
from kgservice.actions.newsource.matching import LABEL, Match, Matcher
from kgservice.actions.newsource.years import OBSERVATION, VALUE, years
from kgservice.errors import ParameterInvalid
from kgservice.search import alike, folded
from kgservice.terms import PREFIXES

_MOSTLY = 0.9
"""Share of rows with a code from which the others are left out, and the code is the key."""
_WORTH = 0.5
"""Score below which a column is rather left out than taken for something."""
_TITLE = 150  # characters of a title that is proposed
_RARE = 0.05  # share of rows with a value below which another column has the better right to a property
_IDENTIFIER = re.compile(r"\b(?:id|ид|код|шифр|code|key|ключ|identifier|инн|огрн|uri|guid)\b", re.IGNORECASE)
_SEVERAL = {
    PREFIXES["skos"] + "altLabel", PREFIXES["skos"] + "note", PREFIXES["schema"] + "sameAs",
    PREFIXES["dcterms"] + "source",
}  # fmt: skip


class Proposer:
    """Makes proposals from columns, the lexicon and answers."""

    def __init__(self, lexicon: Lexicon, matcher: Matcher, lang: str) -> None:
        self._lexicon = lexicon
        self._matcher = matcher
        self._lang = lang

    def propose(
        self, name: str, file: str, reading: Mapping[str, object], columns: Sequence[Column], records: int,
        answers: Mapping[str, str], titles: Sequence[str] = (),
    ) -> Proposal:  # fmt: skip
        """Return what a source would be; the same input gives the same proposal."""
        stem = re.sub(r"\.\w+$", "", file)
        sheet = str(reading.get("sheet", ""))
        member = str(reading.get("member", "")).rpartition("/")[2].rpartition(".")[0]
        classes = self._matcher.classes([name, stem, sheet, member, answers.get("title.ru", ""), *titles], columns)
        told = self._full(answers.get("class", ""))
        of = told
        if of not in self._lexicon.classes:
            if of:
                raise ParameterInvalid("{text} is no class of the ontology.", text=of)
            of = classes[0][0] if classes else ""
        yearly = self._years(columns, of, answers)
        uses = [self._use(column, of, answers) for column in columns if column.heading not in yearly]
        plain = [column for column in columns if column.heading not in yearly]
        uses = self._apart(uses, plain, of, answers)
        if not yearly:
            uses = self._labelled(uses, plain, answers)
        key, slugged, beside = self._key(uses, plain, answers, of)
        uses = [replace(use, key=use.heading in key) for use in self._linked(uses, plain, key, answers)]
        examples = {column.heading: column.examples for column in columns}
        uses += [Use(name, VALUE, "decimal", score=1.0, examples=examples[name]) for name in yearly]
        constants = {
            self._full(name.removeprefix("constant:")): self._full(value)
            for name, value in answers.items()
            if name.startswith("constant:") and value and value != UNUSED
        }
        given = {use.prop for use in uses if use.prop} | set(constants)
        missing = tuple(path for path in self._lexicon.required(of) if path not in given)
        about = self._about(max(titles, key=len, default=stem)[:_TITLE], file, answers)
        steps = self._ladder(key, uses, columns) if not slugged else None
        made = Proposal(
            name, file, dict(reading), about, of, self._lexicon.kind(of), key, beside, slugged, tuple(uses), constants,
            missing, (), records, steps if answers.get("parents") != UNUSED else None, yearly,
            next((score for iri, score in classes if iri == of), 0.0) if not told else 1.0,
        )  # fmt: skip
        return replace(made, questions=tuple(self._questions(made, steps, classes, columns, answers)))

    def _years(self, columns: Sequence[Column], of: str, answers: Mapping[str, str]) -> dict[str, str]:
        """Return the years of columns that are the value of an observation each; none where somebody said otherwise."""
        if OBSERVATION not in self._lexicon.line(of) or answers.get("years") == UNUSED:
            return {}
        return {name: year for name, year in years(columns).items() if f"column:{name}" not in answers}

    def _use(self, column: Column, of: str, answers: Mapping[str, str]) -> Use:
        matches = self._matcher.matches(column, of)
        options = tuple((m.prop, self._lexicon.properties[m.prop].name(self._lang), m.score) for m in matches)
        wanted = answers.get(f"column:{column.heading}", "")
        if wanted == UNUSED:
            return Use(column.heading, "", options=options, examples=column.examples, score=1.0)
        if not wanted and (not column.values or self._foreign(column, of)):
            return Use(column.heading, "", options=options, examples=column.examples)
        prop = self._full(wanted)
        match = next((m for m in matches if m.prop == prop), None)
        if prop and match is None and prop in self._lexicon.properties:
            match = self._matcher.forced(column, prop)
        if match is None and not wanted and matches and matches[0].score >= _WORTH and not self._number(column):
            match = matches[0]
        if match is None:
            return Use(column.heading, "", options=options, examples=column.examples)
        return self._used(column, match, options, answers, bool(wanted))

    def _used(
        self, column: Column, match: Match, options: tuple[tuple[str, str, float], ...], answers: Mapping[str, str],
        told: bool,
    ) -> Use:  # fmt: skip
        found = dict(match.found)
        unknown: tuple[str, ...] = ()
        if match.how in ("concept", "thing"):
            for value in column.values:
                answer = answers.get(f"value:{column.heading}:{value}", "")
                if answer and answer != UNUSED:
                    found[value] = self._full(answer)
                elif value not in found and match.how == "concept":
                    near = self._near(value, match.prop)
                    if near:
                        found[value] = near
            unknown = tuple(value for value in column.values if value not in found)
        language = answers.get(f"language:{column.heading}", column.language) if match.how == "text" else ""
        if self._lexicon.properties[match.prop].range == {PREFIXES["xsd"] + "string"}:
            language = ""  # a code that is made of words
        single = match.how in ("integer", "decimal", "date", "time", "iri") and not column.separator
        separator = "" if single else answers.get(f"list:{column.heading}", column.separator)
        if match.how in ("text",) and column.separator == ", ":
            separator = answers.get(f"list:{column.heading}", "")
        return Use(
            column.heading, match.prop, match.how, language, separator, found, unknown, 1.0 if told else match.score,
            options, column.examples,
        )  # fmt: skip

    def _near(self, value: str, prop: str) -> str:
        """Return the concept whose label is much like a wording; empty when none is."""
        members = self._lexicon.members(self._lexicon.properties[prop].schemes)
        best = max(members, key=lambda label: alike(folded(value), label), default="")
        return members[best] if best and alike(folded(value), best) >= 0.85 else ""

    def _apart(self, uses: list[Use], columns: Sequence[Column], of: str, answers: Mapping[str, str]) -> list[Use]:
        """Return uses in which a property that holds one value is that of one column: the likeliest."""
        taken: dict[tuple[str, str], float] = {}
        settled: dict[str, Use] = {}
        rare = {column.heading for column in columns if column.filled < _RARE}
        for use in sorted(uses, key=lambda one: (one.heading in rare, -one.score)):
            again = use
            for _ in range(6):
                spot = (again.prop, again.language)
                several = again.prop in _SEVERAL or (again.how == "thing" and again.prop not in self._lexicon.single)
                if not again.prop or several or spot not in taken:
                    break
                rest = [
                    option
                    for option in again.options
                    if option[0] != again.prop and _WORTH <= option[2] < again.score + 0.01
                ]
                column = next(c for c in columns if c.heading == use.heading)
                following = {**answers, f"column:{use.heading}": rest[0][0]} if rest else {}
                again = (
                    replace(self._use(column, of, following), score=rest[0][2], options=tuple(rest))
                    if rest
                    else replace(use, prop="", score=0.0)
                )
            if again.prop:
                taken[(again.prop, again.language)] = again.score
            settled[use.heading] = replace(again, options=use.options)
        return [settled[use.heading] for use in uses]

    @staticmethod
    def _labelled(uses: list[Use], columns: Sequence[Column], answers: Mapping[str, str]) -> list[Use]:
        """Return uses among which one is the name: the shortest text that differs most, where no heading says so."""
        if any(use.prop == LABEL for use in uses):
            return uses
        free = [
            (column.distinct, -sum(map(len, column.examples)), use.heading)
            for use, column in zip(uses, columns, strict=True)
            if column.kind == "text" and f"column:{use.heading}" not in answers and use.score < SURE
            if len(use.found) * 2 < len(column.values) or use.how not in ("thing", "concept")  # those name other things
        ]
        if not free:
            return uses
        chosen = max(free)[2]
        language = next(column.language for column in columns if column.heading == chosen)
        return [
            replace(use, prop=LABEL, how="text", language=language, found={}, unknown=(), score=0.5)
            if use.heading == chosen
            else use
            for use in uses
        ]

    def _key(
        self, uses: Sequence[Use], columns: Sequence[Column], answers: Mapping[str, str], of: str
    ) -> tuple[tuple[str, ...], bool, str]:
        """Return the columns of the key, whether they are names, and what stands in rows without it.

        Codes first, then names, never row numbers or amounts (numbers of more and fewer digits); addresses of others
        only where the class has none of ours.
        """
        by_heading = {column.heading: column for column in columns}
        told = tuple(name for name in answers.get("key", "").split(" + ") if name in by_heading)
        if told:
            slugged = not all(by_heading[name].safe for name in told) and not self._foreign(by_heading[told[0]], of)
            return told, slugged, self._beside(by_heading[told[0]], columns) if len(told) == 1 else ""
        ranked: list[tuple[bool, bool, bool, int, str]] = []
        for use in uses:
            column = by_heading[use.heading]
            if self._foreign(column, of):
                return (column.heading,), False, ""
            named = _IDENTIFIER.search(column.heading) is not None or use.how == "code"
            whole = column.unique and column.kind not in ("date", "decimal", "iri") and not self._number(column)
            whole = whole and (named or column.kind != "integer" or len(set(map(len, column.all))) == 1)
            if whole or (named and column.kind in ("code", "decimal", "integer") and self._beside(column, columns)):
                coded = named and (column.safe or column.kind == "code")  # one faulty cell is told when it is imported
                ranked.append((coded, column.safe, use.prop == LABEL, -len(ranked), column.heading))
        if ranked:
            chosen = by_heading[max(ranked)[4]]
            return (chosen.heading,), not chosen.safe, self._beside(chosen, columns)
        label = next((use.heading for use in uses if use.prop == LABEL), "")
        return ((label,), True, "") if label else ((), False, "")

    def _foreign(self, column: Column, of: str) -> bool:
        """Tell whether a column has the addresses of things that are not of a kind of ours."""
        return column.kind == "iri" and column.unique and not self._lexicon.kind(of)

    @staticmethod
    def _beside(column: Column, columns: Sequence[Column]) -> str:
        """Return a column that is filled where a code without repetition is not; empty where none of both is needed."""
        if column.unique or not column.distinctive or not _MOSTLY <= column.filled < 1:
            return ""
        whole = [(other.unique, other.distinct, other.heading) for other in columns if other.filled == 1]
        return min(whole)[2] if whole else ""

    @staticmethod
    def _linked(
        uses: list[Use], columns: Sequence[Column], key: tuple[str, ...], answers: Mapping[str, str]
    ) -> list[Use]:
        """Return uses in which a column whose values are keys of other rows refers to those rows."""
        if len(key) != 1:
            return uses
        keys = next(column.all for column in columns if column.heading == key[0])
        broader = PREFIXES["skos"] + "broader"
        told = {f"column:{column.heading}" for column in columns} & set(answers)
        free = [
            column
            for use, column in zip(uses, columns, strict=True)
            if use.score < SURE and f"column:{use.heading}" not in told and use.heading not in key
            if column.distinct > 1 and column.all <= keys
        ]
        if not free:
            return uses
        chosen = max(free, key=lambda column: column.distinct).heading
        return [
            Use(use.heading, broader, "link", score=0.75, options=((broader, "skos:broader", 0.75), *use.options),
                examples=use.examples) if use.heading == chosen else use
            for use in uses
        ]  # fmt: skip

    def _ladder(self, key: tuple[str, ...], uses: Sequence[Use], columns: Sequence[Column]) -> Ladder | None:
        """Return how the codes of the key stand above one another; None where a column says what stands above."""
        if len(key) != 1 or any(use.prop == PREFIXES["skos"] + "broader" for use in uses):
            return None
        column = next(column for column in columns if column.heading == key[0])
        return ladder(column.all) if column.safe and column.all else None

    @staticmethod
    def _number(column: Column) -> bool:
        """Tell whether a column counts the rows: such a number is nobody's key."""
        return column.kind == "integer" and column.unique and bool(ROW_NUMBER.fullmatch(column.heading.strip()))

    @staticmethod
    def _about(stem: str, file: str, answers: Mapping[str, str]) -> dict[str, str]:
        title = re.sub(r"[_\-]+", " ", stem).strip()
        title = title[:1].upper() + title[1:]
        proposed = {
            "title.ru": title, "title.en": title, "publisher": "", "steward": "", "origin": file, "licence": "",
            "delivery": "whole",
        }  # fmt: skip
        return {name: answers.get(name) or value for name, value in proposed.items()}

    def _questions(
        self, made: Proposal, steps: Ladder | None, classes: Sequence[tuple[str, float]], columns: Sequence[Column],
        answers: Mapping[str, str],
    ) -> list[Question]:  # fmt: skip
        from kgservice.actions.newsource.questions import asked

        return asked(made, steps, classes, columns, answers, self._lexicon, self._lang)

    def _full(self, text: str) -> str:
        """Return the IRI of a prefixed name; any other text as it is."""
        prefix, colon, local = text.partition(":")
        return PREFIXES[prefix] + local if colon and prefix in PREFIXES and not local.startswith("//") else text
