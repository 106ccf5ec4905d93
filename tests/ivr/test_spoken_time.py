"""How long the words take, at 14 characters a second: a stressed caller at 3 a.m. has no patience."""

from tests.ivr.telephone import ACME_PIN, Telephone
from tests.ivr.world import ADA, World

CHARACTERS_A_SECOND = 14


def seconds(text: str) -> float:
    return len(text) / CHARACTERS_A_SECOND


def whole_call(call: Telephone) -> float:
    """A P1 from the ring to the last word, every prompt heard in full."""
    call.to_closing()
    call.wait()
    assert call.is_over
    return sum(seconds(said) for said in call.said_in_all)


def test_the_pin_prompt_is_heard_within_5_seconds_of_pressing_1(acme: World) -> None:
    assert seconds(acme.phone().press("1").said) <= 5


def test_a_whole_p1_call_takes_a_minute_at_most(acme: World) -> None:
    assert whole_call(acme.phone()) <= 60


def test_a_registered_caller_s_takes_45_seconds_at_most(world: World) -> None:
    world.contact(world.customer())
    assert whole_call(world.phone(ADA)) <= 45


def test_who_presses_each_key_as_soon_as_it_is_named_needs_20_seconds_at_most(acme: World) -> None:
    call = acme.phone()
    heard = 0.0
    for key, named in (("1", "press 1"), (ACME_PIN, "PIN"), ("1", "press 1"), ("1", "press 1")):
        heard += seconds(call.said[: call.said.index(named) + len(named)])
        call.press(key)
    heard += seconds(call.said)
    assert heard <= 20


def test_no_sentence_is_long_and_no_prompt_has_more_than_three_options(acme: World) -> None:
    call = acme.phone().press("1").press(ACME_PIN).press("1").press("1").record()
    for said in call.said_in_all[1:]:
        assert said.count("press") <= 3
        assert all(len(sentence.split()) <= 20 for sentence in said.split(". "))


def test_who_pressed_a_key_that_means_nothing_hears_the_question_again_and_shorter(acme: World) -> None:
    for call in (acme.phone().to_callback(), acme.phone().to_closing()):
        first = call.said
        call.press("9")
        assert len(call.said) < len(first)
        assert "press" in call.said


def test_who_stays_silent_at_the_pin_is_asked_again_and_shorter(acme: World) -> None:
    call = acme.phone().press("1")
    first = call.said
    assert len(call.wait().said) < len(first)


def test_an_option_is_said_before_its_key(acme: World) -> None:
    call = acme.phone().press("1").press(ACME_PIN).press("1").press("1").record()
    for said in call.said_in_all:
        for sentence in said.split(". "):
            assert not sentence.startswith("Press")


def test_a_window_and_an_open_ticket_add_one_option_each(acme: World) -> None:
    acme.phone().to_callback().hang_up()
    acme.window(1)
    assert acme.phone().to_priority().said.count("press") == 5
