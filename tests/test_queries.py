"""Each question of the library gives what plain Python counts in the source tables."""

from collections import Counter, defaultdict
from datetime import date
from itertools import combinations
from statistics import median_low

import pytest

from kgservice.releases import Shelf
from kgservice.sparql import advice, parse
from libraryanswers import ROOT, Answers, number, slug, texts
from tables import competencies, memberships, partnerships, period, professions, programmes, table

CLUSTERS = {"educational_production_cluster", "educational_cluster"}
EMPLOYERS = {"enterprise", "holding"}
EDUCATIONAL = {
    "professional_educational_organization",
    "vocational_school",
    "college_of_university",
    "university",
    "higher_education_branch",
    "general_school",
    "advanced_training_centre",
}
KIND = {row["org_id"]: row["kind"] for row in table("organizations")}
COLLEGES = {one for one, kind in KIND.items() if kind == "professional_educational_organization"}
PARTIES: dict[str, set[str]] = defaultdict(set)
JOINED: dict[str, set[str]] = defaultdict(set)
ROLES: dict[str, set[tuple[str, str]]] = defaultdict(set)
for _row in memberships():
    PARTIES[_row["partnership_id"]].add(_row["org_id"])
    JOINED[_row["org_id"]].add(_row["partnership_id"])
    ROLES[_row["partnership_id"]].add((_row["org_id"], _row["role"]))


@pytest.fixture(scope="module")
def answers(real) -> Answers:
    return Answers(Shelf(real.state, real.base).current())


def when(text: str) -> date | None:
    found = period(text)
    return found[0] if found else None


# Analysts: simple


def test_organizations_in_a_place(answers):
    expected = {(o["org_id"], slug(o["kind"])) for o in table("organizations") if o["city_id"] == "novokuznetsk"}

    assert len(expected) > 10
    assert answers.set("organizations-in-a-place", "organization", "kind") == expected


def test_partnerships_of_an_organization(answers):
    expected = {
        (m["partnership_id"], slug(m["role"]), partnerships()[m["partnership_id"]]["start"])
        for m in memberships()
        if m["org_id"] == "spt"
    }

    assert answers.set("partnerships-of-an-organization", "partnership", "role", "since") == expected


def test_clusters_of_a_sector(answers):
    expected = set()
    for one in partnerships().values():
        if one["form"] in CLUSTERS and one["sector"] == "mining":
            bases = [org for org, role in ROLES[one["id"]] if role == "base_college"] or [""]
            anchors = [org for org, role in ROLES[one["id"]] if role == "anchor_employer"] or [""]
            expected |= {(one["id"], base, anchor) for base in bases for anchor in anchors}

    assert answers.set("clusters-of-a-sector", "cluster", "baseCollege", "anchorEmployer") == expected


def test_professions_of_an_isco_group(answers):
    expected = {(p["code"], p["code"]) for p in professions() if p["isco08"] == "8111"}

    assert expected
    assert answers.set("professions-of-an-isco-group", "profession", "code") == expected


def test_competencies_of_a_profession(answers):
    frameworks = {c["competency_id"]: c["framework"] for c in competencies()}
    names = {
        "ESCO": "esco",
        "WorldSkills Russia (competition skill)": "worldskills-russia",
        "FGOS SPO general competencies": "fgos-spo-general",
        "FGOS SPO 09.02.07 professional competencies": "fgos-spo-09-02-07",
    }

    for code, invented in (("09.02.07", False), ("15.01.05", True)):
        expected = {
            (r["competency_id"], names[frameworks[r["competency_id"]]], slug(r["relation"]))
            for r in table("requirements")
            if r["profession_code"] == code and (invented or r["evidence"] != "illustrative")
        }
        assert expected
        assert expected == answers.set(
            *("competencies-of-a-profession", "competency", "framework", "kind"),
            illustrative=invented,
            profession=f"id/profession/{code}",
        )


def test_legal_bases_of_forms(answers):
    forms = Counter(slug(one["form"]) for one in partnerships().values())
    resting = Counter(
        (slug(one["form"]), "pp-4-2022" if one["legal_basis"].startswith("PP RF") else "273-fz-15")
        for one in partnerships().values()
        if one["legal_basis"].startswith(("PP RF", "273-FZ"))
    )

    rows = answers.set("legal-bases-of-forms", "form", "law", "partnerships", "restingOnIt")
    assert {form: count for form, _, count, _ in rows if count != "0"} == {f: str(n) for f, n in forms.items()}
    assert {(form, law): count for form, law, _, count in rows if count != "0"} == {
        k: str(n) for k, n in resting.items()
    }
    assert ("public-private-partnership", "224-fz", "0", "0") in rows


def test_money_by_partnership_and_kind_of_contributor(answers):
    money: dict[tuple[str, str, str], list[float]] = defaultdict(lambda: [0, 0])
    for c in table("contributions"):
        key = (c["partnership_id"], slug(KIND.get(c["contributor_org_id"], "")), c["currency"])
        money[key][0] += float(c["amount"] or 0)
        money[key][1] += not c["amount"]

    expected = {(p, kind, number(total), currency, number(n)) for (p, kind, currency), (total, n) in money.items()}
    columns = ("partnership", "kind", "money", "currency", "withoutAmount")
    assert answers.set("money-by-partnership-and-kind-of-contributor", *columns) == expected


# Analysts: comparison of forms


def test_medians_by_form(answers):
    expected = {}
    for form in {one["form"] for one in partnerships().values()}:
        ids = [one["id"] for one in partnerships().values() if one["form"] == form]
        money = sum(
            float(c["amount"]) for c in table("contributions") if c["partnership_id"] in ids and c["currency"] == "RUB"
        )
        taught = {p["id"] for p in programmes() if p["partnership"] in ids}
        expected[slug(form)] = texts(
            [
                len(ids),
                median_low(len(PARTIES[one]) for one in ids),
                median_low(len(PARTIES[one] & COLLEGES) for one in ids),
                median_low(sum(KIND[org] in EMPLOYERS for org in PARTIES[one]) for one in ids),
                money if money else "",
                len(taught) if taught else "",
                round(len(taught) / (money / 1e6), 3) if money else "",
            ]
        )

    columns = "form partnerships medianParties medianColleges medianEmployers money programmes programmesPerMillion"
    rows = answers.rows("medians-by-form", *columns.split())
    assert {row[0]: row[1:] for row in rows} == expected


def test_growth_of_the_network(answers):
    years = [when(one["start"]).year for one in partnerships().values() if when(one["start"])]
    expected = {(str(year), str(years.count(year)), str(sum(one <= year for one in years))) for year in years}

    assert len(expected) > 5
    assert answers.set("growth-of-the-network", "year", "begun", "altogether") == expected


def test_partnerships_that_changed_form(answers):
    expected = {
        (c["partnership_id"], slug(c["form_before"]), slug(c["form_after"]))
        for c in table("ppp-illustrative", "changes")
    }

    assert answers.set("partnerships-that-changed-form", "partnership") == set()
    assert expected == answers.set(
        "partnerships-that-changed-form", "partnership", "before", "after", illustrative=True
    )


def test_programmes_with_and_without_co_financing(answers):
    found: dict[str, list[set[str]]] = {"true": [set(), set()], "false": [set(), set()]}
    for one in (one for one in partnerships().values() if one["form"] in CLUSTERS):
        anchors = {org for org, role in ROLES[one["id"]] if role == "anchor_employer"}
        paid = any(
            c["partnership_id"] == one["id"]
            and c["contributor_org_id"] in anchors
            and c["kind"] in {"money", "co_financing", "investment", "equipment"}
            for c in table("contributions")
        )
        clusters, taught = found[str(paid).lower()]
        clusters.add(one["id"])
        taught |= {p["id"] for p in programmes() if p["partnership"] == one["id"]}

    expected = {
        (key, *texts([len(clusters), len(taught), round(len(taught) / len(clusters), 2)]))
        for key, (clusters, taught) in found.items()
    }
    columns = ("coFinanced", "clusters", "programmes", "programmesPerCluster")
    assert answers.set("programmes-with-and-without-co-financing", *columns) == expected


def test_forms_by_sector(answers):
    pairs = Counter((slug(one["form"]), slug(one["sector"])) for one in partnerships().values())
    spread = Counter(form for form, _ in pairs)

    expected = {(form, sector, str(n), str(spread[form])) for (form, sector), n in pairs.items()}
    assert answers.set("forms-by-sector", "form", "sector", "partnerships", "sectors") == expected


def test_partnerships_by_form(answers):
    counts = Counter(slug(one["form"]) for one in partnerships().values())

    assert answers.set("partnerships-by-form", "form", "partnerships") == {(f, str(n)) for f, n in counts.items()}


# Analysts: gaps


def test_professions_in_demand_without_a_programme(answers):
    taught = {p["profession"] for p in programmes()}
    expected = set()
    for d in table("demand"):
        span = period(d["period_read"]) if d["kind"] == "observed" else None
        inside = span and span[0] <= date(2024, 12, 31) and span[1] >= date(2024, 1, 1)
        if d["profession_code"] and inside and d["profession_code"] not in taught:
            expected.add((d["profession_code"], d["obs_id"], number(d["value"])))

    assert expected
    assert answers.set("professions-in-demand-without-a-programme", "profession", "demand", "value") == expected


def test_programmes_never_in_network_form(answers):
    networked = {o["programme_id"] for o in table("offerings-illustrative") if o["mode"] == "network_form"}
    real = {p["id"] for p in programmes()}
    invented = {p["programme_id"] for p in table("programmes-illustrative")}

    assert answers.set("programmes-never-in-network-form", "programme") == {(p,) for p in real}
    assert answers.set("programmes-never-in-network-form", "programme", illustrative=True) == {
        (p,) for p in (real | invented) - networked
    }


def _developed() -> dict[str, set[str]]:
    """Providers of each competency that a programme develops, invented rows included."""
    develops = defaultdict(set)
    for row in table("programme-competencies-illustrative"):
        develops[row["competency_id"]].add(row["programme_id"])
    providers = defaultdict(set)
    for p in table("programmes-illustrative"):
        providers[p["programme_id"]] |= set(p["provider_org_ids"].split())
    for o in table("offerings-illustrative"):
        providers[o["programme_id"]] |= set(o["provider_org_ids"].split())
    return {c: set().union(*(providers[p] for p in ps)) for c, ps in develops.items()}


def test_competencies_with_no_or_one_provider(answers):
    asked = {d["profession_code"] for d in table("demand")} | {
        d["profession_code"] for d in table("forecasts-illustrative")
    }
    given = _developed()
    expected = {
        (r["profession_code"], r["competency_id"], str(len(given.get(r["competency_id"], ()))))
        for r in table("requirements")
        if r["profession_code"] in asked and len(given.get(r["competency_id"], ())) < 2
    }

    columns = ("profession", "competency", "providers")
    assert answers.set("competencies-with-no-or-one-provider", *columns) == set()
    assert answers.set("competencies-with-no-or-one-provider", *columns, illustrative=True) == expected


def test_competencies_an_employer_needs(answers):
    parties = defaultdict(set)
    for row in (*table("parties"), *table("ppp-illustrative", "parties")):
        parties[row["partnership_id"]].add(row["org_id"])
    given = _developed()
    expected = {
        (cluster, need["org_id"], need["competency_id"])
        for need in table("needs-illustrative")
        for cluster, members in parties.items()
        if need["org_id"] in members and not members & given.get(need["competency_id"], set())
    }

    columns = ("cluster", "employer", "competency")
    assert answers.set("competencies-an-employer-needs", *columns) == set()
    assert answers.set("competencies-an-employer-needs", *columns, illustrative=True) == expected


def test_programmes_to_superseded_codes(answers):
    replaced = {p["code"]: p["superseded_by"] for p in professions() if p["superseded_by"]}
    expected = {
        (p["id"], p["profession"], replaced[p["profession"]]) for p in programmes() if p["profession"] in replaced
    }

    assert expected
    assert answers.set("programmes-to-superseded-codes", "programme", "oldCode", "newCode") == expected


def test_superseded_professions(answers):
    expected = {(p["code"], p["superseded_by"]) for p in professions() if p["superseded_by"]}

    assert answers.set("superseded-professions", "code", "newCode") == expected


def test_competition_skills_without_a_programme(answers):
    shown = defaultdict(set)
    for row in table("competency-evidence"):
        shown[row["competency_id"]].add(row["org_id"])
    developed = {row["competency_id"] for row in table("programme-competencies-illustrative")}
    columns = ("competency", "colleges")

    assert answers.set("competition-skills-without-a-programme", *columns) == {
        (c, str(len(orgs))) for c, orgs in shown.items()
    }
    assert answers.set("competition-skills-without-a-programme", *columns, illustrative=True) == {
        (c, str(len(orgs))) for c, orgs in shown.items() if c not in developed
    }


def test_colleges_strong_in_a_competency(answers):
    expected = {
        (e["org_id"], slug(e["relation"])) for e in table("competency-evidence") if e["competency_id"] == "ws-007"
    }

    assert answers.set("colleges-strong-in-a-competency", "college", "kind") == expected


# Analysts: network


def _reached(start: str, without: str) -> set[str]:
    seen, waiting = {start}, [start]
    while waiting:
        for other in set().union(*(PARTIES[p] for p in JOINED[waiting.pop()])) - seen - {without}:
            seen.add(other)
            waiting.append(other)
    return seen


def test_brokers(answers):
    brokers = set()
    for broker in JOINED:
        others = _reached(broker, "") - {broker}
        if others and _reached(min(others), broker) != others:
            brokers.add(broker)
    degree = {org: len(set().union(*(PARTIES[p] for p in JOINED[org]))) - 1 for org in JOINED}

    rows = answers.rows("brokers", "organization", "isBroker", "degree")
    assert {org for org, broker, _ in rows if broker == "1"} == brokers
    assert {(org, ties) for org, _, ties in rows} <= {(org, str(n)) for org, n in degree.items()}


def test_isolated_colleges(answers):
    sources = {o["org_id"]: len(set(filter(None, o["source_url"].split("; ")))) for o in table("organizations")}
    for name in table("organization-names"):
        sources[name["org_id"]] += 1  # a text of its own that states the other name
    expected = {(c, str(len(JOINED[c])), str(sources[c])) for c in COLLEGES if len(JOINED[c]) < 2}

    assert answers.set("isolated-colleges", "college", "partnerships", "publications") == expected


def test_clusters_that_share_a_member(answers):
    expected = set()
    clusters = sorted(one["id"] for one in partnerships().values() if one["form"] in CLUSTERS)
    for first, second in combinations(clusters, 2):
        expected |= {(first, second, m) for m in PARTIES[first] & PARTIES[second] if KIND[m] != "authority"}

    assert answers.set("clusters-that-share-a-member", "first", "second", "member") == expected
    invented = answers.set("clusters-that-share-a-member", "first", "second", "member", illustrative=True) - expected
    joins = {(row["partnership_id"], row["org_id"]) for row in table("ppp-illustrative", "parties")}
    assert invented
    assert all({(first, member), (second, member)} & joins for first, second, member in invented)


def test_partnerships_that_share_a_member(answers):
    expected = set()
    for first, second in combinations(sorted(PARTIES), 2):
        expected |= {(first, second, m) for m in PARTIES[first] & PARTIES[second]}

    assert expected
    assert answers.set("partnerships-that-share-a-member", "first", "second", "member") == expected


def test_workshops_shared_or_idle(answers):
    users = defaultdict(set)
    for row in table("provisions-illustrative", "provisions"):
        users[row["site_id"]].add(row["org_id"])
    expected = {
        (s["site_id"], str(len(users[s["site_id"]])))
        for s in table("sites-illustrative")
        if len(users[s["site_id"]]) != 1
    }

    assert answers.set("workshops-shared-or-idle", "site", "users") == set()
    assert answers.set("workshops-shared-or-idle", "site", "users", illustrative=True) == expected


@pytest.mark.parametrize(
    ("school", "employer"), [("school36", "azot"), ("school31", "suek_kuzbass"), ("school36", "barzas")]
)
def test_chain_from_a_school_to_an_employer(school, employer, answers):
    passable = {org for org in JOINED if KIND[org] != "authority"} | {employer}
    distance, wave = {school: 0}, {school}
    for length in (1, 2, 3):
        wave = {o for org in wave for p in JOINED[org] for o in PARTIES[p] if o in passable} - set(distance)
        distance.update(dict.fromkeys(wave, length))

    lengths = [
        row[0]
        for row in answers.rows(
            "chain-from-a-school-to-an-employer",
            "length",
            school=f"id/organization/{school}",
            employer=f"id/organization/{employer}",
        )
    ]
    assert lengths[:1] == ([str(distance[employer])] if employer in distance else [])


def test_ties_of_employers_and_colleges(answers):
    tied = {
        (employer, college)
        for members in PARTIES.values()
        for employer in members
        for college in members
        if KIND[employer] in EMPLOYERS and college in COLLEGES
    }
    of_employer, of_college = Counter(e for e, _ in tied), Counter(c for _, c in tied)

    expected = {(e, str(of_employer[e]), c, str(of_college[c])) for e, c in tied}
    columns = ("employer", "collegesOfEmployer", "college", "employersOfCollege")
    assert answers.set("ties-of-employers-and-colleges", *columns) == expected


# Analysts: anticipation and time


def test_lead_time_of_programmes(answers):
    first: dict[str, date] = {}
    leads = {p["programme_id"]: p["profession_code"] for p in table("programmes-illustrative")}
    starts = [(leads[o["programme_id"]], o["start"]) for o in table("offerings-illustrative")]
    starts += [(p["profession"], p["start"]) for p in programmes()]
    for code, start in starts:
        day = when(start)
        if code and day and (code not in first or day < first[code]):
            first[code] = day
    expected = set()
    for f in table("forecasts-illustrative"):
        target = when(f["target"])
        if target and f["profession_code"] in first:
            start = first[f["profession_code"]]
            months = (target.year - start.year) * 12 + target.month - start.month
            expected.add((f["obs_id"], start.isoformat(), str(months), str(months < 0).lower()))

    columns = ("forecast", "firstStart", "months", "late")
    assert {row[3] for row in expected} == {"true", "false"}
    assert answers.set("lead-time-of-programmes", *columns) == set()
    assert answers.set("lead-time-of-programmes", *columns, illustrative=True) == expected


@pytest.mark.parametrize("invented", [False, True])
def test_competition_skills_before_vacancies(invented, answers):
    seen: dict[str, date] = {}
    for e in table("competency-evidence"):
        day = when(e["date"])
        if day:
            seen[e["competency_id"]] = min(day, seen.get(e["competency_id"], day))
    asked: dict[str, date] = {}
    benchmarks = [r for r in table("requirements") if invented or r["evidence"] != "illustrative"]
    for r in benchmarks:
        for d in table("demand"):
            day = when(d["period_read"])
            if d["kind"] == "observed" and d["profession_code"] == r["profession_code"] and day:
                asked[r["competency_id"]] = min(day, asked.get(r["competency_id"], day))
    expected = {
        (c, day.isoformat(), asked[c].isoformat() if c in asked else "")
        for c, day in seen.items()
        if c not in asked or day < asked[c]
    }

    columns = ("competency", "firstSeen", "firstVacancy")
    assert answers.set("competition-skills-before-vacancies", *columns, illustrative=invented) == expected


@pytest.mark.parametrize(
    "day", [date(2008, 4, 10), date(2016, 7, 1), date(2021, 4, 10), date(2021, 12, 31), date(2026, 6, 30)]
)
def test_network_at_a_date(day, answers):
    expected = set()
    for one in partnerships().values():
        start, end = period(one["start"]), period(one["end"])
        if start and start[0] <= day and (not end or end[1] >= day):
            certain = start[1] <= day and (not end or end[0] >= day)
            expected.add((one["id"], "certain" if certain else "possible"))

    assert answers.set("network-at-a-date", "partnership", "how", day=day.isoformat()) == expected


@pytest.mark.parametrize(("first", "second"), [("2020-12-31", "2021-12-31"), ("2016-06-30", "2019-06-30")])
def test_network_at_two_dates(first, second, answers):
    def there(one: dict[str, str], day: str) -> bool:
        start, end = period(one["start"]), period(one["end"])
        asked = date.fromisoformat(day)
        return bool(start and start[0] <= asked and (not end or end[1] >= asked))

    expected = set()
    for one in partnerships().values():
        before, after = there(one, first), there(one, second)
        if before != after:
            change = "joined" if after else "left"
            expected |= {(change, one["id"], org, slug(role)) for org, role in ROLES[one["id"]]}

    columns = ("change", "partnership", "organization", "role")
    assert expected
    assert answers.set("network-at-two-dates", *columns, first=first, second=second) == expected


def test_standards_that_expire(answers):
    successor = {s["replaces"]: s["standard_id"] for s in table("standards") if s["replaces"]}
    taught = defaultdict(set)
    for p in programmes():
        taught[p["profession"]].add(p["id"])
    expected = set()
    for s in table("standards"):
        if "2025-11-25" <= s["in_force_to"] <= "2026-11-25":
            rest = taught.get(s["profession_code"]) or {""}
            expected |= {(s["standard_id"], s["in_force_to"], successor.get(s["standard_id"], ""), p) for p in rest}

    assert expected
    assert answers.set("standards-that-expire", "standard", "until", "successor", "programme") == expected


def test_demand_of_a_sector(answers):
    mining = {p["code"] for p in professions() if p["sector"] == "mining"}
    expected = {
        (d["profession_code"], slug(d["measure"]), number(d["value"]), slug(d["unit"]), d["period"])
        for d in table("demand")
        if d["profession_code"] in mining
    }

    assert expected
    assert answers.set("demand-of-a-sector", "profession", "measure", "value", "unit", "period") == expected


# Curators


def test_who_asserted_it(answers):
    expected = {
        (i["obs_id"], number(i["value"]), f"graph/source/indicators/{i['evidence']}")
        for i in table("indicators")
        if i["subject_id"] == "cl-transport-2025" and i["indicator"] == "college_count"
    }

    assert {value for _, value, _ in expected} == {"7", "8"}
    assert answers.set("who-asserted-it", "observation", "value", "graph") == expected


def test_things_without_sourced_statements(answers):
    kinds = {
        "Organization": [(o["org_id"], o["evidence"]) for o in table("organizations")],
        "Profession": [(p["code"], p["evidence"]) for p in professions()],
        "Competency": [(c["competency_id"], c["evidence"]) for c in competencies()],
        "Partnership": [(p["id"], p["evidence"]) for p in partnerships().values()],
        "Programme": [(p["id"], p["evidence"]) for p in programmes()],
    }
    expected = {(kind, key) for kind, rows in kinds.items() for key, evidence in rows if evidence != "sourced"}

    rows = answers.set("things-without-sourced-statements", "kind", "thing", "graph")
    assert {(k, t) for k, t, g in rows if k != "Membership" and not g.endswith("illustrative")} == expected


def test_values_that_disagree(answers):
    rows = [(i, period(i["period_read"])) for i in table("indicators")]
    expected = set()
    for (one, a), (other, b) in combinations(rows, 2):
        same = all(one[k] == other[k] for k in ("subject_id", "indicator", "unit"))
        if same and a and b and one["value"] != other["value"]:
            near = (a[0] <= b[1] and b[0] <= a[1]) or (a[0].year, a[0].month) == (b[0].year, b[0].month)
            if near:
                lower, higher = sorted((one, other), key=lambda row: float(row["value"]))
                expected.add((lower["obs_id"], higher["obs_id"]))

    assert expected
    assert answers.set("values-that-disagree", "first", "second") == expected


def test_disagreements_recorded(answers):
    expected = {(c["conflict_id"], c["statement_a"], c["statement_b"], c["how_to_use"]) for c in table("conflicts")}

    assert answers.set("disagreements-recorded", "disagreement", "first", "second", "lesson") == expected


def test_organizations_that_look_alike(answers):
    def folded(name: str) -> str:
        text = name.lower().replace("ё", "е")
        for mark in '«»„“"':
            text = text.replace(mark, "")
        form, _, rest = text.partition(" ")
        return rest if form in {"гпоу", "гбпоу", "гкпоу", "оао", "ао", "пао", "ано", "хк"} else text

    names = defaultdict(set)
    for o in table("organizations"):
        names[folded(o["name_ru"])].add(o["org_id"])
    for n in table("organization-names"):
        if n["language"] == "ru":
            names[folded(n["name"])].add(n["org_id"])
    expected = {pair for orgs in names.values() for pair in combinations(sorted(orgs), 2)}

    assert answers.set("organizations-that-look-alike", "first", "second") == expected


def test_partnerships_that_break_a_rule(answers):
    expected = set()
    for one in partnerships().values():
        roles = {role for _, role in ROLES[one["id"]]}
        if one["form"] in CLUSTERS and "base_college" not in roles:
            expected.add((one["id"], "cluster without a base college"))
        if one["form"] in CLUSTERS and not roles & {"anchor_employer", "employer", "initiator_employer"}:
            expected.add((one["id"], "cluster without an employer"))
        educational = {org for org in PARTIES[one["id"]] if KIND[org] in EDUCATIONAL}
        if one["form"] == "networking_cooperation" and len(educational) < 2:
            expected.add((one["id"], "network with fewer than two educational organizations"))

    assert answers.set("partnerships-that-break-a-rule", "partnership", "rule") == expected


def test_difference_of_two_graphs(answers):
    import pyoxigraph as ox

    store = ox.Store()
    for name, text in (
        ("before", '<u:a> <u:p> "1" . <u:a> <u:q> "2" . <u:b> <u:p> "3" .'),
        ("after", '<u:a> <u:p> "9" . <u:a> <u:q> "2" . <u:c> <u:p> "3" .'),
    ):
        store.load(text.encode(), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(f"u:{name}"))
    text = answers.library.fill("difference-of-two-graphs", {"before": "u:before", "after": "u:after"})

    rows = {(row["change"].value, row["subject"].value) for row in store.query(text)}
    assert rows == {("altered", "u:a"), ("removed", "u:b"), ("added", "u:c")}


def test_units_and_legal_entities(answers):
    units = {o["org_id"] for o in table("organizations") if o["legal_form"] == "structural unit"}
    units |= {one for one, kind in KIND.items() if kind in {"higher_education_branch", "college_of_university"}}
    expected = {(o["org_id"],) for o in table("organizations") if o["org_id"] in units and o["ogrn"]}

    assert answers.set("units-and-legal-entities", "organization") == expected


def test_incomplete_competencies(answers):
    lacking = Counter()
    names = {"ESCO": "esco", "WorldSkills Russia (competition skill)": "worldskills-russia"}
    for c in competencies():
        framework = names.get(c["framework"], "fgos")
        lacking[framework, "name in Russian"] += not c["ru"]
        lacking[framework, "name in English"] += not c["en"]
        lacking[framework, "match"] += not c.get("uri")

    found = Counter()
    for framework, what, n in answers.rows("incomplete-competencies", "framework", "lacking", "competencies"):
        found["fgos" if framework.startswith("fgos") else framework, what] += int(n)
    assert found == +lacking


def test_does_employment_fit_graduates(answers):
    value = {i["indicator"]: float(i["value"]) for i in table("indicators") if i["period"] == "2025"}
    computed = (
        value["sve_graduates"] * value["sve_graduate_employment_rate"] / 100
        + value["he_graduates"] * value["he_graduate_employment_rate"] / 100
    )

    rows = answers.set("does-employment-fit-graduates", "stated", "computed", "difference")
    assert rows == {texts([value["graduates_who_found_work"], computed, value["graduates_who_found_work"] - computed])}


# Portals


def test_everything_about_an_organization(answers):
    triples = list(answers.known.query(answers.library.fill("everything-about-an-organization", {})))

    about = {t.object.value for t in triples if t.subject.value.endswith("/id/organization/spt")}
    assert "Сибирский политехнический техникум" in about
    members = {t.subject.value for t in triples if t.predicate.value.endswith("#member")}
    assert len(members) == sum(m["org_id"] == "spt" for m in memberships())


def test_programmes_for_an_esco_concept(answers):
    codes = {p["code"] for p in professions() if p["isco08"] == "3117"}
    expected = {
        (p["id"], o) for p in programmes() if p["profession"] in codes for o in (p["providers"].split() or [""])
    }

    assert expected
    assert answers.set("programmes-for-an-esco-concept", "programme", "provider") == expected


def test_esco_labels_of_professions(answers):
    expected = {(p["code"], p["esco_uri"], p["esco_label"], "en") for p in professions()}

    rows = answers.set("esco-labels-of-professions", "profession", "occupation", "name", "language")
    assert rows == expected


def test_labels_of_a_copy_of_esco_are_found(answers):
    import pyoxigraph as ox

    three = [p["esco_uri"] for p in professions()][:3]
    copy = "\n".join(
        f'<{uri}> <http://www.w3.org/2004/02/skos/core#prefLabel> "étiquette {n}"@fr .' for n, uri in enumerate(three)
    )
    store = ox.Store()
    store.extend(answers.known.quads_for_pattern(None, None, None, ox.DefaultGraph()))
    store.load(copy.encode(), format=ox.RdfFormat.N_TRIPLES)

    rows = store.query(answers.library.fill("esco-labels-of-professions", {}))
    french = {row["occupation"].value for row in rows if row["language"] and row["language"].value == "fr"}
    assert french == set(three)


def test_programmes_as_elm_and_schema_org(answers):
    for name, kind in (
        ("programmes-as-elm", "http://data.europa.eu/snb/model/elm/LearningAchievementSpecification"),
        ("programmes-as-schema-org", "https://schema.org/EducationalOccupationalProgram"),
    ):
        triples = list(answers.known.query(answers.library.fill(name, {})))
        made = {t.subject.value.rpartition("/")[2] for t in triples if t.object.value == kind}
        assert made == {p["id"] for p in programmes()}


# The seed's own subjects


def test_features_of_the_forms(answers):
    real = Counter(slug(one["form"]) for one in partnerships().values())
    invented = Counter(slug(one["form"]) for one in table("ppp-illustrative", "partnerships"))

    rows = answers.set("features-of-the-forms", "form", "real", "illustrative")
    assert rows == {
        (form, str(real[form]), str(invented[form]))
        for form in (
            *("social-partnership", "networking-cooperation"),
            *("public-private-partnership", "educational-production-cluster"),
        )
    }


def test_customers_of_the_social_order(answers):
    kinds = Counter(slug(c["customer_kind"]) for c in table("customers-illustrative"))
    found = Counter()
    for kind, orders in answers.rows("customers-of-the-social-order", "customerKind", "orders", illustrative=True):
        found[kind] += int(orders)

    assert answers.set("customers-of-the-social-order", "customerKind") == set()
    assert found == kinds


def test_coordination_between_authorities(answers):
    level = {row["org_id"]: row["level"] for row in table("government-levels")}
    expected = set()
    for one, roles in ROLES.items():
        authorities = {org for org in PARTIES[one] if KIND[org] == "authority"}
        expected |= {
            (one, org, level[org], slug(role), str(len(authorities))) for org, role in roles if org in authorities
        }

    columns = ("partnership", "authority", "level", "role", "authorities")
    assert any(row[4] != "1" for row in expected)
    assert answers.set("coordination-between-authorities", *columns) == expected


def test_results_of_a_centre(answers):
    expected = {
        (slug(i["indicator"]), number(i["value"]), i["period"])
        for i in table("indicators")
        if i["subject_id"] == "copp42"
    }

    rows = answers.set("results-of-a-centre", "indicator", "value", "period")
    assert {row for row in rows if row[1]} == expected
    assert ("workshops-created", "", "") in rows


# Overviews


def test_things_by_kind(answers):
    rows = dict(answers.rows("things-by-kind", "kind", "things"))

    assert rows["Organization"] == str(len(table("organizations")))
    assert rows["Partnership"] == str(len(partnerships()))
    assert rows["Membership"] == str(len(memberships()))
    assert rows["Competency"] == str(len(competencies()))
    assert rows["Programme"] == str(len(programmes()))
    assert rows["DemandObservation"] == str(len(table("demand")))
    assert rows["Publication"] == str(len(table("publications")))


def test_the_network(answers):
    expected = {(m["partnership_id"], m["org_id"], slug(m["role"])) for m in memberships()}

    assert answers.set("the-network", "partnership", "organization", "role") == expected


@pytest.mark.parametrize(
    ("question", "columns", "counted"),
    [
        ("organizations-by-kind", ("kind", "organizations"), lambda: Counter(slug(k) for k in KIND.values())),
        ("professions-by-sector", ("sector", "professions"), lambda: Counter(slug(p["sector"]) for p in professions())),
    ],
)
def test_counts(question, columns, counted, answers):
    assert answers.set(question, *columns) == {(key, str(n)) for key, n in counted().items()}


def test_competencies_by_framework(answers):
    sizes = Counter(c["framework"] for c in competencies())

    assert sorted(int(n) for _, n in answers.rows("competencies-by-framework", "framework", "competencies")) == sorted(
        sizes.values()
    )


def test_programmes_of_an_organization(answers):
    expected = {(p["id"], p["profession"], p["partnership"]) for p in programmes() if "ngtk" in p["providers"].split()}

    assert expected
    assert answers.set("programmes-of-an-organization", "programme", "profession", "partnership") == expected


def test_programmes_by_kind(answers):
    names = {
        "secondary_vocational_programme": "SecondaryVocationalProgramme",
        "career_guidance_course": "CareerGuidanceCourse",
        "short_programme": "ShortProgramme",
        "vocational_training_of_workers": "WorkerTraining",
        "retraining_programme": "RetrainingProgramme",
    }
    real = Counter(names[p["kind"]] for p in programmes())

    assert answers.set("programmes-by-kind", "kind", "programmes") == {(k, str(n)) for k, n in real.items()}


def test_partners_of_an_organization(answers):
    expected = {(partner, p, slug(role)) for p in JOINED["spt"] for partner, role in ROLES[p] if partner != "spt"}

    assert answers.set("partners-of-an-organization", "partner", "partnership", "role") == expected


def test_changes_of_organizations(answers):
    expected = {
        (c["change_id"], slug(c["type"]), original, c["resulting_org_id"])
        for c in table("organization-changes")
        for original in c["original_org_ids"].split()
    }

    assert answers.set("changes-of-organizations", "change", "type", "original", "resulting") == expected


def test_indicators_of_a_thing(answers):
    expected = {
        (slug(i["indicator"]), number(i["value"]), slug(i["unit"]), i["period"])
        for i in table("indicators")
        if i["subject_id"] == "kuzbass"
    }

    assert answers.set("indicators-of-a-thing", "indicator", "value", "unit", "period") == expected


def test_publications_by_use(answers):
    used = Counter()
    for o in table("organizations"):
        used.update(set(filter(None, o["source_url"].split("; "))))

    rows = answers.rows("publications-by-use", "address", "things")
    counts = [int(n) for _, n in rows]
    assert counts == sorted(counts, reverse=True)
    assert all(int(n) >= used[address] for address, n in rows)


# Every question of the library


def names() -> list[str]:
    return sorted(path.stem for path in (ROOT / "queries").glob("*/*.rq"))


@pytest.mark.parametrize("name", names())
def test_question_says_what_it_asks_in_both_languages(name, answers):
    query = answers.library.query(name)

    for texts_of in (query.summary, query.description):
        assert set(texts_of) == {"en", "ru"}
        assert all(text.endswith((".", "?")) for text in texts_of.values())
    assert query.tags
    assert not query.empty or set(query.empty) == {"en", "ru"}
    assert all(set(parameter.label) == {"en", "ru"} for parameter in query.parameters)


@pytest.mark.parametrize("name", names())
def test_question_is_empty_only_where_it_says_so(name, answers):
    query = answers.library.query(name)
    if "catalogue" in query.tags or "import" in query.tags:
        pytest.skip("asks the catalogue, which a publish writes: see tests/walks")

    rows = list(answers.known.query(answers.library.fill(name, {})))
    assert bool(rows) != bool(query.empty)


@pytest.mark.parametrize("name", names())
def test_question_has_no_slow_form(name, answers):
    assert list(advice(parse(answers.library.query(name).text))) == []
