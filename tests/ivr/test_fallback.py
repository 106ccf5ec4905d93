"""When we are down: the document that another host keeps for us, and what a caller hears of it."""

import pytest

from ivr import fallback
from tests.rules.vendor import POLICY
from tests.simulator.conftest import World as Town
from tests.twiml_check import check
from tests.world import ADA, World

MAX = "+393331110009"
EVA = "+393331110008"
TWO = f"""
roles: {{duty_manager: [{{name: Max, phone: "{MAX}"}}, {{name: Mail Only, email: m@example.com}}, \
{{name: Eva, phone: "{EVA}"}}, {{name: Max again, phone: "{MAX}"}}]}}
"""
OVER = f"This call ends here. You can open a web ticket at {POLICY.portal}. Goodbye."


def printed(world: World) -> str:
    with world.database.read() as session:
        return fallback.document(session, world.gateway.line)


def test_the_document_is_valid_and_asks_nothing_of_us(quick_world: World):
    document = printed(quick_world.loads(TWO))
    root = check(document)
    assert [element.tag for element in root] == ["Say", "Dial", "Say", "Hangup"]
    assert [number.text for number in root.iter("Number")] == [MAX, EVA]
    assert "http" not in document and "action" not in document


def test_when_the_first_duty_manager_does_not_answer_the_next_is_rung(quick_world: World, clock, sqlite):
    town = Town(sqlite, clock)
    town.application.documents["/twilio/voice"] = (printed(quick_world.loads(TWO)), 200, "text/xml")
    call = town.company.phone(ADA).dials()
    assert call.said == ["This line is out of order, so we call the duty manager."]
    assert town.company.handset(MAX).ringing and not town.company.handset(EVA).ringing
    town.after(fallback.RING + 1)
    eva = town.company.handset(EVA).answers()
    eva.hangs_up()
    assert call.said[-1] == OVER
    assert call.over
    assert not town.company.handset(MAX).ringing


def test_when_nobody_answers_the_caller_hears_what_to_do(quick_world: World, clock, sqlite):
    town = Town(sqlite, clock)
    town.application.documents["/twilio/voice"] = (printed(quick_world.loads(TWO)), 200, "text/xml")
    call = town.company.phone(ADA).dials()
    town.after(2 * (fallback.RING + 1))
    assert call.said[-1] == OVER
    assert set(town.application.paths()) == {"/twilio/voice", "/twilio/voice/status"}


@pytest.mark.parametrize(
    ("people", "why"),
    [
        ("[]", "No duty manager with a telephone is on file. Add one"),
        ("[{name: Mail, email: m@example.com}]", "No duty manager with a telephone is on file. Add one"),
        ('[{name: Sat, phone: "+881612345678"}]', "None of the duty managers' numbers may be dialled (+881612345678)"),
    ],
)
def test_without_a_number_to_dial_it_says_what_to_do(quick_world: World, people, why):
    quick_world.loads(f"roles: {{duty_manager: {people}}}")
    with pytest.raises(fallback.NobodyToDial) as refusal:
        printed(quick_world)
    assert str(refusal.value).startswith(why)


def test_the_command_prints_it(quick_world: World, command, capsys):
    assert command("fallback") == 0
    check(capsys.readouterr().out)
    quick_world.loads("roles: {duty_manager: []}")
    assert command("fallback") == 1
    output = capsys.readouterr()
    assert output.out == "" and output.err.startswith("No duty manager")
