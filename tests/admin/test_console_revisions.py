"""The revisions of a rotation: the list, a restored one, a plan withdrawn, and two who edit at once."""

from datetime import timedelta

import pytest

from models.account import Role
from paging import roster
from rules.on_call import Layer, Schedule
from rules.rotation import Rotation, Unit
from tests.admin.console_site import NOW
from tests.admin.rotation_site import audited, revisions, schedule, site_of_a_week_each

pytestmark = pytest.mark.one_database


@pytest.fixture
def site(database):
    return site_of_a_week_each(database)


@pytest.fixture
def visitor(site):
    return site.visitor()


def participants(site, **when):
    return schedule(site, **when).layers[0].rotation.participants


def edit(visitor, **typed):
    return visitor.get("/rotations/platinum/edit").saves(**typed)


def add_override(visitor, technician="carla"):
    typed = {"technician": technician, "starts": "2026-11-18T09:00", "ends": "2026-11-19T09:00"}
    return visitor.get("/rotations/platinum").send("/rotations/platinum/overrides", **typed)


class TestList:
    def test_each_tells_when_by_whom_and_what_the_newest_first(self, site, visitor):
        site.clock.advance(timedelta(hours=1))
        add_override(visitor)
        visitor.get("/rotations/platinum/revisions")
        newest, oldest = visitor.text.index("Revision 2"), visitor.text.index("Revision 1")
        assert newest < oldest
        assert "Revision 2 in force admin@example.com saved Wed 11 Nov 03:14, holds from" in visitor.text
        assert "Override added: Carla Verdi, Wed 18 Nov 2026 09:00 until Thu 19 Nov 2026 09:00." in visitor.text
        assert "Layer weekly is added: Anna Rossi, Bruno Neri, 1 week each from Mon 9 Nov 2026 09:00" in visitor.text

    def test_a_planned_one_is_marked(self, visitor):
        edit(visitor, layers_0_length="2", holds_from="2026-12-07T09:00")
        visitor.get("/rotations/platinum/revisions")
        assert "Revision 2 planned for Mon 7 Dec 09:00" in visitor.text
        assert "Revision 1 in force" in visitor.text

    def test_more_than_fifty_take_another_page(self, site, visitor):
        with site.database.write() as session:
            for length in range(2, 61):
                turns = Rotation(Unit.DAY, length, NOW.replace(tzinfo=None), ("anna",))
                roster.save_revision(session, Schedule("platinum", "Europe/Rome", (Layer("weekly", turns),)), "x", NOW)
        visitor.get("/rotations/platinum/revisions")
        assert "Revision 60 " in visitor.text and "Revision 11 " in visitor.text and "Revision 10 " not in visitor.text
        visitor.get(visitor.found(r'href="(/rotations/platinum/revisions\?before=[0-9]+)"'))
        assert "Revision 10 " in visitor.text and "Revision 1 " in visitor.text
        assert "Older revisions" not in visitor.text
        assert "There are no older ones." in visitor.get("/rotations/platinum/revisions?before=0").text

    def test_it_is_there_to_read_for_everybody(self, site):
        visitor = site.visitor(Role.VIEWER)
        assert 'href="/rotations/platinum/revisions"' in visitor.get("/rotations/platinum").html
        assert visitor.get("/rotations/platinum/revisions").status == 200


class TestRestore:
    def test_an_old_one_comes_back_as_a_new_one_with_the_overrides_of_now(self, site, visitor):
        edit(visitor, layers_0_participants_0="carla", holder="new")
        add_override(visitor)
        visitor.get("/rotations/platinum/revisions/1/restore")
        assert "Override removed: Carla Verdi" in visitor.text
        visitor.send(holder="new")
        assert "Preview: revision 1 of platinum restored" in visitor.text
        visitor.send(step="save")
        assert "Revision 1 is restored, as a new one." in visitor.text
        assert participants(site) == ("anna", "bruno")
        assert len(schedule(site).overrides) == 1
        assert revisions(site) == 4
        assert audited(site)[-1] == "rotation.restored"

    def test_or_with_its_own_also_in_what_is_planned(self, site, visitor):
        add_override(visitor)
        edit(visitor, layers_0_length="2", holds_from="2026-11-16T09:00")
        visitor.get("/rotations/platinum/revisions/1/restore").saves(dated="return")
        assert (schedule(site).overrides, schedule(site, days=6).overrides) == ((), ())
        assert schedule(site, days=6).layers[0].rotation.length == 2

    def test_it_may_hold_from_a_later_time(self, site, visitor):
        edit(visitor, layers_0_length="2")
        visitor.get("/rotations/platinum/revisions/1/restore").saves(holds_from="2026-12-07T09:00", holder="new")
        assert "From Mon 7 Dec 09:00 another revision holds" in visitor.text
        assert [schedule(site, days=days).layers[0].rotation.length for days in (0, 30)] == [2, 1]

    def test_not_from_a_time_that_is_over(self, visitor):
        edit(visitor, layers_0_length="2")
        visitor.get("/rotations/platinum/revisions/1/restore").send(holds_from="2026-11-01T09:00")
        assert visitor.status == 422
        assert "the past is never rewritten" in visitor.text

    @pytest.mark.parametrize("path", ["platinum/revisions/7/restore", "nowhere/revisions/1/restore"])
    def test_one_that_is_not_there_is_not_found(self, visitor, path):
        assert visitor.get(f"/rotations/{path}").status == 404


class TestPlanned:
    def test_what_is_planned_is_not_replaced_by_who_keeps_the_turn(self, site, visitor):
        edit(visitor, layers_0_participants_1="carla", holds_from="2026-11-16T09:00", holder="new")
        visitor.get("/rotations/platinum/edit").send(layers_0_participants_0="carla")
        assert visitor.status == 422
        assert "this would replace what is planned for" in visitor.text
        assert revisions(site) == 2


class TestWithdraw:
    def test_what_held_before_the_plan_goes_on(self, site, visitor):
        edit(visitor, layers_0_length="2", holds_from="2026-12-07T09:00")
        visitor.get("/rotations/platinum/revisions").send("/rotations/platinum/revisions/withdraw")
        assert "Layer weekly: a turn was 2 weeks, and becomes 1 week." in visitor.text
        visitor.send(step="save")
        assert "The plan is withdrawn: what held before it goes on." in visitor.text
        assert schedule(site, days=30).layers[0].rotation.length == 1
        visitor.get("/rotations/platinum/revisions")
        assert "Revision 2 replaced before it took effect" in visitor.text
        assert audited(site)[-1] == "rotation.withdrawn"

    def test_a_plan_that_was_withdrawn_before_is_said(self, site, visitor):
        edit(visitor, layers_0_length="2", holds_from="2026-12-07T09:00")
        visitor.get("/rotations/platinum/revisions")
        other = site.visitor().get("/rotations/platinum/revisions")
        other.saves("/rotations/platinum/revisions/withdraw")
        visitor.send("/rotations/platinum/revisions/withdraw")
        assert "There is no such plan: it was withdrawn before, or it holds already." in visitor.text

    def test_what_others_changed_since_the_list_is_told(self, site, visitor):
        edit(visitor, layers_0_length="2", holds_from="2026-12-07T09:00")
        visitor.get("/rotations/platinum/revisions")
        add_override(site.visitor(Role.MANAGER))
        visitor.send("/rotations/platinum/revisions/withdraw")
        assert "manager@example.com at 02:14: Override added: Carla Verdi" in visitor.text
        assert visitor.get(visitor.found(r'href="([^"]*)">take the rotation as it is')).status == 200

    def test_the_way_back_leads_to_the_list(self, visitor):
        edit(visitor, layers_0_length="2", holds_from="2026-12-07T09:00")
        visitor.get("/rotations/platinum/revisions").send("/rotations/platinum/revisions/withdraw")
        assert visitor.send(step="back").path == "/rotations/platinum/revisions"


class TestTwoWhoEditAtOnce:
    def test_the_second_sees_what_the_first_changed_and_saves_all_the_same(self, site, visitor):
        visitor.get("/rotations/platinum/edit").send(layers_0_participants_0="carla", holder="new")
        other = site.visitor(Role.MANAGER)
        site.clock.advance(timedelta(minutes=6))
        edit(other, layers_0_length="2")
        visitor.send(step="save")
        assert visitor.status == 409
        assert "This rotation was changed while you edited it. manager@example.com at 02:20:" in visitor.text
        assert "Layer weekly: a turn was 1 week, and becomes 2 weeks." in visitor.text
        assert "Layer weekly: a turn was 2 weeks, and becomes 1 week." in visitor.text
        assert revisions(site) == 2
        visitor.send(step="save")
        assert (participants(site), schedule(site).layers[0].rotation.length) == (("carla", "bruno"), 1)

    def test_the_preview_tells_already(self, site, visitor):
        visitor.get("/rotations/platinum/edit")
        add_override(site.visitor(Role.MANAGER))
        visitor.send(layers_0_participants_0="carla")
        assert "manager@example.com at 02:14: Override added: Carla Verdi" in visitor.text

    def test_what_the_first_dated_stays(self, site, visitor):
        visitor.get("/rotations/platinum/edit")
        add_override(site.visitor(Role.MANAGER))
        visitor.saves(layers_0_participants_0="carla", holder="new")
        assert participants(site) == ("carla", "bruno")
        assert len(schedule(site).overrides) == 1

    def test_the_second_takes_the_rotation_as_it_is(self, site, visitor):
        visitor.get("/rotations/platinum/edit")
        edit(site.visitor(Role.MANAGER), layers_0_length="2")
        visitor.send(layers_0_length="3")
        assert "take the rotation as it is" in visitor.text
        visitor.get(visitor.found(r'href="([^"]*)">take the rotation as it is'))
        assert visitor.path == "/rotations/platinum/edit"
        assert 'value="2"' in visitor.html

    def test_the_way_back_keeps_what_the_second_typed(self, site, visitor):
        visitor.get("/rotations/platinum/edit")
        edit(site.visitor(Role.MANAGER), layers_0_length="2")
        visitor.send(layers_0_length="3").send(step="back")
        assert 'value="3"' in visitor.html

    def test_two_who_make_the_same_rotation(self, site, visitor):
        visitor.get("/rotations/add").send(key="second", layers_0_participants_0="anna")
        site.visitor(Role.MANAGER).get("/rotations/add").saves(key="second", layers_0_participants_0="bruno")
        visitor.send(step="save")
        assert visitor.status == 422
        assert "There is a rotation with this key." in visitor.text
