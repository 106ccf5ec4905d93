"""Files of every kind that `load` takes, generated as values."""

from datetime import UTC, date, datetime, time, timedelta

from hypothesis import strategies as st

from admin.file.shape import ROLES, Day
from admin.file.writing import Quoted, filled

ZONES = ("Europe/Rome", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "UTC")
# In the nights in which the clocks of some of these zones are turned back, in their summer and in their winter.
NEAR = (datetime(2026, 10, 24, 12, tzinfo=UTC), datetime(2026, 4, 4, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC))
FIRST = datetime(2026, 1, 1, 12)  # noqa: DTZ001  # on the wall, when nobody's clocks change
WEIRD = ("null", "~", "yes", "007", "1e3", "a: b", "# c", "- d", "{e}", "'f'", '"g"', "Zoë ž 漢", "2026-01-01", "*h")

letters = st.characters(categories=["L", "M", "N", "P", "S", "Zs", "Cf"])
words = st.sampled_from(WEIRD) | st.text(letters, min_size=1, max_size=20).map(str.strip).filter(bool)
zones = st.sampled_from(ZONES)
phones = st.integers(0, 9999).map(lambda number: Quoted(f"+39333111{number:04d}"))
emails = st.integers(0, 99).map(lambda number: f"person{number}@example.com")
instants = st.builds(
    lambda near, length: near + length,
    st.sampled_from(NEAR),
    st.timedeltas(timedelta(0), timedelta(days=2)),
)
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
durations = st.integers(1, 90_000).map(lambda seconds: f"{seconds}s")
channels = st.lists(st.sampled_from(("sms", "voice", "email")), min_size=1, unique=True)


def maybe(inner):
    return st.none() | inner


def keyed(strategy, *keys):
    """A list of `strategy(key)` for some of the keys."""
    return st.lists(st.sampled_from(keys), min_size=1, unique=True).flatmap(
        lambda chosen: st.tuples(*(strategy(key) for key in chosen)).map(list)
    )


def technician(key):
    return st.builds(
        filled,
        key=st.just(key), name=words, time_zone=zones, phone=phones, second_phone=st.just(Quoted("+390584000001")),
        email=emails, channels=maybe(channels), quiet_channels=maybe(channels),
    )  # fmt: skip


def spans(**values):
    """Dated entries with a start before its end, both instants."""
    return st.builds(
        lambda start, length, **rest: {**rest, "from": start.isoformat(), "until": (start + length).isoformat()},
        instants, st.timedeltas(timedelta(microseconds=1), timedelta(days=2)), **values,
    )  # fmt: skip


@st.composite
def windows(draw):
    starts, ends = draw(times), draw(times)
    if starts == ends:
        starts = ends = time(0)
    chosen = draw(st.sets(st.sampled_from(list(Day)), min_size=1))
    return {
        "days": [day.value for day in chosen],
        "from": Quoted(f"{starts:%H:%M}"),
        "until": Quoted(f"{ends:%H:%M}"),
    }


def layer(people):
    rotation = st.fixed_dictionaries(
        {
            "unit": st.sampled_from(("hour", "day", "week", "month")),
            "length": st.integers(1, 100),
            "first_handoff": st.integers(0, 300).map(lambda day: (FIRST + timedelta(days=day)).isoformat()),
            "participants": st.lists(st.sampled_from(people), min_size=1, max_size=4),
        }
    )
    hours = st.lists(windows(), max_size=2)
    return lambda name: st.builds(filled, name=st.just(name), rotation=rotation, windows=hours)


def schedule(people):
    return lambda key: st.builds(
        filled,
        key=st.just(key), time_zone=zones, layers=keyed(layer(people), "weekly", "weekend"),
        overrides=st.lists(spans(technician=st.just(people[0])), max_size=2),
        absences=st.lists(spans(technician=st.sampled_from(people)), max_size=2),
    )  # fmt: skip


def policy(people):
    targets = st.lists(st.sampled_from([f"technician:{key}" for key in people]), min_size=1, unique=True)
    level = st.fixed_dictionaries({"notify": targets, "channels": channels, "wait": durations})
    return lambda key: st.builds(
        filled,
        key=st.just(key), repeat=st.integers(1, 9), minimum_round=maybe(durations),
        levels=st.lists(level, min_size=1, max_size=3), fallback=targets,
    )  # fmt: skip


people_on_file = st.lists(st.builds(filled, name=words, phone=phones, email=maybe(emails)), max_size=2)


def contract(products):
    terms = st.builds(
        filled,
        plan=st.sampled_from(("basic", "gold", "platinum")), product=maybe(st.sampled_from(products)),
        site=maybe(words), time_zone=maybe(zones), paid=st.booleans(), contacts=people_on_file,
        specialist=maybe(st.fixed_dictionaries({"name": words, "email": emails})),
        maintenance=st.lists(spans(reference=words), max_size=1),
    )  # fmt: skip
    return lambda number: st.builds(
        lambda terms, starts, length: {"number": number, **terms, "starts": starts, "ends": starts + length},
        terms, days, st.integers(0, 999).map(lambda count: timedelta(days=count)),
    )  # fmt: skip


@st.composite
def files(draw):
    """A whole file that has no error."""
    technicians = draw(keyed(technician, "anna", "bruno", "carla"))
    people = [one["key"] for one in technicians]
    names = draw(st.lists(words, min_size=1, max_size=2, unique=True))
    customers = [
        filled(name=f"{name} {number}", time_zone=draw(maybe(zones)),
               contracts=draw(keyed(contract(names), f"C-{number}1", f"C-{number}2")))
        for number, name in enumerate(names)
    ]  # fmt: skip
    return {
        "technicians": technicians,
        "schedules": draw(keyed(schedule(people), "platinum", "second")),
        "escalation_policies": [draw(policy(people)("default"))],
        "products": [filled(name=name, end_of_support=draw(maybe(days))) for name in names],
        "customers": customers,
        "roles": {role: draw(people_on_file) for role in ROLES[:2]},
        "help_desk": draw(st.builds(filled, phone=phones, email=maybe(emails))),
        "service_hours": draw(st.sampled_from(({}, {"always_staffed": True}, {"never_staffed": True}))),
    }
