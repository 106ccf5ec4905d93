"""A call walked at random by a model of it: any keys, silence, hang-ups, repeats, reordering, restarts.

Always a valid document, always a polite end, never two tickets for one choice, never a lost one.
"""

from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import delete, update

from models.customer import Maintenance
from models.page import Page, PageState
from models.protection import Throttle
from models.ticket import Ticket, TicketState
from rules.pin_budgets import YEAR
from tests.ivr.telephone import ACME_PIN
from tests.ivr.world import ADA, STRANGER, World
from tests.times import NIGHT

MOST_PROMPTS = 25
CALLERS = [ADA, STRANGER, "anonymous", "+266696687", "+14155550100"]
KEYS = [
    *("0", "1", "1", "1", "2", "3", "4", "5", "9", "*", "#", "", "1001"),
    *(ACME_PIN, ACME_PIN, "11111111", "0233445566", "112"),
]
ODD_KEYS = ["١٢٣٤٥٦٧٨", "8" * 40, "+39", "hangup", "1 1", "\u0660", "\x00", "0039 0584 943232", "1" * 200]
OPENING = {"1", "2"}
DIGITS = "1001"
"""Of Acme's contract number, which is asked for before the PIN while somebody attacks the line."""
EXPECTED = {"pin": ACME_PIN, "hold": "2"}
"""What leads on to the next problem; elsewhere it is 1."""


class AnyCall(RuleBasedStateMachine):
    """One call. `chosen` counts the choices that must each have opened a ticket."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.answered: list[tuple[str, dict[str, str]]] = []
        self.chosen = 0
        self.problems = 1
        self.prompts = 0
        self.is_hung_up = False

    @initialize(number=st.sampled_from(CALLERS), in_window=st.booleans(), is_attacked=st.booleans())
    def rings(self, number: str, in_window: bool, is_attacked: bool = False) -> None:
        self.world.clock.at = NIGHT
        with self.world.database.write() as session:
            session.execute(update(Ticket).values(state=TicketState.SOLVED))
            session.execute(update(Page).values(state=PageState.CLOSED, due_at=None))
            session.execute(delete(Throttle))
            session.execute(delete(Maintenance))
            if is_attacked:
                session.add(Throttle(key="line:", failures=9, last_at=NIGHT, whole_at=NIGHT + YEAR))
        self.in_window = in_window
        if in_window:
            self.world.window(1)
        self.call = self.world.phone(number)
        self.prompts = 1

    def goes_on(self) -> bool:
        return not self.is_hung_up and not self.call.is_over

    @precondition(goes_on)
    @rule(keys=st.sampled_from(KEYS) | st.sampled_from(ODD_KEYS) | st.text(max_size=12))
    def presses(self, keys: str) -> None:
        if self.call.question.tag == "Gather" and keys:
            self.answer({"Digits": keys}, keys)
        else:
            self.stays_silent()

    @precondition(goes_on)
    @rule()
    def gives_the_expected_answer(self) -> None:
        if self.call.question.tag == "Gather":
            asks_for_contract = self.call.step == "pin" and "contract number, then" in self.call.said
            self.presses(DIGITS if asks_for_contract else EXPECTED.get(self.call.step, "1"))
        else:
            self.records("#", "7", self.prompts)

    @precondition(goes_on)
    @rule()
    def stays_silent(self) -> None:
        if self.call.question.tag == "Enqueue":
            self.leaves_the_queue("leave")
        else:
            self.answer({}, "")

    @precondition(goes_on)
    @rule(ends=st.sampled_from(["#", "0", "*", "hangup", ""]), seconds=st.sampled_from(["0", "7"]), name=st.integers())
    def records(self, ends: str, seconds: str, name: int) -> None:
        if self.call.question.tag == "Record":
            url = f"https://api.twilio.com/recordings/RE{abs(name)}{self.call.sid}"
            self.answer({"Digits": ends, "RecordingUrl": url, "RecordingDuration": seconds}, ends)

    @precondition(goes_on)
    @rule(result=st.sampled_from(["bridged", "leave", "error", "hangup", "queue-full", ""]))
    def leaves_the_queue(self, result: str) -> None:
        if self.call.question.tag == "Enqueue":
            self.answer({"QueueResult": result}, "")

    @precondition(lambda self: self.goes_on() and self.answered)
    @rule(which=st.integers(0, 10**6), hours=st.sampled_from([0, 0, 0, 5]))
    def a_webhook_comes_again(self, which: int, hours: int) -> None:
        """Out of order, and perhaps hours later."""
        self.world.clock.at += timedelta(hours=hours)
        url, form = self.answered[which % len(self.answered)]
        self.call.post(url, **form)

    @precondition(goes_on)
    @rule()
    def the_current_question_is_asked_for_again(self) -> None:
        self.call.call()

    @precondition(lambda self: self.goes_on() and self.call.question.tag == "Gather")
    @rule(step=st.sampled_from(["pin", "priority", "callback", "description", "hold", "human", "desk", "x"]))
    def a_key_answers_another_question(self, step: str) -> None:
        """Forged or replayed: an answer to a question that is not the current one changes nothing."""
        if step != self.call.step:
            self.call.post(f"/twilio/voice/{step}?turn=99", Digits="1")

    @rule()
    def the_application_starts_again(self) -> None:
        calls = self.world.calls
        self.world.__post_init__()
        self.world.calls = calls

    @rule(seconds=st.sampled_from([1, 50, 600]))
    def time_passes(self, seconds: int) -> None:
        self.world.clock.at += timedelta(seconds=seconds)
        self.world.due()

    @precondition(goes_on)
    @rule(is_reported=st.booleans())
    def hangs_up(self, is_reported: bool) -> None:
        self.is_hung_up = True
        if is_reported:
            self.call.hang_up()
            self.call.hang_up()

    def answer(self, form: dict[str, str], keys: str) -> None:
        """Answer the current question, and note what the answer must have done."""
        before, problem = self.call.step, self.chosen
        joins_window = keys == "3" and self.in_window and before == "priority"
        has_window_ticket = self.has_window_ticket()
        url = self.call.action
        self.call.post(url, **form)
        self.answered.append((url, form))
        self.prompts += 1
        if before == "priority" and (keys in OPENING or (joins_window and not has_window_ticket)):
            self.chosen += 1
            assert self.call.step == "callback", self.call.said
        if before == "hold" and self.call.step == "priority":
            self.problems += 1
        assert self.chosen - problem in (0, 1)

    def has_window_ticket(self) -> bool:
        return any(window.ticket_number for window in self.world.all(Maintenance))

    def tickets(self) -> list[Ticket]:
        return self.world.all(Ticket, Ticket.call_sid == self.call.sid)

    @invariant()
    def each_choice_has_its_one_ticket(self) -> None:
        if self.prompts:
            assert len(self.tickets()) == self.chosen

    @invariant()
    def no_ticket_is_without_a_page_that_goes_on(self) -> None:
        if self.prompts:
            for ticket in self.tickets():
                page = self.world.page(ticket.number)
                assert page.due_at is not None
                assert page.state in (PageState.ARMED, PageState.PAGING)

    @invariant()
    def the_call_ends_before_the_caller_tires(self) -> None:
        assert self.prompts <= MOST_PROMPTS * self.problems

    def teardown(self) -> None:
        """Whoever falls silent comes to a polite end."""
        if not self.prompts:
            return
        while self.goes_on() and self.prompts <= MOST_PROMPTS * (self.problems + 1):
            self.stays_silent()
        if not self.is_hung_up:
            assert self.call.is_over, self.call.said_in_all
            assert "Goodbye" in self.call.said
            self.call.hang_up()
        self.time_passes(50)
        for ticket in self.tickets():
            assert self.world.page(ticket.number).state is PageState.PAGING


def test_any_call_comes_to_a_polite_end_and_loses_and_doubles_nothing(both: World) -> None:
    both.contact(both.customer(number="C-1001"))
    machine = type("AnyCallHere", (AnyCall,), {"world": both})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


def test_a_whole_call_that_presses_1_is_among_them(acme_on_both: World) -> None:
    """The model finds the main path: what it checks is not checked of dead ends alone."""
    walk = type("AnyCallHere", (AnyCall,), {"world": acme_on_both})()
    walk.rings(STRANGER, False)
    for keys in ("1", ACME_PIN, "1", "1"):
        walk.presses(keys)
    walk.records("#", "7", 1)
    walk.presses("2")
    walk.presses("2")
    assert (walk.chosen, walk.problems) == (2, 2)
    walk.each_choice_has_its_one_ticket()
    walk.teardown()


def test_so_is_one_of_a_line_under_attack(world: World) -> None:
    world.customer(number="C-1001")
    walk = type("AnyCallHere", (AnyCall,), {"world": world})()
    walk.rings(STRANGER, False, is_attacked=True)
    for _ in range(5):
        walk.gives_the_expected_answer()
    assert (walk.call.step, walk.chosen) == ("description", 1)
    walk.teardown()
