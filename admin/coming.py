"""The shifts and gaps to come, whole: a page and its links name the ends that they really have."""

from dataclasses import replace
from datetime import datetime, timedelta

from rules.on_call import Gap, History, ShiftSpan, on_call, shifts


def coming(history: History, now: datetime, ahead: timedelta) -> list[ShiftSpan | Gap]:
    """What begins before `ahead` has passed, in order: the first from now, the last to its end or, if it has none, to
    where `ahead` ends.
    """
    held, gaps = shifts(history, now, now + ahead)
    spans: list[ShiftSpan | Gap] = sorted([*held, *gaps], key=_start)
    end = on_call(history, spans[-1].start).until
    return [*spans[:-1], replace(spans[-1], end=end)] if end else spans


def _start(span: ShiftSpan | Gap) -> datetime:
    return span.start
