"""Swaps that technicians ask of each other: what can still be agreed to."""

import pytest

from rules.on_call import History, Override, Revision, Schedule
from rules.swaps import Piece, can_be, first_start
from tests.rules.rome import ROME, at, override, weekly

ANNAS = ("2026-11-02T09:00", "2026-11-09T09:00")
BRUNOS = ("2026-11-09T09:00", "2026-11-16T09:00")
BEFORE = at("2026-10-30T12:00")


def history(*overrides: Override) -> History:
    return History((Revision(BEFORE, Schedule("platinum", ROME, (weekly("anna", "bruno"),), overrides)),))


def piece(holder: str, taker: str, starts: str, ends: str) -> Piece:
    return Piece(holder, taker, at(starts), at(ends))


BOTH = [piece("bruno", "anna", *BRUNOS), piece("anna", "bruno", *ANNAS)]


def test_what_each_of_them_takes_is_an_override():
    assert BOTH[0].override == Override("anna", at(BRUNOS[0]), at(BRUNOS[1]))


def test_it_can_be_until_the_first_of_them_begins():
    assert first_start(BOTH) == at(ANNAS[0])
    assert can_be(history(), BOTH, BEFORE)
    assert not can_be(history(), BOTH, at(ANNAS[0]))


@pytest.mark.parametrize("starts", ["2026-11-09T09:00", "2026-11-12T00:00"])
def test_it_cannot_be_where_a_part_is_somebody_elses(starts):
    taken = override("carla", starts, "2026-11-12T09:00")
    assert not can_be(history(taken), BOTH, BEFORE)
    assert can_be(history(taken), BOTH[1:], BEFORE)


def test_it_cannot_be_where_nobody_is_on_call():
    nobody = History((Revision(BEFORE, Schedule("platinum", ROME, ())),))
    assert not can_be(nobody, BOTH, BEFORE)
