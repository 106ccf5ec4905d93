"""What a caller records: fetched, played to the technician, and deleted everywhere when its time is over."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from models.delivery import DeliveryKind
from models.recording import Recording, RecordingState
from paging.carriers.protocol import ConfigurationFailure, PermanentFailure, Sound, TemporaryFailure
from paging.recordings import Recordings
from simulator import faults
from simulator.faults import FaultKind
from tests.stories.pages import NUMBER, deliveries
from tests.stories.recordings import WORDS, at_the_provider, describes, recording
from tests.world import ADA, PIN, World

pytestmark = pytest.mark.one_database


def sound_of(world: World, row: Recording) -> Any:
    return world.app.test_client().get(f"/play/{row.provider_sid}/{row.key}.wav")


class Provider:
    """A store of recordings that answers as it is told."""

    def __init__(self, *answers: BaseException | Sound) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    def fetch(self, sid: str) -> Sound:
        self.asked.append(f"fetch {sid}")
        return self._answer()

    def delete(self, sid: str) -> None:
        self.asked.append(f"delete {sid}")
        if self.answers:
            self._answer()

    def _answer(self) -> Sound:
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer


def chore(world: World, provider: Provider) -> Recordings:
    return Recordings(world.database, world.gateway.line, provider)


def test_the_technician_hears_what_the_caller_said(world: World) -> None:
    describes(world)
    world.settles()
    call = world.handset("anna").answers().presses("3")
    assert f"(recording) {WORDS}" in call.heard
    assert "To accept, press 1" in " ".join(call.heard)


def test_it_is_kept_here_and_played_only_to_who_has_its_address(world: World) -> None:
    describes(world)
    world.settles()
    row = recording(world)
    assert row.state is RecordingState.KEPT
    answer = sound_of(world, row)
    assert (answer.status_code, answer.mimetype) == (200, "audio/x-wav")
    assert answer.data[:4] == b"RIFF"
    assert "no-store" in answer.headers["Cache-Control"]
    for address in (f"/play/{row.provider_sid}/x.wav", f"/play/RE0/{row.key}.wav", f"/play/{row.key}.wav"):
        assert world.app.test_client().get(address).status_code == 404


def test_neither_the_story_nor_the_api_says_where_it_is(world: World) -> None:
    describes(world)
    world.settles()
    told = str(world.ticket(NUMBER))
    assert "The caller recorded a description (12 s)." in told
    assert recording(world).key not in told
    assert "http" not in told


def test_after_ninety_days_it_is_gone_at_both_ends(world: World) -> None:
    describes(world)
    world.settles()
    world.handset("anna").sends("ACK")
    world.handset("anna").sends("DONE")
    row = recording(world)
    world.clock.advance(timedelta(days=89))
    world.passes(hours=23)
    assert at_the_provider(world) == [row.provider_sid]
    assert sound_of(world, row).status_code == 200
    world.passes(hours=2)
    assert at_the_provider(world) == []
    assert sound_of(world, row).status_code == 404
    assert recording(world).state is RecordingState.DELETED
    assert "deleted after 90 days" in str(world.ticket(NUMBER))


def test_a_recording_that_is_not_ready_yet_is_asked_for_again(world: World) -> None:
    describes(world)
    provider = Provider(
        PermanentFailure("not found", "20404"), TemporaryFailure("busy"), Sound(b"words", "audio/x-wav")
    )
    fetching = chore(world, provider)
    for _ in range(40):
        fetching.do_next()
        world.clock.advance(timedelta(seconds=1))
    assert len(provider.asked) == 3
    assert recording(world).state is RecordingState.KEPT


def test_one_that_cannot_be_fetched_in_a_day_is_told_to_the_admins(world: World) -> None:
    describes(world)
    fetching = chore(world, Provider(TemporaryFailure("busy")))
    for _ in range(200):
        fetching.do_next()
        world.clock.advance(timedelta(minutes=10))
    assert recording(world).state is RecordingState.LOST
    subjects = [alert.subject or "" for alert in deliveries(world, DeliveryKind.ALERT, DeliveryKind.DUTY)]
    assert any("could not be fetched" in subject for subject in subjects)
    assert "could not be fetched" in str(world.ticket(NUMBER))


def test_credentials_that_are_refused_are_told_at_once_and_it_is_tried_again(world: World) -> None:
    describes(world)
    provider = Provider(ConfigurationFailure("the carrier refuses the account"), Sound(b"words", "audio/x-wav"))
    fetching = chore(world, provider)
    assert fetching.do_next()
    assert deliveries(world, DeliveryKind.ALERT, DeliveryKind.DUTY)
    world.clock.advance(timedelta(minutes=1))
    assert fetching.do_next()
    assert recording(world).state is RecordingState.KEPT


def test_a_provider_that_is_down_does_not_keep_it_from_being_deleted_later(world: World) -> None:
    describes(world)
    world.settles()
    world.clock.advance(timedelta(days=90))
    deleting = chore(world, Provider(TemporaryFailure("busy")))
    assert deleting.do_next()
    assert recording(world).state is RecordingState.KEPT
    world.clock.advance(timedelta(minutes=10))
    gone = Provider()
    assert chore(world, gone).do_next()
    assert recording(world).state is RecordingState.DELETED


def test_an_engine_that_dies_while_it_fetches_leaves_it_to_another(world: World) -> None:
    describes(world)
    with pytest.raises(KeyboardInterrupt):
        chore(world, Provider(KeyboardInterrupt())).do_next()
    other = chore(world, Provider(Sound(b"words", "audio/x-wav")))
    assert not other.do_next()
    world.clock.advance(timedelta(seconds=30))
    assert other.do_next()
    assert recording(world).state is RecordingState.KEPT


def test_an_engine_that_was_frozen_does_not_undo_what_another_did(world: World) -> None:
    describes(world)
    late = chore(world, Provider(TemporaryFailure("busy")))
    job = late._claim()
    assert job is not None
    world.clock.advance(timedelta(seconds=30))
    assert chore(world, Provider(Sound(b"words", "audio/x-wav"))).do_next()
    late._fetch(job)
    assert recording(world).state is RecordingState.KEPT


def test_two_recordings_are_played_in_their_order(world: World) -> None:
    describes(world)
    world.phone(ADA).dials().presses(f"{PIN}#").presses("5").presses("1").records("It is rack five", seconds=3)
    world.settles()
    call = world.handset("anna").answers().presses("3")
    played = [heard for heard in call.heard if heard.startswith("(recording)")]
    assert played == [f"(recording) {WORDS}", "(recording) It is rack five"]


def test_who_hangs_up_while_speaking_is_heard_all_the_same(world: World) -> None:
    call = world.phone(ADA).dials().presses(f"{PIN}#").presses("1").presses("1")
    call.says(WORDS, seconds=4).hangs_up()
    world.settles()
    assert f"(recording) {WORDS}" in world.handset("anna").answers().presses("3").heard


def test_an_address_of_somebody_else_never_gets_the_account_s_password(quick_world: World) -> None:
    world = quick_world
    call = world.phone(ADA).dials().presses(f"{PIN}#").presses("1").presses("1")
    call.records(WORDS)
    with world.database.write() as session:
        session.execute(select(Recording)).scalar_one().provider_sid = "../../../evil"
    provider = Provider(Sound(b"words", "audio/x-wav"))
    chore(world, provider).do_next()
    assert provider.asked == ["fetch ../../../evil"]
    with pytest.raises(PermanentFailure):
        world.gateway.recordings.fetch("../../../evil")


def test_the_carrier_that_has_it_not_ready_gives_it_later(world: World) -> None:
    world.company.add_fault(FaultKind.NO_RECORDING, ADA, times=2)
    describes(world)
    world.settles()
    assert recording(world).state is RecordingState.WAITING
    assert "The description is on its way. Ask again in a moment." in world.handset("anna").answers().presses("3").heard
    world.passes(seconds=10)
    assert recording(world).state is RecordingState.KEPT


def test_a_carrier_that_is_down_when_the_time_is_over_deletes_it_later(world: World) -> None:
    describes(world)
    world.settles()
    world.handset("anna").sends("ACK")
    world.handset("anna").sends("DONE")
    world.company.add_fault(FaultKind.NO_RECORDING, ADA, times=3, code=20503)
    world.clock.advance(timedelta(days=90))
    world.passes(minutes=5)
    assert at_the_provider(world)
    assert recording(world).state is RecordingState.KEPT
    world.passes(hours=1)
    assert at_the_provider(world) == []
    assert recording(world).state is RecordingState.DELETED


def test_admins_are_told_when_the_account_may_not_delete(world: World) -> None:
    describes(world)
    world.settles()
    world.clock.advance(timedelta(days=90))
    assert chore(world, Provider(ConfigurationFailure("the carrier refuses the account"))).do_next()
    bodies = [alert.body for alert in deliveries(world, DeliveryKind.ALERT, DeliveryKind.DUTY)]
    assert any("the carrier refuses the account" in body for body in bodies)


def test_what_the_carrier_has_deleted_already_is_deleted_here_too(world: World) -> None:
    describes(world)
    world.settles()
    world.gateway.recordings.delete(recording(world).provider_sid)
    world.clock.advance(timedelta(days=90))
    world.settles()
    assert recording(world).state is RecordingState.DELETED


def test_what_nobody_could_fetch_is_deleted_at_the_carrier_all_the_same(world: World) -> None:
    describes(world)
    world.company.add_fault(FaultKind.NO_RECORDING, ADA, times=1000)
    world.settles()
    world.handset("anna").sends("ACK")
    world.handset("anna").sends("DONE")
    world.passes(days=2)
    assert recording(world).state is RecordingState.LOST
    assert len(at_the_provider(world)) == 1
    with world.company.exchange() as exchange:
        faults.clear(exchange.session)
    world.clock.advance(timedelta(days=88))
    world.passes(days=1)
    assert at_the_provider(world) == []
    assert recording(world).state is RecordingState.DELETED
