"""Whether the rule and the minute-by-minute oracle say the same, in every minute of a range."""

from datetime import datetime

from rules.on_call import History, on_call, shifts
from tests.rules.minute_oracle import MINUTE, Holder, holders


def assert_same(history: History, start: datetime, end: datetime) -> None:
    told = dict(holders(history, start, end))
    spans, gaps = shifts(history, start, end)
    pieces = [(s.start, s.end, Holder(s.technician, s.because, s.layer)) for s in spans]
    pieces += [(gap.start, gap.end, Holder(None, "gap")) for gap in gaps]
    pieces.sort(key=lambda piece: piece[0])
    assert_partition(pieces, start, end)
    for begins, ends, holder in pieces:
        in_it = [told[begins + number * MINUTE] for number in range((ends - begins) // MINUTE)]
        wrong = [minute for minute in in_it if without_turn(minute) != holder]
        assert not wrong, f"[{begins}, {ends}) is {holder} for the rule and {wrong[0]} for the oracle"
        assert len({minute.turn for minute in in_it}) == 1, f"[{begins}, {ends}) {holder} runs over a handoff"
        for at in {begins, begins + MINUTE, ends - MINUTE, begins - MINUTE} & told.keys():
            assert_answer(history, at, told)


def assert_partition(pieces: list[tuple[datetime, datetime, Holder]], start: datetime, end: datetime) -> None:
    assert [start, *(ends for _, ends, _ in pieces)] == [*(begins for begins, _, _ in pieces), end]
    assert all(begins < ends for begins, ends, _ in pieces)


def assert_answer(history: History, at: datetime, told: dict[datetime, Holder]) -> None:
    """The answer for one instant is the oracle's, and holds for as long as it says."""
    answer = on_call(history, at)
    holder = Holder(answer.technician, answer.because, answer.layer)
    assert without_turn(told[at]) == holder
    minute = at
    while minute in told and (answer.until is None or minute < answer.until):
        assert told[minute] == told[at]
        minute += MINUTE
    if minute in told:
        assert answer.next_technician == told[minute].technician
    minute = at
    while minute in told and (answer.since is None or minute >= answer.since):
        assert told[minute] == told[at]
        minute -= MINUTE


def without_turn(holder: Holder) -> Holder:
    return Holder(holder.technician, holder.because, holder.layer)
