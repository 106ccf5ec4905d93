"""What a page does next, as stories of one policy: level 1 waits 5 minutes, level 2 waits 10, two rounds."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.escalation import (
    AlarmFallback,
    Attempt,
    Channel,
    EscalationPolicy,
    Level,
    Outcome,
    Position,
    StartChannels,
    StartLevel,
    Wait,
    Wishes,
    channel_offsets,
    channels_for,
    leaves_at,
    next_move,
    opening_channels,
)
from rules.targets import Priority

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
SMS, VOICE, SECOND_PHONE, EMAIL = Channel.SMS, Channel.VOICE, Channel.SECOND_PHONE, Channel.EMAIL
OPEN, DELIVERED, FAILED, UNANSWERED = Outcome.OPEN, Outcome.DELIVERED, Outcome.FAILED, Outcome.UNANSWERED
STALLED = Outcome.STALLED
BOTH = (SMS, VOICE)
LEVELS = (
    Level(("schedule:platinum",), (SMS, VOICE), timedelta(minutes=5)),
    Level(("technician:carla",), (SMS, VOICE), timedelta(minutes=10)),
)
POLICY = EscalationPolicy(LEVELS, repeat=2, minimum_round=timedelta(seconds=60), fallback=("technician:carla",))


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def test_a_p1_leaves_at_once_and_others_wait_for_what_the_caller_adds() -> None:
    wait = timedelta(seconds=20)
    assert leaves_at(Priority.P1, START, wait) == START
    assert leaves_at(Priority.P2, START, wait) == START + wait


def position(level: int = 1, round: int = 1, since: float = 0, passed: bool = False, alarmed: bool = False) -> Position:
    return Position(round, level, START, at(since), passed, alarmed)


def move(
    where: Position,
    attempts: list[Attempt],
    minute: float,
    priority: Priority = Priority.P1,
    channels: tuple[Channel, ...] = BOTH,
) -> object:
    people = {attempt.person: channels for attempt in attempts}
    return next_move(POLICY, priority, where, attempts, people, at(minute))


def anna(channel: Channel, outcome: Outcome) -> Attempt:
    return Attempt("anna", channel, outcome)


def test_a_p1_rings_at_once_and_a_p2_texts_first() -> None:
    assert opening_channels(Priority.P1, BOTH) == (SMS, VOICE)
    assert opening_channels(Priority.P2, BOTH) == (SMS,)


def test_while_a_text_is_delivered_the_level_keeps_its_wait() -> None:
    attempts = [anna(SMS, DELIVERED), anna(VOICE, UNANSWERED)]
    assert move(position(), attempts, 1) == Wait(at(5))
    assert move(position(), attempts, 3) == Wait(at(5))


def test_nobody_answers_in_time_so_the_next_level_starts() -> None:
    assert move(position(), [anna(SMS, DELIVERED), anna(VOICE, UNANSWERED)], 5) == StartLevel(1, 2)


def test_when_all_is_lost_the_level_ends_early() -> None:
    assert move(position(), [anna(SMS, FAILED), anna(VOICE, UNANSWERED)], 0.5) == StartLevel(1, 2)


def test_a_text_still_on_its_way_keeps_the_level_open() -> None:
    assert isinstance(move(position(), [anna(SMS, OPEN), anna(VOICE, FAILED)], 0.5), Wait)


def test_one_of_two_people_who_can_still_answer_keeps_the_level_open() -> None:
    attempts = [anna(SMS, FAILED), anna(VOICE, FAILED), Attempt("bruno", SMS, DELIVERED), Attempt("bruno", VOICE, OPEN)]
    assert isinstance(move(position(), attempts, 0.5), Wait)


def test_a_p2_rings_when_its_text_fails() -> None:
    assert move(position(), [anna(SMS, FAILED)], 0.1, Priority.P2) == StartChannels((("anna", VOICE),))


def test_a_p2_rings_at_half_the_wait() -> None:
    assert move(position(), [anna(SMS, DELIVERED)], 1, Priority.P2) == Wait(at(2.5))
    assert move(position(), [anna(SMS, DELIVERED)], 2.5, Priority.P2) == StartChannels((("anna", VOICE),))


def test_three_channels_of_a_p2_share_the_wait() -> None:
    level = Level(("technician:anna",), (SMS, VOICE, EMAIL), timedelta(minutes=6))
    policy = EscalationPolicy((level,), 1, timedelta(minutes=1), ())
    begun = [anna(SMS, DELIVERED), anna(VOICE, UNANSWERED)]
    people = {"anna": level.channels}
    assert next_move(policy, Priority.P2, position(), begun, people, at(3)) == Wait(at(4))
    assert next_move(policy, Priority.P2, position(), begun, people, at(4)) == StartChannels((("anna", EMAIL),))


def test_a_channel_may_have_a_wait_of_its_own() -> None:
    level = Level(("technician:anna",), BOTH, timedelta(minutes=6), {SMS: timedelta(seconds=90)})
    policy = EscalationPolicy((level,), 1, timedelta(minutes=1), ())
    texted, people = [anna(SMS, DELIVERED)], {"anna": BOTH}
    assert next_move(policy, Priority.P2, position(), texted, people, at(1)) == Wait(at(1.5))
    assert next_move(policy, Priority.P2, position(), texted, people, at(1.5)) == StartChannels((("anna", VOICE),))


def test_a_channel_whose_carrier_is_down_is_not_waited_for_and_ends_nothing() -> None:
    assert move(position(), [anna(SMS, STALLED)], 0.1, Priority.P2) == StartChannels((("anna", VOICE),))
    assert move(position(), [anna(SMS, STALLED), anna(VOICE, STALLED)], 0.2, Priority.P2) == Wait(at(5))


def test_an_email_that_was_handed_over_does_not_keep_a_level_waiting() -> None:
    every = (SMS, VOICE, EMAIL)
    lost = [anna(SMS, FAILED), anna(VOICE, UNANSWERED), anna(EMAIL, DELIVERED)]
    assert move(position(), lost, 1, channels=every) == StartLevel(1, 2)
    on_its_way = [anna(SMS, FAILED), anna(VOICE, UNANSWERED), anna(EMAIL, OPEN)]
    assert move(position(), on_its_way, 1, channels=every) == Wait(at(5))


def test_the_second_telephone_rings_when_the_first_has_not_answered() -> None:
    three = channels_for(BOTH, Wishes(has_second_phone=True), Priority.P1)
    assert three == (SMS, VOICE, SECOND_PHONE)
    assert opening_channels(Priority.P1, three) == BOTH
    ringing = [anna(SMS, DELIVERED), anna(VOICE, OPEN)]
    assert move(position(), ringing, 1, channels=three) == Wait(at(10 / 3))
    rang_out = [anna(SMS, DELIVERED), anna(VOICE, UNANSWERED)]
    assert move(position(), rang_out, 1, channels=three) == StartChannels((("anna", SECOND_PHONE),))


def test_a_p1_uses_all_that_is_left_at_once() -> None:
    """The priority was raised while the page was out."""
    channels = (SMS, VOICE, SECOND_PHONE, EMAIL)
    texted = [anna(SMS, DELIVERED)]
    assert move(position(), texted, 0.1, channels=channels) == StartChannels((("anna", VOICE), ("anna", EMAIL)))


@pytest.mark.parametrize(
    ("wishes", "p1", "p2"),
    [
        (Wishes(), (SMS, VOICE, EMAIL), (SMS, VOICE, EMAIL)),
        (Wishes(order=(VOICE, SMS)), (VOICE, SMS, EMAIL), (VOICE, SMS, EMAIL)),
        (Wishes(order=(EMAIL,)), (EMAIL, SMS, VOICE), (EMAIL, SMS, VOICE)),
        (Wishes(quiet=frozenset({VOICE})), (SMS, VOICE, EMAIL), (SMS, EMAIL)),
        (Wishes(quiet=frozenset(Channel)), (SMS, VOICE, EMAIL), (SMS, VOICE, EMAIL)),
        (Wishes(has_second_phone=True), (SMS, VOICE, SECOND_PHONE, EMAIL), (SMS, VOICE, SECOND_PHONE, EMAIL)),
        (
            Wishes(has_second_phone=True, quiet=frozenset({VOICE})),
            (SMS, VOICE, SECOND_PHONE, EMAIL),
            (SMS, EMAIL),
        ),
    ],
)
def test_a_technicians_wishes(wishes: Wishes, p1: tuple[Channel, ...], p2: tuple[Channel, ...]) -> None:
    every = (SMS, VOICE, EMAIL)
    assert channels_for(every, wishes, Priority.P1) == p1
    assert channels_for(every, wishes, Priority.P2) == p2


def test_who_passes_hands_on_at_once() -> None:
    attempts = [anna(SMS, DELIVERED), anna(VOICE, OPEN)]
    assert move(position(passed=True), attempts, 0.2) == StartLevel(1, 2)


def test_the_last_level_of_a_round_waits_for_the_rounds_length() -> None:
    lost = [Attempt("carla", SMS, FAILED), Attempt("carla", VOICE, FAILED)]
    assert move(position(level=2, since=1), lost, 2) == Wait(at(15))
    assert move(position(level=2, since=1), lost, 15) == StartLevel(2, 1)


def test_a_round_is_never_shorter_than_the_minimum() -> None:
    level = Level(("technician:anna",), (SMS,), timedelta(seconds=5))
    policy = EscalationPolicy((level,), 3, timedelta(seconds=60), ())
    assert next_move(policy, Priority.P1, position(), [], {}, at(0.2)) == Wait(at(1))


def test_after_the_last_round_the_fallback_is_alarmed_once_and_paging_goes_on() -> None:
    lost = [Attempt("carla", SMS, FAILED), Attempt("carla", VOICE, FAILED)]
    last = position(level=2, round=2, since=1)
    assert move(last, lost, 2) == AlarmFallback()
    told = position(level=2, round=2, since=1, alarmed=True)
    assert move(told, lost, 2) == Wait(at(15))
    assert move(told, lost, 15) == StartLevel(3, 1)


def test_a_level_with_nobody_in_it_ends_at_once() -> None:
    assert move(position(), [], 0) == StartLevel(1, 2)


@pytest.mark.parametrize("priority", list(Priority))
@given(
    minute=st.floats(0, 30),
    level=st.integers(1, 2),
    round=st.integers(1, 4),
    passed=st.booleans(),
    alarmed=st.booleans(),
    outcomes=st.lists(st.tuples(st.sampled_from(["anna", "bruno"]), st.sampled_from(Outcome)), max_size=4),
)
def test_a_page_always_has_something_to_do_or_a_time_to_look_again(
    priority: Priority,
    minute: float,
    level: int,
    round: int,
    passed: bool,
    alarmed: bool,
    outcomes: list[tuple[str, Outcome]],
) -> None:
    where = position(level, round, since=0, passed=passed, alarmed=alarmed)
    attempts = [
        Attempt(person, channel, outcome)
        for (person, outcome), channel in zip(outcomes, [SMS, VOICE] * 2, strict=False)
    ]
    now = at(minute)
    people = dict.fromkeys(["anna", "bruno"], (SMS, VOICE, SECOND_PHONE))
    match next_move(POLICY, priority, where, attempts, people, now):
        case Wait(until):
            assert until > now
        case StartChannels(messages):
            assert messages
            assert not set(messages) & {(a.person, a.channel) for a in attempts}
        case StartLevel(round=next_round, level=next_level):
            assert (next_round, next_level) in {(round, level + 1), (round + 1, 1)}
        case AlarmFallback():
            assert round >= POLICY.repeat
            assert not alarmed


def test_channels_are_told_ahead_with_what_each_waits_for():
    level = Level(("technician:anna",), BOTH, timedelta(minutes=6), {SMS: timedelta(minutes=1)})
    with_second = (SMS, VOICE, Channel.SECOND_PHONE)
    now, minute = timedelta(), timedelta(minutes=1)
    assert channel_offsets(level, BOTH, Priority.P1) == ((SMS, now), (VOICE, now))
    assert channel_offsets(level, BOTH, Priority.P2) == ((SMS, now), (VOICE, minute))
    assert channel_offsets(level, with_second, Priority.P1)[2] == (Channel.SECOND_PHONE, 3 * minute)


def test_a_channel_whose_turn_comes_when_the_level_is_over_does_not_start():
    level = Level(("technician:anna",), BOTH, timedelta(minutes=6), {SMS: timedelta(minutes=6)})
    assert channel_offsets(level, BOTH, Priority.P2) == ((SMS, timedelta()),)


def test_the_fallback_is_alarmed_after_the_last_level_of_the_last_round():
    level = Level(("technician:anna",), BOTH, timedelta(minutes=6))
    policy = EscalationPolicy((level, level), 3, timedelta(minutes=20), ("technician:anna",))
    assert policy.alarmed_after == timedelta(minutes=2 * 20 + 12)
