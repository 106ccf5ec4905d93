"""Escalation policies: drawn as a ladder, asked who would be paged, and edited with the checks of the file."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from models.account import Role
from models.audit import Audit
from models.page import Page
from models.schedule import EscalationPolicy
from models.technician import Technician
from tests.admin.console_site import open_site


def stocked(database):
    """Anna has the week, Bruno is behind her."""
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Verdi")
    site.rotation("anna", "bruno")
    site.policy("schedule:platinum", "technician:bruno")
    return site


@pytest.fixture
def site(sqlite):
    return stocked(sqlite)


def content(site, key="default"):
    with site.database.read() as session:
        return session.get_one(EscalationPolicy, key).content


def audits(site):
    with site.database.read() as session:
        return session.scalars(sa.select(Audit).where(Audit.action.like("escalation_policy.%"))).all()


def test_the_list_tells_each_policy_in_a_line(site):
    site.contract()
    text = site.visitor(Role.VIEWER).get("/policies").text
    assert "default 1 contract on call on platinum then Bruno Verdi" in text
    assert "3 rounds, then the fallback is alarmed after 30 min" in text
    assert "Add a policy" not in text


def test_without_any_the_list_says_what_happens_and_what_to_do(sqlite):
    visitor = open_site(sqlite).visitor().get("/policies")
    assert "Without one a page goes to whoever is on call" in visitor.text
    assert "There is nobody to page yet" in visitor.get("/policies/add").text


def test_a_policy_is_a_ladder(site):
    text = site.visitor(Role.VIEWER).get("/policies/default").text
    assert "3 rounds of 10 min" in text
    assert "Level 1: on call on platinum Text, then Call 5 min, then level 2" in text
    assert "Level 2: Bruno Verdi Text, then Call 5 min, then again from level 1, 3 rounds in all" in text
    assert "Fallback: on call on platinum Text and call after 30 min" in text
    assert "Edit" not in text


def test_who_would_be_paged_is_asked_when_each_level_begins(site):
    """On Monday at nine Bruno takes over, between the first level and the fallback's alarm."""
    text = site.visitor(Role.VIEWER).get("/policies/default?at=2026-11-16T08:57").text
    assert "Mon 16 Nov 08:57 Rome" in text
    p1, p2 = text.split(" P1 ")[1].split(" P2 ")
    assert "08:57 level 1 AR Anna Rossi at once Text at once Call" in p1
    assert "09:02 level 2 BV Bruno Verdi +5 min Text +5 min Call" in p1
    assert "Mon 09:27 fallback, after all rounds BV Bruno Verdi" in p1
    assert "08:57 level 1 AR Anna Rossi at once Text +2 min 30 s Call" in p2


def test_a_gap_and_a_missing_address_are_told(site):
    with site.database.write() as session:
        session.get_one(Technician, "bruno").phone = None
        session.get_one(Technician, "bruno").second_phone = "+393331110099"
        session.execute(sa.update(EscalationPolicy).values(content=content(site) | {"fallback": ["technician:bruno"]}))
    site.rotation(key="empty")
    site.policy("schedule:empty", key="other")
    text = site.visitor().get("/policies/default").text
    assert "Text: no address for it" in text
    assert "Call the second number" in text
    assert "Nobody is on call: the fallback stands in. Nobody: the page reaches no one here." in (
        site.visitor().get("/policies/other").text
    )


def test_another_policy_for_a_priority_is_followed(site):
    site.policy("technician:bruno", key="gentle")
    with site.database.write() as session:
        session.execute(
            sa.update(EscalationPolicy)
            .where(EscalationPolicy.key == "default")
            .values(content=content(site) | {"by_priority": {"P2": "gentle"}})
        )
    text = site.visitor().get("/policies/default").text
    assert "A P2 follows gentle instead." in text
    assert "P2 by the policy gentle" in text


@pytest.mark.parametrize(
    ("at", "complaint"),
    [
        ("soon", "Type a date and a time"),
        ("2026-03-29T02:30", "does not exist in Europe/Rome"),
        ("0001-01-01T00:00", "too far away"),
    ],
)
def test_a_time_that_is_none_is_refused_in_words(site, at, complaint):
    visitor = site.visitor().get(f"/policies/default?at={at}")
    assert visitor.status == 422
    assert complaint in visitor.text


def test_a_policy_is_edited_audited_and_a_page_that_is_out_keeps_its_copy(database):
    site = stocked(database)
    number = site.ticket(site.contract())
    visitor = site.visitor(Role.MANAGER).get("/policies/default/edit")
    assert "Pages that are out keep the policy" in visitor.text
    visitor.send(
        levels_0_notify_1="technician:bruno",
        levels_0_ways_0_wait="90s",
        levels_0_ways_2_channel="email",
        levels_1_wait="10m",
        repeat="2",
        minimum_round="20m",
        fallback_0="technician:bruno",
    )
    assert visitor.path == "/policies/default"
    after = content(site)
    assert after["levels"] == [
        {
            "notify": ["schedule:platinum", "technician:bruno"],
            "channels": ["sms", "voice", "email"],
            "wait": 300,
            "channel_waits": {"sms": 90},
        },
        {"notify": ["technician:bruno"], "channels": ["sms", "voice"], "wait": 600},
    ]
    assert (after["repeat"], after["minimum_round"], after["fallback"]) == (2, 1200, ["technician:bruno"])
    (change,) = audits(site)
    assert (change.action, change.subject) == ("escalation_policy.changed", "escalation_policy:default")
    assert (change.before["repeat"], change.after["repeat"]) == (3, 2)
    with site.database.read() as session:
        assert session.scalars(sa.select(Page).where(Page.ticket_number == number)).one().policy["repeat"] == 3


def test_a_policy_is_added_with_levels_that_are_moved_and_removed_on_the_way(database):
    site = open_site(database)
    site.technicians("Anna Rossi", "Bruno Verdi")
    site.rotation("anna")
    visitor = site.visitor().get("/policies/add")
    visitor.send(arrange="add", levels_0_notify_0="technician:bruno", levels_0_wait="7m", repeat="as typed")
    assert "as typed" in visitor.html
    visitor.send(arrange="add", levels_1_notify_0="schedule:platinum")
    visitor.send(arrange="up-1").send(arrange="down-1").send(arrange="up-2").send(arrange="remove-2")
    visitor.send(arrange="nonsense-1")
    visitor.send(repeat="1", fallback_0="technician:bruno")
    assert visitor.path == "/policies/default", visitor.text
    levels = content(site)["levels"]
    assert [(level["notify"], level["wait"]) for level in levels] == [
        (["schedule:platinum"], 300),
        (["technician:bruno"], 420),
    ]
    assert audits(site)[0].action == "escalation_policy.added"


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"levels_0_notify_0": ""}, "Nobody is told at this level."),
        ({"levels_0_ways_0_channel": "", "levels_0_ways_1_channel": ""}, "There is no channel: sms, voice or email."),
        ({"levels_0_ways_1_channel": "sms"}, "Sms is there twice."),
        ({"levels_0_wait": ""}, "Must be a duration from 1 s, such as 90s, 5m or 2h."),
        ({"levels_0_wait": "5"}, "Must be a duration"),
        ({"levels_0_ways_0_wait": "5m"}, "Must be less than the level's wait"),
        ({"levels_0_ways_0_wait": "x"}, "Must be a duration"),
        ({"levels_0_notify_1": "schedule:platinum"}, "Schedule:platinum is there twice."),
        ({"levels_1_notify_0": "technician:dumb"}, "Nobody can be reached there by sms or voice."),
        ({"fallback_0": ""}, "Nobody is alarmed when all levels are done."),
        ({"fallback_0": "technician:dumb"}, "Nobody can be reached there by sms or voice."),
        ({"repeat": "0"}, "Must be a whole number from 1."),
        ({"minimum_round": "never"}, "Must be a duration"),
        ({"by_priority_P2": "chained"}, "'chained' names another policy for P2 itself: name that one."),
        ({"levels_0_notify_0": "technician:nobody"}, "Unknown technician 'nobody'."),
        ({"seen": "another"}, "Somebody else has changed this policy"),
    ],
)
def test_what_is_wrong_is_said_as_for_a_file_and_nothing_is_saved(site, typed, complaint):
    site.policy("technician:bruno", key="gentle")
    site.policy("technician:bruno", key="chained")
    with site.database.write() as session:
        row = session.get_one(EscalationPolicy, "chained")
        row.content = row.content | {"by_priority": {"P2": "gentle"}}
        session.add(Technician(key="dumb", name="Dumb", time_zone="Europe/Rome"))
    before = content(site)
    visitor = site.visitor().get("/policies/default/edit").send(**typed)
    assert visitor.status == 422
    assert complaint in visitor.text
    assert content(site) == before
    assert audits(site) == []


def test_a_key_that_is_taken_is_refused_and_the_same_again_changes_nothing(site):
    visitor = site.visitor().get("/policies/add")
    visitor.send(key="default", levels_0_notify_0="schedule:platinum", fallback_0="technician:bruno")
    assert "There is a policy with this key: type another one." in visitor.text
    assert "Nothing was different." in site.visitor().get("/policies/default/edit").send().text
    assert audits(site) == []
    assert site.visitor().get("/policies/none").status == 404
    assert site.visitor().get("/policies/none/edit").status == 404


def test_the_instant_asked_for_stays_in_its_field(site):
    wall = datetime(2026, 12, 24, 18, 0)  # noqa: DTZ001  local wall clock
    assert f"{wall:%Y-%m-%dT%H:%M}" in site.visitor().get("/policies/default?at=2026-12-24T18:00").html
