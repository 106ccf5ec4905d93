"""What is wrong in a file is said with its place and what to do; all of it at once."""

import pytest

from admin.file import FileErrors, load
from tests.admin.line_files import ACME, ALL, LADDER, PEOPLE, PEPPERS, POLICY, ROTATION
from tests.times import NIGHT


@pytest.fixture
def errors_of(sqlite):
    """The errors of a file, loaded after others that are right."""

    def errors_of(text, *before):
        with sqlite.write() as session:
            for right in before:
                load(session, right, PEPPERS, "test", NIGHT, POLICY)
            with pytest.raises(FileErrors) as refusal:
                load(session, text, PEPPERS, "test", NIGHT, POLICY)
            assert str(refusal.value).splitlines() == [f"{place}: {message}" for place, message in refusal.value.errors]
            return refusal.value.errors

    return errors_of


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ("the file", "is empty")),
        ("# nothing\n", ("the file", "is empty")),
        ("- a\n- b", ("the file", "must be a mapping")),
        ("hello", ("the file", "must be a mapping")),
        ("null", ("the file", "must be a mapping")),
        ("a: [1", ("line ", "is not YAML: ")),
        ("a:\n\tb: 1", ("line 2", "is not YAML: ")),
        ("a: 1\n  b: 2", ("line 2", "is not YAML: ")),
        ("name: \x00", ("", "is not YAML: ")),
        ("name: \udcff", ("the file", "is not YAML: ")),
        ("technicians: []\n---\ncustomers: []", ("line 2", "a second document")),
        ("technicians: &all []\nproducts: *all", ("technicians (line 1)", "anchors, aliases and tags")),
        ("products: *all", ("products (line 1)", "anchors, aliases and tags")),
        ("technicians: !!python/object:os.system []", ("technicians (line 1)", "anchors, aliases and tags")),
        ("a: " + "[" * 500 + "]" * 500, ("a[0]", "more than 20 lists")),
        ("a: " + "{b: " * 500 + "}" * 500, ("a.b", "more than 20 lists")),
        ("x" * 10_000_001, ("the file", "is larger than 10 MB")),
        ("? [a, b]\n: 1", ("?", "a key must be a word")),
    ],
)
def test_what_is_not_such_a_file(errors_of, text, error):
    place, message = errors_of(text)[0]
    assert place.startswith(error[0])
    assert message.startswith(error[1])


BASE = PEOPLE + ROTATION + LADDER + ACME + "products: [{name: UC Suite}]\n"


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        # Values
        ('phone: "+393331110001"', "phone: +393331110001", "technicians[0].phone (line 3)", "must be in quotes"),
        ('phone: "+393331110001"', 'phone: "0584000000"', "technicians[0].phone (line 3)", '"0584000000" is not'),
        ('phone: "+393331110001"', 'phone: "+391"', "technicians[0].phone", "is not a valid number"),
        ('"01234567"', "01234567", "customers[0].contracts[0].pins[0] (line 27)", "must be in quotes"),
        ('"01234567"', '"1234567"', "customers[0].contracts[0].pins[0]", "is not a PIN: 8 to 12 digits"),
        ('"01234567"', '"١٢٣٤٥٦٧٨"', "customers[0].contracts[0].pins[0]", "is not a PIN"),
        ("email: anna@example.com", "email: anna", "technicians[0].email", "is not an e-mail address"),
        ("Europe/Rome, phone", "Europe/Roma, phone", "technicians[0].time_zone", "did you mean Europe/Rome?"),
        ("name: Anna Rossi", 'name: " "', "technicians[0].name", "is empty"),
        ("name: Anna Rossi", "name: ", "technicians[0].name", "is empty"),
        ("name: Anna Rossi", "name: [Anna]", "technicians[0].name", "must be a single value"),
        ("name: Anna Rossi", 'name: "Anna\\nRossi"', "technicians[0].name", "must be one line"),
        ("name: Anna Rossi", f"name: {'x' * 121}", "technicians[0].name", "is longer than 120 characters"),
        ("paid: true", "paid: perhaps", "customers[0].contracts[0].paid", "must be true or false"),
        ("paid: true", "paid: no", "customers[0].contracts[0].paid", "must be true or false"),
        ("plan: platinum", "plan: platin", "customers[0].contracts[0].plan", "did you mean platinum?"),
        ("unit: week", "unit: fortnight", "schedules[0].layers[0].rotation.unit", "must be one of hour, day"),
        ("length: 1", "length: 0", "schedules[0].layers[0].rotation.length", "must be a whole number from 1"),
        ("length: 1", "length: 1.5", "schedules[0].layers[0].rotation.length", "must be a whole number from 1"),
        ("wait: 5m", "wait: 0s", "escalation_policies[0].levels[0].wait", "must be a duration from 1 s"),
        ("wait: 5m", "wait: 300", "escalation_policies[0].levels[0].wait", "must be a duration from 1 s"),
        ("wait: 5m", "wait: 9999h", "escalation_policies[0].levels[0].wait", "is longer than 30 days"),
        ("sms, voice", "sms, fax", "escalation_policies[0].levels[0].channels[1]", "must be one of sms, voice, email"),
        ("starts: 2026-01-01", "starts: 01/01/2026", "customers[0].contracts[0].starts", "must be a date such as"),
        ("starts: 2026-01-01", "starts: 2026-02-30", "customers[0].contracts[0].starts", "must be a date such as"),
        ("2026-11-02T09:00", "2026-11-02", "schedules[0].layers[0].rotation.first_handoff", "must be a local date"),
        ("2026-11-02T09:00", "2026-11-02T25:00", "schedules[0].layers[0].rotation.first_handoff", "is not a date"),
        ("2026-11-02T09:00", "2026-11-02T09:00Z", "schedules[0].layers[0].rotation.first_handoff", "without a zone"),
        ("2026-11-02T09:00", "9999-11-02T09:00", "schedules[0].layers[0].rotation.first_handoff", "in the years from"),
        # Shape
        ("name: Anna Rossi", "name: Anna, name: Rossi", "technicians[0].name", "the key is there twice"),
        ("[anna, bruno]", "anna", "schedules[0].layers[0].rotation.participants", "must be a list"),
        ('pins: ["01234567"]', "pins:", "customers[0].contracts[0].pins", "must be a list"),
        ("        specialist: {name: Eva Verdi, email: eva@example.com}", "        specialist: Eva",
         "customers[0].contracts[0].specialist", "must be a mapping with name, email"),
        ("{name: Eva Verdi, email: eva@example.com}", "{name: Eva Verdi}",
         "customers[0].contracts[0].specialist.email", "is missing"),
        (", time_zone: Europe/Rome, phone", ", phone", "technicians[0].time_zone (line 3)", "is missing"),
        # Meaning
        ("participants: [anna, bruno]", "participants: [anna, bruna]",
         "schedules[0].layers[0].rotation.participants[1]", "unknown technician 'bruna'"),
        ("participants: [anna, bruno]", "participants: []",
         "schedules[0].layers[0].rotation.participants", "nobody takes part: choose at least one technician"),
        ("2026-11-02T09:00", "2026-03-29T02:30", "schedules[0].layers[0].rotation.first_handoff", "does not exist"),
        ("schedule:platinum", "schedule:platinium",
         "escalation_policies[0].levels[0].notify[0]", "unknown schedule 'platinium'; did you mean platinum?"),
        ("schedule:platinum", "platinum", "escalation_policies[0].levels[0].notify[0]", 'must be "schedule:KEY"'),
        ('["technician:bruno"]', '["technician:bruna"]',
         "escalation_policies[0].fallback[0]", "unknown technician 'bruna'; did you mean bruno?"),
        ('["technician:bruno"]', "[]", "escalation_policies[0].fallback", "nobody is alarmed"),
        ("channels: [sms, voice]", "channels: []", "escalation_policies[0].levels[0].channels", "there is no channel"),
        ("channels: [sms, voice]", "channels: [sms, sms]", "escalation_policies[0].levels[0].channels[1]", "twice"),
        ('notify: ["schedule:platinum"]', "notify: []", "escalation_policies[0].levels[0].notify", "nobody is told"),
        ('["schedule:platinum"], channels: [sms, voice]', '["technician:bruno"], channels: [email]',
         "escalation_policies[0].levels[0].notify[0]", "nobody can be reached there by email"),
        ("ends: \"2026-12-31\"", "ends: 2025-12-31", "customers[0].contracts[0].ends", "ends before it starts"),
        ("paid: true", "paid: true\n        product: UC Sweet",
         "customers[0].contracts[0].product", "did you mean UC Suite?"),
        ("paid: true", "paid: true\n        escalation_policy: defalt",
         "customers[0].contracts[0].escalation_policy", "did you mean default?"),
        ("until: 2026-12-06T04:00", "until: 2026-12-05T22:00",
         "customers[0].contracts[0].maintenance[0].until", "ends before it starts"),
        ("reference: CHG-7}", "reference: CHG-7}, {from: 2026-12-06T03:00, until: 2026-12-06T05:00, reference: CHG-8}",
         "customers[0].contracts[0].maintenance[1]", "overlaps customers[0].contracts[0].maintenance[0]"),
        ("{name: Ugo, email: ugo@example.com}", "{name: Ugo}",
         "customers[0].contracts[0].contacts[1]", "needs a phone"),
        ("{name: Ugo, email: ugo@example.com}", "{name: Ugo, email: null}",
         "customers[0].contracts[0].contacts[1]", "needs a phone"),
        ("{name: UC Suite}", "{name: UC Suite, end_of_support: 2030-01-01, end_of_life: 2029-01-01}",
         "products[0].end_of_life", "is before end_of_support"),
        ("products:", "service_hours: {always_staffed: true, never_staffed: true}\nproducts:",
         "service_hours.never_staffed", "cannot be always_staffed too"),
        ("products:", "roles: {duty_manger: []}\nproducts:", "roles.duty_manger", "did you mean duty_manager?"),
        ("products:", "help_desk: {email: desk@example.com}\nproducts:", "help_desk.phone", "is missing"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_error(errors_of, old, new, place, message):
    assert old in BASE
    ((found, told),) = errors_of(BASE.replace(old, new, 1))
    assert found.startswith(place)
    assert message in told


@pytest.mark.parametrize(
    ("old", "new", "place", "message"),
    [
        ("key: anna", "key: an na", "technicians[0].key", "must be a word"),
        ("technicians:", "technician:", "technician (line 2)", "did you mean technicians?"),
        ("paid: true", "payed: true", "customers[0].contracts[0].payed", "did you mean paid?"),
        ("paid: true", "x1: true", "customers[0].contracts[0].x1", "there are number, plan, product"),
        ("key: default", "name: default", "escalation_policies[0].key", "is missing"),
        ("key: bruno", "key: anna", "technicians[1].key", "'anna' is also in technicians[0].key"),
    ],
)
def test_a_mistake_that_leads_to_more(errors_of, old, new, place, message):
    assert old in BASE
    assert [told for found, told in errors_of(BASE.replace(old, new, 1)) if found.startswith(place) and message in told]


@pytest.mark.parametrize(
    ("window", "place", "message"),
    [
        ("{days: [sat], from: 09:00, until: \"18:00\"}", ".from", "must be in quotes"),
        ("{days: [sat], from: 18:00, until: \"18:00\"}", ".from", "must be in quotes"),
        ("{days: [sat], from: \"9:00\", until: \"18:00\"}", ".from", "must be a time of day"),
        ("{days: [sat], from: \"09:00\", until: \"24:00\"}", ".until", "must be a time of day"),
        ("{days: [saturday], from: \"09:00\", until: \"18:00\"}", ".days[0]", "did you mean sat?"),
        ("{days: [], from: \"09:00\", until: \"18:00\"}", ".days", "no day is named"),
        ("{days: [sat], from: \"09:00\", until: \"09:00\"}", "", "it is never open"),
    ],
)  # fmt: skip
def test_a_mistaken_window(errors_of, window, place, message):
    text = PEOPLE + ROTATION + f"        windows: [{window}]\n"
    (found, told), *_ = errors_of(text)
    assert found == f"schedules[0].layers[0].windows[0]{place} (line 12)"
    assert message in told


@pytest.mark.parametrize(
    ("dated", "place", "message"),
    [
        ("overrides: [{technician: zoe, from: 2026-12-01T00:00, until: 2026-12-02T00:00}]",
         "overrides[0].technician", "unknown technician 'zoe'"),
        ("absences: [{technician: zoe, from: 2026-12-01T00:00, until: 2026-12-02T00:00}]",
         "absences[0].technician", "unknown technician 'zoe'"),
        ("absences: [{technician: anna, from: 2026-12-02T00:00, until: 2026-12-01T00:00}]",
         "absences[0].until", "it ends before it starts"),
        ("overrides: [{technician: anna, from: 2026-12-01T00:00, until: 2026-12-03T00:00},"
         " {technician: bruno, from: 2026-12-02T00:00, until: 2026-12-04T00:00}]",
         "overrides[1]", "it overlaps overrides[0], by somebody else, from 2026-12-01 23:00Z until 2026-12-02 23:00Z"),
        ("time_zone: Europe/Roma", "time_zone", "unknown time zone 'Europe/Roma'; did you mean Europe/Rome?"),
    ],
)  # fmt: skip
def test_a_mistaken_schedule(errors_of, dated, place, message):
    ((found, told),) = errors_of(f"schedules:\n  - key: platinum\n    {dated}", ALL)
    assert (found, told) == (f"schedules[0].{place} (line 3)", message)


def test_every_error_is_reported_in_the_order_of_the_file(errors_of):
    text = """
technicians:
  - {key: anna, name: Anna, time_zone: Europe/Rome, phone: +393331110001}
schedules:
  - key: platinum
    time_zone: Europe/Roma
    layers:
      - name: weekly
        rotation: {unit: week, length: 1, first_handoff: 2026-11-02T09:00, participants: [anna, zoe]}
    overrides: [{technician: ivo, from: 2026-11-03T09:00, until: 2026-11-02T09:00}]
customers:
  - name: Acme
    contracts:
      - {number: C-1, plan: gold, starts: 2026-02-01, ends: 2026-01-01, paid: true, pins: ["12345678", 87654321]}
      - {number: C-2, plan: bronze, starts: 2026-01-01, ends: 2026-12-31, paid: true, pins: ["12345678"]}
      - {number: C-1, plan: gold, starts: 2026-01-01, paid: true}
"""
    assert [place.split(" (")[0] for place, _ in errors_of(text)] == [
        "technicians[0].phone",
        "schedules[0].time_zone",
        "schedules[0].layers[0].rotation.participants[1]",
        "schedules[0].overrides[0].technician",
        "schedules[0].overrides[0].until",
        "customers[0].contracts[0].pins[1]",
        "customers[0].contracts[0].ends",
        "customers[0].contracts[1].plan",
        "customers[0].contracts[1].pins[0]",
        "customers[0].contracts[2].number",
        "customers[0].contracts[2].ends",
    ]


def test_a_pin_is_unique_and_never_shown(errors_of):
    other = """
customers:
  - name: Borea
    contracts: [{number: C-2, plan: gold, starts: 2026-01-01, ends: 2026-12-31, paid: true, pins: ["01234567"]}]
"""
    ((place, message),) = errors_of(other, ALL)
    assert place == "customers[0].contracts[0].pins[0] (line 4)"
    assert message == "the PIN belongs to contract C-1001: give another"

    twice = ACME.replace('["01234567"]', '["01234567", "01234567"]')
    ((place, message),) = errors_of(twice, ALL)
    assert message == "the PIN is also in customers[0].contracts[0].pins[0]"


def test_a_contract_does_not_change_hands_by_a_slip(errors_of):
    ((place, message),) = errors_of("customers: [{name: Borea, contracts: [{number: C-1001, paid: false}]}]", ALL)
    assert place == "customers[0].contracts[0].number (line 1)"
    assert message == "contract C-1001 belongs to Acme SpA"


def test_what_is_new_must_be_complete(errors_of):
    text = "customers: [{name: Acme SpA, contracts: [{number: C-2}]}]\nschedules: [{key: second}]"
    assert [place.split(" (")[0] for place, _ in errors_of(text, ALL)] == [
        *(f"customers[0].contracts[0].{name}" for name in ("plan", "starts", "ends", "paid")),
        "schedules[0].time_zone",
        "schedules[0].layers",
    ]


def test_platinum_needs_an_escalation_policy(errors_of):
    ((place, message),) = errors_of(ACME)
    assert place.startswith("customers[0].contracts[0].escalation_policy")
    assert message == "unknown escalation policy 'default'"


def test_a_policy_must_reach_somebody_after_all_changes_of_the_file(errors_of):
    lonely = "technicians: [{key: bruno, phone: null}]\n" + LADDER
    ((place, message),) = errors_of(lonely, ALL)
    assert place.startswith("escalation_policies[0].fallback[0]")
    assert message == "nobody can be reached there by sms or voice"


def test_a_schedule_without_anybody_is_no_target(errors_of):
    text = PEOPLE + "schedules: [{key: platinum, time_zone: Europe/Rome, layers: []}]\n" + LADDER
    ((place, message),) = errors_of(text)
    assert place.startswith("escalation_policies[0].levels[0].notify[0]")
    assert "nobody can be reached there" in message
