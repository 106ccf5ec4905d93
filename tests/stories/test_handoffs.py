"""Handoffs: who comes on call and who is released are told, each once, with the open tickets."""

from datetime import datetime
from pathlib import Path

import pytest

from config.settings import DEFAULT_POLICY_FILE
from models.delivery import DeliveryKind
from models.schedule import HandoffOccasion
from tests.rules.vendor import rome
from tests.stories.pages import NUMBER, deliveries, reports
from tests.stories.turns import (
    AHEAD,
    BEGUN,
    RELEASED,
    SCHEDULE,
    TURN,
    ahead_of_turns,
    jumps,
    mails,
    notice,
    texts,
    until,
)
from tests.world import World

pytestmark = pytest.mark.one_database


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


HOURLY = "{unit: hour, length: 1, first_handoff: 2026-11-25T04:00, participants: [anna, bruno]}"


def test_nobody_is_told_ahead_again_and_again_of_short_turns(world: World) -> None:
    jumps(world, "2026-11-25T04:00")
    world.loads(SCHEDULE % f"layers: [{{name: hourly, rotation: {HOURLY}, windows: []}}]")
    world.passes(hours=6)
    told = "platinum: you are on call from Wed 25 Nov 2026 05:00 until Wed 25 Nov 2026 06:00."
    assert ahead_of_turns(world, "bruno") == [told]
    assert sum("you are on call now" in text for text in texts(world, "bruno")) == 3


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


def test_the_policy_says_what_is_told_and_how(world: World, tmp_path: Path) -> None:
    text = DEFAULT_POLICY_FILE.read_text(encoding="utf-8")
    for name, was, becomes in (("ahead", '"sms", "email"', ""), ("released", '"sms"', '"email"')):
        assert f"\n{name} = [{was}]" in text
        text = text.replace(f"\n{name} = [{was}]", f"\n{name} = [{becomes}]")
    policy = tmp_path / "policy.toml"
    policy.write_text(text, encoding="utf-8")
    other = world.restarts(POLICY_FILE=str(policy))
    until(other, "2026-11-30T09:00")
    assert texts(other, "bruno") == [BEGUN]
    assert texts(other, "anna") == []
    assert mails(other, "anna")[0].body.startswith("Anna Rossi, you are off call for platinum. Bruno Neri is on call")
    other.database.dispose()
