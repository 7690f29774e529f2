"""The authored graphs of a preview: those of the current release while the files are the same, read anew after."""

import pytest

from kgservice.actions.authored import authored
from kgservice.actions.content import Content
from kgservice.knowledge import ontology
from kgservice.settings import Settings
from kgservice.wiring import build
from region import table, write_content


def test_words_are_read_once_for_all_releases_until_a_file_changes(tmp_path, monkeypatch):
    content = write_content(tmp_path / "content")
    settings = Settings.read({"KG_STATE": str(tmp_path / "state"), "KG_CONTENT": str(content), "KG_WORKERS": "1"})
    with build(settings) as service:
        first = service.publish.build().release
        with monkeypatch.context() as patched:
            patched.setattr(ontology, "statements", lambda folder: pytest.fail("read again"))
            path = tmp_path / "upload.csv"
            path.write_text(table(40).replace("town-7,Город 7,", "town-7,Град 7,"), "utf8")
            draft = service.ingest.deliver("places", [path]).draft
            second = service.publish.release(draft.id)
            known, made_by = authored(Content(settings), second, tmp_path)
    words = {graph: found.sha256 for graph, found in known.items()}
    assert words.items() <= {graph: found.sha256 for graph, found in first.manifest.graphs.items()}.items()

    folder = tmp_path / "anew"
    folder.mkdir()
    path = content / "ontology" / "kg.ttl"
    path.write_text(path.read_text("utf8").replace('"place"@en', '"spot"@en'), "utf8")
    anew, other = authored(Content(settings), second, folder)
    assert other != made_by
    assert {graph for graph in words if anew[graph].sha256 != words[graph]} == {Content(settings).graphs.ontology}

    moved = Settings.read(
        {"KG_STATE": str(tmp_path / "moved"), "KG_CONTENT": str(content), "KG_BASE": "http://o.test/"}
    )
    others, _ = authored(Content(moved), second, folder)
    assert all(graph.startswith("http://o.test/") for graph in others)
