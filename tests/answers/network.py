"""Questions 18 to 20, 22, 23, 26 and 46: who works with whom."""

from decimal import Decimal
from itertools import combinations

from answers.computed import answer, concept, org, partnership
from answers.tables import delivered, span


def ties(rows, without=None):
    """Who shares a known partnership with whom; measures are over known rows, whatever else is asked for."""
    near = {name: set() for name in rows.partnerships_of if name != without}
    for members in (rows.members(name) - {without} for name in rows.partnerships):
        for member in members:
            near[member] |= members - {member}
    return near


def reached(near, start):
    seen, todo = {start}, [start]
    while todo:
        for other in near[todo.pop()] - seen:
            seen.add(other)
            todo.append(other)
    return seen


def is_broker(rows, name):
    near, left = ties(rows), ties(rows, name)
    others = reached(near, name) - {name}
    return bool(others) and reached(left, min(others)) != others


def shares(rows):
    """Share of shortest chains through each organization, by counting chains between all pairs (no Brandes)."""
    near = {name: {} for name in rows.partnerships_of}
    for members in (rows.members(name) for name in rows.partnerships):
        for one in members:
            for other in members - {one}:
                near[one][other] = near[one].get(other, 0) + 1
    distance, chains = {}, {}
    for start in near:
        distance[start], chains[start], level = {start: 0}, {start: 1}, [start]
        while level:
            following = {}
            for one in level:
                for other, ways in near[one].items():
                    if other not in distance[start]:
                        following[other] = following.get(other, 0) + chains[start][one] * ways
            depth = distance[start][level[0]] + 1
            distance[start] |= dict.fromkeys(following, depth)
            chains[start] |= following
            level = list(following)
    pairs = (len(near) - 1) * (len(near) - 2) / 2
    found = dict.fromkeys(near, 0.0)
    for start, end in combinations(near, 2):
        if end in distance[start]:
            for name in distance[start].keys() & distance[end].keys() - {start, end}:
                if distance[start][name] + distance[name][end] == distance[start][end]:
                    found[name] += chains[start][name] * chains[name][end] / chains[start][end] / pairs
    return found


@answer("isolated-colleges", 19)
def isolated(rows):
    publications = dict(delivered_publications())
    for name in rows.colleges:
        count = len(rows.partnerships_of.get(name, ()))
        if count < 2:
            sources = {source for source in rows.organizations[name].get("source_url", "").split("; ") if source}
            for stated in (rows.organizations[name].get("name_en_stated_in"), *other_names(name)):
                if stated in publications:
                    sources.add(publications[stated])
            yield org(name), Decimal(count), Decimal(len(sources))


def other_names(organization):
    return [row["stated_in"] for row in delivered("organization-names") if row["org_id"] == organization]


def delivered_publications():
    """Short names that the tables use for publications, and their addresses."""
    addresses = {row["source_id"]: row["source_url"] for row in delivered("publications")}
    yield from addresses.items()
    for wording in ("tspu abstract", "short form in ross100", "2008 source", "sgmk.ru"):
        key = {"tspu abstract": "tspu", "short form in ross100": "ross100"}.get(wording, wording)
        yield wording, addresses.get(key, wording)


@answer("clusters-that-share-a-member", 20)
def clusters_with_a_common_member(rows):
    for first, second in combinations(sorted(rows.clusters), 2):
        for member in (rows.members(first) & rows.members(second)) - rows.authorities:
            yield partnership(first), partnership(second), org(member)


@answer("chain-from-a-school-to-an-employer", 22)
def chains_from_school36_to_azot(rows):
    school, employer = "school36", "azot"
    of = rows.partnerships_of

    def steps(here, gone):
        for one in of.get(here, set()) - gone:
            yield from ((one, member) for member in rows.members(one))

    def named(*found):
        partnerships = [partnership(one) for one in found[::2]]
        vias = [org(one) for one in found[1::2]]
        length = len(partnerships)
        cells = [partnerships[0], *(cell for pair in zip(vias, partnerships[1:], strict=True) for cell in pair)]
        return Decimal(length), *cells, *(None,) * (5 - len(cells))

    passable = {name for name in of if name not in rows.authorities and name not in (school, employer)}
    for first, via in steps(school, set()):
        if via == employer:
            yield named(first)
        if via not in passable:
            continue
        for second, then in steps(via, {first}):
            if then == employer:
                yield named(first, via, second)
            if then not in passable or then == via:
                continue
            for third, last in steps(then, {first, second}):
                if last == employer:
                    yield named(first, via, second, then, third)


@answer("ties-of-employers-and-colleges", 23)
def ties_of_employers(rows):
    pairs = {
        (employer, college, name)
        for name in rows.partnerships
        for employer in rows.members(name) & rows.employers
        for college in rows.members(name) & rows.colleges
    }
    for employer, college, _ in pairs:
        colleges = {c for e, c, _ in pairs if e == employer}
        employers = {e for e, c, _ in pairs if c == college}
        yield org(employer), Decimal(len(colleges)), org(college), Decimal(len(employers))


@answer("network-at-two-dates", 26)
def came_and_went(rows):
    for row in rows.parties:
        one = rows.partnerships[row["partnership_id"]]
        first = span(row["start"])[0] or span(one["start"])[0]
        last = span(row["end"])[1] or span(one["end"])[1] or "9999-12-31"
        if first:
            before, after = (first <= day <= last for day in ("2020-12-31", "2021-12-31"))
            if before != after:
                change = "joined" if after else "left"
                yield change, partnership(row["partnership_id"]), org(row["org_id"]), concept("party-role", row["role"])


@answer("coordination-between-authorities", 46)
def authorities(rows):
    levels = {row["org_id"]: row["level"] for row in delivered("government-levels")}
    for row in rows.parties:
        name = row["org_id"]
        if name in rows.authorities:
            level = levels.get(name) or ("regional" if rows.organizations[name]["region_id"] else "federal")
            count = len(rows.members(row["partnership_id"]) & rows.authorities)
            role = concept("party-role", row["role"])
            yield (
                partnership(row["partnership_id"]),
                org(name),
                concept("government-level", level),
                role,
                Decimal(count),
            )
