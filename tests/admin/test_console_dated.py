"""Overrides, absences and swaps by plain forms, and the fourteen days that they change."""

from dataclasses import replace

import pytest

from paging import roster
from tests.admin.rotation_site import audited, on_call, override, revisions, schedule, site_of_a_week_each

pytestmark = pytest.mark.one_database

NEXT_MONDAY, THE_ONE_AFTER = 6, 13
"""Days from now, Wednesday."""


@pytest.fixture
def site(database):
    return site_of_a_week_each(database)


@pytest.fixture
def visitor(site):
    return site.visitor()


def absence(visitor, **typed):
    values = {"technician": "anna", "starts": "2026-11-23T00:00", "ends": "2026-11-30T00:00"} | typed
    named = {f"absence_{name}": value for name, value in values.items()}
    return visitor.get("/rotations/platinum").send("/rotations/platinum/absences", **named)


def swap(visitor, one="anna 2026-11-16", other="bruno 2026-11-23"):
    page = visitor.get("/rotations/platinum/swap")
    value = {each: page.found(f'value="({each}[^"]*)"') for each in (one, other)}
    return page.send(one=value[one], other=value[other])


def test_times_typed_before_the_rotation_moved_are_looked_over_first(site, visitor):
    visitor.get("/rotations/platinum")
    with site.database.write() as session:
        roster.save_revision(session, replace(schedule(site), time_zone="America/New_York"), "test", site.clock.now())
    visitor.send(
        "/rotations/platinum/overrides", technician="carla", starts="2026-11-12T18:00", ends="2026-11-13T09:00"
    )
    assert visitor.status == 422 and "The rotation is in America/New_York now: look the times over" in visitor.text
    assert not schedule(site).overrides and 'value="2026-11-12T18:00"' in visitor.html
    visitor.send("/rotations/platinum/overrides")
    assert schedule(site).overrides[0].starts.hour == 23


def test_an_override_is_added_in_the_schedules_own_zone_and_the_home_page_shows_it(site, visitor):
    override(visitor, starts="2026-11-11T01:00", ends="2026-11-11T09:00")
    assert "Carla Verdi is on call then, whatever the turns say." in visitor.text
    assert f"{schedule(site).overrides[0].starts:%H:%M}" == "00:00"
    assert "Carla Verdi platinum Override, until 09:00" in visitor.get("/").text.replace("Wed ", "")


WRONG = [
    ({"starts": ""}, "Type when it begins."),
    ({"ends": "tomorrow"}, "Type a date and a time"),
    ({"ends": "2026-11-12T17:00", "starts": "2026-11-12T18:00"}, "It ends before it begins."),
    ({"starts": "2026-11-01T00:00", "ends": "2026-11-02T00:00"}, "the past is never rewritten"),
    ({"starts": "2027-03-28T02:30", "ends": "2027-03-28T09:00"}, "does not exist in Europe/Rome"),
    ({"technician": "zoe"}, "Not a valid choice."),
]


@pytest.mark.parametrize("add", [override, absence])
@pytest.mark.parametrize(("typed", "complaint"), WRONG)
def test_what_is_wrong_with_something_dated_is_said_beside_its_field(site, visitor, add, typed, complaint):
    add(visitor, **typed)
    assert visitor.status == 422
    assert complaint in visitor.text
    assert revisions(site) == 1


def test_an_override_at_the_time_of_somebody_elses_is_refused(visitor):
    override(visitor)
    override(visitor, technician="bruno", starts="2026-11-13T08:00", ends="2026-11-13T10:00")
    assert visitor.status == 422
    assert "Carla Verdi has an override from Thu 12 Nov 18:00 until Fri 13 Nov 09:00." in visitor.text
    assert 'value="2026-11-13T08:00"' in visitor.html


def test_an_override_is_removed(site, visitor):
    override(visitor).send("/rotations/platinum/overrides/remove")
    assert "The override is removed." in visitor.text
    assert schedule(site).overrides == ()
    assert audited(site) == ["override.added", "override.removed"]


@pytest.mark.parametrize("add", [override, absence])
def test_what_was_removed_before_is_said(site, visitor, add):
    add(visitor)
    kind = "override" if add is override else "absence"
    site.visitor().get("/rotations/platinum").send(f"/rotations/platinum/{kind}s/remove")
    visitor.send(f"/rotations/platinum/{kind}s/remove")
    assert f"That {kind} was removed before." in visitor.text


def test_what_is_there_already_is_said(site, visitor):
    override(visitor)
    assert "Nothing was saved: that would change nothing." in override(visitor).text
    assert revisions(site) == 2


def test_an_override_of_somebody_who_is_on_call_elsewhere_is_shown_before_it_is_saved(site, visitor):
    site.rotation("carla", key="other")
    override(visitor)
    assert "On call twice at once: Carla Verdi on other too, Thu 12 Nov 18:00" in visitor.text
    assert schedule(site).overrides == ()
    visitor.send(step="save")
    assert "Carla Verdi is on call then" in visitor.text
    assert len(schedule(site).overrides) == 1


def test_what_was_typed_comes_back_from_the_preview_to_the_rotations_page(site, visitor):
    site.rotation("carla", key="other")
    override(visitor).send(step="back")
    assert "Add an override" in visitor.text
    assert 'value="2026-11-12T18:00"' in visitor.html
    assert visitor.found(r'<option selected value="([a-z]+)"') == "carla"


def test_an_override_without_which_nobody_is_on_call_goes_after_a_confirmation(site, visitor):
    site.rotation("anna", key="night")
    visitor.get("/rotations/night/edit").send(
        layers_0_windows_0_days="0",
        layers_0_windows_0_starts="00:00",
        layers_0_windows_0_ends="00:00",
        holder="new",
    )
    visitor.send(step="save", gaps_accepted="y")
    visitor.send("/rotations/night/overrides", technician="carla", starts="2026-11-12T18:00", ends="2026-11-13T09:00")
    visitor.send("/rotations/night/overrides/remove")
    assert "Nobody would be on call, in the next 60 days: Thu 12 Nov 18:00" in visitor.text
    assert len(schedule(site, key="night").overrides) == 1
    assert visitor.send(step="back").path == "/rotations/night"
    visitor.send("/rotations/night/overrides/remove").send(step="save", gaps_accepted="y")
    assert schedule(site, key="night").overrides == ()


def test_an_absence_passes_the_turn_to_the_next_one_until_it_is_removed(site, visitor):
    absence(visitor)
    assert "The absence of Anna Rossi is saved." in visitor.text
    assert "Mon 23 Nov 00:00 \u2013 Mon 30 Nov 00:00" in visitor.text
    assert on_call(site, days=THE_ONE_AFTER) == "bruno"
    visitor.send("/rotations/platinum/absences/remove")
    assert "The absence is removed." in visitor.text
    assert on_call(site, days=THE_ONE_AFTER) == "anna"
    assert audited(site) == ["absence.added", "absence.removed"]


def test_an_absence_that_leaves_nobody_needs_a_confirmation(site, visitor):
    absence(visitor)
    absence(visitor, technician="bruno")
    assert "Nobody would be on call, in the next 60 days: Mon 23 Nov 00:00" in visitor.text
    assert revisions(site) == 2
    visitor.send(step="save", absence_technician="bruno")
    assert visitor.status == 422
    visitor.send(step="save", gaps_accepted="y")
    assert len(schedule(site).absences) == 2
    assert on_call(site, days=THE_ONE_AFTER) is None


def test_what_is_dated_holds_in_what_is_planned_too(site, visitor):
    visitor.get("/rotations/platinum/edit").saves(layers_0_length="2", holds_from="2026-11-16T09:00")
    absence(visitor)
    assert len(schedule(site, days=NEXT_MONDAY).absences) == 1
    assert schedule(site, days=NEXT_MONDAY).layers[0].rotation.length == 2
    visitor.send("/rotations/platinum/absences/remove")
    assert schedule(site, days=NEXT_MONDAY).absences == ()


def test_a_shift_leads_to_an_override_in_its_place(site, visitor):
    visitor.get("/rotations/platinum")
    link = visitor.found(r'href="(\?technician=bruno[^"]*)"').replace("&amp;", "&")
    visitor.get(f"/rotations/platinum{link.partition('#')[0]}").send("/rotations/platinum/overrides")
    assert "Bruno Neri is on call then" in visitor.text
    assert on_call(site) == "bruno"


def test_the_last_shift_of_the_fourteen_days_leads_to_one_that_ends_with_it(site, visitor):
    visitor.get("/rotations/platinum")
    assert "Anna Rossi Mon 23 Nov 09:00 \u2013 Mon 30 Nov 09:00 weekly layer" in visitor.text
    assert "ends=2026-11-30T09%3A00" in visitor.html


def test_an_absence_of_who_stays_on_call_by_an_override_is_shown_before_it_is_saved(site, visitor):
    override(visitor)
    absence(visitor, technician="carla", starts="2026-11-13T00:00", ends="2026-11-14T00:00")
    assert "Carla Verdi stays on call by an override, Thu 12 Nov 18:00 \u2013 Fri 13 Nov 09:00" in visitor.text
    assert schedule(site).absences == ()
    visitor.send(step="save")
    assert len(schedule(site).absences) == 1


def test_two_technicians_swap_shifts_in_one_act(site, visitor):
    swap(visitor)
    assert "Preview: a swap of two shifts" in visitor.text
    assert "Override added: Anna Rossi, Mon 16 Nov 2026 09:00 until Mon 23 Nov 2026 09:00." in visitor.text
    visitor.send(step="save")
    assert "The two shifts are swapped." in visitor.text
    assert (on_call(site), on_call(site, days=NEXT_MONDAY), on_call(site, days=THE_ONE_AFTER)) == (
        "bruno",
        "anna",
        "anna",
    )
    assert revisions(site) == 2
    assert audited(site) == ["shifts.swapped"]


def test_a_swap_begins_with_the_shift_that_it_was_asked_at(visitor):
    link = visitor.get("/rotations/platinum").found(r'href="(/rotations/platinum/swap\?shift=bruno[^"]*)"')
    chosen = visitor.get(link).found(r'<option selected value="([^"]*)"')
    assert chosen.startswith("bruno 2026-11-23")
    assert 'selected value="anna 2026-11-16' in visitor.html


def test_a_swap_is_between_two_technicians(site, visitor):
    swap(visitor, other="anna 2026-11-30")
    assert visitor.status == 422
    assert "Both are by the same technician. Choose a shift of somebody else." in visitor.text


def test_a_shift_that_is_no_longer_there_cannot_be_swapped(site, visitor):
    swap(visitor)
    override(site.visitor(), starts="2026-11-16T09:00", ends="2026-11-23T09:00")
    visitor.send(step="save")
    assert visitor.status == 422
    assert revisions(site) == 2


def test_where_only_one_takes_turns_there_is_nothing_to_swap(site, visitor):
    site.rotation("anna", key="alone")
    assert "there are no shifts by two technicians to swap" in visitor.get("/rotations/alone/swap").text


@pytest.mark.parametrize("path", ["overrides", "overrides/remove", "absences", "absences/remove"])
def test_of_a_rotation_that_is_not_there_nothing_is_dated(site, visitor, path):
    visitor.get("/rotations/platinum")
    site.app.config["WTF_CSRF_ENABLED"] = False
    typed = {"technician": "anna", "starts": "2026-11-16T09:00", "ends": "2026-11-17T09:00", "item": "x"}
    named = {f"absence-{name}": value for name, value in typed.items()} | typed
    assert visitor.client.post(f"/rotations/nowhere/{path}", data=named).status_code == 404
