"""Questions 1 to 11: simple ones, and the forms compared."""

from collections import Counter
from decimal import ROUND_HALF_UP, Decimal

from answers.computed import answer, concept, iri, org, partnership
from answers.tables import slug

LAWS = {  # as the vocabulary of forms says, after PP 4 (clusters), 273-FZ (network form) and 224-FZ (PPP)
    "educational-production-cluster": "pp-4-2022",
    "networking-cooperation": "273-fz-15",
    "public-private-partnership": "224-fz",
}
BASES = {
    "PP RF 14.01.2022 No 4 (grant rules) (inferred)": "pp-4-2022",
    "273-FZ art. 15 (network form)": "273-fz-15",
    "224-FZ": "224-fz",
    "115-FZ": "115-fz",
}
FORMS = (
    "social-partnership", "networking-cooperation", "public-private-partnership", "cluster",
    "educational-production-cluster", "educational-cluster", "consortium", "state-grant-project", "federal-project",
    "dual-education-agreement", "investment-agreement",
)  # fmt: skip


def form(slugged):
    return f"kgv:partnership-form/{slugged}"


def rounded(value, digits):
    return value.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


@answer("organizations-in-a-place", 1)
def organizations_in(rows, place="novokuznetsk"):
    for name, row in rows.organizations.items():
        if row["city_id"] == place:
            yield org(name), concept("organization-kind", row["kind"]), row["city_evidence"] or None


@answer("partnerships-of-an-organization", 2)
def partnerships_of(rows, organization="spt"):
    for row in rows.parties:
        if row["org_id"] == organization:
            one = rows.partnerships[row["partnership_id"]]
            since = row["start"] or one["start"] or None
            yield (
                partnership(row["partnership_id"]),
                concept("partnership-form", one["form"]),
                concept("party-role", row["role"]),
                since,
            )


@answer("clusters-of-a-sector", 3)
def clusters_for(rows, sector="mining"):
    for name in rows.clusters:
        row = rows.partnerships[name]
        if row["sector"] == sector:
            for base in rows.members(name, "base_college") or {None}:
                for anchor in rows.members(name, "anchor_employer") or {None}:
                    yield partnership(name), org(base), org(anchor), row["start"] or None


@answer("professions-of-an-isco-group", 4)
def professions_of(rows, group="http://data.europa.eu/esco/isco/C8111"):
    for code, row in rows.professions.items():
        if row["isco"] == group:
            system = "none" if row["system"] == "none" else "fgos-spo"
            yield iri("profession", code), code, f"kgv:code-system/{system}"


FRAMEWORKS = {
    "WorldSkills Russia (competition skill)": ("worldskills-russia", "occupation-wide"),
    "FGOS SPO general competencies": ("fgos-spo-general", "transversal"),
    "FGOS SPO 09.02.07 professional competencies": ("fgos-spo-09-02-07", "task"),
    "ESCO": ("esco", "atomic"),
}


@answer("competencies-of-a-profession", 5)
def competencies_of(rows, profession="09.02.07"):
    required = {
        (row["competency_id"], row["relation"])  # one requirement, though several ESCO occupations may tell of it
        for row in rows.rows("requirements")
        if row["profession_code"] == profession
    }
    for name, relation in required:
        framework, granularity = FRAMEWORKS[rows.competencies[name]["framework"]]
        yield (
            iri("competency", name),
            f"kgv:framework/{framework}",
            f"kgv:granularity/{granularity}",
            concept("requirement-kind", relation),
        )


@answer("legal-bases-of-forms", 6)
def laws_of_forms(rows):
    for name in FORMS:
        known = {key for key, row in rows.partnerships.items() if slug(row["form"]) == name}
        resting = Counter(BASES.get(rows.partnerships[key]["legal_basis"]) for key in known)
        for law in {LAWS.get(name), *resting} - {None} or {None}:
            governs = law == LAWS.get(name) if law else None
            yield (
                form(name),
                f"kgv:legal-basis/{law}" if law else None,
                governs,
                Decimal(len(known)),
                Decimal(resting[law] if law else 0),
            )


@answer("money-by-partnership-and-kind-of-contributor", 7)
def money_of_partnerships(rows):
    sums, without = Counter(), Counter()
    for row in rows.contributions:
        contributor = row["contributor_org_id"]
        kind = concept("organization-kind", rows.organizations[contributor]["kind"]) if contributor else None
        amount = row["amount"]
        key = (partnership(row["partnership_id"]), kind, row["currency"] or None)
        sums[key] += Decimal(amount or 0)
        without[key] += not amount
    for (name, kind, currency), total in sums.items():
        yield name, kind, total, currency, Decimal(without[name, kind, currency])


def lower_median(values):
    return Decimal(sorted(values)[(len(values) - 1) // 2])


@answer("medians-by-form", 8)
def medians(rows):
    for name in {row["form"] for row in rows.partnerships.values()}:
        known = rows.of_form(name)
        members = [rows.members(one) for one in known]
        amounts = [
            Decimal(row["amount"])
            for row in rows.contributions
            if row["partnership_id"] in known and row["amount"] and row["currency"] == "RUB"
        ]
        taught = {row["programme"] for row in rows.offerings if row["partnership"] in known}
        money = sum(amounts) if amounts else None
        yield (
            concept("partnership-form", name),
            Decimal(len(known)),
            lower_median([len(one) for one in members]),
            lower_median([len(one & rows.colleges) for one in members]),
            lower_median([len(one & rows.employers) for one in members]),
            money,
            Decimal(len(taught)) if taught else None,
            rounded(len(taught) / (money / 1000000), 3) if money else None,
        )


@answer("partnerships-that-changed-form", 9)
def changes_of_form(rows):
    for row in rows.rows("ppp-illustrative", "changes.csv"):
        yield (
            partnership(row["partnership_id"]),
            concept("partnership-form", row["form_before"]),
            concept("partnership-form", row["form_after"]),
            row["date"],
        )


@answer("programmes-with-and-without-co-financing", 10)
def programmes_of_clusters(rows):
    given = {
        row["partnership_id"]
        for row in rows.contributions
        if row["kind"] in ("money", "co_financing", "investment", "equipment")
        and row["contributor_org_id"] in rows.members(row["partnership_id"], "anchor_employer")
    }
    for financed in (True, False):
        chosen = {name for name in rows.clusters if (name in given) == financed}
        taught = {row["programme"] for row in rows.offerings if row["partnership"] in chosen}
        if chosen:
            share = rounded(Decimal(len(taught)) / len(chosen), 2)
            yield financed, Decimal(len(chosen)), Decimal(len(taught)), share


@answer("forms-by-sector", 11)
def forms_and_sectors(rows):
    pairs = Counter((row["form"], row["sector"]) for row in rows.partnerships.values() if row["sector"])
    for (name, sector), count in pairs.items():
        sectors = Decimal(sum(1 for other, _ in pairs if other == name))
        yield concept("partnership-form", name), concept("sector", sector), Decimal(count), sectors
