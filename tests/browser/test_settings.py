"""Prompts that are heard by the browser's voices, and the people behind a role, in a real browser."""

LISTEN = """
window.said = [];
speechSynthesis.speak = (utterance) => {
  said.push([utterance.text, utterance.lang]);
  window.last = utterance;
};
"""


def test_a_prompt_is_heard_in_its_language_and_stops_when_it_is_pressed_again(visit):
    window = visit().sign_in()
    window.page.add_init_script(LISTEN)
    page = window.go("/prompts")
    english = page.get_by_role("button", name="Hear caller.ticket_open")
    italian = page.get_by_role("button", name="Hear it.offer")
    english.click()
    assert english.get_attribute("aria-pressed") == "true"
    italian.click()
    assert english.get_attribute("aria-pressed") == "false"
    assert page.evaluate("said") == [
        ["Your ticket 1 0 4 8 2 3 is open.", "en-GB"],
        ["Per l'italiano, premere 2.", "it-IT"],
    ]
    page.evaluate("last.onend()")
    assert italian.get_attribute("aria-pressed") == "false"
    italian.click()
    italian.click()
    assert italian.get_attribute("aria-pressed") == "false"
    assert page.evaluate("said.length") == 3


def test_without_a_script_nothing_can_be_pressed_that_does_nothing(visit):
    page = visit(scripts=False).sign_in().go("/prompts")
    page.get_by_text("Your ticket 1 0 4 8 2 3 is open.").wait_for()
    assert page.get_by_role("button", name="Hear").count() == 0


def test_a_duty_manager_is_added_on_a_phone_after_a_mistake(visit):
    window = visit(width=360, colours="dark", scripts=False).sign_in()
    page = window.go("/contacts/duty_manager")
    page.get_by_role("button", name="Add a person").click()
    second = page.get_by_role("group", name="Person 2")
    second.get_by_label("Name").fill("Eva Sarti")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("nothing would reach this person").wait_for()
    assert window.overflow() == 0
    second.get_by_label("E-mail").fill("eva@example.com")
    second.get_by_role("button", name="Move up").click()
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Duty manager: the change holds from now on.").wait_for()
    assert page.locator("#duty_manager .holders li").first.inner_text().startswith("Eva Sarti")
