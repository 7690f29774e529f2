"""Questions 29 to 37: what curators ask."""

import re
from collections import Counter
from decimal import Decimal
from itertools import combinations

from answers.anticipation import published
from answers.computed import answer, concept, iri, org, partnership
from answers.simple import FRAMEWORKS
from answers.tables import delivered


@answer("who-asserted-it", 29, invented=False)
def who_says_how_many_colleges(rows):
    dates = {row["source_url"]: row["published"] for row in delivered("publications")}
    for row in rows.indicators:
        if (row["subject_id"], row["indicator"]) == ("cl-transport-2025", "college_count"):
            source = row["source_url"]
            graph = f"/graph/source/indicators/{row['evidence']}"
            observation = iri("indicator", row["obs_id"])
            value, when = Decimal(row["value"]), row["period"]
            yield observation, value, when, graph, published(source), dates.get(source) or None


def unsourced(kind, named, source, table):
    """Things of a table that stand in no row that is sourced."""
    sourced = {key for key, evidence in table if evidence == "sourced"}
    for key, evidence in set(table):
        if key not in sourced:
            yield f"kg:{kind}", f"{named}/{key}", f"/graph/source/{source}/{evidence.replace('_', '-')}"


@answer("things-without-sourced-statements", 30, invented=False)
def without_sourced(rows):
    from answers.tables import Tables, slug

    every = Tables(invented=True)

    def evidence(source, key, file=None):
        return [(row[key], row["evidence"]) for row in delivered(source, file)]

    def parties(source, file=None):
        for row in delivered(source, file):
            yield "--".join((row["partnership_id"], row["org_id"], slug(row["role"]))), row["evidence"]

    yield from unsourced("Organization", "organization", "organizations", evidence("organizations", "org_id"))
    yield from unsourced(
        "Organization", "organization", "ppp-illustrative", evidence("ppp-illustrative", "org_id", "organizations.csv")
    )
    real = [(key, row["evidence"]) for key, row in every.partnerships.items() if "Вид наименования" in row]
    yield from unsourced("Partnership", "partnership", "partnerships", real)
    invented = evidence("ppp-illustrative", "partnership_id", "partnerships.csv")
    yield from unsourced("Partnership", "partnership", "ppp-illustrative", invented)
    professions = [(key, row["evidence"]) for key, row in every.professions.items()]
    yield from unsourced("Profession", "profession", "professions", professions)
    competencies = [(key, row["evidence"]) for key, row in every.competencies.items()]
    yield from unsourced("Competency", "competency", "competencies", competencies)
    yield from unsourced("Membership", "membership", "parties", list(parties("parties")))
    yield from unsourced(
        "Membership", "membership", "ppp-illustrative", list(parties("ppp-illustrative", "parties.csv"))
    )
    programmes = [(key, row["evidence"]) for key, row in every.programmes.items()]
    real = [row for row in programmes if not row[0].startswith("ill-")]
    invented = [row for row in programmes if row[0].startswith("ill-")]
    yield from unsourced("Programme", "programme", "programmes", real)
    yield from unsourced("Programme", "programme", "programmes-illustrative", invented)


@answer("values-that-disagree", 31)
def disagreeing(rows):
    def overlapping(one, other):
        within = one["first"] <= other["last"] and other["first"] <= one["last"]
        return within or one["first"][:7] == other["first"][:7]

    dated = [row for row in rows.indicators if row["first"] and row["last"]]
    for one, other in combinations(sorted(dated, key=lambda row: Decimal(row["value"])), 2):
        same = all(one[name] == other[name] for name in ("subject_kind", "subject_id", "indicator", "unit"))
        if same and Decimal(one["value"]) != Decimal(other["value"]) and overlapping(one, other):
            cells = [iri(one["subject_kind"], one["subject_id"]), concept("indicator", one["indicator"])]
            for row in (one, other):
                qualifier = concept("value-qualifier", row["value_qualifier"])
                cells += [iri("indicator", row["obs_id"]), Decimal(row["value"]), qualifier]
            yield tuple(cells)


@answer("organizations-that-look-alike", 32)
def look_alikes(rows):
    def folded(name):
        plain = re.sub(r"[«»„“\"]", "", name.lower().replace("ё", "е"))
        return re.sub(r"^(гпоу|гбпоу|гкпоу|фгбоу во|оао|ао|пао|ано|хк) ", "", plain)

    names = [(name, folded(row["name_ru"])) for name, row in rows.organizations.items()]
    names += [
        (row["org_id"], folded(row["name"])) for row in rows.rows("organization-names") if row["language"] == "ru"
    ]
    alike = {}
    for name, plain in names:
        alike.setdefault(plain, set()).add(name)
    for plain, found in alike.items():
        if len(found) > 1:
            yield org(min(found)), org(max(found)), plain, Decimal(len(found))


@answer("partnerships-that-break-a-rule", 33)
def rule_breakers(rows):
    educational = rows.of(
        *("kg:College", "kg:VocationalSchool", "kg:UniversityCollege", "kg:University", "kg:UniversityBranch"),
        *("kg:GeneralSchool", "kg:AdvancedTrainingCentre"),
    )
    for name in rows.clusters:
        if not rows.members(name, "base_college"):
            yield partnership(name), "cluster without a base college"
        if not any(rows.members(name, role) for role in ("anchor_employer", "employer", "initiator_employer")):
            yield partnership(name), "cluster without an employer"
    for name in rows.of_form("networking_cooperation"):
        if len(rows.members(name) & educational) < 2:
            yield partnership(name), "network with fewer than two educational organizations"
    for name, row in rows.partnerships.items():
        if row["end"] and row["start"] and row["end"] < row["start"][: len(row["end"])]:
            yield partnership(name), "end before start"
    for row in rows.parties:
        start = rows.partnerships[row["partnership_id"]]["start"]
        if row["start"] and start and row["start"] < start:
            yield partnership(row["partnership_id"]), "member before the partnership"


@answer("difference-of-two-graphs", 34, invented=False)
def no_difference(rows):
    return ()  # the example names one graph twice; two releases are compared in test_answers.py


@answer("units-and-legal-entities", 35)
def units_as_legal_entities(rows):
    units = {"college_of_university", "higher_education_branch"}
    for name, row in rows.organizations.items():
        unit = row["kind"] in units or row["legal_form"] == "structural unit"
        legal = row["legal_form"] not in ("", "structural unit")
        if unit and legal:
            yield org(name), "both unit and legal entity"
        if unit and row.get("ogrn"):
            yield org(name), "unit with an OGRN"


@answer("incomplete-competencies", 36)
def incomplete(rows):
    lacking = Counter()
    for row in rows.competencies.values():
        framework, _ = FRAMEWORKS[row["framework"]]
        found = {
            "name in Russian": row["name"].get("ru"),
            "name in English": row["name"].get("en"),
            "match": row.get("uri"),
        }
        lacking.update((f"kgv:framework/{framework}", name) for name, cell in found.items() if not cell)
    for (framework, name), count in lacking.items():
        yield framework, name, Decimal(count)


_EMPLOYMENT = ("sve_graduates", "sve_graduate_employment_rate", "he_graduates", "he_graduate_employment_rate")


@answer("does-employment-fit-graduates", 37)
def employment(rows):
    by = {(row["indicator"], row["source_url"], row["period"]): Decimal(row["value"]) for row in rows.indicators}
    for (name, source, period), stated in by.items():
        if name == "graduates_who_found_work":
            parts = [
                by[one, source, period]
                for one in (
                    "sve_graduates",
                    "sve_graduate_employment_rate",
                    "he_graduates",
                    "he_graduate_employment_rate",
                )
            ]
            computed = parts[0] * parts[1] / 100 + parts[2] * parts[3] / 100
            yield published(source), period, stated, *parts, computed, stated - computed


@answer("esco-labels-of-professions", 40)
def esco(rows):
    for code, row in rows.professions.items():
        if row["esco"]:
            yield iri("profession", code), f"skos:{row['match']}", row["esco"], row["esco_label"], "en"
