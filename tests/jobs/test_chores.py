"""What the worker finds done after a child was killed, though nobody was told."""

import dataclasses
import shutil

from kgservice.cli.chores import finished
from kgservice.jobs import Queue
from region import table


def test_a_publish_killed_after_its_release_was_shown_is_done(service, settings, tmp_path):
    service.publish.build()
    upload = tmp_path / "upload.csv"
    upload.write_text(table(45), "utf8")
    draft = service.ingest.deliver("places", [upload]).draft.id
    job = Queue(settings.state).add("publish", {"draft": draft}, "user:anna")
    untold = tmp_path / "untold"
    shutil.copytree(settings.state / "drafts" / draft, untold)

    assert finished(service, job) is None

    release = service.publish.release(draft, actor="user:anna").id
    shutil.rmtree(settings.state / "drafts" / draft)
    shutil.copytree(untold, settings.state / "drafts" / draft)  # as a kill between pointer and draft leaves it

    assert service.review.draft(draft).state != "published"
    assert finished(service, job) == {"release": release, "draft": draft}
    assert service.review.draft(draft).state == "published"
    assert finished(service, dataclasses.replace(job, kind="rollback", params={"release": str(release)})) == {
        "release": release
    }
