"""People who phone the line: what they hear, what the application is told."""

import pytest

from simulator.phone import LineIsDead
from simulator.tables import LegStatus
from tests.simulator.conftest import LINE, SID, Application, World

ADA = "+393332220001"
VOICE = "/twilio/voice"
STATUS = "/twilio/voice/status"


@pytest.fixture
def menu(application: Application) -> None:
    application.answers(
        VOICE,
        "<Say>Welcome.</Say>",
        '<Gather action="http://line.example/choice" numDigits="1" timeout="8"><Say>Press 1.</Say></Gather>',
        "<Say>You pressed nothing.</Say><Hangup/>",
    )
    application.answers("/choice", "<Say>Thank you.</Say><Hangup/>")


def test_the_first_request_tells_all_that_the_provider_tells(world: World, application: Application, menu):
    world.company.phone(ADA).dials()
    form = application.forms(VOICE)[0]
    assert form["CallSid"].startswith("CA")
    assert len(form["CallSid"]) == 34
    blank = {key: form[key] for key in ("FromCity", "FromState", "FromZip", "ToCity")}
    assert blank == {"FromCity": "", "FromState": "", "FromZip": "", "ToCity": ""}
    assert form | {"AccountSid": SID, "From": ADA, "To": LINE, "CallStatus": "ringing"} == form
    assert form | {"Direction": "inbound", "ApiVersion": "2010-04-01", "FromCountry": "IT"} == form


def test_a_key_interrupts_and_is_posted_to_the_action(world: World, application: Application, menu):
    call = world.company.phone(ADA).dials()
    assert call.said == ["Welcome.", "Press 1."]
    call.presses("1")
    assert call.said == ["Thank you."]
    assert call.heard == ["Welcome.", "Press 1.", "Thank you."]
    assert call.over
    answer = application.forms("/choice")[0]
    assert (answer["Digits"], answer["CallStatus"]) == ("1", "in-progress")


def test_silence_falls_through_to_the_next_verb(world: World, application: Application, menu):
    call = world.company.phone(ADA).dials().stays_silent()
    assert call.said[-1] == "You pressed nothing."
    assert application.forms("/choice") == []


def test_silence_lasts_as_long_as_the_gather_waits(world: World, menu):
    call = world.company.phone(ADA).dials()
    world.after(7.9)
    assert not call.over
    world.after(0.2)
    assert call.over


def test_silence_is_posted_when_the_application_asked_for_it(world: World, application: Application):
    application.answers(VOICE, '<Gather action="/silence" actionOnEmptyResult="true"/>')
    application.answers("/silence", "<Hangup/>")
    world.company.phone(ADA).dials().stays_silent()
    assert application.forms("/silence")[0]["Digits"] == ""


@pytest.mark.parametrize(
    ("attributes", "keys", "digits"),
    [
        ('finishOnKey="#"', "4820#", "4820"),
        ("", "4820#", "4820"),
        ('numDigits="4"', "4820", "4820"),
        ('numDigits="4"', "48#", "48"),
        ('finishOnKey="" numDigits="3"', "4#*", "4#*"),
        ('finishOnKey="*" numDigits="9"', "1#*", "1#"),
    ],
)
def test_what_ends_a_gather(world: World, application: Application, attributes, keys, digits):
    application.answers(VOICE, f'<Gather action="/keys" {attributes}/>')
    application.answers("/keys", "<Hangup/>")
    world.company.phone(ADA).dials().presses(keys)
    assert application.forms("/keys")[0]["Digits"] == digits


def test_keys_without_an_end_are_posted_after_the_silence(world: World, application: Application):
    application.answers(VOICE, '<Gather action="/keys" timeout="5"/>')
    application.answers("/keys", "<Hangup/>")
    world.company.phone(ADA).dials().presses("48").stays_silent()
    assert application.forms("/keys")[0]["Digits"] == "48"


def test_the_end_key_alone_is_silence(world: World, application: Application):
    application.answers(VOICE, '<Gather action="/keys"/><Say>Nothing.</Say>')
    call = world.company.phone(ADA).dials().presses("#")
    assert call.said == ["Nothing."]
    assert application.forms("/keys") == []


def test_a_gather_without_an_action_asks_the_same_address_again(world: World, application: Application):
    application.answers_in_turn(VOICE, '<Gather numDigits="1"/>', "<Say>Again.</Say><Hangup/>")
    call = world.company.phone(ADA).dials().presses("7")
    assert call.said == ["Again."]
    assert [form.get("Digits") for form in application.forms(VOICE)] == [None, "7"]


def test_after_a_hang_up_only_the_status_is_told(world: World, application: Application, menu):
    call = world.company.phone(ADA).dials()
    world.after(3)
    call.hangs_up()
    world.after(60)
    assert application.paths() == [VOICE, STATUS]
    status = application.forms(STATUS)[0]
    assert (status["CallStatus"], status["CallDuration"], status["CallSid"]) == ("completed", "3", call.sid)


def test_nothing_can_be_done_on_a_dead_line(world: World, menu):
    call = world.company.phone(ADA).dials().hangs_up()
    with pytest.raises(LineIsDead):
        call.presses("1")


@pytest.mark.parametrize(("reason", "status"), [("busy", LegStatus.BUSY), ("rejected", LegStatus.NO_ANSWER)])
def test_a_rejected_call_is_never_answered(world: World, application: Application, reason, status):
    application.answers(VOICE, f'<Reject reason="{reason}"/>')
    call = world.company.phone(ADA).dials()
    assert (call.status, call.heard) == (status, [])


def test_redirect_goes_to_another_document(world: World, application: Application):
    application.answers(VOICE, "<Redirect>/elsewhere?x=1&amp;y=2</Redirect>")
    application.answers("/elsewhere", "<Say>Here.</Say>")
    assert world.company.phone(ADA).dials().said == ["Here."]


def test_an_application_that_redirects_to_itself_is_stopped(world: World, application: Application):
    application.answers(VOICE, "<Redirect>/twilio/voice</Redirect>")
    call = world.company.phone(ADA).dials()
    assert call.over
    assert "application error" in call.words


def test_a_pause_takes_its_time(world: World, application: Application):
    application.answers(VOICE, '<Pause length="4"/><Say>Now.</Say><Pause/>')
    call = world.company.phone(ADA).dials()
    world.after(3.9)
    assert call.said == []
    world.after(0.2)
    assert call.said == ["Now."]


def test_a_document_without_more_verbs_ends_the_call(world: World, application: Application):
    application.answers(VOICE, "<Say>Goodbye.</Say>")
    assert world.company.phone(ADA).dials().status is LegStatus.COMPLETED


def test_a_sound_and_repetition_are_heard(world: World, application: Application):
    application.answers(VOICE, "<Play>https://sounds.example/a.mp3</Play>", '<Say loop="2">Twice.</Say>')
    assert world.company.phone(ADA).dials().heard == ["(sound https://sounds.example/a.mp3)", "Twice."]


@pytest.mark.parametrize("caller", ["anonymous", "unknown", "Max Q. Public"])
def test_a_caller_may_hide_the_number(world: World, application: Application, menu, caller):
    world.company.phone(caller).dials()
    assert (application.forms(VOICE)[0]["From"], application.forms(VOICE)[0]["FromCountry"]) == (caller, "")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("<Response><Say>Open", "not XML"),
        ("<Answer/>", "root"),
        ("", "not XML"),
        ("<Response><Shout>Hello</Shout></Response>", "<Shout> is not allowed"),
        ('<Response><Gather numDigits="0"/></Response>', "less than 1"),
        ('<Response><Gather inputs="dtmf"/></Response>', "no attribute 'inputs'"),
        ('<Response><Gather input="dtmf touch"/></Response>', "not one of"),
        ("<Response><Say/></Response>", "empty"),
        ("<Response><Gather><Gather/></Gather></Response>", "<Gather> is not allowed"),
        ("<Response>Hello</Response>", "no text"),
        ("<Response><Redirect>two words</Redirect></Response>", "not an address"),
        (f"<Response><Say>{'x' * 5000}</Say></Response>", "longer than 4096"),
        ("<Response><Pay/></Response>", "cannot be played"),
        (("<Response/>", 200, "text/html"), "content type"),
        (("<Response/>", 500, "text/xml"), "500"),
        (("<Response/>", 404, "text/xml"), "404"),
        (("", 204, "text/xml"), "204"),
    ],
)
def test_an_answer_that_cannot_be_played_is_an_application_error(
    world: World, application: Application, answer, problem
):
    application.documents[VOICE] = answer
    call = world.company.phone(ADA).dials()
    assert call.over
    assert call.words == "We are sorry, an application error has occurred. Goodbye."
    assert problem in call.notes[-1]
