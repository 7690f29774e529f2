"""A country of regions: the real graph again and again under other names, joined by organizations that work in several.

Each region keeps what the real one is like: its partnerships, memberships, programmes, indicators. Professions,
competencies, sectors and standards are the country's. Organizations join partnerships elsewhere by preferential
attachment, so that a few have many ties and most have few.

What makes it like a country: 134 regions in a million statements (Russia has 89), each with the 25 partnerships and 80
organizations of the real one; the largest partnership has some 26 members and the busiest organization 16 (in the real
region 8 and 6), because ministries and holdings do work in several regions. What does not: every region has the same
programmes and gaps under other names, and only the first has sources and a history of imports, so that questions of
the catalogue stay as small as they are.
"""

import gzip
import random
import re
from collections.abc import Iterator
from pathlib import Path

KG = "https://w3id.org/kgservice/ontology#"
ROLES = "https://w3id.org/kgservice/vocabulary/party-role/"
SHARED = "competency|profession|requirement|sector|standard|level|occupation"
_OWN = re.compile(rb"/id/(?!(?:" + SHARED.encode() + rb")/)[^>]*(?=>)")
_MEMBER = re.compile(rb"<([^>]*/id/membership/[^>]*)> <[^>]*#member> <([^>]*)>")
_PARTNERSHIP = re.compile(rb"<([^>]*/id/partnership/[^>]*)> <[^>]*#type> <[^>]*#Partnership>")


def write(dumps: Path, folder: Path, size: int, seed: int = 20261125) -> tuple[Path, Path, dict[str, int]]:
    """Write `known.nt.gz` and `illustrative.nt.gz` of about `size` statements; return them, and what is in them."""
    known, invented = (list(_lines(dumps / name)) for name in ("known.nt.gz", "illustrative.nt.gz"))
    shared = [line for line in known if not _OWN.search(line)]
    own, own_invented = ([line for line in lines if _OWN.search(line)] for lines in (known, invented))
    members = len({_MEMBER.match(line)[2] for line in known if _MEMBER.match(line)})
    regions = max((size - len(shared)) // (len(own) + len(own_invented) + 5 * members), 1)
    organizations = [m[2] + _mark(region) for region in range(regions) for line in known if (m := _MEMBER.match(line))]
    partnerships = [m[1] + _mark(r) for r in range(regions) for line in known if (m := _PARTNERSHIP.match(line))]
    joined = list(_joined(organizations, partnerships, regions * members, random.Random(seed)))
    counts = {"regions": regions, "partnerships": len(partnerships), "joined": len(joined) // 5}
    paths = folder / "known.nt.gz", folder / "illustrative.nt.gz"
    with gzip.open(paths[0], "wb", 1) as file:
        file.writelines(shared)
        file.writelines(joined)
        for region in range(regions):
            file.writelines(_OWN.sub(lambda m, r=region: m[0] + _mark(r), line) for line in own)
    with gzip.open(paths[1], "wb", 1) as file:
        for region in range(regions):
            file.writelines(_OWN.sub(lambda m, r=region: m[0] + _mark(r), line) for line in own_invented)
    return *paths, counts


def _joined(organizations: list[bytes], partnerships: list[bytes], number: int, draw: random.Random) -> Iterator[bytes]:
    """Yield memberships of organizations elsewhere: who has many gets more."""
    known, roles = list(organizations), ("network-college", "employer", "social-partner", "educational-provider")
    sizes = list(partnerships)
    for at in range(number):
        member, partnership = draw.choice(known), draw.choice(sizes)
        known.append(member)
        if draw.random() < 0.3:
            sizes.append(partnership)
        subject = f"<http://localhost:8080/id/membership/joined-{at}>".encode()
        yield subject + b" <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <" + f"{KG}Membership> .\n".encode()
        yield subject + f" <{KG}member> <".encode() + member + b"> .\n"
        yield subject + f" <{KG}partnership> <".encode() + partnership + b"> .\n"
        yield subject + f" <{KG}role> <{ROLES}{draw.choice(roles)}> .\n".encode()
        yield subject + f' <{KG}startAsStated> "{draw.randint(2015, 2026)}" .\n'.encode()


def _mark(region: int) -> bytes:
    return b"" if region == 0 else f"--{region}".encode()  # the first is the real one: parameters name its things


def _lines(path: Path) -> list[bytes]:
    with gzip.open(path, "rb") as file:
        return file.readlines()
