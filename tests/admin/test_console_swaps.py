"""Swaps that technicians ask of each other: asked, seen, accepted, declined, withdrawn, and what stands in the way."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from urllib.parse import urlencode

import pytest
import sqlalchemy as sa

from models.account import Role
from models.delivery import Delivery
from models.schedule import SwapRequest
from models.technician import Technician
from paging import rotations
from paging.swaps import SwapLapses
from rules import edits
from rules.gsm7 import segments
from rules.on_call import Absence, Override
from tests.admin.rotation_site import audited, on_call, revisions, site_of_a_week_each
from tests.at_once import at_once

NEXT_WEEK, WEEK_AFTER = 6, 13
"""Days from now, a Wednesday in Anna's week: Bruno's week, Anna's next one."""
BRUNOS, ANNAS = "bruno 2026-11-23T08:00:00+00:00", "anna 2026-11-30T08:00:00+00:00"


@pytest.fixture
def site(database):
    return site_of_a_week_each(database)


@pytest.fixture
def quick_site(sqlite):
    return site_of_a_week_each(sqlite)


def person(site, name):
    email = f"{name}@example.com"
    if email not in site.passwords:
        site.user(Role.TECHNICIAN, email)
    return site.visitor(None).sign_in(email, site.passwords[email])


def asks(visitor, shift, **typed):
    return visitor.get("/swaps/ask?" + urlencode({"schedule": "platinum", "shift": shift})).send(**typed)


def overridden(site, *overrides, absences=()):
    with site.database.write() as session:
        editing = rotations.begin(site.database, session, "platinum")
        after = edits.with_swap(replace(editing.schedule, absences=tuple(absences)), overrides)
        rotations.save(session, editing, rotations.replacing(editing, after), "a manager", "override.added")


def requests(site):
    with site.database.read() as session:
        return [request.state for request in session.scalars(sa.select(SwapRequest).order_by(SwapRequest.id))]


def told(site):
    with site.database.read() as session:
        return [
            (row.technician_key, row.channel, row.subject or row.body)
            for row in session.scalars(sa.select(Delivery).order_by(Delivery.id))
        ]


def test_a_swap_changes_the_rotation_once_the_other_one_accepts(site):
    anna = person(site, "anna")
    assert "Ask a colleague to take it" in anna.get("/rotations/platinum").text
    asks(anna, ANNAS, colleague=BRUNOS, words="A wedding & <b>cake</b>")
    assert "Bruno Neri is asked. Nothing changes until Bruno Neri accepts." in anna.text
    assert (on_call(site, days=NEXT_WEEK), revisions(site)) == ("bruno", 1)
    bruno = person(site, "bruno")
    assert "1 swap waits for your answer" in bruno.text
    bruno.get("/rotations")
    assert "Swaps 1 to answer" in bruno.text
    bruno.get("/swaps")
    assert "You take Mon 23 Nov 09:00 until Mon 30 Nov 09:00 Rome" in bruno.text
    assert "Anna Rossi takes Mon 16 Nov 09:00 until Mon 23 Nov 09:00 Rome , from you" in bruno.text
    assert "&lt;b&gt;cake&lt;/b&gt;" in bruno.html
    bruno.send("/swaps/1/accept")
    assert "Accepted: the rotation platinum is changed. Anna Rossi is told." in bruno.text
    assert (on_call(site, days=NEXT_WEEK), on_call(site, days=WEEK_AFTER)) == ("anna", "bruno")
    assert (on_call(site, days=20), revisions(site)) == ("bruno", 2)
    assert audited(site) == ["swap.asked", "swap.answered", "swap.accepted"]
    assert told(site) == [
        ("bruno", "email", "Anna Rossi asks you about a shift of platinum"),
        ("anna", "email", "Bruno Neri accepted: the rotation platinum is changed"),
    ]


def test_a_shift_is_given_away_for_nothing_in_return(quick_site):
    asks(person(quick_site, "anna"), ANNAS, colleague="carla")
    person(quick_site, "carla").get("/swaps").send("/swaps/1/accept")
    assert [on_call(quick_site, days=days) for days in (NEXT_WEEK, WEEK_AFTER)] == ["bruno", "carla"]


def test_who_offers_to_take_a_shift_has_it_when_its_holder_agrees(quick_site):
    carla = person(quick_site, "carla").get("/rotations/platinum")
    assert "Offer to take it" in carla.text
    asks(carla, BRUNOS)
    assert "Bruno Neri is asked" in carla.text
    person(quick_site, "bruno").get("/swaps").send("/swaps/1/accept")
    assert on_call(quick_site, days=NEXT_WEEK) == "carla"


def test_only_who_is_asked_answers_and_only_the_asker_or_a_manager_withdraws(quick_site):
    anna, carla = person(quick_site, "anna"), person(quick_site, "carla")
    asks(anna, ANNAS, colleague=BRUNOS)
    page = anna.html
    for visitor, act, words in (
        (anna, "accept", "Only Bruno Neri answers this."),
        (carla, "decline", "Only Bruno Neri answers this."),
        (carla, "withdraw", "Only Anna Rossi withdraws this."),
        (quick_site.visitor(), "accept", "Only Bruno Neri answers this."),
    ):
        visitor.html = page.replace("/swaps/1/withdraw", f"/swaps/1/{act}")
        visitor.html = visitor.get("/swaps").html + f'<form action="/swaps/1/{act}">{csrf(visitor)}'
        assert words in visitor.send(f"/swaps/1/{act}").text
    assert requests(quick_site) == ["asked"]
    quick_site.visitor(Role.MANAGER).get("/swaps").send("/swaps/1/withdraw")
    assert requests(quick_site) == ["withdrawn"]
    assert {to for to, _, subject in told(quick_site) if "no more" in subject or "withdrew" in subject} == {
        "anna",
        "bruno",
    }


def csrf(visitor):
    return f'<input name="csrf_token" value="{visitor.found(r"csrf_token. value=.([^ >]+).")}">'


def test_who_is_on_file_with_capitals_is_known_all_the_same(site):
    with site.database.write() as session:
        session.get_one(Technician, "anna").email = "Anna.Rossi@Example.com"
    anna = person(site, "anna.rossi").get("/swaps")
    assert "Ask a colleague to take it" in anna.text
    assert anna.get("/technicians/anna").status == 200


def test_a_declined_request_stays_so(quick_site):
    anna = asks(person(quick_site, "anna"), ANNAS, colleague=BRUNOS)
    two_tabs = [person(quick_site, "bruno").get("/swaps") for _ in range(2)]
    two_tabs[0].send("/swaps/1/decline")
    assert "Declined. Anna Rossi is told; nothing has changed." in two_tabs[0].text
    assert "It was declined before. Nothing has changed now." in two_tabs[1].send("/swaps/1/accept").text
    assert "It was declined before." in anna.send("/swaps/1/withdraw").text
    assert revisions(quick_site) == 1
    assert [subject for to, _, subject in told(quick_site) if to == "anna"] == [
        "Bruno Neri declined: the rotation platinum stays as it is"
    ]


def test_what_is_asked_twice_is_asked_once(quick_site):
    anna = asks(person(quick_site, "anna"), ANNAS, colleague=BRUNOS)
    asks(anna, ANNAS, colleague=BRUNOS)
    assert anna.status == 422
    assert "You have asked this already, and have no answer yet." in anna.text
    assert requests(quick_site) == ["asked"]


@pytest.mark.parametrize("shift", ["anna 2026-11-16T08:00:00+00:00", "bruno 1999", ""])
def test_only_a_shift_that_has_not_begun_can_be_asked_about(quick_site, shift):
    visitor = person(quick_site, "anna").get("/swaps/ask?" + urlencode({"schedule": "platinum", "shift": shift}))
    assert "Choose a shift that has not begun yet." in visitor.text


def test_a_colleague_who_is_none_is_refused(quick_site):
    for forged in ("anna", "zoe", ANNAS, "<b>"):
        assert asks(person(quick_site, "anna"), ANNAS, colleague=forged).status == 422
    assert requests(quick_site) == []


def test_a_shift_that_is_no_longer_theirs_cannot_be_accepted_and_both_are_told(site):
    asks(person(site, "anna"), ANNAS, colleague=BRUNOS)
    bruno = person(site, "bruno").get("/swaps")
    start = site.clock.at + timedelta(days=NEXT_WEEK)
    overridden(site, Override("carla", start, start + timedelta(hours=1)))
    for name in ("anna", "bruno"):
        assert "this cannot be any more" in person(site, name).get("/swaps").text
    bruno.send("/swaps/1/accept")
    assert "It has lapsed" in bruno.text
    assert requests(site) == ["lapsed"]
    assert (on_call(site, days=NEXT_WEEK), on_call(site, days=WEEK_AFTER)) == ("carla", "anna")
    assert [to for to, _, subject in told(site) if "lapsed" in subject] == ["anna", "bruno"]


def test_accepting_one_lapses_what_else_was_asked_about_the_same_shift(quick_site):
    anna = person(quick_site, "anna")
    asks(anna, ANNAS, colleague="carla")
    asks(anna, ANNAS, colleague=BRUNOS)
    person(quick_site, "bruno").get("/swaps").send("/swaps/2/accept")
    assert requests(quick_site) == ["lapsed", "accepted"]


def test_a_request_lapses_by_itself_when_its_first_shift_begins(site):
    asks(person(site, "anna"), ANNAS, colleague=BRUNOS)
    bruno = person(site, "bruno").get("/swaps")
    lapses = SwapLapses(site.database, site.line)
    assert not lapses.do_next()
    site.clock.advance(timedelta(days=5, hours=6, minutes=46))
    assert lapses.do_next()
    assert not lapses.do_next()
    assert "It was lapsed before" in bruno.send("/swaps/1/accept").text
    assert revisions(site) == 1


def test_absence_and_double_duty_are_said_before_it_is_accepted(quick_site):
    start = quick_site.clock.at + timedelta(days=WEEK_AFTER)
    overridden(quick_site, absences=[Absence("bruno", start, start + timedelta(days=1))])
    quick_site.rotation("bruno", key="other")
    asks(person(quick_site, "anna"), ANNAS, colleague=BRUNOS)
    bruno = person(quick_site, "bruno").get("/swaps")
    assert (
        "Bruno Neri is absent Tue 24 Nov 02:14 until Wed 25 Nov 02:14, and would be on call all the same." in bruno.text
    )
    assert "Bruno Neri is on call for other too, Mon 23 Nov 09:00 until Mon 30 Nov 09:00." in bruno.text


def test_what_begins_soon_is_texted_too_in_one_segment(quick_site):
    quick_site.clock.advance(timedelta(days=3))
    with quick_site.database.write() as session:
        session.execute(sa.text("UPDATE technician SET name = :name WHERE key = 'anna'"), {"name": "Àn€a " * 24})
    asks(person(quick_site, "carla"), BRUNOS)
    asks(person(quick_site, "anna"), BRUNOS)
    texts = [words for _, channel, words in told(quick_site) if channel == "sms"]
    assert texts[0].startswith("platinum: Carla Verdi asks you about a shift. Accept or decline.")
    assert texts[0].endswith("http://127.0.0.1:8000/swaps")
    assert [segments(text) for text in texts] == [1, 1]


def test_of_answers_and_a_withdrawal_at_once_one_counts(site):
    anna = asks(person(site, "anna"), ANNAS, colleague=BRUNOS)
    tabs = [person(site, "bruno").get("/swaps") for _ in range(3)]
    acts = [partial(tab.send, "/swaps/1/accept") for tab in tabs[:2]]
    at_once(*acts, partial(tabs[2].send, "/swaps/1/decline"), partial(anna.send, "/swaps/1/withdraw"))
    (state,) = requests(site)
    assert revisions(site) == (2 if state == "accepted" else 1)
    assert audited(site).count("swap.accepted") == (state == "accepted")
    assert len([action for action in audited(site) if action.startswith("swap.")]) == (3 if state == "accepted" else 2)


def test_accepted_while_the_rotation_is_edited_it_is_either_of_the_two_and_never_a_mixture(site):
    asks(person(site, "anna"), ANNAS, colleague=BRUNOS)
    bruno = person(site, "bruno").get("/swaps")
    start = site.clock.at + timedelta(days=NEXT_WEEK)
    override = Override("carla", start, start + timedelta(hours=1))
    at_once(partial(bruno.send, "/swaps/1/accept"), partial(overridden, site, override))
    (state,) = requests(site)
    assert on_call(site, days=NEXT_WEEK) == "carla"
    assert on_call(site, days=WEEK_AFTER) == ("bruno" if state == "accepted" else "anna")
    assert revisions(site) == (3 if state == "accepted" else 2)
