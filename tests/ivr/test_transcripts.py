"""What the carrier tells of a recording's words: taken once, for the recording that it belongs to."""

import pytest
from sqlalchemy import update

from models.recording import Recording, RecordingState
from tests.ivr.world import World

PATH = "/twilio/recordings/transcribed"
WORDS = "The switch is dead"


def recorded(world: World) -> Recording:
    world.phone().press("0").record()
    (row,) = world.all(Recording)
    assert isinstance(row, Recording)
    return row


def tells(world: World, row: Recording, **fields: str) -> int:
    told = {
        "CallSid": row.call_sid,
        "RecordingSid": row.provider_sid,
        "TranscriptionText": WORDS,
        "TranscriptionStatus": "completed",
    }
    return world.post(PATH, told | fields).status_code


def transcript(world: World) -> str | None:
    (row,) = world.all(Recording)
    assert isinstance(row, Recording)
    return row.transcript


def test_the_first_words_are_kept(world: World) -> None:
    row = recorded(world)
    assert tells(world, row) == 204
    assert tells(world, row, TranscriptionText="Other words") == 204
    assert transcript(world) == WORDS


@pytest.mark.parametrize(
    "fields",
    [
        {"CallSid": "CA9"},
        {"RecordingSid": "RE9"},
        {"CallSid": ""},
        {"RecordingSid": "../RE0"},
        {"TranscriptionText": " ", "TranscriptionStatus": "failed"},
    ],
)
def test_what_fits_no_recording_changes_nothing(world: World, fields: dict[str, str]) -> None:
    assert tells(world, recorded(world), **fields) == 204
    assert transcript(world) is None


def test_words_that_come_after_the_recording_is_deleted_are_not_kept(world: World) -> None:
    row = recorded(world)
    with world.database.write() as session:
        session.execute(update(Recording).values(state=RecordingState.DELETED))
    assert tells(world, row) == 204
    assert transcript(world) is None


def test_without_a_signature_nothing_is_kept(world: World) -> None:
    row = recorded(world)
    told = {"CallSid": row.call_sid, "RecordingSid": row.provider_sid, "TranscriptionText": WORDS}
    assert world.client.post(PATH, data=told).status_code == 403
    assert transcript(world) is None
