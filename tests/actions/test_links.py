"""Links into reference data: those that lead to nothing in it are told at their cells, all others are left alone."""

import shutil

from kgservice.settings import Settings
from kgservice.wiring import build
from region import BASE, table, write_content, write_source

ESCO = "http://esco.example/place/"


def test_a_link_that_leads_nowhere_in_imported_reference_data_is_told_at_its_cell(tmp_path):
    content = write_content(tmp_path / "content")
    sources, reference = content / "data" / "sources", content / "data" / "reference" / "gazetteer"
    write_source(content, "gazetteer", table(3))
    reference.parent.mkdir()
    shutil.move(sources / "gazetteer", reference)
    mapping = (reference / "mapping.rml.ttl").read_text()
    (reference / "mapping.rml.ttl").write_text(mapping.replace("id/place/{place_id}", ESCO + "{place_id}"))
    places = sources / "places" / "mapping.rml.ttl"
    places.write_text(places.read_text().replace("id/place/{within}", ESCO + "{within}"))
    (sources / "places" / "deliveries" / "places.csv").write_text(table(40, "t-41,А,A,atlantis,sourced"))
    shutil.rmtree(content / "shapes")
    (content / "shapes").mkdir()
    with build(
        Settings.read({"KG_STATE": str(tmp_path / "s"), "KG_CONTENT": str(content), "KG_BASE": BASE})
    ) as service:
        assert service.publish.build(actor="os:anna").release
        found = service.ingest.deliver("gazetteer", [reference / "deliveries" / "gazetteer.csv"], actor="os:anna")

    (lost,) = [one for one in found.report.findings if one.rule == "link/lost"]
    assert (lost.severity.value, lost.text.params["iri"], lost.source) == ("warning", f"{ESCO}atlantis", "places")
    assert [(cell.file, cell.row, cell.column) for cell in lost.cells] == [("places.csv", 42, "within")]
