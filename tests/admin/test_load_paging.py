"""How technicians want to be paged, waits of channels, a policy for each priority; and policies that reach nobody."""

import pytest

from admin.file import FileErrors, load
from models.schedule import EscalationPolicy
from models.technician import Technician
from paging import roster
from rules.targets import Priority
from tests.admin.line_files import ACME, ALL, LADDER, PEOPLE, PEPPERS, POLICY, ROTATION
from tests.times import NIGHT

WISHES = """
technicians:
  - key: anna
    second_phone: "+390584000011"
    channels: [voice, sms]
    quiet_channels: [voice]
"""
GENTLE = """
escalation_policies:
  - key: gentle
    levels: [{notify: ["schedule:platinum"], channels: [sms, voice], wait: 5m, channel_waits: {sms: 90s}}]
    fallback: ["technician:bruno"]
"""
BY_PRIORITY = "escalation_policies: [{key: default, by_priority: {P2: gentle}}]"
BY_MAIL = """
escalation_policies:
  - key: default
    levels: [{notify: ["technician:anna"], channels: [email], wait: 5m}]
    fallback: ["technician:bruno"]
"""


@pytest.fixture
def load_text(sqlite):
    def load_text(text):
        with sqlite.write() as session:
            return load(session, text, PEPPERS, "test", NIGHT, POLICY)

    return load_text


@pytest.fixture
def errors_of(load_text):
    """The errors of a file, loaded after others that are right."""

    def errors_of(text, *before):
        for right in before:
            load_text(right)
        with pytest.raises(FileErrors) as refusal:
            load_text(text)
        return refusal.value.errors

    return errors_of


@pytest.fixture
def get(sqlite):
    def get(kind, key):
        with sqlite.read() as session:
            return session.get_one(kind, key)

    return get


def wishes(technician):
    return technician.second_phone, technician.channels, technician.quiet_channels


def test_how_a_technician_wants_to_be_paged(load_text, get):
    load_text(ALL)
    load_text(WISHES)
    assert wishes(get(Technician, "anna")) == ("+390584000011", ["voice", "sms"], ["voice"])
    report = load_text(WISHES)
    assert not report.added and not report.changed


@pytest.mark.parametrize("nothing", ["null", "[]"])
def test_nothing_takes_a_wish_away(load_text, get, nothing):
    load_text(ALL)
    load_text(WISHES)
    load_text(f"technicians: [{{key: anna, second_phone: null, channels: {nothing}, quiet_channels: {nothing}}}]")
    assert wishes(get(Technician, "anna")) == (None, None, None)


def test_what_a_file_leaves_out_of_the_wishes_stays(load_text, get):
    load_text(ALL)
    load_text(WISHES)
    load_text("technicians: [{key: anna, quiet_channels: [email]}]")
    assert wishes(get(Technician, "anna")) == ("+390584000011", ["voice", "sms"], ["email"])


def test_another_number_has_not_opted_out_of_texts(load_text, get, sqlite):
    load_text(ALL)
    with sqlite.write() as session:
        session.get_one(Technician, "anna").opted_out_at = NIGHT
    load_text("technicians: [{key: anna, name: Anna Bianchi}]")
    assert get(Technician, "anna").opted_out_at == NIGHT
    load_text('technicians: [{key: anna, phone: "+393331110009"}]')
    assert get(Technician, "anna").opted_out_at is None


def test_channels_wait_as_long_as_the_file_says(load_text, get):
    load_text(ALL)
    load_text(GENTLE)
    (level,) = get(EscalationPolicy, "gentle").content["levels"]
    assert level["channel_waits"] == {"sms": 90}
    load_text(GENTLE.replace("{sms: 90s}", "null"))
    (level,) = get(EscalationPolicy, "gentle").content["levels"]
    assert "channel_waits" not in level


def test_another_policy_holds_for_a_priority(load_text, get, sqlite):
    load_text(ALL)
    load_text(GENTLE)
    load_text(BY_PRIORITY)
    with sqlite.read() as session:
        p1, p2 = (roster.escalation_policy(session, "default", priority) for priority in (Priority.P1, Priority.P2))
    assert "channel_waits" not in p1["levels"][0]
    assert p2["levels"][0]["channel_waits"] == {"sms": 90}


@pytest.mark.parametrize("nothing", ["null", "{}"])
def test_one_policy_for_all_again(load_text, get, nothing):
    load_text(ALL)
    load_text(GENTLE)
    before = get(EscalationPolicy, "default").content
    load_text(BY_PRIORITY)
    load_text(f"escalation_policies: [{{key: default, by_priority: {nothing}}}]")
    assert get(EscalationPolicy, "default").content == before


BASE = PEOPLE + ROTATION + LADDER + ACME


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("email: anna@example.com", "second_phone: +390584000011", "technicians[0].second_phone (line 3)",
         "must be in quotes"),
        ("email: anna@example.com", 'second_phone: "+391"', "technicians[0].second_phone", "is not a valid number"),
        ("email: anna@example.com", 'second_phone: "+393331110001"', "technicians[0].second_phone",
         "is the same number as phone"),
        ("email: anna@example.com", "channels: voice", "technicians[0].channels", "must be a list"),
        ("email: anna@example.com", "channels: [voice, fax]", "technicians[0].channels[1]", "must be one of sms"),
        ("email: anna@example.com", "channels: [voice, voice]", "technicians[0].channels[1]", "voice is there twice"),
        ("email: anna@example.com", "quiet_channels: [second_phone]", "technicians[0].quiet_channels[0]",
         "must be one of sms, voice, email"),
        ("wait: 5m", "wait: 5m, channel_waits: 90s", "escalation_policies[0].levels[0].channel_waits",
         "must be a mapping with sms, voice, email"),
        ("wait: 5m", "wait: 5m, channel_waits: {sms: 90}", "escalation_policies[0].levels[0].channel_waits.sms",
         "must be a duration"),
        ("wait: 5m", "wait: 5m, channel_waits: {email: 90s}", "escalation_policies[0].levels[0].channel_waits.email",
         "this level has no channel email"),
        ("wait: 5m", "wait: 5m, channel_waits: {sms: 5m}", "escalation_policies[0].levels[0].channel_waits.sms",
         "must be less than the level's wait"),
        ("key: default", "key: default\n    by_priority: {P9: default}", "escalation_policies[0].by_priority.P9",
         "is not a key that is known here"),
        ("key: default", "key: default\n    by_priority: {P2: defalt}", "escalation_policies[0].by_priority.P2",
         "unknown escalation policy 'defalt'; did you mean default?"),
        ("key: default", "key: default\n    by_priority: {P2: default}", "escalation_policies[0].by_priority.P2",
         "a policy cannot name itself"),
        ("number: C-1001", "number: DRILL", "customers[0].contracts[0].number", "is kept for drills"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_error(errors_of, old, new, place, message):
    assert old in BASE
    ((found, told),) = errors_of(BASE.replace(old, new, 1))
    assert found.startswith(place)
    assert message in told


def test_a_policy_that_is_named_names_none_for_the_same_priority(errors_of):
    chain = "{key: gentle, by_priority: {P2: default}}, {key: default, by_priority: {P2: gentle}}"
    (first, second) = errors_of(f"escalation_policies: [{chain}]", ALL, GENTLE)
    assert first == (
        "escalation_policies[0].by_priority.P2 (line 1)",
        "'default' names another policy for P2 itself: name that one",
    )
    assert second[0].startswith("escalation_policies[1].by_priority.P2")


def test_a_policy_on_file_that_names_the_one_changed_counts_too(errors_of):
    third = GENTLE.replace("key: gentle", "key: third")
    ((place, message),) = errors_of(
        "escalation_policies: [{key: gentle, by_priority: {P2: third}}]", ALL, GENTLE, BY_PRIORITY, third
    )
    assert place.startswith("escalation_policies[0].by_priority.P2")
    assert message == "'default' names this policy for P2: let it name 'third'"


def test_another_priority_is_no_chain(load_text, get):
    load_text(ALL)
    load_text(GENTLE)
    load_text(BY_PRIORITY)
    load_text("escalation_policies: [{key: gentle, by_priority: {P1: default}}]")
    assert get(EscalationPolicy, "gentle").content["by_priority"] == {"P1": "default"}


def test_a_second_telephone_is_enough_for_a_call(load_text, get):
    load_text(ALL)
    load_text('technicians: [{key: anna, phone: null, second_phone: "+390584000011"}]')
    load_text(LADDER.replace('"schedule:platinum"', '"technician:anna"'))
    assert get(EscalationPolicy, "default").content["levels"][0]["notify"] == ["technician:anna"]


def test_a_second_telephone_gets_no_texts_and_no_alarm(errors_of):
    only_second = 'technicians: [{key: bruno, phone: null, second_phone: "+390584000011"}]\n'
    text = only_second + LADDER.replace('"schedule:platinum"', '"technician:bruno"').replace("[sms, voice]", "[sms]")
    assert [(place.split(" (")[0], message) for place, message in errors_of(text, ALL)] == [
        ("escalation_policies[0].levels[0].notify[0]", "nobody can be reached there by sms"),
        ("escalation_policies[0].fallback[0]", "nobody can be reached there by sms or voice"),
    ]


def test_a_channel_that_rests_for_a_p2_reaches_nobody_then(errors_of):
    text = "technicians: [{key: anna, email: null, quiet_channels: [voice]}]\n" + BY_MAIL.replace(
        "[email]", "[email, voice]"
    )
    ((place, message),) = errors_of(text, ALL)
    assert place.startswith("escalation_policies[0].levels[0].notify[0]")
    assert message == "nobody can be reached there by email or voice"


def test_a_technician_whom_a_policy_on_file_needs_keeps_an_address(errors_of):
    ((place, message),) = errors_of("technicians:\n  - {key: anna, email: null}", ALL, BY_MAIL)
    assert place == "technicians[0] (line 2)"
    assert message == "level 1 of the escalation policy 'default' would reach nobody by e-mail"


def test_the_fallback_of_a_policy_on_file_keeps_a_telephone(errors_of):
    ((place, message),) = errors_of("technicians: [{key: bruno, phone: null}]", ALL)
    assert place == "technicians[0] (line 1)"
    assert message == "the fallback of the escalation policy 'default' would reach nobody by text or call"


def test_a_schedule_that_a_policy_on_file_names_keeps_somebody(errors_of):
    mute = "technicians: [{key: zoe, name: Zoe, time_zone: Europe/Rome}]\n"
    ((place, message),) = errors_of(mute + ROTATION.replace("[anna, bruno]", "[zoe]"), ALL)
    assert place == "schedules[0] (line 4)"
    assert message == "level 1 of the escalation policy 'default' would reach nobody by text or call"


def test_who_is_left_is_enough(load_text, get):
    load_text(ALL)
    load_text("technicians: [{key: anna, phone: null}]")
    assert get(Technician, "anna").phone is None


def test_a_file_may_replace_the_policy_with_the_technician(load_text, get):
    load_text(ALL)
    load_text("technicians: [{key: bruno, phone: null}]\n" + LADDER.replace("technician:bruno", "technician:anna"))
    assert get(EscalationPolicy, "default").content["fallback"] == ["technician:anna"]


def test_a_policy_that_reached_nobody_before_does_not_stop_other_changes(load_text, get, sqlite):
    load_text(ALL)
    with sqlite.write() as session:
        session.get_one(Technician, "bruno").phone = None
    load_text("technicians: [{key: bruno, name: Bruno Bianchi}]")
    assert get(Technician, "bruno").name == "Bruno Bianchi"
