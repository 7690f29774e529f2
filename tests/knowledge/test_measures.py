"""Measures of the network: what they are by definition, by networkx's own, on networks known by heart."""

from itertools import combinations

import networkx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from kgservice.knowledge.measures import betweenness, brokers, components, degrees, measures, network

KG = "https://w3id.org/kgservice/ontology#"
BASE = "https://example.org/"
NETWORKS = some.lists(some.sets(some.integers(0, 7), min_size=1, max_size=4), min_size=1, max_size=7)


def statements(partnerships):
    for number, members in enumerate(partnerships):
        for member in members:
            subject = f"<{BASE}id/membership/{number}--{member}>"
            yield f"{subject} <{KG}member> <{BASE}id/organization/o{member}> .\n".encode()
            yield f"{subject} <{KG}partnership> <{BASE}id/partnership/p{number}> .\n".encode()


def ties(partnerships, without=None):
    """Who is tied to whom, straight from the definition."""
    members = {m for partnership in partnerships for m in partnership if m != without}
    return {m: {o for p in partnerships if m in p for o in p if o not in (m, without)} for m in members}


def reached(near, start):
    seen, todo = {start}, [start]
    while todo:
        for other in near[todo.pop()] - seen:
            seen.add(other)
            todo.append(other)
    return seen


def chains(partnerships, start, end):
    """Return every shortest chain of organizations and partnerships, by trying all of a length, then longer ones."""
    open_chains = [(start,)]
    while open_chains:
        longer = [
            (*chain, number, other)
            for chain in open_chains
            for number, partnership in enumerate(partnerships)
            if chain[-1] in partnership
            for other in partnership
            if other not in chain[::2]
        ]
        if found := [chain for chain in longer if chain[-1] == end]:
            return found
        open_chains = longer
    return []


@settings(deadline=None)
@given(NETWORKS)
def test_ties_are_the_others_in_shared_partnerships(partnerships):
    net = network(statements(partnerships))
    near = ties(partnerships)

    assert degrees(net) == [len(near[int(name.rpartition("o")[2])]) for name in net.organizations]


@settings(deadline=None)
@given(NETWORKS)
def test_parts_are_what_can_be_reached_and_the_largest_is_1(partnerships):
    net = network(statements(partnerships))
    near = ties(partnerships)
    part = {int(name.rpartition("o")[2]): rank for name, rank in zip(net.organizations, components(net), strict=True)}
    sizes = [sum(1 for other in part.values() if other == rank) for rank in range(1, max(part.values()) + 1)]

    assert all((part[one] == part[other]) == (other in reached(near, one)) for one in near for other in near)
    assert sizes == sorted(sizes, reverse=True)


@settings(deadline=None)
@given(NETWORKS)
def test_a_broker_is_who_separates_others_by_leaving(partnerships):
    net = network(statements(partnerships))
    near = ties(partnerships)
    broken = {int(net.organizations[node].rpartition("o")[2]) for node in brokers(net)}

    for member in near:
        left = ties(partnerships, without=member)
        separated = any(
            other in reached(near, one) and other not in reached(left, one) for one, other in combinations(left, 2)
        )
        assert (member in broken) == separated


@settings(max_examples=60, deadline=None)
@given(some.lists(some.sets(some.integers(0, 5), min_size=1, max_size=3), min_size=1, max_size=5))
def test_betweenness_is_the_share_of_shortest_chains(partnerships):
    net = network(statements(partnerships))
    members = [int(name.rpartition("o")[2]) for name in net.organizations]
    shares = dict.fromkeys(members, 0.0)
    pairs = (len(members) - 1) * (len(members) - 2) / 2
    for start, end in combinations(members, 2):
        found = chains(partnerships, start, end)
        for member in members:
            if found and member not in (start, end):
                shares[member] += sum(member in chain[::2] for chain in found) / len(found) / pairs

    assert betweenness(net)[0] == pytest.approx([shares[member] for member in members])


@settings(deadline=None)
@given(NETWORKS)
def test_betweenness_is_that_of_networkx(partnerships):
    net = network(statements(partnerships))
    count = len(net.organizations)
    graph = networkx.Graph((node, other) for node in range(count) for other in net.near[node])
    between = networkx.betweenness_centrality_subset(graph, sources=range(count), targets=range(count))
    pairs = max(1, (count - 1) * (count - 2) / 2)

    assert betweenness(net)[0] == pytest.approx([between[node] / pairs for node in range(count)])


def test_betweenness_of_many_is_estimated_with_its_error():
    draws = [{number % 97, number * 7 % 101, number * 13 % 89} for number in range(150)]
    net = network(statements(draws))
    exact, none = betweenness(net)
    guesses, errors = betweenness(net, exact=10, pivots=40)
    near = [abs(value - guess) <= 2 * error for value, guess, error in zip(exact, guesses, errors, strict=True)]

    assert betweenness(net, exact=10, pivots=40) == (guesses, errors)
    assert none == []
    assert all(error > 0 for error, guess in zip(errors, guesses, strict=True) if guess > 0)
    assert sum(near) > 0.85 * len(near)


def test_estimate_from_every_organization_is_exact():
    net = network(statements([{0, 1}, {1, 2}, {2, 3, 4}, {4, 0}]))

    guesses, errors = betweenness(net, exact=2, pivots=5)

    assert guesses == pytest.approx(betweenness(net)[0])
    assert errors == pytest.approx([0.0] * 5)


def test_chains_too_many_for_a_float_are_counted():
    ladder = [
        {step, step + 1} for step in range(160) for _ in range(100)
    ]  # a hundred ties at each step: 10 ** 320 chains

    values = betweenness(network(statements(ladder)))[0]

    assert max(values) == pytest.approx(80 * 80 / (160 * 159 / 2))


def test_observation_says_what_it_is_about_and_how_and_from_which_release_it_was_made():
    lines = list(measures(statements([{1, 2}, {2, 3}]), BASE, 7))
    subject = f"<{BASE}id/indicator/is-broker--o2>"

    assert [line.removeprefix(f"{subject} ") for line in lines if line.startswith(subject)][:5] == [
        f"<http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{KG}NetworkMeasure> .",
        f"<{KG}about> <{BASE}id/organization/o2> .",
        f"<{KG}indicator> <https://w3id.org/kgservice/vocabulary/indicator/is-broker> .",
        f'<{KG}value> "1"^^<http://www.w3.org/2001/XMLSchema#decimal> .',
        f"<http://www.w3.org/ns/prov#wasDerivedFrom> <{BASE}catalogue/release/7> .",
    ]
    assert any("exact" in line for line in lines if "betweenness--o2" in line)
    assert len(lines) == len(set(lines)) == 3 * 4 * 7


def test_estimate_says_so_in_its_method():
    hub = [{0, number} for number in range(1, 2002)]

    lines = [line for line in measures(statements(hub), BASE, 1) if "/betweenness--o0>" in line and "@en" in line]

    assert len(lines) == 1
    assert "estimated from 256 organizations" in lines[0]
    assert "standard error" in lines[0]


@pytest.mark.parametrize("partnerships", [[], [{1}], [{1, 2}]])
def test_smallest_networks_have_measures_too(partnerships):
    net = network(statements(partnerships))

    assert betweenness(net)[0] == [0.0] * len(net.organizations)
    assert brokers(net) == set()
    assert components(net) == [1] * len(net.organizations)


def test_statements_that_only_look_like_memberships_are_passed_over():
    lines = [
        f"<{BASE}m> <{KG}member> <{BASE}id/organization/a> .\n".encode(),
        f'<{BASE}n> <{KG}note> "<{KG}member> <{BASE}x> ." .\n'.encode(),
        f"<{BASE}n> <{KG}partnership> <{BASE}p> .\n".encode(),
    ]

    assert network(lines).organizations == []
