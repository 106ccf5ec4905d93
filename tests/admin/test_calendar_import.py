"""What is found in a calendar file, whoever wrote it."""

from datetime import UTC, datetime, timedelta

import pytest

from admin.calendar_import import Found, UnusableFile, read
from tests.admin.calendar_files import file

NOW = datetime(2026, 11, 24, 2, tzinfo=UTC)
ROME = "Europe/Rome"


def found(*events: str, zone: str = ROME, head: str = "") -> list[Found]:
    return read(file(*events, head=head), zone, NOW)


def times(*events: str, zone: str = ROME, head: str = "") -> list[tuple[str, str]]:
    there = found(*events, zone=zone, head=head)
    return [(one.starts.isoformat()[:16], one.ends.isoformat()[:16]) for one in there]


@pytest.mark.parametrize(
    ("event", "zone", "span"),
    [
        ("DTSTART;VALUE=DATE:20261207\nDTEND;VALUE=DATE:20261212", ROME, ("2026-12-06T23:00", "2026-12-11T23:00")),
        ("DTSTART;VALUE=DATE:20261207", "America/New_York", ("2026-12-07T05:00", "2026-12-08T05:00")),
        ("DTSTART:20261207T100000Z\nDTEND:20261207T110000Z", ROME, ("2026-12-07T10:00", "2026-12-07T11:00")),
        ("DTSTART:20261207T100000\nDURATION:P1DT2H", ROME, ("2026-12-07T09:00", "2026-12-08T11:00")),
        (
            "DTSTART;TZID=America/New_York:20261207T100000\nDTEND;TZID=America/New_York:20261207T110000", ROME,
            ("2026-12-07T15:00", "2026-12-07T16:00"),
        ),
        (
            "DTSTART;TZID=W. Europe Standard Time:20261207T100000\nDURATION:PT1H", "Asia/Kolkata",
            ("2026-12-07T09:00", "2026-12-07T10:00"),
        ),
        # Days around both changes of clocks: 25 and 23 hours.
        ("DTSTART;VALUE=DATE:20270328\nDTEND;VALUE=DATE:20270329", ROME, ("2027-03-27T23:00", "2027-03-28T22:00")),
        ("DTSTART;VALUE=DATE:20271031\nDTEND;VALUE=DATE:20271101", ROME, ("2027-10-30T22:00", "2027-10-31T23:00")),
    ],
)  # fmt: skip
def test_days_and_times_are_in_the_zone_that_they_mean(event, zone, span):
    assert times(event, zone=zone) == [span]


def test_a_zone_that_only_the_file_knows_is_read_from_it():
    zone = (
        "BEGIN:VTIMEZONE\nTZID:Ours\nBEGIN:STANDARD\nDTSTART:19700101T000000\nTZOFFSETFROM:+0300\nTZOFFSETTO:+0300\n"
        "END:STANDARD\nEND:VTIMEZONE\n"
    )
    event = "DTSTART;TZID=Ours:20261207T100000\nDURATION:PT1H"
    assert times(event, head=zone) == [("2026-12-07T07:00", "2026-12-07T08:00")]


def test_repetitions_are_found_one_by_one_without_those_taken_out_or_moved():
    weekly = "DTSTART;TZID=Europe/Rome:20261102T090000\nDURATION:PT3H\nRRULE:FREQ=WEEKLY;COUNT=6\n"
    weekly += "EXDATE;TZID=Europe/Rome:20261130T090000"
    moved = "RECURRENCE-ID;TZID=Europe/Rome:20261207T090000\nDTSTART;TZID=Europe/Rome:20261208T090000\nDURATION:PT1H"
    text = file(weekly, moved).replace(b"UID:1", b"UID:0")
    assert [one.starts.isoformat()[:16] for one in read(text, ROME, NOW)] == ["2026-12-08T08:00"]
    ahead = read(text, ROME, NOW - timedelta(days=5))
    assert [one.starts.day for one in ahead] == [23, 8]


def test_a_repetition_goes_on_for_366_days_and_through_summer_time():
    rule = "DTSTART;TZID=Europe/Rome:20200101T090000\nDURATION:PT1H\nRRULE:FREQ=DAILY"
    days = found(rule)
    assert len(days) == 366
    assert {one.starts.hour for one in days} == {7, 8}
    assert days[-1].starts < NOW + timedelta(days=366) <= days[-1].starts + timedelta(days=1)


def test_what_is_over_cancelled_or_free_is_left_out_and_the_same_twice_is_one():
    holiday = "DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:20261227\nSUMMARY:  Christmas\\, at\\n home "
    there = found(
        holiday, holiday,
        "DTSTART;VALUE=DATE:20261101\nDTEND;VALUE=DATE:20261124\nSUMMARY:over",
        "DTSTART;VALUE=DATE:20261225\nSTATUS:CANCELLED",
        "DTSTART;VALUE=DATE:20261225\nTRANSP:TRANSPARENT",
        "DTSTART:20261225T100000Z\nDTEND:20261225T100000Z\nSUMMARY:of no length",
        "DTSTART;VALUE=DATE:20280101\nSUMMARY:too far",
        "DTSTART:20261123T220000Z\nDURATION:PT8H",
    )  # fmt: skip
    assert [(one.summary, one.is_all_day) for one in there] == [
        ("without a title", False),
        ("Christmas, at home", True),
    ]
    assert there[0].starts < NOW


def test_an_event_without_an_end_in_our_years_is_cut():
    (one,) = found("DTSTART;VALUE=DATE:20261224\nDTEND;VALUE=DATE:23001231")
    assert one.ends.year == 2200


EVENT = "DTSTART:20261207T100000Z\nDURATION:PT1H\n"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "There is no calendar in this file."),
        (b"BEGIN:VCARD\r\nEND:VCARD\r\n", "There is no calendar in this file."),
        (b"Dear Anna,", "not a calendar file"),
        (b"\xff\xfe\x00\x01" * 50, "not a calendar file"),
        (b"PK\x03\x04", "not a calendar file"),
        (file(), "No event of the next 366 days"),
        (file("DTSTART:20201207T100000Z\nDURATION:PT1H"), "No event of the next 366 days"),
        (file("DTSTART:20269999T100000Z"), "not a calendar file that can be read"),
        (file("SUMMARY:no start"), "not a calendar file that can be read"),
        (file(EVENT + "RRULE:FREQ=NEVER"), "not a calendar file that can be read"),
        (file(EVENT + "RRULE:FREQ=SECONDLY"), "repeats several times a day"),
        (file(EVENT + "RRULE:FREQ=DAILY;BYHOUR=1,2,3"), "repeats several times a day"),
        (file(EVENT + "RRULE:FREQ=DAILY;INTERVAL=0"), "repeats several times a day"),
        (file("DTSTART:10000101T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY"), "or since too long ago"),
        (file(*["DTSTART;VALUE=DATE:20201207"] * 2_500), "More than 2500 entries"),
        (file(EVENT + "RRULE:FREQ=DAILY", EVENT.replace("10", "11", 1) + "RRULE:FREQ=DAILY"), "More than 500 events"),
        (b"x" * 1_000_001, "larger than 1 MB"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_use_is_refused_in_words(data, words):
    with pytest.raises(UnusableFile, match=words):
        read(data, ROME, NOW)


def test_several_calendars_in_one_file_are_all_read():
    both = file("DTSTART;VALUE=DATE:20261224") + file("DTSTART;VALUE=DATE:20261231")
    assert len(read(both, ROME, NOW)) == 2


@pytest.mark.parametrize(
    "rules",
    [
        # No day fits these: they would be looked for until the year 9999.
        ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"],
        ["FREQ=DAILY;BYMONTH=13"],
        ["FREQ=DAILY;INTERVAL=7;BYDAY=MO"],
        ["FREQ=WEEKLY;BYMONTHDAY=40"],
        ["FREQ=MONTHLY;BYDAY=2MO;BYSETPOS=2"],
        ["FREQ=MONTHLY;BYDAY=MO;BYSETPOS=300"],
        ["FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"] * 2,
        # Days without end, each to be listed.
        ["FREQ=DAILY"] * 30,
        ["FREQ=YEARLY;BYMONTHDAY=" + ",".join(map(str, range(1, 32)))] * 30,
    ],
)
def test_repetitions_that_would_take_long_are_not_looked_for(rules):
    events = [f"DTSTART;VALUE=DATE:20261208\nRRULE:{rule}" for rule in rules]
    several = b"".join(file(event) for event in events)
    for data in (file(*events), several):
        with pytest.raises(UnusableFile, match="Too many events in it repeat"):
            read(data, ROME, NOW)


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", 263),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE", 53),
        ("FREQ=WEEKLY;BYDAY=MO;BYMONTH=7,8", 9),
        ("FREQ=MONTHLY;BYMONTHDAY=31", 7),
        ("FREQ=MONTHLY;BYDAY=5TU", 4),
        ("FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", 12),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=1MO", 4),
        ("FREQ=MONTHLY;BYMONTH=8;BYMONTHDAY=15", 1),
        ("FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=25", 1),
        ("FREQ=YEARLY;BYMONTH=8,12;BYDAY=-1MO", 2),
        ("FREQ=YEARLY;BYWEEKNO=33", 7),
        ("FREQ=DAILY;UNTIL=20261203T000000Z", 10),
    ],
)
def test_what_people_really_repeat_is_found(rule, days):
    over = "DTSTART;VALUE=DATE:20150101\nRRULE:FREQ=YEARLY;UNTIL=20200101"
    assert len(found(f"DTSTART;VALUE=DATE:20190101\nRRULE:{rule}", over)) == days
