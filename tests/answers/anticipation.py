"""Questions 24, 25, 27, 28, 45 and 47: time, demand and results."""

from collections import Counter
from decimal import Decimal

from answers.computed import answer, concept, iri, org
from answers.gaps import competency, profession, programme
from answers.tables import slug, span

RESULTS = (
    "employer_requests_received", "pupils_in_professional_trials", "pupils_in_festival", "trainees_demography_project",
    "workshops_created", "students_started", "first_year_intake", "budget_places",
)  # fmt: skip


def starts(rows, code):
    """First days of the offerings of a profession's programmes."""
    return [
        span(row["start"])[0]
        for row in rows.offerings
        if rows.programmes[row["programme"]]["profession"] == code and span(row["start"])[0]
    ]


@answer("lead-time-of-programmes", 24)
def lead_times(rows):
    for row in rows.demand:
        code = row["profession_code"]
        if row["kind"] == "forecast" and row["issued"] and row["first"] and starts(rows, code):
            start, target = min(starts(rows, code)), row["first"]
            months = (int(target[:4]) - int(start[:4])) * 12 + int(target[5:7]) - int(start[5:7])
            forecast = iri("demand", row["id"])
            yield profession(code), forecast, row["issued"], target, start, Decimal(months), months < 0


@answer("competition-skills-before-vacancies", 25)
def skills_ahead(rows):
    seen = {}
    for row in rows.rows("competency-evidence"):
        if span(row["date"])[0]:
            seen.setdefault(row["competency_id"], []).append(span(row["date"])[0])
    for skill, days in seen.items():
        codes = {row["profession_code"] for row in rows.rows("requirements") if row["competency_id"] == skill}
        asked = [
            row["first"]
            for row in rows.demand
            if row["kind"] == "observed" and row["profession_code"] in codes and row["first"]
        ]
        if not asked or min(days) < min(asked):
            yield competency(skill), min(days), min(asked, default=None)


@answer("standards-that-expire", 27)
def expiring(rows):
    standards = rows.rows("standards")
    for row in standards:
        if "2025-11-25" <= row["in_force_to"] <= "2026-11-25":
            code = row["profession_code"]
            successors = [one["standard_id"] for one in standards if one["replaces"] == row["standard_id"]] or [None]
            taught = [key for key, one in rows.programmes.items() if one["profession"] == code] or [None]
            for successor in successors:
                for key in taught:
                    yield (
                        iri("standard", row["standard_id"]),
                        row["in_force_to"],
                        iri("standard", successor),
                        profession(code),
                        programme(key),
                    )


@answer("demand-of-a-sector", 28)
def demand_of(rows, sector="mining"):
    for row in rows.demand:
        code = row["profession_code"]
        if code and rows.professions[code]["sector"] == sector:
            yield (
                profession(code),
                concept("demand-measure", row["measure"]),
                row["period"] or None,
                Decimal(row["value"]),
                concept("unit", row["unit"]),
                iri("demand", row["id"]),
            )


@answer("customers-of-the-social-order", 45)
def customers(rows):
    orders = Counter()
    for row in rows.rows("customers-illustrative"):
        mine = [one for one in rows.offerings if one["programme"] == row["programme_id"]]
        forms = {rows.partnerships[one["partnership"]]["form"] for one in mine if one["partnership"]}
        begun = [span(one["start"])[0] for one in mine if span(one["start"])[0]]
        assert len(forms) < 2, "the question samples one of several forms"
        year = Decimal(min(begun)[:4]) if begun else None
        form = concept("partnership-form", forms.pop()) if forms else None
        orders[concept("customer-kind", row["customer_kind"]), org(row["customer_org_id"]), form, year] += 1
    for key, count in orders.items():
        yield *key, Decimal(count)


def publications(rows, cell):
    """Addresses of a row's sources as they stand in its cell."""
    return [source for source in cell.split("; ") if source] or [None]


@answer("results-of-a-centre", 47)
def results_of(rows, organization="copp42"):
    for name in RESULTS:
        found = [row for row in rows.indicators if row["subject_id"] == organization and row["indicator"] == name]
        for row in found:
            for source in publications(rows, row["source_url"]):
                unit = concept("unit", row["unit"])
                yield concept("indicator", name), row["period"], Decimal(row["value"]), unit, published(source)
        if not found:
            yield concept("indicator", name), None, None, None, None


def published(address):
    """The IRI of a publication: the slug of its address, for addresses of Latin letters."""
    assert address is None or address.isascii()
    return f"publication/{slug(address)}" if address else None
