"""What a caller records, written down by the carrier: for the technician's eyes, and gone with the recording."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from models.clock import VirtualClock
from models.recording import Recording, RecordingState
from simulator import tables
from simulator.faults import FaultKind
from tests.policies import write_policy
from tests.stories.pages import NUMBER
from tests.stories.recordings import WORDS, at_the_provider, describes, recording
from tests.world import ADA, LINE, PIN, STRANGER, World

pytestmark = pytest.mark.one_database


@pytest.fixture
def world(database_url: str, clock: VirtualClock, tmp_path: Path) -> Iterator[World]:
    """A line whose policy has recordings written down."""
    policy = write_policy(tmp_path / "policy.toml", transcribe=True)
    world = World(database_url, clock, POLICY_FILE=str(policy)).loads(LINE.read_text(encoding="utf-8"))
    yield world
    world.database.dispose()


def transcribed(world: World) -> Recording:
    world.passes(seconds=15)
    return recording(world)


def transcripts_at_the_provider(world: World) -> list[str]:
    with world.database.read() as session:
        sids = select(tables.Recording.transcript_sid).where(tables.Recording.transcript_sid.is_not(None))
        return [str(sid) for sid in session.execute(sids).scalars()]


def test_the_technician_reads_what_the_caller_said(world: World) -> None:
    describes(world)
    assert transcribed(world).transcript == WORDS
    texts = [text for text in world.handset("anna").texts if WORDS in text]
    assert texts == [f"{NUMBER}: callback {ADA}. The caller said: {WORDS}"]
    assert "The recording was transcribed." in world.story(NUMBER)


def test_the_owner_alone_reads_it_once_somebody_has_the_ticket(world: World) -> None:
    describes(world)
    world.settles()
    world.handset("anna").sends("ACK")
    transcribed(world)
    assert any(WORDS in text for text in world.handset("anna").texts)
    assert not any(WORDS in text for text in world.handset("bruno").texts)


def test_a_long_description_is_one_text(world: World) -> None:
    describes(world, "The switch is dead and so is its neighbour, {the} other one. " * 10)
    transcribed(world)
    [text] = [text for text in world.handset("anna").texts if "The caller said" in text]
    assert len(text) <= 160


def test_what_is_too_short_to_be_written_down_can_be_heard_all_the_same(world: World) -> None:
    world.phone(ADA).dials().presses(f"{PIN}#").presses("1").presses("1").records("Help", seconds=1)
    row = transcribed(world)
    assert (row.transcript, row.state) == (None, RecordingState.KEPT)
    assert not any("The caller said" in text for text in world.handset("anna").texts)


def test_the_same_words_told_twice_are_one_text(world: World) -> None:
    world.company.add_fault(FaultKind.DUPLICATE_CALLBACK, ADA)
    describes(world)
    transcribed(world)
    assert len([text for text in world.handset("anna").texts if WORDS in text]) == 1
    assert world.story(NUMBER).count("The recording was transcribed.") == 1


def test_who_asks_for_a_person_is_written_down_without_a_ticket(world: World) -> None:
    world.phone(STRANGER).dials().presses("0").records(WORDS, seconds=12)
    row = transcribed(world)
    assert (row.transcript, row.ticket_number) == (WORDS, None)


def test_the_words_go_when_the_recording_goes(world: World) -> None:
    describes(world)
    transcribed(world)
    assert len(transcripts_at_the_provider(world)) == 1
    world.handset("anna").sends("ACK")
    world.handset("anna").sends("DONE")
    world.clock.advance(timedelta(days=90))
    world.passes(hours=1)
    row = recording(world)
    assert (row.transcript, row.state) == (None, RecordingState.DELETED)
    assert WORDS not in str(world.ticket(NUMBER))
    assert at_the_provider(world) == []
    assert transcripts_at_the_provider(world) == []


def test_nothing_is_written_down_where_the_policy_does_not_say_so(quick_world: World) -> None:
    describes(quick_world)
    assert transcribed(quick_world).transcript is None
