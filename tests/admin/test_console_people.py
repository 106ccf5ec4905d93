"""Technicians, their colours, and times in words."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from admin.chips import COLOURS, Chips, initials
from admin.times import Times, span
from models.audit import Audit
from models.technician import Technician
from tests.admin.console_site import NOW, open_site


@pytest.fixture
def site(sqlite):
    return open_site(sqlite)


def test_a_technician_is_added_with_a_number_typed_in_any_way(site):
    visitor = site.visitor().get("/technicians/add")
    visitor.send(name="Gina dell'Àncora", phone="0039 (333) 111-0007", email="Gina@example.com")
    assert visitor.path == "/technicians"
    assert "Gina dell'Àncora can be paged." in visitor.text
    with site.database.read() as session:
        row = session.execute(sa.select(Technician)).scalar_one()
        change = session.execute(sa.select(Audit)).scalar_one()
    assert (row.key, row.phone, row.time_zone) == ("gina-dell-ancora", "+393331110007", "Europe/Rome")
    assert (change.action, change.subject, change.before) == ("technician.added", "technician:gina-dell-ancora", None)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"name": ""}, "Type the technician's name."),
        ({"phone": ""}, "Type the number that a page texts and rings."),
        ({"phone": "333 111 0007"}, "not a telephone number with its country code"),
        ({"phone": "+39 112"}, "not a telephone number with its country code"),
        ({"email": "gina"}, "not an e-mail address"),
        ({"time_zone": "Rome"}, "did you mean Europe/Rome?"),
        ({"time_zone": "Nowhere/Else"}, "Unknown time zone 'Nowhere/Else'."),
        ({"key": "Gina!"}, "Small letters, digits, - and _"),
        ({"key": "anna"}, "Another technician has the key 'anna'."),
        ({"name": "漢字"}, "Type a key: the name has no letter to make one from."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_typed_is_lost(site, typed, complaint):
    site.technicians("Anna Rossi")
    good = {"name": "Gina Blu", "phone": "+393331110007", "email": "gina@example.com"}
    visitor = site.visitor().get("/technicians/add").send(**(good | typed))
    assert visitor.status == 422
    assert complaint in visitor.text
    for value in (good | typed).values():
        assert value in visitor.html
    with site.database.read() as session:
        assert session.execute(sa.select(sa.func.count()).select_from(Technician)).scalar_one() == 1


def test_a_technician_is_edited_and_the_key_stays(site):
    site.technicians("Anna Rossi")
    visitor = site.visitor().get("/technicians/anna")
    visitor.send("/technicians/anna", name="Anna Bianchi", time_zone="Europe/London")
    assert "Anna Bianchi is changed." in visitor.text
    with site.database.read() as session:
        row = session.get_one(Technician, "anna")
        change = session.execute(sa.select(Audit)).scalar_one()
    assert (row.name, row.time_zone) == ("Anna Bianchi", "Europe/London")
    assert (change.before["name"], change.after["name"]) == ("Anna Rossi", "Anna Bianchi")


def test_html_in_a_name_stays_text(site):
    visitor = site.visitor().get("/technicians/add").send(name="<i>Gina</i>", phone="+393331110007", key="gina")
    assert "<i>Gina" not in visitor.html
    assert "&lt;i&gt;Gina&lt;/i&gt;" in visitor.html


def test_colours_are_apart_for_as_many_as_there_are_and_stay_when_somebody_comes():
    def chips(*keys):
        return Chips({key: Technician(key=key, name=key.title()) for key in keys})

    keys = ["anna", "bruno", "carla", "dario", "elena", "fabio"]
    before = {key: chips(*keys).of(key).look for key in keys}
    assert len(set(before.values())) == len(keys) <= COLOURS
    after = chips(*keys, "zoe")
    assert {key: after.of(key).look for key in keys} == before


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Anna Rossi", "AR"), ("Anna Maria de Rossi", "AR"), ("Anna", "AN"), ("max.weber@example.com", "MW"), ("", "?")],
)
def test_initials(name, letters):
    assert initials(name) == letters


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "less than a minute"),
        (59, "less than a minute"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7500, "2 h 05 min"),
        (172_799, "47 h 59 min"),
        (172_800, "2 days"),
    ],
)
def test_lengths_of_time_in_words(seconds, words):
    assert span(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("hours", "words"),
    [(0, "02:14"), (-2, "00:14"), (-3, "Tue 23:14"), (24 * 6, "Tue 02:14"), (24 * 7, "Wed 18 Nov 02:14"),
     (24 * 60, "Sun 10 Jan 2027 02:14")],
)  # fmt: skip
def test_instants_in_words_are_local_and_as_short_as_they_may_be(hours, words):
    assert Times(NOW, "Europe/Rome").at(NOW + timedelta(hours=hours)) == words


def test_a_countdown_runs_through_its_target():
    times = Times(NOW, "Europe/Rome")
    assert times.left(NOW + timedelta(minutes=41)) == "41 min left"
    assert times.left(NOW) == "less than a minute over"
    assert times.left(NOW - timedelta(minutes=12)) == "12 min over"
