"""A rotation that a program edits: the next page goes to whoever is on call then."""

from tests.stories.pages import reports
from tests.world import World

SCHEDULE = "/api/v1/schedules/platinum"
TONIGHT = {"from": "2026-11-24T00:00:00Z", "until": "2026-11-24T08:00:00Z"}


def paged(world: World) -> list[str]:
    """Whose telephone has a text that asks for an answer."""
    people = ("anna", "bruno", "carla")
    return [key for key in people if any("Reply ACK" in text for text in world.handset(key).texts)]


def test_who_overrides_tonight_is_paged(world: World) -> None:
    assert world.get("/api/v1/on-call?schedule=platinum")["technician"] == "anna"
    world.post(f"{SCHEDULE}/overrides", {"technician": "bruno", **TONIGHT})
    reports(world)
    assert paged(world) == ["bruno"]


def test_who_covers_for_an_absence_is_paged(world: World) -> None:
    world.post(f"{SCHEDULE}/absences", {"technician": "anna", **TONIGHT})
    answer = world.get("/api/v1/on-call?schedule=platinum")
    assert answer["sentence"].startswith("Bruno Neri: covering an absence in the weekly layer, until Tue 09:00")
    reports(world)
    assert paged(world) == ["bruno"]


def test_who_takes_over_by_a_swap_is_paged(world: World) -> None:
    next_week = {"from": "2026-12-01T00:00:00Z", "until": "2026-12-01T08:00:00Z"}
    swap = {"first": {"technician": "anna", **TONIGHT}, "second": {"technician": "bruno", **next_week}}
    world.post(f"{SCHEDULE}/swaps", swap)
    reports(world)
    assert paged(world) == ["bruno"]
