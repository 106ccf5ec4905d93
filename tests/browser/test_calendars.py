"""Calendars in a real browser: an address is made, absences are imported from a file."""

import pytest

from tests.admin.calendar_files import file

SKIING = "DTSTART;VALUE=DATE:20261120\nDTEND;VALUE=DATE:20261123\nSUMMARY:Skiing in the Dolomites"
DENTIST = "DTSTART:20261112T080000Z\nDURATION:PT2H\nSUMMARY:" + "Dentist" * 9


@pytest.mark.parametrize(("width", "colours"), [(360, "dark"), (1280, "light")])
def test_an_address_is_made_and_absences_are_imported(visit, tmp_path, width, colours):
    mine = tmp_path / "mine.ics"
    mine.write_bytes(file(SKIING, DENTIST))
    window = visit(width=width, colours=colours).sign_in()
    page = window.go("/technicians/carla")
    page.get_by_role("link", name="Subscribe or import absences").click()
    page.get_by_role("button", name="Make an address").click()
    assert "/calendar/" in page.locator("#address").inner_text()
    assert window.grave_findings() == [] and window.overflow() == 0

    page.get_by_role("link", name="Import absences").click()
    page.get_by_role("button", name="Show what is in it").click()
    page.get_by_text("There is no calendar in this file.").wait_for()
    assert window.grave_findings() == [] and window.overflow() == 0
    page.get_by_label("Calendar file").set_input_files(str(mine))
    page.get_by_role("button", name="Show what is in it").click()
    assert page.get_by_role("checkbox", name="Skiing in the Dolomites").is_checked()
    assert not page.get_by_role("checkbox", name="Dentist").is_checked()
    assert window.grave_findings() == [] and window.overflow() == 0
    page.get_by_role("button", name="Save the absences").click()
    page.get_by_text("Carla Verdi is absent then in platinum: the turns pass to the others.").wait_for()
