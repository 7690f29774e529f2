"""Questions 12 to 17 and 21: what is missing."""

from collections import Counter
from decimal import Decimal

from answers.computed import answer, concept, iri, org, partnership
from answers.simple import FRAMEWORKS


def profession(code):
    return iri("profession", code)


def programme(key):
    return iri("programme", key)


def competency(key):
    return iri("competency", key)


@answer("professions-in-demand-without-a-programme", 12)
def wanted_but_not_taught(rows):
    taught = {row["profession"] for row in rows.programmes.values()}
    for row in rows.demand:
        code = row["profession_code"]
        if row["kind"] != "observed" or not code or not (row["first"] and row["last"]) or code in taught:
            continue
        if row["first"] <= "2024-12-31" and row["last"] >= "2024-01-01":
            measure = concept("demand-measure", row["measure"])
            yield profession(code), iri("demand", row["id"]), measure, Decimal(row["value"]), row["period"]


@answer("programmes-never-in-network-form", 13)
def never_in_network_form(rows):
    networked = {row["programme"] for row in rows.offerings if row["mode"] == "network_form"}
    for row in rows.offerings:
        if row["programme"] not in networked:
            for provider in row["providers"] or [None]:
                leads_to = rows.programmes[row["programme"]]["profession"]
                yield programme(row["programme"]), profession(leads_to), org(provider)


def providers_of(rows, skill):
    taught = {one for one, developed in rows.programme_develops if developed == skill}
    return {provider for row in rows.offerings if row["programme"] in taught for provider in row["providers"]}


@answer("competencies-with-no-or-one-provider", 14)
def thinly_covered(rows):
    wanted = {row["profession_code"] for row in rows.demand}
    for code, skill in {(row["profession_code"], row["competency_id"]) for row in rows.rows("requirements")}:
        count = len(providers_of(rows, skill))
        if code in wanted and count < 2:
            framework, _ = FRAMEWORKS[rows.competencies[skill]["framework"]]
            yield profession(code), competency(skill), f"kgv:framework/{framework}", Decimal(count)


@answer("competencies-an-employer-needs", 15)
def needed(rows):
    for row in rows.rows("needs-illustrative"):
        employer, skill = row["org_id"], row["competency_id"]
        for one in rows.partnerships_of.get(employer, ()):
            if rows.members(one) & providers_of(rows, skill):
                continue
            region = rows.organizations[employer]["region_id"]
            regions = {name: rows.organizations[name]["region_id"] for name in providers_of(rows, skill)}
            nearby = {name for name, its in regions.items() if its and region in ("", its)}
            for provider in nearby or {None}:
                place = rows.organizations[provider]["city_id"] if provider else ""
                near = bool(place) and place == rows.organizations[employer]["city_id"]
                yield partnership(one), org(employer), competency(skill), org(provider), iri("place", place), near


@answer("programmes-to-superseded-codes", 16)
def superseded(rows):
    for row in rows.offerings:
        code = rows.programmes[row["programme"]]["profession"]
        successor = rows.professions[code]["successor"] if code in rows.professions else ""
        if successor:
            start = row["start"] or None
            yield programme(row["programme"]), profession(code), code, profession(successor), successor, start


@answer("competition-skills-without-a-programme", 17)
def skilled_but_not_taught(rows):
    colleges, pieces = {}, Counter()
    for row in rows.rows("competency-evidence"):
        colleges.setdefault(row["competency_id"], set()).add(row["org_id"])
        pieces[row["competency_id"]] += 1
    for skill, names in colleges.items():
        if skill not in rows.developed:
            yield competency(skill), Decimal(len(names)), Decimal(pieces[skill])


@answer("workshops-shared-or-idle", 21)
def workshops(rows):
    for site in rows.rows("sites-illustrative"):
        used = [row for row in rows.provisions if row["site_id"] == site["site_id"]]
        users = {row["org_id"] for row in used}
        if len(users) != 1:
            yield iri("site", site["site_id"]), org(site["owner_org_id"]), Decimal(len(users)), Decimal(len(used))


@answer("programmes-for-an-esco-concept", 39)
def programmes_for(rows, concept="http://data.europa.eu/esco/isco/C3117"):
    group = {code for code, row in rows.professions.items() if row["isco"] == concept}
    return {
        (programme(row["programme"]), "ISCO group of the profession", profession(code), org(provider))
        for row in rows.offerings
        for provider in row["providers"] or [None]
        if (code := rows.programmes[row["programme"]]["profession"]) in group
    }
