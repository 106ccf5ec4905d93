"""The policy file: what it says by default, and what is said of a wrong one."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from config.policy import PolicyError, load_policy
from config.settings import DEFAULT_POLICY_FILE
from rules.escalation import Channel
from rules.fairness import Night
from rules.policy import HandoffRules
from rules.service_hours import EasterHoliday
from rules.targets import Plan, Priority
from tests.rules.vendor import POLICY

GOOD = DEFAULT_POLICY_FILE.read_text(encoding="utf-8")


def problems(folder: Path, *edits: tuple[str, str]) -> list[str]:
    text = GOOD
    for old, new in edits:
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PolicyError) as raised:
        load_policy(path)
    assert all(line.startswith(str(path)) for line in str(raised.value).splitlines())
    return raised.value.problems


def test_the_vendor_s_facts():
    assert (POLICY.vendor, POLICY.portal, POLICY.time_zone) == ("Imagicle", "support.imagicle.com", "Europe/Rome")
    assert POLICY.languages == ("en", "it", "de", "fr", "es", "pt", "ar")
    assert POLICY.line_calendar == POLICY.plans[Plan.PLATINUM].calendar
    assert POLICY.phone_priorities == {Priority.P1, Priority.P2}
    assert POLICY.maintenance_priority is Priority.P2
    assert (POLICY.pin.shortest, POLICY.pin.longest, POLICY.pin.tries) == (8, 12, 3)
    assert POLICY.page_leaves_after == timedelta(seconds=45)
    assert POLICY.minimum_round == timedelta(seconds=60)
    assert POLICY.night == Night(time(22), time(6))
    assert len(POLICY.line_calendar.holidays) == 11
    assert POLICY.line_calendar.holidays[-1] == EasterHoliday(1)


def test_what_technicians_are_told_of_their_turns():
    assert POLICY.handoffs == HandoffRules(
        ahead=timedelta(hours=24),
        ahead_by=(Channel.SMS, Channel.EMAIL),
        begun_by=(Channel.SMS, Channel.EMAIL),
        released_by=(Channel.SMS,),
    )


@pytest.mark.parametrize("channels", ['["voice"]', '["sms", "sms"]'])
def test_turns_are_told_in_writing_by_each_channel_once(tmp_path: Path, channels: str):
    found = problems(tmp_path, ('released = ["sms"]', f"released = {channels}"))
    assert "handoffs.released: may hold sms and email, each once, or nothing" in found[0]


def test_what_only_platinum_has():
    only = {plan for plan, terms in POLICY.plans.items() if terms.on_call and terms.specialist}
    assert only == POLICY.entitlement.on_call_plans == {Plan.PLATINUM}
    assert {plan for plan, terms in POLICY.plans.items() if not terms.guaranteed or not terms.proactive} == {Plan.BASIC}


def test_the_events_of_monitoring():
    by_priority = {
        priority: sorted(key for key, event in POLICY.events.items() if event.priority is priority)
        for priority in Priority
    }
    assert by_priority == {
        Priority.P1: ["application_crash", "cloud_unreachable", "voip_stack_crash"],
        Priority.P2: [],
        Priority.P3: [
            "channels_exhausted", "database_nearly_full", "disk_nearly_full", "licences_exhausted",
            "replication_trouble",
        ],
        Priority.P4: ["database_low", "disk_low"],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            'time_zone = "Europe/Rome"              #',
            'time_zone = "Europe/Rom" #',
            "vendor.time_zone: unknown time zone 'Europe/Rom'; did you mean Europe/Rome?",
        ),
        ('"01-06"', '"02-30"', "holidays.italy.fixed.1: '02-30' is not a month and day such as 12-25"),
        ('"01-06"', '"1-6"', "holidays.italy.fixed.1: '1-6' is not a month and day such as 12-25"),
        (
            "saturday = [09:00:00, 18:00:00]",
            "saturday = [18:00:00, 09:00:00]",
            "calendars.extended.saturday: hours are an opening and a later closing time, or nothing",
        ),
        (
            "saturday = [09:00:00, 18:00:00]",
            "saturday = [1080]",
            "calendars.extended.saturday.0: Input should be a valid time",
        ),
        (
            'calendar = "weekdays"',
            'calendar = "x"',
            "plans.basic.calendar: there is no 'x'; there are weekdays, extended",
        ),
        ('holidays = "italy"', 'holidays = "x"', "calendars.weekdays.holidays: there is no 'x'; there are italy"),
        (
            "{ business_days = 1 }",
            "{ business_days = 1, elapsed_minutes = 2 }",
            "plans.basic.targets.P1: give one of elapsed_minutes, business_minutes and business_days",
        ),
        ("rank = 2", "", "plans.basic.rank: Field required"),
        ("rank = 2", "rank = 2\nprice = 3", "plans.basic.price: Extra inputs are not permitted"),
        (
            'P3 = [["support_team"], [], [], ["team_leader"], ["support_manager"]]',
            "",
            "matrix.P3: is missing",
        ),
        (
            'P4 = [["support_team"], [], [], [], ["team_leader"]]',
            'P4 = [["support_team"], [], [], [], ["support_team"]]',
            "matrix.P4: a role is told once: it stands in two columns",
        ),
        (
            '"team_leader"], [], ["support_manager"]',
            '"boss"], [], ["support_manager"]',
            "matrix.P1.0.0: unknown role 'boss'; there are duty_manager, support_team, team_leader, support_manager, "
            "co_ceo, cto",
        ),
        (
            '"AF"',
            '"Afghanistan"',
            "asia_pacific.countries.0: 'Afghanistan' is not a country's code of two capital letters",
        ),
        ("pin_shortest = 8", "pin_shortest = 13", "line: pin_shortest is more than pin_longest"),
        ("night_until = 06:00:00", "night_until = 22:00:00", "fairness: night_from and night_until are the same"),
        ("lease = 15 ", "lease = 16 ", "waits.lease: Input should be less than or equal to 15"),
    ],
)
def test_one_thing_wrong(tmp_path, old, new, problem):
    assert problems(tmp_path, (old, new)) == [problem]


def test_a_calendar_that_never_opens(tmp_path):
    day = " = [09:00:00, 18:00:00]"
    edits = [(f"{name}{day}", f"{name} = []") for name in ("monday", "tuesday", "wednesday", "thursday", "friday")]
    assert problems(tmp_path, *edits) == ["calendars.weekdays: it is open on no day of the week"]


def test_rows_and_columns_agree(tmp_path):
    edit = ('P4 = [["support_team"], [], [], [], ["team_leader"]]', 'P4 = [["support_team"]]')
    assert problems(tmp_path, edit) == [
        f"matrix.P4: has 1 columns, plans.{plan} 5" for plan in ("basic", "gold", "platinum")
    ]


def test_all_problems_are_told_at_once(tmp_path):
    found = problems(tmp_path, ("rank = 2", "rank = 'x'"), ("minimum_round = 60", "minimum_round = 0"))
    assert [problem.split(":")[0] for problem in found] == ["plans.basic.rank", "waits.minimum_round"]


def test_what_is_not_TOML_or_not_there(tmp_path):
    assert problems(tmp_path, ("[vendor]", "[vendor"))[0].startswith("is not TOML: ")
    with pytest.raises(PolicyError, match="cannot be read: No such file"):
        load_policy(tmp_path / "nowhere.toml")
