"""What programs read of a schedule, they can give back."""

import json
from typing import Any

from hypothesis import given, settings

from admin.api.rotation_documents import NewRevision, NewSchedule
from admin.api.rotation_values import arrangement, new_schedule, revised
from rules.on_call import Schedule
from tests.rules.histories import schedules


def sent(document: dict[str, Any]) -> Any:
    return json.loads(json.dumps(document))


@given(schedules)
@settings(max_examples=200, deadline=None)
def test_what_is_read_is_the_same_when_it_is_given_back(schedule: Schedule) -> None:
    document = sent(arrangement(schedule))
    assert new_schedule(NewSchedule.model_validate({"key": schedule.key, **document})) == schedule
    assert revised(NewRevision.model_validate(document), Schedule(schedule.key, "UTC", ())) == schedule


@given(schedules)
@settings(max_examples=50, deadline=None)
def test_what_is_left_out_stays(schedule: Schedule) -> None:
    assert revised(NewRevision.model_validate({}), schedule) == schedule
    for part in arrangement(schedule):
        document = sent({part: arrangement(schedule)[part]})
        assert revised(NewRevision.model_validate(document), schedule) == schedule
