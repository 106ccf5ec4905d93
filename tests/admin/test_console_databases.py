"""A new service by the console alone, on each kind of database."""

from datetime import timedelta

import pytest

from admin import search
from models.service import Heartbeat
from tests.admin.console_site import open_site


def test_an_admin_sets_up_a_service_and_works_its_first_ticket(database):
    site = open_site(database)
    visitor = site.visitor()
    visitor.get("/technicians/add").send(name="Anna Rossi", phone="+393331110001", email="anna@example.com")
    visitor.get("/rotations/add").saves(layers_0_participants_0="anna-rossi")
    visitor.send(
        "/rotations/platinum/overrides", technician="anna-rossi", starts="2026-11-12T18:00", ends="2026-11-13T09:00"
    )
    visitor.send("/rotations/platinum/overrides/remove")
    visitor.get("/customers/add").send("", customer="Acme SpA", number="C-1001", pin="01234567")
    visitor.get("/contracts/1/contacts").send("", contacts_0_name="Ada", contacts_0_email="ada@example.com")
    visitor.get("/contracts/1/edit").send("", ends="2027-12-31")
    visitor.get("/contracts/1").send("/contracts/1/pins/1/rotate")
    visitor.get("/contracts/1").send("/contracts/1/pins").get("/contracts/1").send("/contracts/1/pins/1/revoke")
    number = site.ticket(1)
    with database.write() as session:
        session.add(Heartbeat(engine="one", seen_at=site.clock.now()))
    site.clock.advance(timedelta(minutes=5))
    home = visitor.get("/").text
    assert f"P1 {number} Acme SpA 55 min left Nobody has it" in home
    assert "Anna Rossi platinum" in home
    assert "To begin 4 of 7 done" in home
    visitor.get(f"/tickets/{number}").send(f"/tickets/{number}/acknowledge")
    visitor.send(f"/tickets/{number}/note", text="Restarted the node.")
    visitor.send(f"/tickets/{number}/solve", reason="It was the disk.")
    assert "Solved" in visitor.text and "It was the disk." in visitor.text
    lists = ("/tickets", "/rotations", "/technicians", "/customers", "/products")
    for path in ("/", "/live", *lists, "/contracts/1", f"/tickets/{number}/live"):
        assert visitor.get(path).status == 200, path


ODD = ("%00", "a%00b", "%01%08%1f%7f", "%c2%80", "%ed%a0%80", "%ff", "a%0d%0ab", "a" * 10_000, "9" * 10_000, "%" * 50)
"""Control characters, half a character, bytes that are no text, and far too much."""
SEARCHES = (
    "/tickets?q=",
    "/tickets?before=",
    "/calls?q=",
    "/calls?after=",
    "/calls/messages?before=",
    "/audit?actor=",
    "/audit?before=",
)


def test_no_search_falls_over_what_is_typed_or_put_into_its_address(database):
    visitor = open_site(database).visitor()
    for search_for in SEARCHES:
        for typed in ODD:
            assert visitor.get(search_for + typed).status in (200, 422), search_for + typed[:20]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("a\0b", "ab"), ("\ud800x\udfff", "x"), (" \x1b[2J ", "[2J"), ("caffè\tnero", "caffè\tnero"), ("\0", "")],
)
def test_what_no_row_can_hold_is_not_looked_for(typed, found):
    assert search.findable(typed) == found
