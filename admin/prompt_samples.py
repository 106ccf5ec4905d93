"""What stands in a sentence's placeholders where it is shown: the policy's own values where it has them."""

from collections.abc import Iterator, Mapping
from string import Formatter

from rules.policy import Policy
from rules.wording import spoken

Piece = tuple[str, bool]
"""Some words, and whether they are a sample."""
TICKET = "104823"
SAMPLES = {
    "about": "+393332220001",
    "address": "+393331110001",
    "after": "P1",
    "before": "P2",
    "callback": "+393332220001",
    "caller": "+393332220001",
    "callers": "+393332220001, +393332220002",
    "calls": "6",
    "city": "Rome",
    "code": "21408",
    "contract": "C-1001",
    "count": "3",
    "customer": "Acme SpA",
    "day": "Monday",
    "end": "Sun 15 Nov 09:00",
    "failures": "12",
    "first": "Sat 14 Nov 18:00",
    "gaps": "Sat 14 Nov 18:00 until Sun 15 Nov 09:00",
    "key": "2",
    "last": "0 0 0 1",
    "layer": "weekly",
    "length": "48 seconds",
    "level": "2",
    "limit": "150",
    "lists": "P1 104823 Acme SpA, open",
    "message": "Listen: https://line.example.com/calls/CA1",
    "messages": "1",
    "minutes": "10",
    "name": "Anna Rossi",
    "names": "Anna Rossi and Bruno Verdi",
    "number": TICKET,
    "numbers": "P1 104823, P2 104824",
    "owner": "Anna Rossi",
    "pages": "P1 104823 Acme SpA, P2 104824 Etna Srl",
    "policy": "default",
    "priority": "P1",
    "reason": "the disk is full",
    "recording": "RE1",
    "reference": "CHG-7",
    "round": "1",
    "schedule": "platinum",
    "seconds": "42",
    "since": "02:14",
    "source": "Zabbix",
    "start": "Sat 14 Nov 18:00",
    "state": "open",
    "status": "undelivered",
    "summary": "disk /var is 96% full",
    "text": "The switch was replaced.",
    "text_number": "+390584000001",
    "ticket": spoken(TICKET),
    "tickets": "P1 104823 Acme SpA, open",
    "time": "18:00",
    "title": "Disk near saturation",
    "until": "until Mon 09:00",
    "url": "https://line.example.com/calls/CA1",
    "verb": "ACK",
    "when": "within 60 minutes",
    "who": "Anna Rossi",
    "why": "the window had ended",
    "words": "The telephones of the whole site are dead.",
    "zone": "Europe/Rome",
}
WHEN_SPOKEN = {"number": spoken("393332220001"), "priority": spoken("P1"), "minutes": "60"}
"""What a voice says otherwise than a text: digits one by one."""


def samples(policy: Policy, *, is_spoken: bool) -> Mapping[str, str]:
    own = {"portal": policy.portal, "days": str(policy.recordings.retention.days)}
    return SAMPLES | (WHEN_SPOKEN if is_spoken else {}) | own


def pieces(sentence: str, values: Mapping[str, str]) -> Iterator[Piece]:
    """The sentence with its placeholders filled in; one without a sample stands there by its name."""
    for words, name, _, _ in Formatter().parse(sentence):
        if words:
            yield words, False
        if name is not None:
            yield values.get(name, name.replace("_", " ")), True
