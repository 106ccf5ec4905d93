"""An override is moved, made longer or given to somebody else: by its form, as a drag on the calendar fills it in."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from paging import roster, rotations
from rules import edits
from rules.on_call import Override
from tests.admin.rotation_site import audited, override, revisions, schedule, site_of_a_week_each

CHANGE = "/rotations/platinum/overrides/change"


@pytest.fixture
def site(database):
    return site_of_a_week_each(database)


@pytest.fixture
def visitor(site):
    return site.visitor()


def changes(visitor, **dragged):
    """Opens the form of the first override, with what a drag says."""
    link = visitor.get("/rotations/platinum").found(r'href="(/rotations/platinum/overrides/change\?[^"]*)"')
    return visitor.get(f"{link}&{urlencode(dragged)}")


def held(site):
    """The overrides, with their instants in UTC."""
    return [(one.technician, f"{one.starts:%d %H:%M}", f"{one.ends:%d %H:%M}") for one in schedule(site).overrides]


def events(visitor, first, until):
    query = urlencode({"from": first, "until": until})
    return json.loads(visitor.get(f"/rotations/platinum/drag/events?{query}").html)


def test_an_override_is_moved_and_given_to_somebody_else_after_its_preview(site, visitor):
    override(visitor)
    changes(visitor, technician="bruno", starts="2026-11-12T20:00", ends="2026-11-13T11:00").send(CHANGE)
    assert "Preview: an override changed" in visitor.text
    assert held(site) == [("carla", "12 17:00", "13 08:00")]
    visitor.send(step="save")
    assert "The override is changed." in visitor.text
    assert held(site) == [("bruno", "12 19:00", "13 10:00")]
    assert audited(site) == ["override.added", "override.changed"]


def test_what_cannot_be_is_said_beside_its_field_and_the_override_stays(site, visitor):
    override(visitor)
    override(visitor, technician="bruno", starts="2026-11-14T18:00", ends="2026-11-15T09:00")
    changes(visitor, ends="2026-11-12T10:00").send(CHANGE)
    assert "It ends before it begins." in visitor.text
    changes(visitor, starts="2026-11-14T08:00", ends="2026-11-14T20:00").send(CHANGE)
    assert "Bruno Neri has an override from Sat 14 Nov 18:00" in visitor.text
    changes(visitor).send(CHANGE)
    assert "The override stays as it is: that would change nothing." in visitor.text
    assert revisions(site) == 3


def test_an_address_that_nobody_dragged_does_no_harm(site, visitor):
    override(visitor)
    assert changes(visitor, starts="<b>later</b>", technician="zoe").status == 200
    assert "<b>later</b>" not in visitor.html
    visitor.get(f"{CHANGE}?override=zoe")
    assert "That override was changed or removed before, or is over." in visitor.text
    assert revisions(site) == 2


def test_one_that_somebody_else_moved_meanwhile_is_not_moved_again(site, visitor):
    override(visitor)
    changes(visitor, ends="2026-11-13T12:00").send(CHANGE)
    other = site.visitor()
    changes(other, ends="2026-11-13T07:00").send(CHANGE).send(step="save")
    visitor.send(step="save")
    assert "That override was changed or removed before, or is over." in visitor.text
    assert held(site) == [("carla", "12 17:00", "13 06:00")]


def test_one_that_goes_while_it_is_saved_is_said_to_be_gone(site, visitor, monkeypatch):
    override(visitor)
    changes(visitor, ends="2026-11-13T12:00").send(CHANGE)
    begin = rotations.begin

    def after_another(database, session, key):
        editing = begin(database, session, key)
        rotations.save(
            session, editing, rotations.everywhere(editing, lambda one: replace(one, overrides=())), "x", "y"
        )
        return begin(database, session, key)

    monkeypatch.setattr(rotations, "begin", after_another)
    visitor.send(step="save")
    assert "That override was changed or removed before, or is over." in visitor.text
    assert held(site) == []


def test_what_somebody_else_saved_meanwhile_is_shown_before_it_is_moved(site, visitor):
    override(visitor)
    changes(visitor, ends="2026-11-13T12:00").send(CHANGE)
    override(site.visitor(), technician="bruno", starts="2026-11-20T18:00", ends="2026-11-21T09:00")
    visitor.send(step="save")
    assert visitor.status == 409
    assert "This rotation was changed while you edited it." in visitor.text
    visitor.send(step="save")
    assert len(held(site)) == 2 and held(site)[0] == ("carla", "12 17:00", "13 11:00")


def test_the_calendar_is_given_local_times_and_what_may_be_moved(visitor):
    override(visitor)
    found = events(visitor, "2026-11-09", "2026-11-16")
    assert [(one["kind"], one["technician"], one["start"], one["end"]) for one in found] == [
        ("line", "bruno", "2026-11-09T00:00", "2026-11-09T09:00"),
        ("line", "anna", "2026-11-09T09:00", "2026-11-12T18:00"),
        ("line", "carla", "2026-11-12T18:00", "2026-11-13T09:00"),
        ("line", "anna", "2026-11-13T09:00", "2026-11-16T00:00"),
        ("override", "carla", "2026-11-12T18:00", "2026-11-13T09:00"),
    ]
    assert (found[-1]["is_over"], found[-1]["has_begun"]) == (False, False)


@pytest.mark.parametrize(
    ("first", "until"),
    [("", ""), ("2026-11-09", "2026-11-09"), ("2026-01-01", "2026-12-31"), ("0001-01-01", "0001-02-01")],
)
def test_the_calendar_is_refused_a_range_without_bounds(visitor, first, until):
    assert visitor.get(f"/rotations/platinum/drag/events?{urlencode({'from': first, 'until': until})}").status == 422


def test_a_drag_over_the_night_in_which_clocks_go_back_saves_the_instants_of_that_wall_clock(site, visitor):
    override(visitor, starts="2027-10-30T18:00", ends="2027-10-31T09:00")
    assert held(site) == [("carla", "30 16:00", "31 08:00")]
    dragged = events(visitor, "2027-10-25", "2027-11-01")[-1]
    assert (dragged["start"], dragged["end"]) == ("2027-10-30T18:00", "2027-10-31T09:00")
    changes(visitor, starts="2027-10-29T18:00", ends="2027-10-30T09:00").send(CHANGE).send(step="save")
    assert held(site) == [("carla", "29 16:00", "30 07:00")]


def test_an_end_that_is_left_alone_in_the_hour_that_comes_twice_stays_its_instant(site):
    """02:30 for the second time is 01:30 in UTC; typed, it would be the first time."""
    second_time = datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    with site.database.write() as session:
        one = Override("carla", second_time, second_time + timedelta(hours=6))
        roster.save_revision(session, edits.with_overrides(schedule(site), [one]), "api", site.clock.now())
    changes(site.visitor(), ends="2027-10-31T10:00").send(CHANGE).send(step="save")
    assert held(site) == [("carla", "31 01:30", "31 09:00")]
