"""Frames survive any cut of the stream, and a reader that was late may ask again."""

import socket
import time

import pytest

from kgservice.errors import KgError, QueryInvalid
from kgservice.store import frames


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    yield ours, theirs
    ours.close()
    theirs.close()


def test_reader_that_was_late_in_the_middle_of_a_frame_asks_again(pair):
    ours, theirs = pair
    reader = frames.Frames(ours)
    data = frames.frame(frames.PIECE, b"x" * 1000) + frames.frame(frames.END, b"{}")

    for cut in (b"", data[:3], data[3:5], data[5:700]):
        theirs.sendall(cut) if cut else None
        with pytest.raises(frames.Late):
            reader.next(time.monotonic() + 0.02)
    theirs.sendall(data[700:])

    assert reader.next(time.monotonic() + 1) == (frames.PIECE, b"x" * 1000)
    assert reader.next(None) == (frames.END, b"{}")


def test_frame_larger_than_the_buffer_arrives_whole(pair):
    ours, theirs = pair
    theirs.setblocking(False)
    payload = bytes(range(256)) * 4096
    data = memoryview(frames.frame(frames.PIECE, payload))
    reader = frames.Frames(ours)

    while data:
        try:
            data = data[theirs.send(data) :]
        except BlockingIOError:
            with pytest.raises(frames.Late):
                reader.next(time.monotonic() + 0.01)

    assert reader.next(None) == (frames.PIECE, payload)


def test_end_of_the_other_side_is_told(pair):
    ours, theirs = pair
    theirs.sendall(frames.frame(frames.PIECE, b"abc")[:-1])
    theirs.close()

    with pytest.raises(frames.Ended):
        frames.Frames(ours).next(None)


@pytest.mark.parametrize("hint", ["", "Write {{ instead of {found}."])
def test_errors_travel_with_their_message_ids(hint):
    error = QueryInvalid("Line {line}: {found}.", line=2, column=3, hint=hint, found="\ud800 \u0001 {x}")

    payload = frames.failure(error)[5:]
    arrived = frames.raised(payload)

    assert type(arrived) is QueryInvalid
    assert (arrived.line, arrived.column, arrived.hint, str(arrived)) == (2, 3, error.hint, str(error))
    assert isinstance(frames.raised(frames.failure(KgError("plain"))[5:]), KgError)
