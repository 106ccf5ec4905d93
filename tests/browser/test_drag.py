"""Overrides made and moved by dragging in a real browser; each drag ends in a form, and only the form saves."""

import re

from paging import roster

PEOPLE = ["anna", "bruno", "carla", "elena", "fabio"]
"""The rows of the calendar: who takes part."""


def overrides(night):
    """With their instants in UTC."""
    with night.world.database.read() as session:
        schedule = roster.current_schedule(session, "platinum", night.world.clock.now())
    return [(one.technician, f"{one.starts:%d %H:%M}", f"{one.ends:%d %H:%M}") for one in schedule.overrides]


def calendar(window, view="Technicians", first="2026-11-11"):
    page = window.go(f"/rotations/platinum/drag?from={first}")
    page.get_by_label(view, exact=True).check()
    page.locator(f".ec-{'timeline' if view == 'Technicians' else 'time-grid'} .line-event").first.wait_for()
    return page


def in_row(page, technician, day, hour):
    """Where an hour of a day of the week, from 0, lies in a technician's row, below the override that it has."""
    week, row = page.locator(".ec-body .ec-events"), page.locator(".ec-row-head").nth(PEOPLE.index(technician))
    x, y = week.bounding_box(), row.bounding_box()
    return x["x"] + x["width"] * (day + hour / 24) / 7 + 1, y["y"] + y["height"] - 6


def in_column(page, day, hour):
    """Where an hour lies in the column of a day of the week."""
    column = page.locator(".ec-body .ec-day").nth(day).bounding_box()
    return column["x"] + 40, column["y"] + column["height"] * hour / 24 + 1


def drag(page, start, end):
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, steps=4)
    page.mouse.move(*end, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile("starts="))


def typed(page):
    """What the drag has filled in."""
    return tuple(page.locator(f"[name={name}]").first.input_value() for name in ("technician", "starts", "ends"))


def moves(page, days):
    """Drags Carla's override so many days on, in her row."""
    grip = page.locator(".override-event").bounding_box()
    day = page.locator(".ec-body .ec-day").first.bounding_box()["width"]
    start = (grip["x"] + grip["width"] / 2, grip["y"] + 10)
    drag(page, start, (start[0] + days * day, start[1]))


def test_an_override_is_made_by_dragging_and_its_warning_comes_before_it_is_saved(visit, night):
    window = visit().sign_in()
    page = calendar(window)
    assert window.grave_findings() == []
    drag(page, in_row(page, "elena", 2, 10), in_row(page, "elena", 2, 19.75))
    assert typed(page) == ("elena", "2026-11-11T10:00", "2026-11-11T20:00")
    assert len(overrides(night)) == 1
    page.get_by_role("button", name="Add the override").click()
    page.get_by_text("Elena Riva on second-line too, Wed 11 Nov 10:00").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Elena Riva is on call then").wait_for()
    assert ("elena", "11 09:00", "11 19:00") in overrides(night)
    page.get_by_role("link", name="Elena Riva, Wed 11 Nov 10:00 until Wed 11 Nov 20:00").wait_for()


def test_an_override_is_moved_made_longer_and_given_to_somebody_else(visit, night):
    window = visit().sign_in()
    page = calendar(window)
    moves(page, days=1)
    assert typed(page) == ("carla", "2026-11-13T18:00", "2026-11-14T09:00")

    page = calendar(window)
    edge = page.locator(".override-event .ec-resizer").last.bounding_box()
    grip = (edge["x"] + 4, edge["y"] + 8)
    drag(page, grip, (grip[0] + 21, grip[1]))
    assert typed(page) == ("carla", "2026-11-12T18:00", "2026-11-13T12:00")

    page = calendar(window)
    x, below = in_row(page, "carla", 4, 1)
    drag(page, (x, below - 20), in_row(page, "anna", 4, 1))
    assert typed(page) == ("anna", "2026-11-12T18:00", "2026-11-13T09:00")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("heading", name="Preview: an override changed").wait_for()
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The override is changed.").wait_for()
    assert overrides(night) == [("anna", "12 17:00", "13 08:00")]
    page.get_by_role("link", name="Anna Rossi, Thu 12 Nov 18:00 until Fri 13 Nov 09:00").wait_for()


def test_a_second_admin_who_saved_in_between_is_told_of_before_it_is_moved(visit, night):
    mine, theirs = visit().sign_in(), visit(scripts=False, width=360).sign_in()
    page = calendar(mine)
    moves(page, days=1)
    page.get_by_role("button", name="Preview").click()
    other = theirs.go("/rotations/platinum?technician=anna&starts=2026-11-20T10:00&ends=2026-11-20T12:00")
    other.get_by_role("button", name="Add the override").click()
    other.get_by_text("Anna Rossi is on call then").wait_for()
    page.get_by_role("button", name="Save").click()
    assert "This rotation was changed while you edited it." in page.get_by_role("alert").inner_text()
    assert overrides(night)[0] == ("carla", "12 17:00", "13 08:00")
    page.get_by_role("button", name="Save all the same").click()
    page.get_by_text("The override is changed.").wait_for()
    assert overrides(night) == [("carla", "13 17:00", "14 08:00"), ("anna", "20 09:00", "20 11:00")]


def test_a_drag_over_the_hour_that_does_not_exist_saves_the_right_instants(visit, night):
    page = calendar(visit().sign_in(), "Hours", first="2027-03-28")
    page.get_by_role("radio", name="Carla Verdi").check()
    drag(page, in_column(page, 6, 1), in_column(page, 6, 4.75))
    assert typed(page) == ("carla", "2027-03-28T01:00", "2027-03-28T05:00")
    page.get_by_role("button", name="Add the override").click()
    page.get_by_text("Carla Verdi is on call then").wait_for()
    assert ("carla", "28 00:00", "28 03:00") in overrides(night)
