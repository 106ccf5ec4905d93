"""A carrier that is down is left alone for a while, and tried one message at a time."""

from datetime import timedelta

from models.delivery import DeliveryKind
from paging.breaker import FAILURES, LONGEST_REST, Breakers
from paging.carriers.protocol import Message
from paging.claims import Claim, Task
from paging.delivery import Courier
from rules.escalation import Channel
from tests.defences.carrier import TakingCarrier
from tests.times import NIGHT
from tests.world import World

SMS = Channel.SMS
SECOND = timedelta(seconds=1)


def broken() -> Breakers:
    """Five failures over five seconds."""
    breakers = Breakers()
    for number in range(FAILURES):
        breakers.failed(SMS, NIGHT + number * 1.25 * SECOND)
    return breakers


LAST = NIGHT + 5 * SECOND


def test_all_is_well_until_it_fails_again_and_again() -> None:
    breakers = Breakers()
    for number in range(FAILURES - 1):
        breakers.failed(SMS, NIGHT + number * 5 * SECOND)
    assert breakers.admits(SMS, NIGHT + 60 * SECOND)
    assert breakers.rests_until(SMS) is None


def test_many_that_fail_together_are_a_blip() -> None:
    breakers = Breakers()
    for _ in range(8):
        breakers.failed(SMS, NIGHT)
    assert breakers.admits(SMS, NIGHT)


def test_it_rests_and_then_lets_one_through_to_try() -> None:
    breakers = broken()
    assert breakers.rests_until(SMS) == LAST + 2 * SECOND
    assert not breakers.admits(SMS, LAST + SECOND)
    assert breakers.admits(SMS, LAST + 2 * SECOND)
    assert not breakers.admits(SMS, LAST + 3 * SECOND)


def test_each_try_that_fails_doubles_the_rest_up_to_half_a_minute() -> None:
    breakers, now, rests = broken(), LAST, []
    for _ in range(6):
        until = breakers.rests_until(SMS)
        assert until is not None
        assert breakers.admits(SMS, until)
        breakers.failed(SMS, until)
        after = breakers.rests_until(SMS)
        assert after is not None
        rests.append(after - until)
        now = until
    assert rests == [4 * SECOND, 8 * SECOND, 16 * SECOND, LONGEST_REST, LONGEST_REST, LONGEST_REST]
    assert now < NIGHT + timedelta(minutes=2)


def test_one_that_works_ends_the_rest() -> None:
    breakers = broken()
    breakers.worked(SMS)
    assert breakers.admits(SMS, LAST)


def test_each_channel_has_a_breaker_of_its_own() -> None:
    assert broken().admits(Channel.VOICE, LAST)


def test_a_telephone_that_could_be_stilled_shows_that_its_carrier_is_there(quick_world: World) -> None:
    """Two telephones ring for one page: the second must not ring on for as long as a carrier that was away rests."""
    breakers = Breakers()
    breakers.refused(Channel.VOICE, quick_world.clock.at)
    line, carriers = quick_world.gateway.line, {Channel.VOICE: TakingCarrier()}
    message = Message(7, 1, Channel.VOICE, "+393331110001", "", "", "", "")
    claim = Claim(7, 1, Task.END_CALL, DeliveryKind.HANG_UP, Channel.VOICE, message, sid="CA1")
    Courier(quick_world.database, line, carriers, breakers).do(claim)
    assert breakers.rests_until(Channel.VOICE) is None
