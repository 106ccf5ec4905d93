"""Handoffs: who comes on call and who is released are told, each once, whatever happens meanwhile."""

from datetime import datetime, timedelta
from threading import Thread

import pytest
from sqlalchemy import delete, func, select, update

from models.delivery import Delivery, DeliveryKind, DeliveryState
from models.schedule import HandoffNotice, HandoffOccasion, HandoffWatch
from models.technician import Technician
from paging.handoffs import Handoffs, Look
from rules.escalation import Channel
from simulator.faults import FaultKind
from simulator.tables import Fault
from tests.rules.vendor import rome
from tests.stories.pages import CARLA, NUMBER, deliveries, reports
from tests.world import World

TURN = "until Mon 7 Dec 2026 09:00"
AHEAD = f"platinum: you are on call from Mon 30 Nov 2026 09:00 {TURN}."
BEGUN = f"platinum: you are on call now, {TURN}."
RELEASED = "platinum: you are off call. Bruno Neri is on call now."
SCHEDULE = """
schedules:
  - key: platinum
    time_zone: Europe/Rome
    %s
"""


def until(world: World, local: str) -> None:
    """Time goes by until a local time in Rome. But for the last day no engine looks at it, which is quicker."""
    world.settles()
    world.clock.at = max(world.clock.at, rome(local) - timedelta(days=1))
    world.passes(seconds=(rome(local) - world.clock.at).total_seconds())


def jumps(world: World, local: str) -> None:
    """No engine runs until then."""
    world.clock.advance(rome(local) - world.clock.at)


def overrides(world: World, *turns: str) -> None:
    """These hold from now on, each as 'carla 2026-11-30T09:00 2026-11-30T12:00'."""
    entries = ", ".join("{{technician: {}, from: {}, until: {}}}".format(*turn.split()) for turn in turns)
    world.loads(SCHEDULE % f"overrides: [{entries}]")
    world.settles()


def texts(world: World, technician: str) -> list[str]:
    """What a technician was texted of their turns."""
    sent = deliveries(world, DeliveryKind.HANDOFF, channel=Channel.SMS)
    return [one.body for one in sent if one.technician_key == technician]


def mails(world: World, technician: str) -> list[Delivery]:
    sent = deliveries(world, DeliveryKind.HANDOFF, channel=Channel.EMAIL)
    return [one for one in sent if one.technician_key == technician]


def recovers(world: World) -> None:
    """The carrier works again."""
    with world.database.write() as session:
        session.execute(delete(Fault))


def ahead_of_turns(world: World, technician: str) -> list[str]:
    return [text for text in texts(world, technician) if "you are on call from" in text]


def notice(world: World, technician: str, occasion: HandoffOccasion) -> HandoffNotice:
    """The latest one."""
    with world.database.read() as session:
        theirs = select(HandoffNotice).where(HandoffNotice.technician_key == technician)
        latest = theirs.where(HandoffNotice.occasion == occasion).order_by(HandoffNotice.starts_at.desc()).limit(1)
        return session.execute(latest).scalar_one()


def at_once(*works: Handoffs) -> None:
    threads = [Thread(target=work.do_next) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_nothing_is_told_of_who_was_on_call_before_the_line_ran(world: World) -> None:
    world.passes(hours=12)
    assert deliveries(world, DeliveryKind.HANDOFF) == []


def test_the_incoming_technician_is_told_the_day_before(world: World) -> None:
    until(world, "2026-11-29T08:59")
    assert texts(world, "bruno") == []
    until(world, "2026-11-29T09:00")
    assert texts(world, "bruno") == [AHEAD] == world.handset("bruno").texts
    (mail,) = mails(world, "bruno")
    assert mail.subject == "You are on call for platinum from Mon 30 Nov 2026 09:00"
    assert mail.body.startswith(f"Bruno Neri, you are on call for platinum from Mon 30 Nov 2026 09:00 {TURN}")
    assert "http://127.0.0.1:8000/rotations/platinum" in mail.body
    assert texts(world, "anna") == []


def test_at_the_handoff_both_are_told_and_then_nobody_is_any_more(world: World) -> None:
    until(world, "2026-11-30T08:59")
    assert texts(world, "bruno") == [AHEAD]
    until(world, "2026-11-30T09:00")
    assert texts(world, "bruno") == [AHEAD, BEGUN]
    assert texts(world, "anna") == [RELEASED]
    assert [mail.subject for mail in mails(world, "bruno")][1:] == [f"You are on call for platinum now, {TURN}"]
    assert mails(world, "anna") == []
    until(world, "2026-12-05T09:00")
    assert len(deliveries(world, DeliveryKind.HANDOFF)) == 5


def test_the_next_week_it_is_the_other_way_round(world: World) -> None:
    jumps(world, "2026-12-01T09:00")
    until(world, "2026-12-07T09:00")
    assert texts(world, "anna")[1:] == [
        "platinum: you are on call from Mon 7 Dec 2026 09:00 until Mon 14 Dec 2026 09:00.",
        "platinum: you are on call now, until Mon 14 Dec 2026 09:00.",
    ]
    assert texts(world, "bruno")[1:] == ["platinum: you are off call. Anna Rossi is on call now."]


@pytest.mark.parametrize(
    ("starts", "ahead", "handoff"),
    [
        ("2027-10-30T01:00", "2027-10-30T10:00", "2027-10-31T09:00"),
        ("2027-10-31T01:00", "2027-10-31T09:00", "2027-11-01T09:00"),
        ("2027-03-27T01:00", "2027-03-27T08:00", "2027-03-28T09:00"),
    ],
)
def test_a_change_of_clocks_moves_neither_the_handoff_nor_the_24_hours_before_it(
    world: World, starts: str, ahead: str, handoff: str
) -> None:
    world.clock.at = rome(starts)
    layer = f"{{unit: week, length: 1, first_handoff: {handoff}, participants: [bruno, anna]}}"
    world.loads(SCHEDULE % f"layers: [{{name: weekly, rotation: {layer}, windows: []}}]")
    until(world, ahead)
    (told,) = ahead_of_turns(world, "bruno")
    assert told.startswith(f"platinum: you are on call from {datetime.fromisoformat(handoff):%a %-d %b %Y} 09:00")
    assert notice(world, "bruno", HandoffOccasion.AHEAD).told_at == rome(ahead)
    until(world, handoff)
    assert notice(world, "bruno", HandoffOccasion.BEGUN).told_at == rome(handoff)


def test_the_open_tickets_are_handed_over_and_stay_whose_they_are(world: World) -> None:
    until(world, "2026-11-30T08:58")
    reports(world, "2")
    world.handset("anna").sends("ACK")
    reports(world, "1")
    until(world, "2026-11-30T09:00")
    assert texts(world, "bruno")[-1] == f"{BEGUN} Open: 100002 and {NUMBER}."
    assert texts(world, "anna") == [f"{RELEASED} Still yours: {NUMBER}."]
    body = mails(world, "bruno")[-1].body
    nobodys, annas = body.split("Anna Rossi has these tickets")
    assert "Nobody has these tickets yet. To take one, text ACK and its number" in nobodys
    assert "P1 100002 Acme SpA, open" in nobodys
    assert f"P2 {NUMBER} Acme SpA, in charge" in annas
    assert world.ticket(NUMBER)["taken_by"] == "anna"
    assert world.ticket("100002")["state"] == "open"


def test_what_the_mail_says_of_taking_over_is_so(world: World) -> None:
    reports(world, "2")
    world.handset("anna").sends("ACK")
    assert "Anna Rossi has 100001" in world.handset("bruno").sends(f"ACK {NUMBER}")[0]
    world.handset("anna").sends(f"PASS {NUMBER}")
    assert "is yours" in world.handset("bruno").sends(f"ACK {NUMBER}")[0]


def test_drills_and_tickets_that_have_ended_are_not_handed_over(world: World) -> None:
    reports(world, "2")
    world.handset("anna").sends("ACK")
    world.handset("anna").sends("DONE")
    until(world, "2026-11-30T09:00")
    assert texts(world, "bruno")[-1] == BEGUN
    assert "No ticket is handed over." in mails(world, "bruno")[-1].body


def test_a_turn_that_becomes_known_late_is_told_at_once(world: World) -> None:
    overrides(world, "carla 2026-11-24T12:00 2026-11-24T18:00")
    assert texts(world, "carla") == [
        "platinum: you are on call from Tue 24 Nov 2026 12:00 until Tue 24 Nov 2026 18:00."
    ]
    until(world, "2026-11-24T12:00")
    assert texts(world, "anna") == ["platinum: you are off call. Carla Blu is on call now."]
    until(world, "2026-11-24T18:00")
    assert texts(world, "carla")[1:] == [
        "platinum: you are on call now, until Tue 24 Nov 2026 18:00.",
        "platinum: you are off call. Anna Rossi is on call now.",
    ]
    assert texts(world, "anna")[1:] == ["platinum: you are on call now, until Mon 30 Nov 2026 09:00."]


def test_an_edit_that_changes_who_is_on_call_now_is_a_handoff(world: World) -> None:
    overrides(world, "carla 2026-11-24T03:00 2026-11-24T18:00")
    assert texts(world, "carla") == ["platinum: you are on call now, until Tue 24 Nov 2026 18:00."]
    assert texts(world, "anna") == ["platinum: you are off call. Carla Blu is on call now."]


def test_an_edit_that_leaves_the_turn_as_it_is_tells_nobody(world: World) -> None:
    overrides(world, "anna 2026-11-24T03:00 2026-11-24T18:00")
    until(world, "2026-11-25T03:00")
    assert deliveries(world, DeliveryKind.HANDOFF) == []


def test_a_swap_tells_both_of_the_days_that_they_have_now(world: World) -> None:
    overrides(world, "bruno 2026-11-25T09:00 2026-11-26T09:00", "anna 2026-12-01T09:00 2026-12-02T09:00")
    until(world, "2026-11-25T09:00")
    assert texts(world, "bruno") == [
        "platinum: you are on call from Wed 25 Nov 2026 09:00 until Thu 26 Nov 2026 09:00.",
        "platinum: you are on call now, until Thu 26 Nov 2026 09:00.",
    ]
    assert ahead_of_turns(world, "anna") == [
        "platinum: you are on call from Thu 26 Nov 2026 09:00 until Mon 30 Nov 2026 09:00."
    ]
    assert RELEASED in texts(world, "anna")
    until(world, "2026-11-30T10:00")
    assert ahead_of_turns(world, "anna")[1:] == [
        "platinum: you are on call from Tue 1 Dec 2026 09:00 until Wed 2 Dec 2026 09:00."
    ]


def test_a_turn_that_is_given_to_another_is_taken_back_once_and_can_be_given_again(world: World) -> None:
    until(world, "2026-11-29T10:00")
    overrides(world, "carla 2026-11-30T09:00 2026-11-30T10:00")
    world.passes(hours=1)
    gone = "platinum: you are no longer on call from Mon 30 Nov 2026 09:00. Carla Blu is on call then."
    assert texts(world, "bruno")[1:] == [gone, AHEAD.replace("30 Nov 2026 09:00", "30 Nov 2026 10:00")]
    overrides(world)
    world.passes(hours=1)
    assert texts(world, "bruno")[3:] == [AHEAD]
    until(world, "2026-11-30T09:00")
    assert texts(world, "bruno")[-1] == BEGUN


HOURLY = "{unit: hour, length: 1, first_handoff: 2026-11-25T04:00, participants: [anna, bruno]}"


def test_nobody_is_told_ahead_again_and_again_of_short_turns(world: World) -> None:
    jumps(world, "2026-11-25T04:00")
    world.loads(SCHEDULE % f"layers: [{{name: hourly, rotation: {HOURLY}, windows: []}}]")
    world.passes(hours=6)
    told = "platinum: you are on call from Wed 25 Nov 2026 05:00 until Wed 25 Nov 2026 06:00."
    assert ahead_of_turns(world, "bruno") == [told]
    assert sum("you are on call now" in text for text in texts(world, "bruno")) == 3


def test_an_override_is_told_ahead_to_somebody_who_was_on_call_just_before(world: World) -> None:
    jumps(world, "2026-11-30T10:00")
    overrides(world, "anna 2026-11-30T12:00 2026-11-30T18:00")
    assert ahead_of_turns(world, "anna") == [
        "platinum: you are on call from Mon 30 Nov 2026 12:00 until Mon 30 Nov 2026 18:00."
    ]


def test_windows_release_at_their_end(world: World) -> None:
    layer = "{unit: week, length: 1, first_handoff: 2026-11-23T09:00, participants: [anna, bruno]}"
    windows = "[{days: [mon, tue, wed, thu, fri, sat, sun], from: '18:00', until: '09:00'}]"
    world.loads(SCHEDULE % f"layers: [{{name: nights, rotation: {layer}, windows: {windows}}}]")
    until(world, "2026-11-24T18:00")
    assert texts(world, "anna") == [
        "platinum: you are off call. Nobody is on call now.",
        "platinum: you are on call now, until Wed 25 Nov 2026 09:00.",
    ]


def test_after_a_gap_the_tickets_of_who_was_on_call_before_it_are_handed_over(world: World) -> None:
    layer = "{unit: day, length: 1, first_handoff: 2026-11-23T09:00, participants: [anna, bruno]}"
    windows = "[{days: [mon, tue, wed, thu, fri, sat, sun], from: '18:00', until: '09:00'}]"
    world.loads(SCHEDULE % f"layers: [{{name: nights, rotation: {layer}, windows: {windows}}}]")
    world.settles()
    reports(world, "2")
    world.handset("anna").sends("ACK")
    until(world, "2026-11-24T18:00")
    assert texts(world, "bruno")[-1].endswith(f"until Wed 25 Nov 2026 09:00. Open: {NUMBER}.")


def test_a_handoff_while_no_engine_ran_is_told_late(world: World) -> None:
    world.settles()
    jumps(world, "2026-11-30T12:00")
    world.settles()
    assert texts(world, "bruno") == [BEGUN]
    assert texts(world, "anna") == [RELEASED]


def test_a_turn_that_is_over_when_the_engine_is_back_is_not_told(world: World) -> None:
    overrides(world, "carla 2026-11-26T09:00 2026-11-26T12:00")
    jumps(world, "2026-11-26T15:00")
    world.settles()
    assert texts(world, "carla") == ["platinum: you are off call. Anna Rossi is on call now."]


def test_a_turn_that_was_taken_away_while_no_engine_ran_is_told_too(world: World) -> None:
    until(world, "2026-11-29T10:00")
    world.loads(SCHEDULE % "overrides: [{technician: carla, from: 2026-11-30T09:00, until: 2026-11-30T18:00}]")
    jumps(world, "2026-11-30T10:00")
    world.settles()
    assert texts(world, "bruno")[1].startswith("platinum: you are no longer on call from Mon 30 Nov 2026 09:00.")
    assert texts(world, "carla") == ["platinum: you are on call now, until Mon 30 Nov 2026 18:00."]


def test_a_restart_tells_nothing_again(world: World) -> None:
    until(world, "2026-11-30T09:00")
    before = len(deliveries(world, DeliveryKind.HANDOFF))
    again = world.restarts()
    again.passes(hours=2)
    assert len(deliveries(again, DeliveryKind.HANDOFF)) == before
    again.database.dispose()


def test_two_engines_at_once_tell_once(world: World) -> None:
    world.settles()
    jumps(world, "2026-11-30T09:00")
    at_once(*(Handoffs(world.database, world.gateway.line) for _ in range(3)))
    world.settles()
    assert texts(world, "bruno") == [BEGUN]
    assert texts(world, "anna") == [RELEASED]


class Killed(Exception):
    """The process ends before its transaction does."""


def test_an_engine_that_is_killed_half_way_has_told_nothing_and_the_next_one_tells_all(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.settles()
    jumps(world, "2026-11-30T09:00")

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(Look, "_tell_released", killed)
        assert Handoffs(world.database, world.gateway.line).do_next()
    assert deliveries(world, DeliveryKind.HANDOFF) == []
    world.passes(minutes=1)
    assert texts(world, "bruno") == [BEGUN]
    assert texts(world, "anna") == [RELEASED]


def test_a_schedule_that_fails_keeps_no_other_waiting(world: World) -> None:
    world.loads(
        """
schedules:
  - key: second
    time_zone: Europe/Rome
    layers:
      - name: weekly
        rotation: {unit: week, length: 1, first_handoff: 2026-11-23T09:00, participants: [bruno, carla]}
        windows: []
"""
    )
    world.settles()
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(time_zone="Nowhere/Land"))
    jumps(world, "2026-11-30T09:00")
    world.settles()
    assert texts(world, "carla") == [BEGUN.replace("platinum", "second")]
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(time_zone="Europe/Rome"))
    world.passes(seconds=30)
    assert BEGUN in texts(world, "bruno")


def test_a_carrier_that_refuses_texts_leaves_the_e_mail(world: World) -> None:
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(opted_out_at=world.clock.at))
    until(world, "2026-11-29T09:00")
    assert texts(world, "bruno") == []
    assert len(mails(world, "bruno")) == 1


def test_what_could_not_be_sent_in_time_is_not_said_when_it_is_not_so_any_more(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, CARLA, times=1000, code=20429)
    overrides(world, "carla 2026-11-24T03:10 2026-11-24T03:40")
    world.passes(minutes=41)
    recovers(world)
    world.passes(minutes=10)
    assert world.handset("carla").texts == ["platinum: you are off call. Anna Rossi is on call now."]


def test_a_turn_that_is_taken_away_before_it_could_be_told_is_not_told(world: World) -> None:
    world.company.add_fault(FaultKind.REFUSE, CARLA, times=1000, code=20429)
    overrides(world, "carla 2026-11-24T09:00 2026-11-24T12:00")
    world.passes(minutes=5)
    overrides(world)
    recovers(world)
    world.passes(minutes=5)
    assert world.handset("carla").texts == [
        "platinum: you are no longer on call from Tue 24 Nov 2026 09:00. Anna Rossi is on call then."
    ]


def test_who_has_no_telephone_gets_the_e_mail_alone(world: World) -> None:
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(phone=None))
    until(world, "2026-11-29T09:00")
    assert [one.channel for one in deliveries(world, DeliveryKind.HANDOFF)] == [Channel.EMAIL]


def test_who_cannot_be_reached_at_all_shows_as_a_failure(world: World) -> None:
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(phone=None, email=None))
    until(world, "2026-11-29T09:00")
    (failed,) = deliveries(world, DeliveryKind.HANDOFF)
    assert (failed.state, failed.error) == (DeliveryState.FAILED, "no phone number on file")


def test_texts_that_somebody_wants_for_a_p1_alone_are_left_out(world: World) -> None:
    with world.database.write() as session:
        session.execute(update(Technician).where(Technician.key == "bruno").values(quiet_channels=["sms"]))
    until(world, "2026-11-29T09:00")
    assert [one.channel for one in deliveries(world, DeliveryKind.HANDOFF)] == [Channel.EMAIL]


def test_a_schedule_that_nobody_has_watched_yet_starts_quietly(world: World) -> None:
    """As after an upgrade: the handoff a minute ago was none of ours."""
    world.clock.at = rome("2026-11-30T09:01")
    with world.database.write() as session:
        session.execute(delete(HandoffWatch))
    world.settles()
    assert deliveries(world, DeliveryKind.HANDOFF) == []
    with world.database.read() as session:
        assert session.get_one(HandoffWatch, "platinum").watched_from == world.clock.at


def test_each_notice_is_kept(world: World) -> None:
    until(world, "2026-11-30T09:00")
    with world.database.read() as session:
        assert session.execute(select(func.count()).select_from(HandoffNotice)).scalar_one() == 3
