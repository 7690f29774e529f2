"""What shapes read, kept with a trail: the same as is found anew, and nothing by other shapes or another code."""

from kgservice.knowledge.validation import Rules, reads, save

SHAPES = """\
<x:shape> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/ns/shacl#NodeShape> .
{root} <http://www.w3.org/ns/shacl#targetClass> <x:Place> .
{root} <http://www.w3.org/ns/shacl#property> <x:named> .
{root} <http://www.w3.org/ns/shacl#sparql> _:query .
<x:named> <http://www.w3.org/ns/shacl#path> <x:name> .
<x:named> <http://www.w3.org/ns/shacl#minCount> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .
_:query <http://www.w3.org/ns/shacl#select> "SELECT $this WHERE {{ $this <x:in> ?o . ?o ?p $this . ?s <x:far> 1 }}" .
"""


def test_reads_come_back_as_they_were_but_to_others_and_to_blank_shapes(tmp_path):
    for root in ("<x:shape>", "_:shape"):
        shapes, trail = tmp_path / "shapes.nt", tmp_path / "trail.sqlite"
        shapes.write_text(SHAPES.format(root=root), "utf8")
        found = Rules([shapes]).reads
        save(trail, {}, "these")
        assert reads.kept(trail, "these") is None
        reads.keep(trail, found, "these")

        known = reads.kept(trail, "these")
        if root.startswith("<"):
            assert {name: frozenset(of_root) for name, of_root in known.items()} == found
            assert Rules([shapes], known).reads is known
        else:
            assert known is None
        assert reads.kept(trail, "others") is None
    assert reads.kept(tmp_path / "nowhere.sqlite", "these") is None
