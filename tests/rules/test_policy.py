"""The policy file: what it says by default, and what is said of a wrong one."""

from dataclasses import asdict, fields
from datetime import timedelta
from pathlib import Path

import pytest

from config.policy import PolicyError, load_policy
from config.settings import DEFAULT_POLICY_FILE
from rules.escalation import Channel
from rules.policy import RetentionRules
from rules.targets import Plan, Priority, target_at
from tests.policies import write_policy
from tests.rules.vendor import POLICY, rome

GOOD = DEFAULT_POLICY_FILE.read_text(encoding="utf-8")


PERIOD = "retention.{}: must be 0 (keep for ever) or from 30 to 36500 days"
TEXT_FIRST = "retention: message_text_days must be from 1 to message_days: a message is deleted with its text"
CALL_FIRST = "retention.call_days: must be 0 or at least recordings.retention_days, which is {}"


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


# The vendor's facts stand in the policy file and nowhere else. Tests say how they hang together, or bring their own.


def test_the_line_follows_the_calendar_of_the_plan_that_is_on_call():
    on_call = {plan for plan, terms in POLICY.plans.items() if terms.on_call}
    assert on_call == POLICY.entitlement.on_call_plans
    assert {POLICY.plans[plan].calendar for plan in on_call} == {POLICY.line_calendar}


def test_whatever_pages_may_be_reported_by_phone():
    assert POLICY.maintenance_priority in POLICY.phone_priorities
    assert {event.priority for event in POLICY.events.values()} & POLICY.phone_priorities


@pytest.mark.parametrize("plan", Plan)
def test_a_more_urgent_ticket_is_never_due_later(plan: Plan):
    opened = rome("2026-11-02T09:00")
    due = [target_at(POLICY.plans, plan, priority, opened) for priority in Priority]
    known = [at for at in due if at is not None]
    assert known == sorted(known)
    assert due[: len(known)] == known, "what is less urgent than best effort is best effort too"


def test_numbers_are_those_of_the_file(tmp_path: Path):
    """By values that are not the vendor's: each is read from its own place."""
    numbers = {
        "renewal_days": 77,
        "pin_shortest": 9,
        "pin_longest": 11,
        "pin_tries": 4,
        "minimum_round": 61,
        "no_work_follow_up": 1801,
        "follow_up_wait": 601,
        "untaken_event": 602,
        "lease": 14,
        "help_desk_dial": 26,
        "hold_limit": 901,
        "hold_news": 21,
        "text_gap_seconds": 12,
        "calls": 5,
        "calls_within_seconds": 902,
        "ahead_hours": 25,
        "per_number_seconds": 903,
        "pages_an_hour": 7,
        "digest_seconds": 904,
        "longest_seconds": 121,
        "retention_days": 91,
    }
    policy = load_policy(write_policy(tmp_path / "policy.toml", **numbers))
    seconds = {
        "minimum_round": policy.minimum_round,
        "no_work_follow_up": policy.no_work_follow_up,
        "follow_up_wait": policy.follow_up_wait,
        "untaken_event": policy.untaken_event,
        "lease": policy.lease,
        "help_desk_dial": policy.help_desk_dial,
        "hold_limit": policy.hold_limit,
        "hold_news": policy.hold_news,
        "text_gap_seconds": policy.limits.text_gap,
        "calls_within_seconds": policy.limits.calls_within,
        "per_number_seconds": policy.human_path.per_number,
        "digest_seconds": policy.human_path.digest_after,
        "longest_seconds": policy.recordings.longest,
    }
    read = {name: int(length.total_seconds()) for name, length in seconds.items()}
    read |= {"pin_shortest": policy.pin.shortest, "pin_longest": policy.pin.longest, "pin_tries": policy.pin.tries}
    read |= {"calls": policy.limits.calls, "pages_an_hour": policy.human_path.an_hour}
    read |= {"ahead_hours": policy.handoffs.ahead // timedelta(hours=1)}
    read |= {"renewal_days": policy.entitlement.renewal_days}
    read |= {"retention_days": policy.recordings.retention.days}
    assert read == numbers


def test_each_kind_of_record_is_kept_as_the_file_says(tmp_path: Path):
    """From a file in which every period is another one, and from one that keeps everything for ever."""
    kinds = [field.name for field in fields(RetentionRules)]
    days = {f"{kind}_days": 100 + place for place, kind in enumerate(kinds)}
    kept = load_policy(write_policy(tmp_path / "policy.toml", **days)).retention
    assert asdict(kept) == {kind: timedelta(days=100 + place) for place, kind in enumerate(kinds)}
    kept = load_policy(write_policy(tmp_path / "policy.toml", **dict.fromkeys(days, 0))).retention
    assert {*asdict(kept).values()} == {None}


def test_turns_are_told_as_the_file_says(tmp_path: Path):
    text = GOOD.replace('ahead = ["sms", "email"]', 'ahead = ["email"]').replace(
        'begun = ["sms", "email"]', "begun = []"
    )
    path = tmp_path / "policy.toml"
    path.write_text(text.replace('released = ["sms"]', 'released = ["email", "sms"]'), encoding="utf-8")
    told = load_policy(path).handoffs
    assert (told.ahead_by, told.begun_by, told.released_by) == ((Channel.EMAIL,), (), (Channel.EMAIL, Channel.SMS))


@pytest.mark.parametrize("channels", ['["voice"]', '["sms", "sms"]'])
def test_turns_are_told_in_writing_by_each_channel_once(tmp_path: Path, channels: str):
    found = problems(tmp_path, ('released = ["sms"]', f"released = {channels}"))
    assert "handoffs.released: may hold sms and email, each once, or nothing" in found[0]


def test_shares_of_the_chance_to_guess_a_pin_are_no_more_than_all_of_it(tmp_path: Path):
    found = problems(tmp_path, ("common = 0.20", "common = 0.21"))
    assert "throttles.shares" in found[0]
    assert problems(tmp_path, ("line = 0.30", "line = 0"))[0].startswith("throttles.shares.line")


def test_the_events_are_those_of_the_contract_with_monitoring():
    """Other programs send these keys; their priorities are the vendor's, and stand in the policy file alone."""
    assert sorted(POLICY.events) == [
        "application_crash", "channels_exhausted", "cloud_unreachable", "database_low", "database_nearly_full",
        "disk_low", "disk_nearly_full", "licences_exhausted", "replication_trouble", "voip_stack_crash",
    ]  # fmt: skip


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
        ("event_days = ", "# event_days = ", "retention.event_days: Field required"),
    ],
)
def test_one_thing_wrong(tmp_path, old, new, problem):
    assert problems(tmp_path, (old, new)) == [problem]


@pytest.mark.parametrize(
    ("numbers", "problem"),
    [
        ({"event_days": 29}, PERIOD.format("event_days")),
        ({"event_days": -1}, PERIOD.format("event_days")),
        ({"audit_days": 36501}, PERIOD.format("audit_days")),
        ({"message_text_days": 51, "message_days": 50}, TEXT_FIRST),
        ({"message_text_days": 0, "message_days": 50}, TEXT_FIRST),
        ({"call_days": 60, "retention_days": 61}, CALL_FIRST.format(61)),
    ],
)
def test_a_period_that_cannot_be(tmp_path, numbers, problem):
    path = write_policy(tmp_path / "policy.toml", **numbers)
    with pytest.raises(PolicyError) as raised:
        load_policy(path)
    assert raised.value.problems == [problem]


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
