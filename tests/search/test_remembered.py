"""Names that are kept spelled beside a release are those that its statements give when they are read anew."""

import random

from kgservice.search import Remembered, compared

BASE = "https://data.example/kg/"
LABEL = "<http://www.w3.org/2000/01/rdf-schema#label>"
NAMES = ("ООО «Ромашка»", "Колледж № 2", "Kuzbass College (KC)", "Завод\tс табуляцией", "Ins. of Steel")


def line(draw):
    kind = draw.choice(["organization", "profession", "place"])
    said = f'{LABEL} "{draw.choice(NAMES)}"@ru'.replace("\t", "\\t")
    if draw.random() < 0.3:
        said = f"<{BASE}ontology#locatedIn> <{BASE}id/place/x>"
    return f"<{BASE}id/{kind}/{draw.choice(['a', 'ab', 'a-b', 'b'])}> {said} .\n".encode()


def whole(graphs):
    found = Remembered(BASE)
    found.change((1, line) for lines in graphs for line in lines)
    return found


def test_what_changed_is_taken_up_as_if_everything_were_read_anew(tmp_path):
    draw = random.Random(7)
    for _ in range(60):
        before = [{line(draw) for _ in range(draw.randrange(8))} for _ in range(3)]
        after = [{one for one in lines if draw.random() < 0.6} | {line(draw)} for lines in before]
        whole(before).save(tmp_path / "names.txt", {"g": "1"})
        found = Remembered.load(tmp_path / "names.txt", BASE, {"g": "1"})
        assert found == whole(before)
        pairs = zip(before, after, strict=True)
        found.change(
            (sign, line) for old, new in pairs for sign, lines in ((-1, old - new), (1, new - old)) for line in lines
        )
        anew = whole(after)
        assert found == anew
        assert list(found.known) == list(anew.known)
        assert all(map(compared(BASE), (f"<{iri}> {LABEL} ".encode() for iri in found.known)))


def test_names_of_other_graphs_or_damaged_ones_are_read_anew(tmp_path):
    path = tmp_path / "names.txt"
    assert Remembered.load(path, BASE, {}) is None
    whole([{line(random.Random(1))}]).save(path, {"g": "1"})
    assert Remembered.load(path, BASE, {"g": "2"}) is None
    path.write_bytes(path.read_bytes().replace(b"\t", b" "))
    assert Remembered.load(path, BASE, {"g": "1"}) is None
