"""Texts from technicians, in any case and order, and what they are answered."""

import pytest
from sqlalchemy import update

from models.customer import Customer
from models.page import Page, PageState
from models.ticket import TicketState
from paging import pager
from rules.gsm7 import segments, to_gsm7
from tests.ivr.deadlock import fails_once
from tests.ivr.world import ANNA, BRUNO, STRANGER, World


@pytest.fixture
def paged(acme_on_both: World) -> World:
    """Anna has been texted about 100001."""
    acme_on_both.phone().to_closing().wait()
    acme_on_both.due()
    return acme_on_both


@pytest.mark.parametrize(
    "body", ["ACK 100001", "ack 100001", "100001 Ack", "Ack.", "ack #100001!", "  ACK\n", "ACK ALL"]
)
def test_ack_takes_the_ticket_in_charge(paged: World, body: str) -> None:
    answer = paged.text(ANNA, body)
    assert answer == f"P1 100001 Acme SpA is yours. Call {STRANGER} Not you? Reply PASS 100001".replace(
        "1 Not", "1. Not"
    )
    assert (paged.ticket().state, paged.ticket().taken_by) == (TicketState.IN_CHARGE, "anna")
    assert paged.page().state is PageState.ACKNOWLEDGED


def test_ack_that_comes_twice_is_confirmed_twice_and_done_once(paged: World) -> None:
    assert paged.text(ANNA, "ACK 100001") == paged.text(ANNA, "ACK 100001")
    assert paged.story(100001).count("acknowledged the page") == 1


def test_any_technician_may_ack_and_the_second_hears_who_has_it(paged: World) -> None:
    assert "is yours" in (paged.text(BRUNO, "ACK 100001") or "")
    assert paged.text(ANNA, "ACK 100001") == "Bruno Neri has 100001 since 03:00."


def test_the_confirmation_is_one_segment_whatever_the_name(paged: World) -> None:
    with paged.database.write() as session:
        session.execute(update(Customer).values(name="\u00c5ngstr\u00f6m \u2013 \u0141\u00f3d\u017a " * 7))
    answer = paged.text(ANNA, "ACK") or ""
    assert segments(answer) == 1
    assert answer == to_gsm7(answer)
    assert answer.endswith("Reply PASS 100001")


def test_pass_by_who_was_paged_moves_the_page_one_level(paged: World) -> None:
    assert paged.text(ANNA, "pass") == "100001 is passed on."
    paged.due()
    assert paged.page().level == 2
    assert paged.text(ANNA, "PASS 100001") == "100001 is passed on."
    assert (paged.page().level, paged.page().passed) == (2, False)


def test_pass_by_the_owner_opens_it_again(paged: World) -> None:
    paged.text(ANNA, "ACK")
    assert paged.text(ANNA, "PASS") == "100001 is passed on."
    paged.due()
    assert paged.ticket().state is TicketState.OPEN
    assert (paged.page().state, paged.page().level) == (PageState.PAGING, 2)


def test_pass_by_somebody_else_is_refused(paged: World) -> None:
    assert "not yours" in (paged.text(BRUNO, "PASS 100001") or "")
    paged.text(ANNA, "ACK")
    assert "Anna Rossi has 100001" in (paged.text(BRUNO, "PASS 100001") or "")
    assert paged.ticket().taken_by == "anna"


def test_done_is_the_owner_s_and_keeps_the_words(paged: World) -> None:
    assert "not yours" in (paged.text(ANNA, "DONE 100001 restarted") or "")
    paged.text(ANNA, "ACK")
    assert "Anna Rossi has 100001" in (paged.text(BRUNO, "DONE 100001") or "")
    assert paged.text(ANNA, "done 100001 Restarted the stack") == "100001 is solved. Thank you."
    assert (paged.ticket().state, paged.ticket().reason) == (TicketState.SOLVED, "Restarted the stack")
    assert paged.text(ANNA, "DONE 100001") == "100001 is closed already."
    assert paged.text(ANNA, "DONE") == "You have no ticket in charge."


def test_a_bare_word_lists_the_tickets_when_several_can_be_meant(paged: World) -> None:
    paged.phone().to_closing("2").wait()
    paged.due()
    assert paged.text(ANNA, "ACK") == "Which one? Open: 100001 and 100002. Reply ACK and the number."
    answer = paged.text(ANNA, "ACK ALL") or ""
    assert "P1 100001" in answer
    assert "P2 100002" in answer
    assert {ticket.taken_by for ticket in paged.tickets()} == {"anna"}


def test_ack_all_of_more_than_a_text_can_say_is_answered_with_numbers(paged: World) -> None:
    for _ in range(24):
        paged.phone().to_closing().wait()
    for _ in range(3):
        paged.due()
    answer = paged.text(ANNA, "ACK ALL") or ""
    assert answer.startswith("Yours: 100001, 100002")
    assert answer.endswith("and 13 more.")
    assert {ticket.taken_by for ticket in paged.tickets()} == {"anna"}


def test_a_text_that_is_the_victim_of_a_deadlock_is_read_again(paged: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fails_once(monkeypatch, pager, "acknowledge")
    assert "is yours" in (paged.text(ANNA, "ACK") or "")
    assert paged.ticket().taken_by == "anna"


def test_a_bare_word_says_when_nothing_is_open(acme: World) -> None:
    assert acme.text(ANNA, "ACK") == "No page is open for you."
    assert acme.text(ANNA, "ACK ALL") == "No page is open for you."
    assert acme.text(ANNA, "ACK 999999") == "There is no ticket 999999, or nobody is paged for it."


def test_status_lists_open_pages_and_one_s_own_tickets(paged: World) -> None:
    assert paged.text(BRUNO, "STATUS") == "Waiting: 100001."
    paged.text(BRUNO, "ACK 100001")
    assert paged.text(BRUNO, "status") == "Yours: 100001."
    assert paged.text(ANNA, "status") == "No page is open, and no ticket is yours."


def test_who_says_who_is_on_call_on_each_schedule(world: World) -> None:
    assert world.text(BRUNO, "WHO") == "platinum: Anna Rossi until Mon 09:00"


def test_every_answer_of_the_grammar_is_short_and_plain(paged: World) -> None:
    for body in (
        "ACK",
        "STATUS",
        "WHO",
        "DONE",
        "PASS",
        "hello",
        "",
        "x" * 1600,
        "☃" * 100,
        "ACK 12345678901234567890",
    ):
        answer = paged.text(ANNA, body)
        assert answer
        assert segments(answer) == 1


def test_strangers_get_nothing(paged: World) -> None:
    for sender in (STRANGER, "anonymous", "", "PLATINUM", "x" * 5000):
        assert paged.text(sender, "ACK 100001") is None
    assert paged.ticket().state is TicketState.OPEN


@pytest.mark.parametrize(
    "body",
    ["", " ", "\n\n", "👍", "👍" * 800, "x" * 1600, "é" * 1600, "0" * 1600, "ＡＣＫ １００００１", "\x00"],  # noqa: RUF001
)
def test_texts_that_say_nothing_are_answered_with_the_grammar_and_change_nothing(paged: World, body: str) -> None:
    before = [(page.state, page.level) for page in paged.all(Page)]
    answer = paged.text(ANNA, body) or ""
    assert answer.startswith("Reply ACK, PASS or DONE")
    assert [(page.state, page.level) for page in paged.all(Page)] == before


def test_a_word_in_a_long_text_is_found(paged: World) -> None:
    assert "yours" in (paged.text(ANNA, "ok ok " * 250 + " ack") or "")
