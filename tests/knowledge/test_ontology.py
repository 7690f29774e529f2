"""Authored files are read with file and line, and their statements are the same whatever the writing."""

from pathlib import Path

import pyoxigraph as ox
import pytest

from kgservice.errors import AuthoredInvalid
from kgservice.knowledge import ontology

ROOT = Path(__file__).parents[2]


def test_broken_turtle_is_named_with_file_and_line(tmp_path):
    path = tmp_path / "broken.ttl"
    path.write_text("@prefix a: <https://example.org/> .\n\na:one a:p a:two .\na:three a:p\n", encoding="utf-8")

    with pytest.raises(AuthoredInvalid) as caught:
        ontology.read(path)

    assert f"{path}, line 4" in str(caught.value)


def test_file_that_is_not_utf_8_is_named_with_its_line(tmp_path):
    path = tmp_path / "cp1251.ttl"
    path.write_bytes('<urn:a> <urn:b> "a" .\n<urn:a> <urn:b> "Кузбасс" .\n'.encode("cp1251"))

    with pytest.raises(AuthoredInvalid, match="line 2: this is not UTF-8"):
        ontology.read(path)


def test_address_with_a_space_is_refused(tmp_path):
    path = tmp_path / "space.ttl"
    path.write_text("<urn:a> <urn:b> <https://example.org/a%20b> , <https://example.org/a\\u0020b> .\n")

    with pytest.raises(AuthoredInvalid, match=r"space\.ttl"):
        ontology.read(path)


def test_missing_file_is_told(tmp_path):
    with pytest.raises(AuthoredInvalid, match="cannot be read"):
        ontology.read(tmp_path / "nowhere.ttl")


@pytest.fixture(scope="module")
def statements() -> dict[str, list[str]]:
    return ontology.statements(ROOT)


@pytest.mark.parametrize("name", ["ontology", "vocabularies", "shapes"])
def test_statements_are_sorted_canonical_ntriples(name, statements):
    lines = statements[name]
    quads = ox.parse("\n".join(lines).encode(), format=ox.RdfFormat.N_TRIPLES)

    assert lines == sorted(set(lines))
    assert sorted(f"{quad.triple} ." for quad in quads) == lines


def test_blank_nodes_have_labels_that_depend_on_content_only(tmp_path, statements):
    for path in (ROOT / "shapes").glob("*.ttl"):
        copy = tmp_path / "shapes" / path.name
        copy.parent.mkdir(exist_ok=True)
        first, _, rest = path.read_text(encoding="utf-8").partition("\n\n")
        copy.write_text(first + "\n\n" + "\n".join(reversed(rest.split("\n\n"))), encoding="utf-8")

    again = ontology.statements(tmp_path)

    assert again["shapes"] == statements["shapes"]
    assert again["ontology"] == []


def test_blank_nodes_stand_in_ontology_and_shapes_only(statements):
    assert not any("_:" in line.split('"')[0] for line in statements["vocabularies"])
