"""Rows of calls and recordings."""

from models.call import Call, CallStep, Step
from models.recording import Recording, RecordingState
from tests.admin.console_site import NOW

ADA = "+393332220001"


def call(site, sid="CA1", caller=ADA, **more):
    values = {
        "step": Step.ENDED, "turn": 1, "silences": 0, "wrong_pins": 0, "problem": 1, "registered": False,
        "staffed": False, "started_at": NOW, "outcome": "human",
    } | more  # fmt: skip
    with site.database.write() as session:
        session.add(Call(sid=sid, caller=caller, **values))
        session.flush()
        session.add(CallStep(call_sid=sid, at=NOW, kind="pin", text="wrong, 1 of 3"))


def recording(site, number=1, **more):
    values = {
        "provider_sid": f"RE{number}", "key": f"key{number}", "call_sid": "CA1", "step": Step.HUMAN, "seconds": 7,
        "recorded_at": NOW, "state": RecordingState.KEPT, "attempts": 1, "media_type": "audio/x-wav",
        "sound": b"0123456789",
    } | more  # fmt: skip
    with site.database.write() as session:
        session.add(Recording(**values))
