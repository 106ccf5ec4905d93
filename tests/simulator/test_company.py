"""How the company behaves as a machine: pace, retries, time-outs, and what it does with a slow application."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from simulator import desk
from simulator.company import Company
from simulator.tables import Wait
from simulator.transport import Answer, NoAnswer, NoConnection
from tests.simulator.conftest import LINE, SID, TOKEN, URL, Application, World

ADA = "+393332220001"
VOICE = "/twilio/voice"


class Flaky:
    """Answers with what it is told, one after the other; keeps the addresses it was asked for."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self._answers = list(answers)
        self.asked: list[str] = []

    def post(self, url: str, form: Mapping[str, str], headers: Mapping[str, str]) -> Answer:
        self.asked.append(url)
        answer = self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


HELLO = Answer(200, "text/xml", "<Response><Say>Hello.</Say></Response>")
DOWN = Answer(503, "text/plain", "")
NOTHING = Answer(204, "", "")


def at_pace(world: World, pace: float, typing_seconds: float = 0.0) -> None:
    """From now on words take their time."""
    world.company.account = replace(world.company.account, pace=pace, typing_seconds=typing_seconds)


@pytest.mark.parametrize(
    ("fragment", "answers", "heard", "tries"),
    [
        ("", (NoConnection(), HELLO), "Hello.", 2),
        ("", (NoConnection(), NoConnection()), "application error", 2),
        ("", (NoAnswer(),), "application error", 1),
        ("", (DOWN,), "application error", 1),
        ("#rc=2&rp=ct,rt,5xx", (DOWN, NoAnswer(), HELLO), "Hello.", 3),
        ("#rc=2&rp=all", (DOWN, DOWN, DOWN), "application error", 3),
        ("#rc=0", (NoConnection(),), "application error", 1),
    ],
)
def test_a_webhook_is_tried_again_as_its_address_says(world: World, fragment, answers, heard, tries):
    transport = Flaky(
        Answer(200, "text/xml", f"<Response><Redirect>/next{fragment.replace('&', '&amp;')}</Redirect></Response>"),
        *answers,
        NOTHING,
    )
    company = Company(world.company.database, transport, SID, TOKEN, LINE, URL)
    call = company.phone(ADA).dials()
    assert heard in call.words
    assert transport.asked[1:-1] == [f"{URL}/next"] * tries


def test_words_take_their_time_and_keys_interrupt_them(world: World, application: Application):
    at_pace(world, 10)
    application.answers(
        VOICE,
        f"<Say>{'a' * 30}</Say>",
        f'<Gather action="/key" numDigits="1" timeout="5"><Say>{"b" * 40}</Say><Pause length="1"/></Gather>',
    )
    application.answers("/key", "<Hangup/>")
    call = world.company.phone(ADA).dials()
    call.presses("1")
    world.after(2.9)
    assert (call.wait, call.heard) == (Wait.SPEECH, ["a" * 30])
    world.after(0.2)
    assert call.heard == ["a" * 30, "b" * 40]
    world.after(9)
    still_there = not call.over
    assert still_there
    call.presses("1")
    assert call.over
    assert [form["Digits"] for form in application.forms("/key")] == ["1"]


def test_the_silence_begins_after_the_last_word(world: World, application: Application):
    at_pace(world, 10)
    application.answers(VOICE, f'<Gather timeout="5"><Say>{"b" * 40}</Say></Gather>')
    call = world.company.phone(ADA).dials()
    world.after(8.9)
    assert not call.over
    world.after(0.2)
    assert call.over


def test_a_sound_without_end_plays_until_somebody_hangs_up(world: World, application: Application):
    application.answers(VOICE, '<Play loop="0">https://sounds.example/music.mp3</Play>')
    call = world.company.phone(ADA).dials()
    world.after(3600)
    assert not call.over
    assert call.hangs_up().over


def test_who_types_words_has_more_time_than_who_speaks(world: World, application: Application):
    at_pace(world, 1000, typing_seconds=20)
    application.answers(VOICE, '<Record timeout="5" action="/done"/>')
    call = world.company.phone(ADA).dials()
    world.after(24)
    assert call.wait is Wait.RECORD
    world.after(2)
    assert call.over


def test_tones_are_heard(world: World, application: Application):
    application.answers(VOICE, '<Play digits="12w#"/>')
    assert world.company.phone(ADA).dials().heard == ["(tones 12w#)"]


def test_an_answer_that_comes_after_the_hang_up_is_dropped(world: World, application: Application):
    application.answers(VOICE, '<Gather numDigits="1" action="/slow"/>')
    application.answers("/slow", "<Say>Too late.</Say>")
    call = world.company.phone(ADA).dials()
    with world.company.exchange() as exchange:
        leg = exchange.leg(call.sid)
        assert leg is not None
        exchange.request(leg, "/slow")
    call.hangs_up()
    assert "Too late." not in call.heard
    assert application.paths().count("/slow") == 1


def test_a_large_document_is_an_application_error(world: World, application: Application):
    application.answers(VOICE, "<Pause/>" * 9000)
    assert "larger" in world.company.phone(ADA).dials().notes[-1]


def test_an_unknown_leg_and_a_wrong_key_change_nothing(world: World):
    desk.hang_up(world.company, "CA0")
    desk.speak(world.company, "CA0", "words", 1)
    desk.pick_up(world.company, "CA0")
    desk.let_time_pass(world.company, "CA0")
    with pytest.raises(ValueError, match="no key"):
        desk.press(world.company, "CA0", "A")
    assert world.company.next_due() is None
